"""Costs of many runs along the dimension `run`, in constant dollars, and their components."""

import numpy as np

from mcfrontier.graph import node


@node("year")
def hardware_age(hardware_age_stated, age_error):
    """Time between the purchase of the hardware, or from when it was available, and the start of the run."""
    return hardware_age_stated + age_error


@node("USD/chip/h")
def rent_at_price(rental_price_stated, server_price, server_price_stated):
    """Rent of a run, as stated at the stated price of its server, and in proportion to the price: owners pass it on."""
    return rental_price_stated * server_price / server_price_stated


@node("USD")
def acquisition_cost_2023usd(acquisition_cost, deflator):
    """Purchase of hardware, in USD of December 2023."""
    return acquisition_cost * deflator


@node("USD")
def amortised_cost_2023usd(amortised_cost, deflator):
    """Amortised hardware and energy, in USD of December 2023."""
    return amortised_cost * deflator


@node("USD")
def cloud_cost_2023usd(cloud_cost, deflator):
    """Rent of the final run, in USD of December 2023."""
    return cloud_cost * deflator


@node("USD")
def development_cost_2023usd(development_cost, deflator):
    """Whole development, in USD of December 2023."""
    return development_cost * deflator


@node("1")
def purchase_multiple(acquisition_cost, amortised_cost):
    """Purchase of hardware, as a multiple of the amortised cost."""
    return acquisition_cost / amortised_cost


@node("1", along="run")
def typical_purchase_multiple(purchase_multiple):
    """Purchase of hardware, as a multiple of the amortised cost: geometric mean over the runs."""
    return 10 ** np.nanmean(np.log10(purchase_multiple), axis=0)


@node("share")
def amortised_chip_share(gpu_share, amortised_hardware_cost, amortised_cost):
    """Share of the chips in the amortised cost."""
    return gpu_share * amortised_hardware_cost / amortised_cost


@node("share")
def amortised_interconnect_share(interconnect_share, amortised_hardware_cost, amortised_cost):
    """Share of the network in the amortised cost."""
    return interconnect_share * amortised_hardware_cost / amortised_cost


@node("share")
def amortised_server_share(amortised_hardware_share, amortised_chip_share, amortised_interconnect_share):
    """Share of the servers, without chips, in the amortised cost."""
    return amortised_hardware_share - amortised_chip_share - amortised_interconnect_share


@node("share", along="run")
def mean_chip_share(amortised_chip_share):
    """Share of the chips in the amortised cost: mean over the runs."""
    return np.nanmean(amortised_chip_share, axis=0)


@node("share", along="run")
def mean_server_share(amortised_server_share):
    """Share of the servers in the amortised cost: mean over the runs."""
    return np.nanmean(amortised_server_share, axis=0)


@node("share", along="run")
def mean_interconnect_share(amortised_interconnect_share):
    """Share of the network in the amortised cost: mean over the runs."""
    return np.nanmean(amortised_interconnect_share, axis=0)


@node("share", along="run")
def mean_energy_share(amortised_energy_share):
    """Share of energy in the amortised cost: mean over the runs."""
    return np.nanmean(amortised_energy_share, axis=0)


@node("share")
def development_server_share(development_hardware_share, amortised_server_share, amortised_hardware_share):
    """Share of the servers, without chips, in the whole development."""
    return development_hardware_share * amortised_server_share / amortised_hardware_share


@node("share")
def development_interconnect_share(development_hardware_share, amortised_interconnect_share, amortised_hardware_share):
    """Share of the network in the whole development."""
    return development_hardware_share * amortised_interconnect_share / amortised_hardware_share
