"""Percentiles of a linear row: the roots of its distribution function, a mean of conditional probabilities."""

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
    """Approximate roots of a distribution function.

    at (levels,): values of the transformed row that nearly have each level, NaN where none was found; parts
    (16, levels): the probabilities there, by randomisation; slope (levels,): of the normal scores of the probabilities.
    """

    at: Array
    parts: Array
    slope: Array


@np.errstate(all="ignore")
def percentiles_at(
    line: LinearRow, near: Roots, scale: float, levels: Sequence[float], distant: bool = False
) -> tuple[Array, Array]:
    """Percentiles of a row and their standard errors, (levels,) both, in a unit of `scale` base units.

    The error is that of the roots of the 16 randomisations, to first order, and of the table, in quadrature; where the
    roots may be `distant` from the levels, of the last step as well, by the square of its normal scores.
    """
    inverse = TRANSFORMS[line.transform].inverse
    density = near.slope * np.exp(-(special.ndtri(levels) ** 2) / 2) / np.sqrt(2 * np.pi)
    at = newton_step(near, levels)
    parts = at - (near.parts - near.parts.mean(axis=0)) / density
    values = inverse(at)
    table_errors = inverse(at + line.table.max_error / density) - values
    errors = np.hypot(estimates.standard_error(values, inverse(parts)), table_errors)
    if distant:
        errors = np.hypot(errors, inverse(at + (at - near.at) ** 2 * near.slope) - values)
    return values / scale, errors / scale


@np.errstate(all="ignore")
def newton_step(near: Roots, levels: Sequence[float]) -> Array:
    """Improve approximate roots by a Newton step in normal scores: (levels,)."""
    values: Array = near.at - (special.ndtri(near.parts.mean(axis=0)) - special.ndtri(levels)) / near.slope
    return values


@np.errstate(all="ignore")
def with_slopes(line: LinearRow, near: Roots) -> Roots:
    """Improve the slopes of approximate roots, by differences over SLOPE_WIDTH normal scores over the line."""
    half = SLOPE_WIDTH / near.slope / 2
    below, above = (
        special.ndtri(line.cdf_parts(near.at + step, line.start.size).mean(axis=0)) for step in (-half, half)
    )
    return near._replace(slope=(above - below) / (2 * half))


@np.errstate(all="ignore")
def roots(line: LinearRow, ordered: Array, levels: Sequence[float]) -> Roots:
    """Find where a transformed row nearly has each level; `newton_step` makes the last step.

    Starts from the order statistics of its draws, `ordered`, and takes secant steps in normal scores, which are nearly
    linear, safeguarded by bisection: first to the root over the first draws, from there to the root over all.
    """
    p = np.asarray(levels, float)
    goal, step_size = special.ndtri(p), 1 / ordered.size
    inner = np.clip(p, 4 * step_size, 1 - 4 * step_size)
    wide = 2 * np.sqrt(inner * (1 - inner) * step_size)
    around = np.clip([inner - wide, inner, inner + wide], step_size / 2, 1 - step_size / 2)
    before, at, after = estimates.quantiles_of_sorted(ordered[None], around.ravel())[0].reshape(around.shape)
    slope = (special.ndtri(around[2]) - special.ndtri(around[0])) / (after - before)
    parts, miss = np.full((RANDOMISATIONS, goal.size), np.nan), np.full(goal.size, np.nan)
    density = np.exp(-(goal**2) / 2) / np.sqrt(2 * np.pi)  # of normal scores
    coarse = min(ordered.size, max(MIN_COARSE_DRAWS, ordered.size // 8))
    for draws, max_tolerance in ((coarse, 1e-6), (ordered.size, 1e-3)):
        low, high = np.full(goal.size, line.low), np.full(goal.size, line.high)
        active, last = np.flatnonzero(np.isfinite(at)), np.full(goal.size, np.nan)
        for _ in range(MAX_ITERATIONS):
            parts[:, active] = line.cdf_parts(at[active], draws)
            last_miss, miss[active] = miss[active], special.ndtri(parts[:, active].mean(axis=0)) - goal[active]
            here, change = at[active], miss[active] - last_miss
            secant = change / (here - last[active])
            usable = (np.abs(change) > ROOT_TOLERANCE) & (secant > 0) & np.isfinite(secant)
            slope[active] = np.where(usable, secant, slope[active])
            low[active], high[active] = np.where(miss[active] < 0, [here, high[active]], [low[active], here])
            error = parts.std(axis=0, ddof=1) / np.sqrt(RANDOMISATIONS) / density
            tolerance = np.clip(ERROR_MULTIPLE * error, ROOT_TOLERANCE, max_tolerance)
            active = active[np.abs(miss[active]) > tolerance[active]]
            if not active.size:
                break
            last[active] = at[active]
            step = at[active] - miss[active] / slope[active]
            bracketed = (step > low[active]) & (step < high[active])
            at[active] = np.where(bracketed, step, (low[active] + high[active]) / 2)
        near = Roots(np.where(np.abs(miss) <= tolerance, at, np.nan), parts, slope)
        at = newton_step(near, levels)
    return near
