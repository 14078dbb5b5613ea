"""A site of a given power, and the chips that it feeds."""

from mcfrontier.graph import node


@node("W/chip")
def site_chip_power(tdp, server_power_factor, it_overhead, pue):
    """Power that a site must have for a chip at full load, with its share of servers, network, storage and cooling.

    Unlike `chip_power`, which is the average draw: a site is built for the largest.
    """
    return tdp * server_power_factor * it_overhead * pue


@node("chip")
def site_chips(site_power, site_chip_power):
    """Chips that the power of a site feeds, all at full load."""
    return site_power / site_chip_power


@node("chip")
def h100_equivalents(chip_count, bf16_peak_rate, h100_rate):
    """Number of H100 with the same dense peak rate in BF16."""
    return chip_count * bf16_peak_rate / h100_rate


@node("USD/W")
def capital_per_power(capital_cost, site_power):
    """Purchase of hardware, land and facility for each watt of the site."""
    return capital_cost / site_power


@node("chip")
def chips_for_run(chip_time, run_time):
    """Chips that finish a run in a given time."""
    return chip_time / run_time
