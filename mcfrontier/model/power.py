"""Power and energy of a cluster and of a run."""

from mcfrontier.graph import node


@node("1")
def power_overhead(server_power_factor, average_power_fraction, pue):
    """Ratio of the power of the whole system to the TDP of its chips.

    Cottier et al. (2024), energy: servers, average power draw, and cooling (PUE).
    """
    return server_power_factor * average_power_fraction * pue


@node("W/chip")
def chip_power(tdp, power_overhead):
    """Power draw of a chip, including its share of servers, network and cooling."""
    return tdp * power_overhead


@node("MW")
def cluster_power(chip_count, chip_power):
    """Power of the cluster in operation."""
    return chip_count * chip_power


@node("MWh")
def energy(chip_time, chip_power):
    """Electricity used by the final run."""
    return chip_time * chip_power


@node("MWh")
def chip_energy(chip_time, tdp, average_power_fraction):
    """Electricity used by the chips alone in the final run, without their servers, network and cooling."""
    return chip_time * tdp * average_power_fraction


@node("USD")
def energy_cost(energy, energy_price, discarded_share):
    """Electricity cost of the final run and of those that failed or were discarded."""
    return energy * energy_price / (1 - discarded_share)


@node("MWh")
def creation_energy(cluster_power, creation_time):
    """Electricity used by the cluster while the model is developed, including experiments."""
    return cluster_power * creation_time


@node("USD")
def creation_energy_cost(creation_energy, energy_price):
    """Electricity cost of the cluster while the model is developed, including experiments."""
    return creation_energy * energy_price
