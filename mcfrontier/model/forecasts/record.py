"""Growth of the largest training run of a year, from published estimates: a level with a rate that may wander.

The sizes of the runs of a year, as decimal logarithms, are a Poisson process whose density falls by a factor of e per
`tail_scale`. The `level` of a year is the size above which one run is expected, so its largest run lies above it by
`tail_scale` times a Gumbel variable. Where a share of the runs is published, with errors, the published sizes are a
process of the same kind at another level (thinning and displacement of a Poisson process): lower, since the largest run
may be missing, and higher, since the largest estimate is more often one too high (the winner's curse).
"""

import numpy as np
from scipy import special

from mcfrontier.graph import node

DIFFUSE = 10  # standard deviation of level and rate before the first year, in orders of magnitude: no prior to speak of


@node("1", along="record")
def published_maximum(record_size, record_time, past_time):
    """Decimal logarithm of the largest published estimate of a run of a year; no figure where there is none."""
    within = np.isfinite(record_size) & (record_time >= past_time) & (record_time < past_time + 1)
    largest = np.where(within, record_size, -np.inf).max(axis=0)
    return np.where(within.any(axis=0), largest, np.nan)


@node("share")
def published_share(reported_share, past_time, knowledge_time, report_delay):
    """Share of the runs of a year of which an estimate is published by the time of knowledge.

    The runs are spread evenly over the year; the delay of an estimate is exponential, with the mean `report_delay`.
    """
    since = np.maximum(knowledge_time - past_time, 0)
    gone = np.minimum(since, 1)  # share of the year that is over
    unpublished = report_delay * (np.exp((gone - since) / report_delay) - np.exp(-since / report_delay))
    return reported_share * (gone - unpublished)


@node("1")
def publication_shift(tail_scale, published_share, estimate_error):
    """Level of the published estimates of a year minus that of its runs: thinning lowers it, errors raise it."""
    share = np.where(published_share > 0, published_share, np.nan)
    return tail_scale * np.log(share) + estimate_error**2 / (2 * tail_scale)


def maximum_mean(tail_scale):
    """Mean of the largest size of a year above the level: that of a Gumbel variable."""
    return tail_scale * np.euler_gamma


def maximum_variance(tail_scale):
    """Variance of the largest size of a year: that of a Gumbel variable, pi^2 / 6."""
    return tail_scale**2 * special.zeta(2)


def filtered(observed, times, tail_scale, level_step, rate_step):
    """Level and rate of growth at the last time, from the largest sizes of years: a Kalman filter.

    The level changes by the rate, and by steps of its own; the rate wanders. The scatter of the largest about the
    level is taken as normal, with the variance of a Gumbel variable.

    Parameters
    ----------
    observed : array, (times, ...)
        Largest size of each year, decimal logarithm, less the shift of publication; NaN where there is none.
    times : array, (times, ...)
        Years, increasing by one.
    tail_scale : array
        Scale of the sizes of the runs of a year.
    level_step, rate_step : arrays
        Standard deviations of the change of the level, and of the rate, in a year.

    Returns
    -------
    tuple of arrays
        Mean of level and of rate, variance of the level, covariance, variance of the rate.
    """
    shape = np.broadcast_shapes(*map(np.shape, (observed[0], tail_scale, level_step, rate_step)))
    level, rate, spread, both, rate_spread = (np.full(shape, x, float) for x in (0, 0, DIFFUSE**2, 0, DIFFUSE**2))
    noise = maximum_variance(tail_scale)
    for at, time in enumerate(times):
        step = time - times[at - 1] if at else 0 * time
        level = level + rate * step
        spread = spread + 2 * both * step + rate_spread * step**2 + level_step**2 * step
        both = both + rate_spread * step
        rate_spread = rate_spread + rate_step**2 * step
        known = np.isfinite(observed[at])
        surprise = np.where(known, observed[at] - level - maximum_mean(tail_scale), 0)
        gain, rate_gain = (np.where(known, x / (spread + noise), 0) for x in (spread, both))
        level, rate = level + gain * surprise, rate + rate_gain * surprise
        rate_spread, both, spread = rate_spread - rate_gain * both, both - gain * both, spread - gain * spread
    return level, rate, spread, both, rate_spread


@node("1", along="past")
def fitted_level(published_maximum, publication_shift, past_time, tail_scale, level_step, rate_step, level_score):
    """Level of the last year of the past, as a decimal logarithm, from a normal score."""
    observed = published_maximum - publication_shift
    level, _, spread, _, _ = filtered(observed, past_time, tail_scale[0], level_step[0], rate_step[0])
    return level + np.sqrt(spread) * level_score[0]


@node("1", along="past")
def fitted_rate(
    published_maximum, publication_shift, past_time, tail_scale, level_step, rate_step, level_score, rate_score
):
    """Growth in the last year of the past, in orders of magnitude per year, correlated with the level."""
    observed = published_maximum - publication_shift
    _, rate, spread, both, rate_spread = filtered(observed, past_time, tail_scale[0], level_step[0], rate_step[0])
    own = np.sqrt(np.maximum(rate_spread - both**2 / spread, 0))
    return rate + both / np.sqrt(spread) * level_score[0] + own * rate_score[0]


@node("1", along="step")
def wandering(step_time, year_time, level_step, level_step_score, rate_step, rate_step_score):
    """Deviation of the level of a year from a straight line: the sum of the steps of level and of rate before it."""
    after = year_time - step_time
    moved = np.where(after >= 0, level_step * level_step_score, 0)
    return (moved + np.where(after >= 0, rate_step * rate_step_score * after, 0)).sum(axis=0)


@node("1")
def largest_size(fitted_level, fitted_rate, past_end_time, year_time, wandering, tail_scale, maximum_score):
    """Decimal logarithm of the largest run of a year, from the level and a standard Gumbel variable."""
    return fitted_level + fitted_rate * (year_time - past_end_time) + wandering + tail_scale * maximum_score
