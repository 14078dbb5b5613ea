"""The largest training run of a year as an ordinary run: compute, limits, the chips of the year and four accounts.

The trend of published estimates (`record`) gives the compute of the largest run of each year directly, or by way of its
cost and the compute that a dollar buys; one of the two in each draw, so that cost and compute agree. A `course` is a
choice of the limits that apply: power, chips, money. Each limit is the compute of a run on the largest cluster that it
allows. Chips of later years follow from those of a reference year by rates of progress.
"""

import numpy as np

from mcfrontier.graph import node

# The trend


@node("FLOP", along="series")
def compute_from_trend(largest_size, one_flop):
    """Compute of the largest run of a year if the trend of compute goes on."""
    return one_flop[0] * 10 ** largest_size[0]


@node("USD", along="series")
def money_from_trend(largest_size, one_dollar):
    """Amortised cost of the largest run of a year if the trend of costs goes on, in constant dollars."""
    return one_dollar[0] * 10 ** largest_size[1]


@node("USD/chip/h")
def chip_hour_cost(chip_value, value_loss, capital_rate, occupancy, chip_power, energy_price, discarded_share):
    """Amortised cost of a chip-hour of a run: loss of value, return and electricity, as in `amortised_cost`."""
    hardware = (chip_value * value_loss * np.log(10) + chip_value * capital_rate) / occupancy
    return (hardware + chip_power * energy_price) / (1 - discarded_share)


@node("FLOP")
def compute_from_money(money_from_trend, achieved_rate, chip_hour_cost):
    """Compute that the cost of the trend pays for on chips of the year."""
    return money_from_trend * achieved_rate / chip_hour_cost


@node("FLOP")
def trend_compute(compute_from_trend, compute_from_money, money_route):
    """Compute of the largest run of a year if the trend goes on, by one of the two routes in each draw."""
    return np.where(money_route > 0, compute_from_money, compute_from_trend)


# Chips of the year


@node("year")
def years_ahead(path_date, chip_date):
    """Time from the date of the reference chip to the largest run of a year."""
    return path_date - chip_date


@node("TFLOP/s/chip")
def year_chip_rate(reference_rate, rate_progress, years_ahead):
    """Dense BF16 peak rate of a chip of the year."""
    return reference_rate * 10 ** (rate_progress * years_ahead)


@node("USD/chip")
def year_chip_price(server_price, server_cost_factor, rate_progress, hardware_progress, years_ahead):
    """Price of a chip of the year: it grows with its rate, less the gain in performance per dollar."""
    return server_price / server_cost_factor * 10 ** ((rate_progress - hardware_progress) * years_ahead)


@node("W/chip")
def year_chip_tdp(reference_tdp, rate_progress, power_progress, years_ahead):
    """TDP of a chip of the year: it grows with its rate, less the gain in performance per watt."""
    return reference_tdp * 10 ** ((rate_progress - power_progress) * years_ahead)


# Limits


@node("GW")
def run_power(campus_power, network_power, spanning_score, spanning_share):
    """Power that one run can have: of the largest campus, or of a network of campuses where runs span several."""
    return np.where(spanning_score < spanning_share, np.maximum(network_power, campus_power), campus_power)


@node("chip")
def power_chips(run_power, tdp, site_overhead):
    """Chips of the year that this power supplies, with their part of servers, network, cooling and reserves."""
    return run_power / (tdp * site_overhead)


@node("chip")
def fleet_chips(fleet, fleet_growth, fleet_share, fleet_unit_rate, bf16_peak_rate):
    """Chips of the year in the part of the largest fleet that one run gets, by their peak rate."""
    return fleet * fleet_growth * fleet_share * fleet_unit_rate / bf16_peak_rate


@node("chip")
def money_chips(site_capital, computing_share, site_share, cluster_price):
    """Chips of the year that the capital of the largest site pays for, in the part of it that one run gets."""
    return site_capital * computing_share * site_share / cluster_price


