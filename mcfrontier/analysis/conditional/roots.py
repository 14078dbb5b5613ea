"""Percentiles of linear rows: the roots of their distribution functions, means of conditional probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.analysis.conditional.linear import TRANSFORMS, LinearRow
from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS

MIN_COARSE_DRAWS = 2**9  # draws over which a root is found, at least, before it is found over all
ROOT_TOLERANCE = 1e-7  # distance of a root in normal scores from its level before the last Newton step
ERROR_MULTIPLE = 10  # that distance may also be this multiple of its Monte Carlo error
MAX_ITERATIONS = 60
SLOPE_WIDTH = 0.01  # normal scores over which a slope is taken


class Roots(NamedTuple):
    """Approximate roots of the distribution functions of rows.

    at (rows, levels): values of each transformed row that nearly have each level, NaN where none was found; parts
    (rows, levels, 16): the probabilities there, by randomisation; slope (rows, levels): of the normal scores of the
    probabilities.
    """

    at: Array
    parts: Array
    slope: Array


@np.errstate(all="ignore")
def percentiles_at(
    line: LinearRow, near: Roots, scale: float, levels: Sequence[float], distant: bool = False
) -> tuple[Array, Array]:
    """Percentiles of one row and their standard errors, (levels,) both, in a unit of `scale` base units.

    The error is that of the roots of the 16 randomisations, to first order, and of the table, in quadrature; where the
    roots may be `distant` from the levels, of the last step as well, by the square of its normal scores.
    """
    inverse = TRANSFORMS[line.transform].inverse
    density = near.slope * normal_density(special.ndtri(levels))
    at = newton_step(near, levels)
    parts = at[:, None] - (near.parts - near.parts.mean(axis=-1, keepdims=True)) / density[:, None]
    values = inverse(at)
    table_errors = inverse(at + line.table.max_error / density) - values
    errors = np.hypot(estimates.standard_error(values, inverse(parts).T), table_errors)
    if distant:
        errors = np.hypot(errors, inverse(at + (at - near.at) ** 2 * near.slope) - values)
    return values / scale, errors / scale


def normal_density(score: Array) -> Array:
    """The density of the standard normal distribution."""
    values: Array = np.exp(-(score**2) / 2) / np.sqrt(2 * np.pi)
    return values


@np.errstate(all="ignore")
def newton_step(near: Roots, levels: Sequence[float]) -> Array:
    """Improve approximate roots by a Newton step in normal scores: the values, as in Roots."""
    values: Array = near.at - (special.ndtri(near.parts.mean(axis=-1)) - special.ndtri(levels)) / near.slope
    return values


@np.errstate(all="ignore")
def with_slopes(lines: Sequence[LinearRow], near: Roots) -> Roots:
    """Improve the slopes of approximate roots, by differences over SLOPE_WIDTH normal scores over the lines."""
    half = SLOPE_WIDTH / near.slope / 2
    at = np.concatenate([near.at - half, near.at + half], axis=1)
    parts = np.stack([line.cdf_parts(row, line.start.size) for line, row in zip(lines, at, strict=True)])
    below, above = np.split(special.ndtri(parts.mean(axis=-1)), 2, axis=1)
    return near._replace(slope=(above - below) / (2 * half))


def first_ordered(line: LinearRow, y: Array) -> Array:
    """The draws of a row that its roots are first found over: the first of `y`, transformed, in ascending order."""
    return np.sort(TRANSFORMS[line.transform].forward(y[: max(MIN_COARSE_DRAWS, y.size // 8)]))


@np.errstate(all="ignore")
def roots(lines: Sequence[LinearRow], ordered: Array, levels: Sequence[float]) -> Roots:
    """Find where each transformed row nearly has each level; `newton_step` makes the last step.

    Starts from the order statistics of the first draws of each row, `ordered` (rows, draws), and takes secant steps in
    normal scores, which are nearly linear, safeguarded by bisection: first to the root over those draws, from there to
    the root over all.
    """
    p = np.asarray(levels, float)
    goal, step_size = special.ndtri(p), 1 / ordered.shape[1]
    inner = np.clip(p, 4 * step_size, 1 - 4 * step_size)
    wide = 2 * np.sqrt(inner * (1 - inner) * step_size)
    around = np.clip([inner - wide, inner, inner + wide], step_size / 2, 1 - step_size / 2)
    before, at, after = np.split(estimates.quantiles_of_sorted(ordered, around.ravel()), 3, axis=1)
    slope = (special.ndtri(around[2]) - special.ndtri(around[0])) / (after - before)
    parts, miss = np.full((*at.shape, RANDOMISATIONS), np.nan), np.full(at.shape, np.nan)
    density = normal_density(goal)
    for draws, max_tolerance in ((ordered.shape[1], 1e-6), (lines[0].start.size, 1e-3)):
        low, high = np.array([[line.low] for line in lines]), np.array([[line.high] for line in lines])
        active, last = np.isfinite(at), np.full(at.shape, np.nan)
        for _ in range(MAX_ITERATIONS):
            for line, row, wanted, found in zip(lines, at, active, parts, strict=True):
                found[wanted] = line.cdf_parts(row[wanted], draws)
            last_miss, miss = miss, special.ndtri(parts.mean(axis=-1)) - goal
            change = miss - last_miss  # 0 where not active
            secant = change / (at - last)
            usable = (np.abs(change) > ROOT_TOLERANCE) & (secant > 0) & np.isfinite(secant)
            slope = np.where(usable, secant, slope)
            low, high = np.where(miss < 0, at, low), np.where(miss < 0, high, at)
            error = parts.std(axis=-1, ddof=1) / np.sqrt(RANDOMISATIONS) / density
            tolerance = np.clip(ERROR_MULTIPLE * error, ROOT_TOLERANCE, max_tolerance)
            active = np.abs(miss) > tolerance
            if not active.any():
                break
            last, step = at, at - miss / slope
            bracketed = (step > low) & (step < high)
            at = np.where(active, np.where(bracketed, step, (low + high) / 2), at)
        near = Roots(np.where(np.abs(miss) <= tolerance, at, np.nan), parts, slope)
        at = newton_step(near, levels)
    return near
