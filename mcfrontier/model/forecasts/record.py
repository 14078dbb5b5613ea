"""Sizes of the largest training runs of past years, from published estimates.

The sizes of the runs of a year, as decimal logarithms, are a Poisson process whose density falls by a factor of e per
`tail_scale`. Its level is the size above which one run is expected, so its largest run lies above it by `tail_scale`
times a Gumbel variable. Where a share of the runs is published, with errors, the published sizes are a process of the
same kind at another level (thinning and displacement of a Poisson process): lower, since the largest run may be
missing, and higher, since the largest estimate is more often one too high (the winner's curse). Given its estimate, the
size of a published run is normal, lower than the estimate by the error's variance over `tail_scale`.
"""

import numpy as np

from mcfrontier.graph import node


@node("1")
def past_score(past_chance):
    """Standard Gumbel variable of the largest unpublished run of a past year, from a cumulative probability."""
    return -np.log(-np.log(past_chance))


@node("1")
def record_size(
    series_number,
    published_compute,
    published_cost,
    published_rent,
    published_deflator,
    rent_multiple,
    one_flop,
    record_dollar,
):
    """Decimal logarithm of a published estimate: of the compute in series 1, of the amortised cost in series 2.

    Where only the rent is published, the cost is a part of it.
    """
    cost = np.where(np.isnan(published_cost), published_rent / rent_multiple, published_cost) * published_deflator
    return np.log10(np.where(series_number == 1, published_compute / one_flop, cost * record_dollar))


@node("1")
def size_error(estimate_error):
    """Standard deviation of the error of an estimate, as a decimal logarithm."""
    return estimate_error / np.log(10)


def largest_within(size, date, start, one_year):
    """Largest size of the runs of a year along the first axis; no figure where there is none."""
    largest = np.full(1, -np.inf)
    for each, day in zip(size, date, strict=True):
        within = (day >= start[0]) & (day < start[0] + one_year[0])
        largest = np.maximum(largest, np.where(within & np.isfinite(each), each, -np.inf))
    return np.where(np.isfinite(largest), largest, np.nan)


@node("1", along="record")
def published_maximum(record_size, record_date, past_start, one_year):
    """Decimal logarithm of the largest published estimate of a run of a year; no figure where there is none."""
    return largest_within(record_size, record_date, past_start, one_year)


@node("1", along="record")
def fit_maximum(record_size, record_date, fit_start, one_year):
    """Decimal logarithm of the largest published estimate of a year of the fit; no figure where there is none."""
    return largest_within(record_size, record_date, fit_start, one_year)


@node("share")
def late_share(series_number, reported_share, cost_reported_share):
    """Share of the largest runs of which the compute, or the cost, is published some day: of recent years."""
    return np.where(series_number == 1, reported_share, cost_reported_share)


def share_by_then(
    early_share, late_share, closing_start, closing_end, year_start, knowledge_date, report_lag, one_year
):
    """Share of the runs of a whole year of which an estimate is published by the time of knowledge.

    It changes linearly from the early to the late one while makers close up. Runs are evenly spread over the year, and
    the delay of a publication is exponential.
    """
    closed = np.minimum(np.maximum((year_start - closing_start) / (closing_end - closing_start), 0), 1)
    share = early_share + (late_share - early_share) * closed
    lag = report_lag / one_year
    since_start = np.maximum((knowledge_date - year_start) / one_year, 0)
    since_end = np.maximum(since_start - 1, 0)
    waiting = lag * (np.exp(-since_end / lag) - np.exp(-since_start / lag))
    return share * np.minimum(np.maximum(since_start - since_end - waiting, 0), 1)


@node("share")
def published_share(
    early_share, late_share, closing_start, closing_end, past_start, knowledge_date, report_lag, one_year
):
    """Share of the runs of a year of which an estimate is published by the time of knowledge."""
    return share_by_then(
        early_share, late_share, closing_start, closing_end, past_start, knowledge_date, report_lag, one_year
    )


@node("share")
def fit_share(early_share, late_share, closing_start, closing_end, fit_start, knowledge_date, report_lag, one_year):
    """Share of the runs of a year of the fit of which an estimate is published by the time of knowledge."""
    return share_by_then(
        early_share, late_share, closing_start, closing_end, fit_start, knowledge_date, report_lag, one_year
    )


def publication_shift(tail_scale, share, size_error):
    """Level of the published estimates of a year minus that of its runs: thinning lowers it, errors raise it."""
    return tail_scale * np.log(np.where(share > 0, share, np.nan)) + size_error**2 / (2 * tail_scale)


@node("1")
def fit_size(fit_maximum, fit_share, tail_scale, size_error):
    """Largest published estimate of a year less the shift of publication, as a decimal logarithm."""
    return fit_maximum - publication_shift(tail_scale, fit_share, size_error)


@node("1")
def record_truth(record_size, size_error, tail_scale, record_score):
    """Decimal logarithm of the true size of a published run, from a normal score."""
    return record_size - size_error**2 / tail_scale + size_error * record_score


@node("1", along="record")
def published_truth(record_truth, record_date, past_start, one_year):
    """Decimal logarithm of the true size of the largest published run of a year; no figure where there is none."""
    return largest_within(record_truth, record_date, past_start, one_year)


@node("1")
def true_maximum(published_truth, past_level, published_share, tail_scale, past_score):
    """Decimal logarithm of the true size of the largest run of a year, published or not, from a Gumbel score."""
    unpublished = past_level + tail_scale * (np.log(1 - published_share) + past_score)
    return np.maximum(np.where(np.isfinite(published_truth), published_truth, -np.inf), unpublished)


@node("1", along="past")
def present_maximum(true_maximum):
    """Decimal logarithm of the largest run of the present year."""
    return true_maximum[-1]


@node("1", along="past")
def earlier_maximum(true_maximum):
    """Decimal logarithm of the largest run of all years before the present one."""
    return true_maximum[:-1].max(axis=0)
