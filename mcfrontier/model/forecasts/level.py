"""Level and growth of the largest training run of a year: a Kalman filter on the largest published estimates.

The level, as a decimal logarithm, grows at a rate. In growth model 0 the rate is constant, in model 1 the level wanders
as well, in model 2 the rate does. The largest run of a year lies above the level by `tail_scale` times a Gumbel
variable: see `record`.
"""

import numpy as np
from scipy import special

from mcfrontier.graph import node

DIFFUSE = 10  # standard deviation of the level before the first year, in orders of magnitude: no prior to speak of


@node("1")
def maximum_score(maximum_chance):
    """Standard Gumbel variable of the largest run of a year, from a cumulative probability."""
    return -np.log(-np.log(maximum_chance))


def fit_of(fit_size, fit_start, window_start, one_year, *scales):
    """The states of the filter in all years of the fit, from the sizes of the window on; and the years."""
    years = (fit_start - fit_start[:1]) / one_year[0]
    observed = np.where(fit_start >= window_start, fit_size, np.nan)
    return filtered(observed, years, *(each[0] for each in scales)), years


def maximum_mean(tail_scale):
    """Mean of the largest size of a year above the level: that of a Gumbel variable."""
    return tail_scale * np.euler_gamma


def maximum_variance(tail_scale):
    """Variance of the largest size of a year: that of a Gumbel variable, pi^2 / 6."""
    return tail_scale**2 * special.zeta(2)


@node("1")
def level_step(growth_model, level_walk):
    """Standard deviation of the change of the level in a year beside its growth: none but in growth model 1."""
    return np.where(growth_model == 1, level_walk, 0 * level_walk)


@node("1")
def rate_step(growth_model, rate_walk):
    """Standard deviation of the change of the rate of growth in a year: none but in growth model 2."""
    return np.where(growth_model == 2, rate_walk, 0 * rate_walk)


def filtered(observed, times, tail_scale, level_step, rate_step, rate_mean, rate_sd):
    """Level and rate of growth at each time, from the largest sizes of years up to it: a Kalman filter.

    The level changes by the rate, and by steps of its own; the rate wanders. The scatter of the largest about the
    level is taken as normal, with the variance of a Gumbel variable.

    Parameters
    ----------
    observed : array, (times, ...)
        Largest size of each year, decimal logarithm, less the shift of publication; NaN where there is none.
    times : array, (times, ...)
        Years, increasing.
    tail_scale : array
        Scale of the sizes of the runs of a year.
    level_step, rate_step : arrays
        Standard deviations of the change of the level, and of the rate, in a year.
    rate_mean, rate_sd : arrays
        Mean and standard deviation of the rate before the first year.

    Returns
    -------
    list of tuples of arrays
        For each time: mean of level and of rate, variance of the level, covariance, variance of the rate.
    """
    shape = np.broadcast_shapes(*map(np.shape, (observed[0], tail_scale, level_step, rate_step, rate_mean, rate_sd)))
    begin = np.where(np.isfinite(observed), observed, -np.inf).max(axis=0)
    starts = (np.where(np.isfinite(begin), begin, 0), rate_mean, DIFFUSE**2, 0, rate_sd**2)
    level, rate, spread, both, rate_spread = (np.broadcast_to(x, shape).astype(float) for x in starts)
    noise, found = maximum_variance(tail_scale), []
    for at, time in enumerate(times):
        step = time - times[at - 1] if at else 0 * time
        level = level + rate * step
        spread, both, rate_spread = ahead((spread, both, rate_spread), step, level_step, rate_step)
        known = np.isfinite(observed[at])
        surprise = np.where(known, observed[at] - level - maximum_mean(tail_scale), 0)
        gain, rate_gain = (np.where(known, x / (spread + noise), 0) for x in (spread, both))
        level, rate = level + gain * surprise, rate + rate_gain * surprise
        rate_spread, both, spread = rate_spread - rate_gain * both, both - gain * both, spread - gain * spread
        found.append((level, rate, spread, both, rate_spread))
    return found


def ahead(variances, step, level_step, rate_step):
    """Variance of the level, covariance and variance of the rate, a time after that of the given ones."""
    spread, both, rate_spread = variances
    wide = spread + 2 * both * step + rate_spread * step**2 + level_step**2 * step
    return wide, both + rate_spread * step, rate_spread + rate_step**2 * step


def drawn(state, level_score, rate_score):
    """A level and a rate from their joint normal distribution, by two standard normal scores."""
    level, rate, spread, both, rate_spread = state
    slope = both / np.where(spread > 0, spread, 1)
    own = np.sqrt(np.maximum(rate_spread - slope * both, 0))
    moved = np.sqrt(np.maximum(spread, 0)) * level_score
    return level + moved, rate + slope * moved + own * rate_score


