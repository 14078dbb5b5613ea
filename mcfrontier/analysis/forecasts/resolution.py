"""Dates at which a threshold is passed: truly, as far as can be known outside, and by a published estimate.

The path of a quantity is linear in its logarithm between its rows, and level from where a row is reached to its date;
before the first row it falls back at the slope of the first two, or stays level. Runs are as large as the path on their
dates, which are evenly spaced; one is dated where the path first passes the threshold. Each run is reported or not,
after a time of its own, with an error of its own.
"""

import numpy as np

from mcfrontier.graph import node
from mcfrontier.model.forecasts.forecast import first_crossing

SMALLEST_RATIO = 1e-300  # a ratio to the threshold that stands for 0, for a negative one and for no value
ALONG, REPORTS = "year", "report"  # the first stands for the dimension of the path


def leveled(path, reached, dates):
    """A path and its dates, level from the date at which each row is reached to that of the row."""
    rows = [slice(at, at + 1) for at in range(len(dates))]
    level = np.concatenate([path[row] for row in rows for _ in range(2)])
    return level, np.concatenate([each[row] for row in rows for each in (reached, dates)])


def with_start(excess, reached, dates, since):
    """A path and its dates, with the point at which runs begin to count before its first row.

    Where a row is reached before its date, the path is level from there to its date.
    """
    slope = np.maximum((excess[1] - excess[0]) / (reached[1] - reached[0]), 0 / (reached[1] - reached[0]))
    before = excess[:1] - slope * (reached[:1] - since[:1])
    path, days = (excess, dates) if (reached == dates).all() else leveled(excess, reached, dates)
    return np.concatenate([before, path]), np.concatenate([since[:1] + 0 * days[:1], days])


@node("1")
def resolution_excess(resolution_path, resolution_threshold):
    """Logarithm of the ratio of the quantity to the threshold."""
    ratio = resolution_path / resolution_threshold
    return np.log(np.where(ratio > SMALLEST_RATIO, ratio, SMALLEST_RATIO))


@node("AD", along=ALONG)
def resolution_end(resolution_dates):
    """Date of the last row, which stands for later, or never."""
    return resolution_dates[-1]


@node("AD", along=ALONG, capped=True)
def true_date(resolution_excess, resolution_reached, resolution_dates, resolution_since):
    """Date at which the quantity first exceeds the threshold; the last date stands for later, or never."""
    path, dates = with_start(resolution_excess, resolution_reached, resolution_dates, resolution_since)
    crossing = first_crossing(path[:-1], path[1:], dates[:-1], dates[1:], dates[-1:])
    return np.where(path[0] < 0, crossing, dates[0])


@node("AD")
def run_date(true_date, report_number, resolution_since, resolution_spacing):
    """Date of each run: evenly spaced, one of them at the date at which the quantity first exceeds the threshold."""
    passing = np.floor((true_date - resolution_since) / resolution_spacing)
    return true_date + (report_number - passing) * resolution_spacing


@node("1", along=ALONG)
def run_excess(resolution_excess, resolution_reached, resolution_dates, resolution_since, run_date, true_date):
    """Logarithm of the ratio of each run to the threshold."""
    path, dates = with_start(resolution_excess, resolution_reached, resolution_dates, resolution_since)
    found = path[0]
    for step in range(len(dates) - 1):
        share = (run_date[0] - dates[step]) / (dates[step + 1] - dates[step])
        found = found + (path[step + 1] - path[step]) * np.minimum(np.maximum(share, 0), 1)
    passing = (run_date[0] == true_date[0]) & (path.max(axis=0) >= 0)
    return np.where(passing, np.maximum(found, 0), found)  # exactly at the threshold where it passes


@node("AD")
def report_date(run_date, report_wait, resolution_lag):
    """Date at which each run is reported, if it is."""
    return run_date + report_wait * resolution_lag


@node("AD", along=REPORTS, capped=True)
def known_date(report_date, report_chance, resolution_reported, run_excess, resolution_end):
    """Date at which a run above the threshold is first reported; the last date stands for later, or never."""
    return first_report((report_chance < resolution_reported) & (run_excess >= 0), report_date, resolution_end)


@node("1")
def resolution_margin(resolution_threshold, resolution_unit, resolution_rounding):
    """Logarithm of the ratio of the least estimate that exceeds the threshold when rounded to the threshold."""
    amount = resolution_threshold / resolution_unit
    last_digit = 10 ** (np.floor(np.log10(amount)) - resolution_rounding + 1)
    least = (np.floor(amount / last_digit) + 1 / 2) * last_digit
    return np.where(resolution_rounding > 0, np.log(least / amount), 0)


@node("AD", along=REPORTS, capped=True)
def published_date(
    report_date,
    report_chance,
    resolution_reported,
    run_excess,
    resolution_error,
    report_error,
    resolution_margin,
    resolution_end,
):
    """Date at which a published estimate first exceeds the threshold; the last date stands for later, or never."""
    above = run_excess + resolution_error * report_error >= resolution_margin
    return first_report((report_chance < resolution_reported) & above, report_date, resolution_end)


def first_report(counts, dates, end):
    """The first date of the reports that count, along the first axis; the end where none does."""
    return np.where(counts, np.minimum(dates, end), end).min(axis=0)


@node("share", event=True)
def true_by(true_date, resolution_dates):
    """Event that the quantity has exceeded the threshold by the date of a row."""
    return true_date < resolution_dates


@node("share", event=True)
def known_by(known_date, resolution_dates):
    """Event that a run above the threshold has been reported by the date of a row."""
    return known_date < resolution_dates


@node("share", event=True)
def published_by(published_date, resolution_dates):
    """Event that a published estimate has exceeded the threshold by the date of a row."""
    return published_date < resolution_dates
