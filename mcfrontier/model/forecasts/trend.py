"""Growth of the cost of the largest runs: least squares along the dimension `run`, one line for each `trend`.

A trend is a choice of the cost, rent or purchase instead of the amortised cost, and of the runs left out. The line is
fitted to the costs at the stated figures of each run: the residuals already contain the independent errors of these
figures, which would count twice if they were sampled as well. Errors common to all runs are not in the residuals; they
are sampled, and move the slope.
"""

import numpy as np
from scipy import special

from mcfrontier.graph import node


@node("1")
def log_cost(
    amortised_cost_2023usd,
    cloud_cost_2023usd,
    acquisition_cost_2023usd,
    counts_rent,
    counts_purchase,
    tpu,
    leaves_out_tpus,
    outlier,
    leaves_out_outliers,
    one_dollar,
):
    """Logarithm to base 10 of the cost of a run in dollars of 2023; no figure for a run that the trend leaves out."""
    owned = np.where(counts_purchase > 0, acquisition_cost_2023usd, amortised_cost_2023usd)
    cost = np.where(counts_rent > 0, cloud_cost_2023usd, owned)
    left_out = (tpu * leaves_out_tpus > 0) | ((outlier > 0) & (outlier <= leaves_out_outliers))
    return np.where(left_out, np.nan, np.log10(cost / one_dollar))


@node("USD/chip")
def cluster_price_stated(server_price_stated, interconnect_overhead):
    """Price of a chip including its share of servers and network, from the stated price of a server."""
    return server_price_stated * interconnect_overhead


@node("W/chip")
def chip_power_stated(tdp, server_power_factor, average_power_fraction_stated, pue_stated):
    """Power draw of a chip, including its share of servers, network and cooling, at the stated figures of a run."""
    return tdp * server_power_factor * average_power_fraction_stated * pue_stated


@node("USD")
def amortised_cost_stated(
    chip_time_stated, cluster_price_stated, value_loss, hardware_age_stated, chip_power_stated, energy_price_stated
):
    """Loss of value of hardware and electricity at the stated figures of a run."""
    chip_value = cluster_price_stated * 10 ** (-value_loss * hardware_age_stated)
    return chip_time_stated * (chip_value * value_loss * np.log(10) + chip_power_stated * energy_price_stated)


@node("1")
def log_cost_stated(
    amortised_cost_stated,
    chip_time_stated,
    rental_price_stated,
    chip_count_stated,
    cluster_price_stated,
    deflator,
    counts_rent,
    counts_purchase,
    tpu,
    leaves_out_tpus,
    outlier,
    leaves_out_outliers,
    one_dollar,
):
    """Logarithm to base 10 of the cost of a run at its stated figures, in dollars of 2023, as in `log_cost`."""
    return log_cost(
        amortised_cost_stated * deflator,
        rental_price_stated * chip_time_stated * deflator,
        chip_count_stated * cluster_price_stated * deflator,
        counts_rent,
        counts_purchase,
        tpu,
        leaves_out_tpus,
        outlier,
        leaves_out_outliers,
        one_dollar,
    )


@node("1", along="run")
def growth_count(log_cost_stated):
    """Number of runs in the trend."""
    return np.isfinite(log_cost_stated).sum(axis=0) * 1.0


def centred(x, known):
    """Values minus their mean over the known rows, along the first axis; 0 in the other rows."""
    total = np.nansum(x * known, axis=0)
    return np.where(known, x - total / known.sum(axis=0), 0 * total)


@node("1/year", along="run")
def growth_rate(log_cost_stated, date):
    """Growth of the cost in orders of magnitude per year: least squares on the date of publication."""
    known = np.isfinite(log_cost_stated)
    dates, costs = centred(date, known), centred(log_cost_stated, known)
    return (dates * costs).sum(axis=0) / (dates * dates).sum(axis=0)


@node("1", along="run")
def growth_fit(log_cost_stated, date, growth_rate):
    """R2 of the trend: the share of the variance of the logarithms that it explains."""
    known = np.isfinite(log_cost_stated)
    dates, costs = centred(date, known), centred(log_cost_stated, known)
    return growth_rate**2 * (dates * dates).sum(axis=0) / (costs * costs).sum(axis=0)


@node("1/year", along="run")
def growth_error(log_cost_stated, date, growth_rate, growth_count):
    """Standard error of the growth rate, from the residuals of the runs."""
    known = np.isfinite(log_cost_stated)
    dates, costs = centred(date, known), centred(log_cost_stated, known)
    off = np.where(known, costs - growth_rate * dates, 0.0)
    return np.sqrt((off * off).sum(axis=0) / (dates * dates).sum(axis=0) / (growth_count - 2))


@node("1")
def growth_reach(growth_count):
    """Half-width of the 90 % interval of the growth rate in standard errors, by Student's t."""
    return special.stdtrit(growth_count - 2, 0.95)


@node("1/year")
def growth_rate_low(growth_rate, growth_error, growth_reach):
    """Lower end of the 90 % interval of the growth rate, from the residuals of the runs."""
    return growth_rate - growth_reach * growth_error


@node("1/year")
def growth_rate_high(growth_rate, growth_error, growth_reach):
    """Upper end of the 90 % interval of the growth rate, from the residuals of the runs."""
    return growth_rate + growth_reach * growth_error


@node("1")
def growth_offset(growth_count, trend_scatter):
    """Deviation of the true growth rate from the estimate in standard errors: Student's t, from its normal score."""
    return special.stdtrit(growth_count - 2, special.ndtr(trend_scatter))


@node("1/year")
def trend_rate(growth_rate, growth_error, growth_offset):
    """Growth rate with all of its uncertainty: errors common to all runs, and the residuals of the runs.

    The residuals contain both the scatter of the true costs and the independent errors of the stated figures.
    """
    return growth_rate + growth_error * growth_offset


@node("1")
def growth(trend_rate, one_year):
    """Growth factor of the cost per year."""
    return 10 ** (trend_rate * one_year)


@node("1")
def growth_low(growth_rate_low, one_year):
    """Lower end of the 90 % interval of the growth factor per year, from the residuals of the runs alone."""
    return 10 ** (growth_rate_low * one_year)


@node("1")
def growth_high(growth_rate_high, one_year):
    """Upper end of the 90 % interval of the growth factor per year, from the residuals of the runs alone."""
    return 10 ** (growth_rate_high * one_year)


@node("month")
def doubling_time(trend_rate):
    """Doubling time of the cost."""
    return np.log10(2) / trend_rate


@node("USD", along="run")
def costliest_run(log_cost, one_dollar):
    """Cost of the most expensive run of each draw, in dollars of 2023."""
    return one_dollar * 10 ** np.nanmax(log_cost, axis=0)


@node("AD", along="run")
def trend_crossing_date(log_cost, date, trend_rate, cost_threshold, one_dollar):
    """Date at which a run costs more than a threshold, if the cost grows from the largest run at the trend rate."""
    most = np.nanmax(log_cost, axis=0)
    since = np.nanmax(np.where(log_cost == most, date, np.nan), axis=0)
    return since + (np.log10(cost_threshold / one_dollar) - most) / trend_rate


@node("1")
def yearly_growth(growth_step, step_time, one_year):
    """Growth factor of a quantity per year, from its factor per step and the time of a step."""
    return growth_step ** (one_year / step_time)
