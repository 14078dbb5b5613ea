"""Percentiles of a row that is a line in an input: where the mean of its probabilities comes to their levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.analysis import intervals
from mcfrontier.analysis.lines import READINGS, Line
from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray
FIRST = 2**9  # draws, or more, of which a root is looked for before it is of all
CLOSE, MAY, ROUNDS = 1e-7, 10, 60  # normal scores a root may be off before its last step, or so many of its errors


class Roots(NamedTuple):
    """Where a row as it is read nearly comes to each level, (levels,), not a number where that was not found; the
    probabilities there by each randomisation, (16, levels); and the slope there, in normal scores."""

    at: Array
    parts: Array
    slope: Array


@np.errstate(all="ignore")
def told(line: Line, near: Roots, scale: float, levels: Sequence[float]) -> tuple[Array, Array]:
    """Percentiles of a row and their standard errors, (levels,) both, in the unit of this many base units.

    The sixteen randomisations tell the error, by where each comes to the level to first order; the table of the line
    may be off besides.
    """
    back = READINGS[line.reading].back
    steep = near.slope * np.exp(-(special.ndtri(levels) ** 2) / 2) / np.sqrt(2 * np.pi)  # of the probability
    at = stepped(near, levels)
    sixteen = at - (near.parts - near.parts.mean(axis=0)) / steep
    values = back(at)
    errors = np.hypot(intervals.error(values, back(sixteen)), back(at + line.below.miss / steep) - values)
    return values / scale, errors / scale


@np.errstate(all="ignore")
def stepped(near: Roots, levels: Sequence[float]) -> Array:
    """Where the row comes to each level, by the slope: (levels,)."""
    return near.at - (special.ndtri(near.parts.mean(axis=0)) - special.ndtri(levels)) / near.slope


@np.errstate(all="ignore")
def roots(line: Line, rising: Array, levels: Sequence[float]) -> Roots:
    """Where a row nearly comes to each level; `stepped` takes the last step.

    From the order statistics of the draws by secants over normal scores, which are nearly straight: to the root of the
    first few draws, and from there to that of all.
    """
    levels = np.asarray(levels, float)
    goal, grain = special.ndtri(levels), 1 / rising.size
    inside = np.clip(levels, 4 * grain, 1 - 4 * grain)
    wide = 2 * np.sqrt(inside * (1 - inside) * grain)
    around = np.clip([inside - wide, inside, inside + wide], grain / 2, 1 - grain / 2)
    before, at, after = intervals.of_rising(rising[None], around.ravel())[0].reshape(around.shape)
    slope = (special.ndtri(around[2]) - special.ndtri(around[0])) / (after - before)
    parts, miss = np.full((RANDOMISATIONS, goal.size), np.nan), np.full(goal.size, np.nan)
    density = np.exp(-(goal**2) / 2) / np.sqrt(2 * np.pi)  # of normal scores
    few = min(rising.size, max(FIRST, rising.size // 8))
    for draws, most in ((few, 1e-6), (rising.size, 1e-3)):
        low, high = np.full(goal.size, line.low), np.full(goal.size, line.high)
        left, was = np.flatnonzero(np.isfinite(at)), np.full(goal.size, np.nan)
        for _ in range(ROUNDS):
            parts[:, left] = line.parts(at[left], draws)
            missed, miss[left] = miss[left], special.ndtri(parts[:, left].mean(axis=0)) - goal[left]
            here, change = at[left], miss[left] - missed
            rise = change / (here - was[left])
            slope[left] = np.where((np.abs(change) > CLOSE) & (rise > 0) & np.isfinite(rise), rise, slope[left])
            low[left], high[left] = np.where(miss[left] < 0, [here, high[left]], [low[left], here])
            error = parts.std(axis=0, ddof=1) / np.sqrt(RANDOMISATIONS) / density
            close = np.clip(MAY * error, CLOSE, most)
            left = left[np.abs(miss[left]) > close[left]]
            if not left.size:
                break
            was[left] = at[left]
            step = at[left] - miss[left] / slope[left]
            inside = (step > low[left]) & (step < high[left])
            at[left] = np.where(inside, step, (low[left] + high[left]) / 2)
        near = Roots(np.where(np.abs(miss) <= close, at, np.nan), parts, slope)
        at = stepped(near, levels)
    return near
