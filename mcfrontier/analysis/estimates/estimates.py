"""Mean, standard deviation and quantiles of draws, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.sampling.plan import RANDOMISATIONS

SEARCH_WIDTH = 1.5  # multiple of the root of a part's size: three standard deviations, at most, of a binomial count
MAX_SQUARED = 2.0**480  # squares of larger draws, or sums of them, may be beyond the largest float
MISSING_DRAWS, HEAVY_RATIO = 3.7, 12  # draws beyond the farthest, and its distance in sds: see tail_errors
REPEAT_DRAWS = 64  # the first draws, in which values are repeated if draws take few
LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


def quantile_name(level: float) -> str:
    """The name of a quantile: p5 for 0.05, p2.5 for 0.025."""
    return f"p{round(100 * level, 10):.12g}"


STATISTICS = ("mean", "sd", *map(quantile_name, LEVELS))
SUMMARY_LEVELS = (0.05, 0.50, 0.95)  # p5, p50 and p95, where a row is summarised in one line


class Estimate(NamedTuple):
    """An estimate and its Monte Carlo standard error."""

    value: float
    error: float


def with_moments(x: Array, quantiles: Array) -> Array:
    """Mean and sd of each row, followed by its quantiles."""
    return np.column_stack([x.mean(axis=-1), x.std(axis=-1), quantiles])


def quantiles_of_sorted(x: Array, levels: Array) -> Array:
    """Quantiles of each row of draws in ascending order: shape (rows, levels)."""
    left, right, fraction = neighbours(x.shape[-1], levels)
    values: Array = x[:, left] + (x[:, right] - x[:, left]) * fraction
    return values


def neighbours(draws: int, levels: Array) -> tuple[Array, Array, Array]:
    """Indices of the two sorted draws on either side of each quantile, and the interpolation weight of the second.

    The i-th of n draws is the quantile at (i - 1/2) / n (Hazen), which is unbiased where draws are stratified.
    """
    last = draws - 1
    at = np.clip(levels * draws - 0.5, 0, last)
    left = np.floor(at).astype(int)
    return left, np.minimum(left + 1, last), at - left


def quantiles_of_sorted_parts(x: Array, levels: Array) -> Array:
    """Quantiles of all draws together, from equal parts of them that are each in ascending order: shape (levels,).

    Only a window around the expected position is searched in every part, which is several times faster than sorting
    all draws. If a draw outside of a window may lie on the other side of a quantile, all draws are sorted instead.
    """
    parts, size = x.shape
    reach = int(SEARCH_WIDTH * size**0.5) + 1
    width = 2 * reach + 2
    left, right, fraction = neighbours(x.size, levels)
    if 2 * width * levels.size >= size:  # sorting is as fast
        return quantiles_of_sorted(np.sort(x, axis=None)[None], levels).ravel()
    start = np.clip(left // parts - reach, 0, size - width)
    near = x[:, start[:, None] + np.arange(width)].swapaxes(0, 1).reshape(levels.size, -1)
    near.sort(axis=1)
    low, high = (np.take_along_axis(near, (at - parts * start)[:, None], 1)[:, 0] for at in (left, right))
    before = np.where(start > 0, x[:, start - 1].max(axis=0), -np.inf)
    after = np.where(start + width < size, x[:, (start + width) % size].min(axis=0), np.inf)
    if (before > low).any() or (after < high).any():
        return quantiles_of_sorted(np.sort(x, axis=None)[None], levels).ravel()
    values: Array = low + (high - low) * fraction
    return values


def finite_estimates(x: Array, levels: Array) -> Array:
    """Mean, sd and quantiles of the finite ones of draws, (draws,): (2 + levels,); NaN where no draw is finite."""
    x = x[np.isfinite(x)][None]
    return with_moments(x, quantiles_of_sorted(np.sort(x), levels))[0] if x.size else np.full(2 + levels.size, np.nan)


@extremes_allowed()
def with_errors(x: Array, levels: Sequence[float]) -> tuple[Array, Array]:
    """Compute mean, sd and quantiles of draws, and the Monte Carlo standard error of each: (2 + levels,) both.

    Draw i belongs to randomisation i mod 16. The 16 randomisations are independent under every sampler, so the error
    of the mean of their estimates is their standard deviation over the root of 16, for Sobol points as well. The
    distance of that mean from the estimate of all draws together (the bias of few draws, and the discreteness of
    stratified ones) is added in quadrature.

    `x` is (draws,), or (1,) if nothing is uncertain; `levels` are probabilities, from 0 to 1.
    """
    whole, parts = with_parts(x, levels)
    errors = np.zeros_like(whole) if x.size == 1 else standard_error(whole, parts)
    if x.size > 1:
        errors[:2] = np.hypot(errors[:2], tail_errors(x, whole[:2], x.size))
    if x.size > 1 and has_repeats(x):
        errors[2:] = np.maximum(errors[2:], [jump_error(x, value) for value in whole[2:]])
    if exponent := excess_exponent(x):  # what overflows is that of scaled draws, the smallest of which may underflow
        scaled, scaled_errors = with_errors(np.ldexp(x, -exponent), levels)
        finite = np.isfinite(whole) & np.isfinite(errors)
        whole = np.where(finite, whole, np.ldexp(scaled, exponent))
        errors = np.where(finite, errors, np.ldexp(scaled_errors, exponent))
    return whole, errors


def tail_errors(x: Array, moments: Array, draws: int) -> Array:
    """The part of the standard errors of mean and sd that the spread of the randomisations does not show: of draws that
    may be missing beyond the farthest, or are too many there.

    Up to 3.7 draws as far as the farthest may be missing, -log 0.025 as in the interval of an event that no draw has.
    What they would add to the variance, less what as many like the sixteenth farthest would (each randomisation has one
    on average), is the error of the variance. For that of the mean one draw is enough, and less of it, by the square
    of their distance, where the farthest are nearer than HEAVY_RATIO standard deviations.

    Parameters
    ----------
    x : the draws, or the farthest of them on either side
    moments : mean and sd of all draws
    draws : the number of all draws
    """
    mean, sd = moments
    distances = np.abs(x - mean)
    for beyond in (2 * sd, 0.0):  # of many draws few lie beyond two standard deviations, which saves time
        far = distances[distances > beyond]
        far = far[far < np.inf]
        if far.size >= RANDOMISATIONS:
            break
    else:
        return np.zeros(2)
    largest = np.partition(far, far.size - RANDOMISATIONS)[-RANDOMISATIONS:]
    farthest, near = largest.max(), largest[0]
    excess, ratio = (farthest - near) / draws, (farthest + near) / (2 * sd)
    return np.array([excess * min(1.0, (ratio / HEAVY_RATIO) ** 2), MISSING_DRAWS * excess * ratio])


def has_repeats(x: Array) -> bool:
    """Whether draws take few values: some of the first are equal."""
    return np.unique(x[:REPEAT_DRAWS], equal_nan=False).size < min(x.size, REPEAT_DRAWS)


def jump(x: Array, value: float) -> tuple[float, float]:
    """The largest draw up to a quantile and the smallest from it on. Where draws take few values and the two differ,
    the quantile lies on a jump: any number between them is one."""
    low, high = x.max(initial=-np.inf, where=x <= value), x.min(initial=np.inf, where=x >= value)
    return float(low), float(high)


def jump_error(x: Array, value: float) -> float:
    """The distance of a quantile from the farther end of the jump on which it lies."""
    low, high = jump(x, value)
    return max(value - low, high - value)


def excess_exponent(x: Array) -> int:
    """The power of two by which draws are divided before they are squared; 0 unless the squares would overflow."""
    if x.min() >= -MAX_SQUARED and x.max() <= MAX_SQUARED:
        return 0
    sizes = np.abs(x[np.isfinite(x)])
    largest = sizes.max() if sizes.size else 0.0
    return int(np.frexp(largest)[1]) if largest > MAX_SQUARED else 0


def with_parts(x: Array, levels: Sequence[float]) -> tuple[Array, Array]:
    """Mean, sd and quantiles of draws, (2 + levels,), and those of each randomisation, (16, 2 + levels)."""
    at = np.asarray(levels, float)
    if x.size == 1:
        known = np.full(2 + at.size, x[0])
        known[1] = 0.0
        return known, np.broadcast_to(known, (RANDOMISATIONS, known.size))
    if x.size % RANDOMISATIONS == 0 and np.isfinite(x).all():
        dealt = np.ascontiguousarray(x.reshape(-1, RANDOMISATIONS).T)
        ordered = np.sort(dealt, axis=1)
        parts = with_moments(dealt, quantiles_of_sorted(ordered, at))
        mean, sd = parts[:, :2].T  # of parts of one size: total variance = variance within parts + variance between
        moments = [mean.mean(), np.sqrt((sd * sd).mean() + mean.var())]
        return np.concatenate([moments, quantiles_of_sorted_parts(ordered, at)]), parts
    parts = np.stack([finite_estimates(x[r::RANDOMISATIONS], at) for r in range(RANDOMISATIONS)])
    return finite_estimates(x, at), parts


def standard_error(whole: Array | np.floating[Any] | float, parts: Array) -> Array:
    """The standard error of an estimate from all draws, `whole` (...), from those of each randomisation, `parts`
    (16 or more, ...)."""
    values: Array = np.sqrt(parts.var(axis=0, ddof=1) / len(parts) + (whole - parts.mean(axis=0)) ** 2)
    return values


def by_parts(x: Array, statistic: Callable[[Array], float] = np.mean) -> tuple[float, Array]:
    """A statistic of the finite draws, and that of each randomisation, (16,): NaN where it has no finite draw."""
    x = np.broadcast_to(x, RANDOMISATIONS) if x.size == 1 else x
    rows = [row[np.isfinite(row)] for row in (x, *(x[r::RANDOMISATIONS] for r in range(RANDOMISATIONS)))]
    whole, *parts = (statistic(row) if row.size else np.nan for row in rows)
    return whole, np.array(parts)


def estimate(x: Array, statistic: Callable[[Array], float] = np.mean) -> Estimate:
    """A statistic of the finite draws, (draws,), or (1,) if nothing is uncertain, with its standard error."""
    whole, parts = by_parts(x, statistic)
    return Estimate(float(whole), float(standard_error(whole, parts)))
