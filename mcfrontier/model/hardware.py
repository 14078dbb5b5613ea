"""Price of a cluster, its later value, and the loss of it during a run."""

import numpy as np

from mcfrontier.graph import node


@node("share")
def interconnect_share(interconnect_overhead):
    """Share of the network in the cost of hardware, from its overhead: an overhead of 23 % is a share of 19 %.

    Cottier et al. (2024), appendix A.1.
    """
    return 1 - 1 / interconnect_overhead


@node("share")
def gpu_share(interconnect_share, server_cost_factor):
    """Share of the chips in the cost of hardware.

    Cottier et al. (2024), appendix A.1: interconnect is a share of the cluster, the server a factor on the chip.
    """
    return (1 - interconnect_share) / server_cost_factor


@node("USD")
def server_list_price(server_chips_price, server_parts_price, server_margin):
    """Price of a server: its chips, its other components, and the margin of its maker."""
    return server_chips_price + server_parts_price + server_margin


@node("1")
def server_cost_factor(server_list_price, server_margin, server_chips_price):
    """Price of a server without the margin of its maker, divided by the price of its chips.

    LessWrong, Report on Frontier Model Training (2023), note 6.
    """
    return (server_list_price - server_margin) / server_chips_price


@node("USD/chip")
def server_chip_price(server_chips_price, server_chip_count):
    """Price of a chip, from the total price of the chips of a server."""
    return server_chips_price / server_chip_count


@node("USD/chip")
def gpu_price(server_price, server_cost_factor):
    """Price of a chip alone, from its price including its share of a server."""
    return server_price / server_cost_factor


@node("chip")
def chip_count(money_budget, cluster_price):
    """Number of chips that a sum of money buys, with servers and network."""
    return money_budget / cluster_price


@node("USD/chip")
def cluster_price(gpu_price, gpu_share):
    """Price of a chip including its share of servers and network."""
    return gpu_price / gpu_share


@node("USD")
def acquisition_cost(chip_count, cluster_price):
    """Purchase of chips, servers and network, without depreciation.

    The spending on hardware, at the price of the day, before the run can start. Most of the value of the hardware
    remains after the run.
    """
    return chip_count * cluster_price


@node("USD")
def facility_cost(acquisition_cost, facility_share):
    """Land, building and plant of the cluster, from their share in the total with the hardware."""
    return acquisition_cost * facility_share / (1 - facility_share)


@node("USD")
def resale_value(acquisition_cost, value_loss, cluster_time):
    """Value of the hardware at the end of the time of use.

    It falls by a number of orders of magnitude per year, as in the amortised cost.
    """
    return acquisition_cost * 10 ** (-value_loss * cluster_time)


@node("1/year")
def life_value_loss(economic_life):
    """Loss of value of chips in use that agrees with an economic life: a new chip loses its price over the life.

    In orders of magnitude per year. The loss begins as in straight-line depreciation and slows down with the value, of
    which 1/e is left at the end of the life. [same] value_loss = "life_value_loss" takes it in place of a belief.
    """
    return 1 / (economic_life * np.log(10))


@node("1")
def replacement_gain(hardware_progress, cluster_time):
    """Performance per dollar of the chips sold at the end of the time of use, over that of the chips in use.

    Hobbhahn et al. (2023): it grows by a number of orders of magnitude per year, apart from the value of chips in use.
    """
    return 10 ** (hardware_progress * cluster_time)


@node("USD/chip")
def chip_value(cluster_price, value_loss, hardware_age):
    """Value of a chip, including its share of the cluster, at the start of the run.

    Cottier et al. (2024), section 2.2: the value falls by a number of orders of magnitude per year.
    """
    return cluster_price * 10 ** (-value_loss * hardware_age)


@node("USD")
def amortised_hardware_cost(chip_value, value_loss, capital_rate, charged_chip_time):
    """Value that the hardware loses during the final run, and the return on it.

    Cottier et al. (2024), section 2.2, linear over the run: loss of value per hour at its start, times chip-hours.
    """
    return (chip_value * value_loss * np.log(10) + chip_value * capital_rate) * charged_chip_time


@node("USD")
def straight_line_cost(cluster_price, economic_life, capital_rate, charged_chip_time):
    """Depreciation of hardware during the final run, straight-line over its economic life, and the return on its value.

    The value is half the price in the mean over that life.
    """
    return (cluster_price / economic_life + cluster_price * capital_rate / 2) * charged_chip_time
