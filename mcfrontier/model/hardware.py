"""What the cluster costs, what it is worth later, and what of that a run uses up."""

import numpy as np

from mcfrontier.graph import node


@node("share")
def interconnect_share(interconnect_overhead):
    """The network's part of what the hardware costs, from what it adds: 23 % on top is 19 % of the whole.

    Cottier et al. (2024), appendix A.1.
    """
    return 1 - 1 / interconnect_overhead


@node("share")
def gpu_share(interconnect_share, server_cost_factor):
    """The chips' part of what the hardware costs.

    Cottier et al. (2024), appendix A.1: interconnect is a share of the cluster, the server a factor on the chip.
    """
    return (1 - interconnect_share) / server_cost_factor


@node("USD")
def server_list_price(server_chips_price, server_parts_price, server_margin):
    """Price of a server: its chips, its other parts, and its maker's margin."""
    return server_chips_price + server_parts_price + server_margin


@node("1")
def server_cost_factor(server_list_price, server_margin, server_chips_price):
    """Price of a server over that of its chips, the maker's margin left out.

    LessWrong, Report on Frontier Model Training (2023), note 6.
    """
    return (server_list_price - server_margin) / server_chips_price


@node("USD/chip")
def server_chip_price(server_chips_price, server_chip_count):
    """Price of a chip, from what the chips of a server cost together."""
    return server_chips_price / server_chip_count


@node("USD/chip")
def gpu_price(server_price, server_cost_factor):
    """Price of a chip alone, from its price with its part of a server."""
    return server_price / server_cost_factor


@node("chip")
def chip_count(money_budget, cluster_price):
    """How many chips a sum of money buys, with servers and network."""
    return money_budget / cluster_price


@node("USD/chip")
def cluster_price(gpu_price, gpu_share):
    """Price of a chip with its part of servers and network."""
    return gpu_price / gpu_share


@node("USD")
def acquisition_cost(chip_count, cluster_price):
    """Chips, servers and network bought, nothing written off.

    It answers what had to be spent on hardware, at the price of the day, before the run could start. Most of the
    hardware's value is still there afterwards.
    """
    return chip_count * cluster_price


@node("USD")
def facility_cost(acquisition_cost, facility_share):
    """Land, building and plant of the cluster, a share of these and the hardware together."""
    return acquisition_cost * facility_share / (1 - facility_share)


@node("USD")
def resale_value(acquisition_cost, depreciation, cluster_time):
    """What the hardware is still worth when it is given up, after the time it is held.

    Its value falls by so many orders of magnitude a year, as in the amortised account.
    """
    return acquisition_cost * 10 ** (-depreciation * cluster_time)


@node("USD/chip")
def chip_value(cluster_price, depreciation, hardware_age):
    """What a chip with its part of the cluster is worth when the run starts.

    Cottier et al. (2024), section 2.2: the value falls by so many orders of magnitude a year.
    """
    return cluster_price * 10 ** (-depreciation * hardware_age)


@node("USD")
def amortised_hardware_cost(chip_value, depreciation, chip_time):
    """Hardware value used up by the final run.

    Cottier et al. (2024), section 2.2, linear over the run: value lost an hour at its start, times chip-hours.
    """
    return chip_value * depreciation * np.log(10) * chip_time


@node("USD")
def straight_line_cost(cluster_price, economic_life, chip_time):
    """Hardware value used up by the final run, the price written off evenly over an economic life."""
    return cluster_price / economic_life * chip_time
