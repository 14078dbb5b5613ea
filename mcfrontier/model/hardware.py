"""What the cluster costs, what it is worth later, and what of that a run uses up."""

import numpy as np

from mcfrontier.graph import node


@node("share")
def gpu_share(interconnect_share, server_cost_factor):
    """The chips' part of what the hardware costs.

    Cottier et al. (2024), appendix A.1: interconnect is a share of the cluster, the server a factor on the chip.
    """
    return (1 - interconnect_share) / server_cost_factor


@node("USD/chip")
def cluster_price(gpu_price, gpu_share):
    """Price of a chip with its part of servers and network."""
    return gpu_price / gpu_share


@node("USD")
def acquisition_cost(chip_count, cluster_price):
    """Hardware bought: chips, servers and network at the price of the day, nothing written off.

    It answers what had to be spent on hardware before the run could start. Most of the hardware's value is
    still there afterwards.
    """
    return chip_count * cluster_price


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
