"""Forecast of the cost of the largest training run by year: a trend that continues, or is bounded by limits.

A `course` is a choice of the limits that apply. Each limit is expressed as the cost at which it binds; near it the
growth slows down smoothly, as in a logistic curve.
"""

import numpy as np

from mcfrontier.graph import node


@node("USD")
def trend_cost(base_cost, growth, calendar_year, base_date, one_year, year_scatter):
    """Cost of the largest run of a year if the trend continues; no figure for years up to the base date.

    It grows from the base at one rate for all years; the largest run of a year deviates from this line by a number of
    orders of magnitude.
    """
    after_base = np.where(calendar_year > base_date, 1, np.nan)
    return after_base * base_cost * growth ** ((calendar_year - base_date) / one_year) * 10**year_scatter


@node("1")
def cluster_multiple(base_multiple, run_lengthening, calendar_year, base_date, one_year):
    """Ratio of the price of the cluster of a run to the cost of the run.

    It falls from the base as runs get longer and consume a larger share of the value of their cluster, by a factor per
    year.
    """
    return base_multiple / run_lengthening ** ((calendar_year - base_date) / one_year)


@node("USD")
def power_ceiling(power_limit, chip_power, cluster_price, cluster_multiple):
    """Cost of a run on the largest cluster with a sufficient power supply."""
    return power_limit / chip_power * cluster_price / cluster_multiple


@node("USD")
def chips_ceiling(chips_limit, cluster_price, cluster_multiple):
    """Cost of a run on the largest cluster for which chips are available."""
    return chips_limit * cluster_price / cluster_multiple


@node("USD")
def money_ceiling(money_limit, cluster_multiple):
    """Cost of a run on the largest cluster that a company can pay for."""
    return money_limit / cluster_multiple


@node("USD")
def frontier_cost(trend_cost, power_counts, power_ceiling, chips_counts, chips_ceiling, money_counts, money_ceiling):
    """Amortised cost of the largest run of a year: loss of value of hardware and energy, not its purchase.

    The reciprocal of the sum of reciprocals: far below the ceilings that apply it follows the trend, and it never
    exceeds one of them. With constant ceilings and exponential growth, this is the logistic curve.
    """
    return 1 / (
        1 / trend_cost + power_counts / power_ceiling + chips_counts / chips_ceiling + money_counts / money_ceiling
    )


@node("USD")
def frontier_purchase(frontier_cost, cluster_multiple):
    """Purchase of the cluster of the largest run of a year: chips, servers and network."""
    return frontier_cost * cluster_multiple


@node("chip")
def frontier_chips(frontier_purchase, cluster_price):
    """Number of chips in the cluster of the largest run of a year, of the kind sold in that year."""
    return frontier_purchase / cluster_price


@node("MW")
def frontier_power(frontier_chips, chip_power):
    """Power supply of the cluster of the largest run of a year."""
    return frontier_chips * chip_power


@node("AD", along="year", capped=True)
def threshold_date(frontier_cost, calendar_year, base_cost, base_date, cost_threshold):
    """Date at which the largest run first costs more than a threshold; the last year stands for later, or never.

    The path is linear in orders of magnitude from the base to the first year, and from each year to the next. A draw
    that stays below the threshold is set to the last year, so that percentiles before it are correct.
    """
    after = np.log10(frontier_cost / cost_threshold)
    first = np.log10(base_cost / cost_threshold) + 0 * after[-1:]
    after = np.where(calendar_year > base_date, after, first)
    before = np.concatenate([first, after[:-1]])
    start = np.concatenate([base_date + 0 * calendar_year[:1], np.maximum(calendar_year[:-1], base_date)])
    return np.where(first[0] < 0, first_crossing(before, after, start, calendar_year, calendar_year[-1:]), base_date[0])


def first_crossing(before, after, start, end, never):
    """Date at which a path first rises above 0, from its values at both ends of each step, the steps along the first
    axis; `never` where it does not."""
    rises = (before < 0) & (after >= 0)
    fraction = np.where(rises, before / np.where(rises, before - after, 1), 1)
    return np.where(rises, start + (end - start) * fraction, never).min(axis=0)


@node("share", event=True)
def over_threshold(threshold_date, calendar_year, base_date):
    """Event that a run up to this year has cost more than the threshold."""
    return (threshold_date < calendar_year) | ((threshold_date <= base_date) & (base_date <= calendar_year))


@node("MW")
def machine_power(machine_budget, cluster_price, chip_power):
    """Power of one machine of a given price."""
    return machine_budget / cluster_price * chip_power


# Dates of the largest run of `frontier`


def first_over(largest, earlier, threshold, path_date, year_end, path_start):
    """Date at which the largest run first exceeds a threshold; the end of the last year stands for later, or never.

    A year's largest is dated within it, and the path is level from there to the end of the year, and linear in orders
    of magnitude from there to the next.
    """
    excess, start = np.log10(largest / threshold), np.log10(earlier / threshold)
    before = np.concatenate([start + 0 * excess[:1], excess[:-1]])
    since = np.concatenate([path_start, year_end[:-1]])
    return np.where(start[0] < 0, first_crossing(before, excess, since, path_date, year_end[-1:]), path_start[0])


@node("AD", along="year", capped=True)
def compute_crossing_date(largest_compute, earlier_compute, compute_threshold, path_date, year_end, path_start):
    """Date at which the largest run first exceeds a compute; the end of the last year stands for later, or never."""
    return first_over(largest_compute, earlier_compute, compute_threshold, path_date, year_end, path_start)


@node("AD", along="year", capped=True)
def crossing_date(largest_cost, largest_compute, earlier_compute, cost_threshold, path_date, year_end, path_start):
    """Date at which the largest run first costs more than a threshold; the end of the last year stands for later.

    An earlier run is taken at the price of compute of the first year.
    """
    earlier = largest_cost[:1] * earlier_compute / largest_compute[:1]
    return first_over(largest_cost, earlier, cost_threshold, path_date, year_end, path_start)


@node("share", event=True)
def over_compute(headline_compute_date, year_end):
    """Event that a run up to the end of a year exceeds a compute, with all limits."""
    return headline_compute_date < year_end


@node("AD", along="course", capped=True)
def headline_compute_date(compute_crossing_date):
    """Date at which the largest run first exceeds a compute, with all limits."""
    return compute_crossing_date[0]


@node("AD", along="year", capped=True)
def headline_cost_date(headline_cost, headline_compute, earlier_compute, cost_level, path_date, year_end, path_start):
    """Date at which the largest run, with all limits, first costs more than a level; the end stands for later."""
    earlier = headline_cost[:1] * (earlier_compute / headline_compute[:1])
    return first_over(headline_cost, earlier, cost_level, path_date, year_end, path_start)


@node("share", event=True)
def over_cost(headline_cost_date, year_end):
    """Event that a run up to the end of a year costs more than a level, with all limits."""
    return headline_cost_date < year_end