def path_before(found, times, level_step, rate_step, level, rate, level_scores, rate_scores):
    """Levels at all times, by backward sampling from the level and the rate at the last one.

    Carter and Kohn (1994), On Gibbs sampling for state space models: each state is drawn given the data up to it and
    the state after it. Without steps the path is the straight line.
    """
    path = [level]
    for at in range(len(times) - 2, -1, -1):
        mean, mean_rate, spread, both, rate_spread = found[at]
        step = times[at + 1] - times[at]
        wide, cross, high = ahead((spread, both, rate_spread), step, level_step, rate_step)
        size = wide * high - cross**2
        off, rate_off = level - mean - mean_rate * step, rate - mean_rate
        with_level, with_rate = spread + both * step, both  # covariances with the next level and the next rate
        gains = [
            ((a * high - b * cross) / size, (b * wide - a * cross) / size)
            for a, b in ((with_level, with_rate), (cross, rate_spread))
        ]
        (gain, to_rate), (rate_gain, rate_to_rate) = gains
        left = spread - gain * with_level - to_rate * with_rate
        left_both = both - gain * cross - to_rate * rate_spread
        left_rate = rate_spread - rate_gain * cross - rate_to_rate * rate_spread
        mean, mean_rate = mean + gain * off + to_rate * rate_off, mean_rate + rate_gain * off + rate_to_rate * rate_off
        level, rate = drawn((mean, mean_rate, left, left_both, left_rate), level_scores[at], rate_scores[at])
        path.insert(0, level)
    return path


@node("1", along="fit")
def fitted_level(
    fit_size, fit_start, window_start, one_year, tail_scale, level_step, rate_step, rate_mean, rate_sd, level_score
):
    """Level of the last year of the fit, as a decimal logarithm, from a normal score."""
    scales = tail_scale, level_step, rate_step, rate_mean, rate_sd
    found, _ = fit_of(fit_size, fit_start, window_start, one_year, *scales)
    return drawn(found[-1], level_score[0], 0 * level_score[0])[0]


@node("1", along="fit")
def fitted_rate(
    fit_size,
    fit_start,
    window_start,
    one_year,
    tail_scale,
    level_step,
    rate_step,
    rate_mean,
    rate_sd,
    level_score,
    rate_score,
):
    """Growth in the last year of the fit, in orders of magnitude per year, correlated with the level."""
    scales = tail_scale, level_step, rate_step, rate_mean, rate_sd
    found, _ = fit_of(fit_size, fit_start, window_start, one_year, *scales)
    return drawn(found[-1], level_score[0], rate_score[0])[1]


@node("1")
def fitted_growth(fitted_rate):
    """Growth factor of the largest run per year, in the last year of the fit."""
    return 10**fitted_rate


@node("1", along="fit")
def past_level(
    fit_size,
    fit_start,
    window_start,
    one_year,
    tail_scale,
    level_step,
    rate_step,
    rate_mean,
    rate_sd,
    fitted_level,
    fitted_rate,
    fit_level_score,
    fit_rate_score,
    past_start,
):
    """Level of a year, as a decimal logarithm, given all published estimates."""
    steps, scales = (level_step[0], rate_step[0]), (tail_scale, level_step, rate_step, rate_mean, rate_sd)
    found, years = fit_of(fit_size, fit_start, window_start, one_year, *scales)
    path = path_before(found, years, *steps, fitted_level[0], fitted_rate[0], fit_level_score, fit_rate_score)
    return sum(np.where(year == past_start[0], level, 0) for year, level in zip(fit_start, path, strict=True))


@node("1", along="step")
def wandering(step_start, year_start, one_year, level_step, level_step_score, rate_step, rate_step_score):
    """Deviation of the level of a year from a straight line: the sum of the steps of level and of rate before it."""
    after = (year_start - step_start) / one_year
    moved = np.where(after >= 0, level_step * level_step_score, 0)
    return (moved + np.where(after >= 0, rate_step * rate_step_score * after, 0)).sum(axis=0)


@node("1")
def largest_size(
    fitted_level,
    fitted_rate,
    present_start,
    year_start,
    one_year,
    wandering,
    tail_scale,
    maximum_score,
    present_maximum,
):
    """Decimal logarithm of the largest run of a year if the trend goes on.

    Of the present year from its own record; of later years from the level and a standard Gumbel variable.
    """
    level = fitted_level + fitted_rate * (year_start - present_start) / one_year + wandering
    return np.where(year_start == present_start, present_maximum, level + tail_scale * maximum_score)
