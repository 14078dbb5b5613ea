"""What the largest training run will cost, by year: a trend that goes on, or that a limit bends.

A `course` is a choice of the limits that count. Each limit is told as the cost at which it binds; near it the growth
slows down smoothly, as a logistic curve does.
"""

import numpy as np

from mcfrontier.graph import node


@node("USD")
def trend_cost(base_cost, growth, calendar_year, base_date, one_year, year_scatter):
    """Cost of a year's largest run while the trend goes on; no figure for a year that is not after the base.

    It grows from the base by one rate for all years, and a year's largest run lies some orders of magnitude off that.
    """
    foreseen = np.where(calendar_year > base_date, 1, np.nan)
    return foreseen * base_cost * growth ** ((calendar_year - base_date) / one_year) * 10**year_scatter


@node("1")
def cluster_multiple(base_multiple, run_lengthening, calendar_year, base_date, one_year):
    """Price of a run's cluster over the cost of the run.

    It falls from the base as runs get longer: a run uses up more of its cluster, by so many times a year.
    """
    return base_multiple / run_lengthening ** ((calendar_year - base_date) / one_year)


@node("USD")
def power_ceiling(power_limit, chip_power, cluster_price, cluster_multiple):
    """Cost of a run on the largest cluster that can be supplied with power."""
    return power_limit / chip_power * cluster_price / cluster_multiple


@node("USD")
def chips_ceiling(chips_limit, cluster_price, cluster_multiple):
    """Cost of a run on the largest cluster that there are chips for."""
    return chips_limit * cluster_price / cluster_multiple


@node("USD")
def money_ceiling(money_limit, cluster_multiple):
    """Cost of a run on the largest cluster that a company can pay for."""
    return money_limit / cluster_multiple


@node("USD")
def frontier_cost(trend_cost, power_counts, power_ceiling, chips_counts, chips_ceiling, money_counts, money_ceiling):
    """Amortised cost of the year's largest run: hardware value used up, and energy; not the hardware bought.

    One over the sum of one over each: far below the ceilings that count it is the trend, and it never passes one of
    them. Where a ceiling stands still and the trend is straight, this is the logistic curve.
    """
    return 1 / (
        1 / trend_cost + power_counts / power_ceiling + chips_counts / chips_ceiling + money_counts / money_ceiling
    )


@node("USD")
def frontier_purchase(frontier_cost, cluster_multiple):
    """What the cluster of the year's largest run costs to buy: chips, servers and network."""
    return frontier_cost * cluster_multiple


@node("chip")
def frontier_chips(frontier_purchase, cluster_price):
    """Chips of the cluster of the year's largest run, of the kind sold in that year."""
    return frontier_purchase / cluster_price


@node("MW")
def frontier_power(frontier_chips, chip_power):
    """Power that the cluster of the year's largest run has to be connected to."""
    return frontier_chips * chip_power


@node("AD", along="year", capped=True)
def threshold_date(frontier_cost, calendar_year, base_cost, base_date, cost_threshold):
    """When the largest run first costs more than a threshold; the last date there is stands for later, or never.

    The path goes straight from the base to the first year, and from each year to the next, in orders of magnitude. A
    draw that stays below up to the last year is told as the last year, so that percentiles before it are right.
    """
    after = np.log10(frontier_cost / cost_threshold)
    first = np.log10(base_cost / cost_threshold) + 0 * after[-1:]
    after = np.where(calendar_year > base_date, after, first)
    before = np.concatenate([first, after[:-1]])
    start = np.concatenate([base_date + 0 * calendar_year[:1], np.maximum(calendar_year[:-1], base_date)])
    rises = (before < 0) & (after >= 0)
    way = np.where(rises, before / np.where(rises, before - after, 1), 1)
    dates = np.where(rises, start + (calendar_year - start) * way, calendar_year[-1:])
    return np.where(first[0] < 0, dates.min(axis=0), base_date[0])


@node("share", event=True)
def over_threshold(threshold_date, calendar_year, base_date):
    """That a run up to the year has cost more than the threshold."""
    return (threshold_date < calendar_year) | ((threshold_date <= base_date) & (base_date <= calendar_year))


@node("MW")
def machine_power(machine_budget, cluster_price, chip_power):
    """Power of one machine for a sum of money."""
    return machine_budget / cluster_price * chip_power
