"""Many runs along the dimension `run`: what each cost, in one year's money, and how fast that grows."""

import numpy as np
from scipy import special

from mcfrontier.graph import node


@node("year")
def hardware_age(hardware_age_stated, age_error):
    """Time between the price of the hardware and the start of the run."""
    return hardware_age_stated + age_error


@node("USD")
def acquisition_cost_2023usd(acquisition_cost, deflator):
    """Hardware bought, in USD of December 2023."""
    return acquisition_cost * deflator


@node("USD")
def amortised_cost_2023usd(amortised_cost, deflator):
    """Amortised hardware and energy, in USD of December 2023."""
    return amortised_cost * deflator


@node("USD")
def cloud_cost_2023usd(cloud_cost, deflator):
    """Rent of the final run, in USD of December 2023."""
    return cloud_cost * deflator


@node("share")
def amortised_chip_share(gpu_share, amortised_hardware_cost, amortised_cost):
    """The chips' part of the amortised cost."""
    return gpu_share * amortised_hardware_cost / amortised_cost


@node("share")
def amortised_interconnect_share(interconnect_share, amortised_hardware_cost, amortised_cost):
    """The network's part of the amortised cost."""
    return interconnect_share * amortised_hardware_cost / amortised_cost


@node("share")
def amortised_server_share(amortised_hardware_share, amortised_chip_share, amortised_interconnect_share):
    """The servers' part of the amortised cost, but for their chips."""
    return amortised_hardware_share - amortised_chip_share - amortised_interconnect_share


@node("share", along="run")
def mean_chip_share(amortised_chip_share):
    """The chips' part of the amortised cost, the mean over the runs."""
    return np.nanmean(amortised_chip_share, axis=0)


@node("share", along="run")
def mean_server_share(amortised_server_share):
    """The servers' part of the amortised cost, the mean over the runs."""
    return np.nanmean(amortised_server_share, axis=0)


@node("share", along="run")
def mean_interconnect_share(amortised_interconnect_share):
    """The network's part of the amortised cost, the mean over the runs."""
    return np.nanmean(amortised_interconnect_share, axis=0)


@node("share", along="run")
def mean_energy_share(amortised_energy_share):
    """Energy's part of the amortised cost, the mean over the runs."""
    return np.nanmean(amortised_energy_share, axis=0)


@node("1")
def log_cost(amortised_cost_2023usd, one_dollar):
    """Orders of magnitude of the amortised cost in dollars of 2023."""
    return np.log10(amortised_cost_2023usd / one_dollar)


@node("1", along="run")
def growth_count(log_cost):
    """How many runs the trend goes through."""
    return np.isfinite(log_cost).sum(axis=0) * 1.0


def centred(x, known):
    """Values less their mean over the known rows, which are the first axis; 0 in the others."""
    whole = np.nansum(x * known, axis=0)
    return np.where(known, x - whole / known.sum(axis=0), 0 * whole)


@node("1/year", along="run")
def growth_rate(log_cost, date):
    """Growth of the amortised cost in orders of magnitude a year: least squares on the date of publication."""
    known = np.isfinite(log_cost)
    dates, costs = centred(date, known), centred(log_cost, known)
    return (dates * costs).sum(axis=0) / (dates * dates).sum(axis=0)


@node("1", along="run")
def growth_fit(log_cost, date, growth_rate):
    """R2 of the trend: the part of the spread of the logarithms that it explains."""
    known = np.isfinite(log_cost)
    dates, costs = centred(date, known), centred(log_cost, known)
    return growth_rate**2 * (dates * dates).sum(axis=0) / (costs * costs).sum(axis=0)


@node("1/year")
def growth_error(growth_rate, growth_fit, growth_count):
    """Standard error of the growth rate, from the scatter of the runs about the trend."""
    return growth_rate * np.sqrt((1 / growth_fit - 1) / (growth_count - 2))


@node("1")
def growth_reach(growth_count):
    """How many standard errors the 90 % interval of the growth rate reaches, by Student's t."""
    return special.stdtrit(growth_count - 2, 0.95)


@node("1/year")
def growth_rate_low(growth_rate, growth_error, growth_reach):
    """Lower end of the 90 % interval of the growth rate."""
    return growth_rate - growth_reach * growth_error


@node("1/year")
def growth_rate_high(growth_rate, growth_error, growth_reach):
    """Upper end of the 90 % interval of the growth rate."""
    return growth_rate + growth_reach * growth_error


@node("1")
def growth(growth_rate, one_year):
    """By how many times the amortised cost grows in a year."""
    return 10 ** (growth_rate * one_year)


@node("1")
def growth_low(growth_rate_low, one_year):
    """Lower end of the 90 % interval of the growth in a year, from the scatter of the runs."""
    return 10 ** (growth_rate_low * one_year)


@node("1")
def growth_high(growth_rate_high, one_year):
    """Upper end of the 90 % interval of the growth in a year, from the scatter of the runs."""
    return 10 ** (growth_rate_high * one_year)


@node("month")
def doubling_time(growth_rate):
    """Time in which the amortised cost doubles."""
    return np.log10(2) / growth_rate