@node("FLOP")
def limit_compute(limit_number, power_chips, fleet_chips, money_chips, achieved_rate, run_time):
    """Compute of a run on the largest cluster that a limit allows: 0 power, 1 chips, 2 money."""
    chips = np.where(limit_number == 0, power_chips, np.where(limit_number == 1, fleet_chips, money_chips))
    return chips * achieved_rate * run_time


@node("FLOP", along="limit")
def limited_compute(trend_compute, limit_compute, limit_number, course_number, softness):
    """Compute of the largest run of a year on a course: 0 all limits, -1 none, else the limit of the number before.

    A power mean with a negative exponent, the softness: far below the limits it follows the trend, and it never exceeds
    one of them. At 1 the trend bends long before a limit; at a large number it grows until it meets one.
    """
    counts = (course_number == 0) | (course_number == limit_number + 1)
    bent = np.where(counts, (trend_compute / limit_compute) ** softness, 0 * softness)
    return trend_compute[0] * (1 + bent.sum(axis=0)) ** (-1 / softness[0])


@node("FLOP", along="limit")
def lowest_limit(limit_compute):
    """The smallest of the limits of a year."""
    return limit_compute.min(axis=0)


@node("share", event=True)
def limit_binds(limit_compute, lowest_limit, trend_compute):
    """Event that a limit is the lowest of the year and below the trend."""
    return (limit_compute == lowest_limit) & (limit_compute < trend_compute)


# The run


@node("1", along="past")
def present_published(published_truth):
    """Decimal logarithm of the true size of the largest published run of the present year; no figure without one."""
    return published_truth[-1]


@node("FLOP", along="series")
def published_compute_now(present_published, one_flop):
    """Compute of the largest published run of the present year; none where nothing is published."""
    size = present_published[0]
    return one_flop[0] * np.where(np.isfinite(size), 10**size, 0)


@node("FLOP")
def largest_compute(limited_compute, published_compute_now, year_start, present_start):
    """Compute of the largest run of a year; of the present year at least that of the largest published run."""
    at_least = np.where(year_start == present_start, published_compute_now, 0 * published_compute_now)
    return np.maximum(limited_compute, at_least)


@node("FLOP", along="course")
def headline_compute(largest_compute):
    """Compute of the largest run of a year with all limits."""
    return largest_compute[0]


@node("FLOP")
def rl_compute(headline_compute, rl_share):
    """Compute of reinforcement learning in the largest run of a year."""
    return headline_compute * rl_share


@node("FLOP")
def pretraining_compute(headline_compute, rl_share):
    """Compute of pre-training in the largest run of a year."""
    return headline_compute * (1 - rl_share)


@node("1")
def price_level(inflation, years_ahead):
    """Consumer prices of a year over those of the reference year."""
    return np.exp(inflation * years_ahead)


@node("USD")
def largest_cost(amortised_cost, cloud_cost, acquisition_cost, development_cost, account_number, price_level):
    """Cost of the largest run in dollars of its year: amortised, rented, of the cluster bought, or developed."""
    owned = np.where(account_number == 2, acquisition_cost, development_cost)
    run = np.where(account_number == 0, amortised_cost, cloud_cost)
    return price_level * np.where(account_number < 2, run, owned)


@node("USD", along="course")
def headline_cost(largest_cost):
    """Cost of the largest run of a year with all limits, in dollars of its year."""
    return largest_cost[0]


@node("GW", along="course")
def headline_power(chip_count, tdp, site_overhead):
    """Power to be connected for the largest run of a year with all limits."""
    return chip_count[0] * tdp[0] * site_overhead[0]


# The past


@node("FLOP", along="series")
def true_compute(true_maximum, one_flop):
    """Compute of the largest run of a past year, published or not, given all published estimates."""
    return one_flop[0] * 10 ** true_maximum[0]


@node("FLOP", along="series")
def published_record(published_maximum, one_flop):
    """Largest published estimate of the compute of a run of a past year."""
    return one_flop[0] * 10 ** published_maximum[0]


@node("FLOP", along="series")
def earlier_compute(earlier_maximum, one_flop):
    """Compute of the largest run of all years before the present one."""
    return one_flop[0] * 10 ** earlier_maximum[0]
