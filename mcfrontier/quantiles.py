"""Quantile functions by table: how the points of a sampler become draws, a few nanoseconds each.

A point is a whole number of 52 bits, the word k, and stands for the probability (k + 1/2) / 2^52: never 0, never 1,
and exact in a float. Its first 12 bits say in which of 4,096 cells of equal probability it lies; there the quantile
function is a parabola through three of its points. Where that is not near enough, in the tails and about jumps and
kinks, the exact function is called.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from mcfrontier.distributions import Array, Curve, Distribution

BITS = 52
CELL_BITS = 12
CELLS = 1 << CELL_BITS
SMALL = 1e-7  # of the width of a distribution: the error that a table may have
NEAR = 1e-5  # of a value, likewise: what is above 0 stays there
ONE = np.float64(1).view(np.uint64)  # the bits of 1.0: with 52 others behind them, a float from 1 to 2
REACH, KNOTS = 6, 128  # of the table of a costly quantile function: standard deviations, knots in each


@dataclass(frozen=True)
class Quantile:
    """A quantile function by cells.

    curve      the exact function
    parabolas  (3, cells): the value is a + u (b + c u) at u = 1 + k / 2^52; not a number where that is not near enough
    """

    curve: Curve
    parabolas: Array

    def __call__(self, words: Array) -> Array:
        """The quantiles at points of 52 bits, of the same shape."""
        cell, u = (words >> np.uint64(BITS - CELL_BITS)).view(np.intp), (words | ONE).view(float)
        level, slope, bend = self.parabolas
        x = bend.take(cell, mode="clip")
        x *= u
        x += slope.take(cell, mode="clip")
        x *= u
        x += level.take(cell, mode="clip")
        exact = np.flatnonzero(np.isnan(x))
        if exact.size:
            with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
                x.reshape(-1)[exact] = self.curve(to_probability(words.reshape(-1)[exact]))
        return x


def to_probability(words: Array) -> Array:
    """The probability of each point of 52 bits."""
    return (words | ONE).view(float) - (1 - 2.0**-53)


def to_words(probabilities: Array) -> Array:
    """The points of 52 bits of some probabilities, the nearest there are."""
    return np.minimum(probabilities * 2.0**BITS, 2.0**BITS - 1).astype(np.uint64)


def tabulated(distribution: Distribution, scale: float = 1.0) -> Quantile:
    """The quantile function of a distribution as a table, times `scale`. tests/test_quantiles.py holds the error."""
    exact = by_scores(distribution) if distribution.costly else distribution.quantile

    def curve(p: Array) -> Array:
        return exact(p) * scale

    with np.errstate(all="ignore"):
        knots = curve(np.arange(2 * CELLS + 1) / (2 * CELLS))
        allowed = SMALL * abs(float(np.subtract(*curve(np.array([0.95, 0.05])))))
        left, middle, right = knots[:-1:2], knots[1::2], knots[2::2]
        up, on = middle - left, right - middle  # 0 where values are equal, with no rounding
        rise, bend = 3 * up - on, 2 * (on - up)  # over a cell from 0 to 1
        if distribution.rough:
            miss = np.zeros(CELLS)
            for t in (0.125, 0.375, 0.625, 0.875):
                there = curve((np.arange(CELLS) + t) / CELLS)
                miss = np.maximum(miss, np.abs(left + t * (rise + t * bend) - there))
        else:
            # what a parabola through three points of a smooth curve misses: sqrt(3) / 27 of the third difference
            thirds = np.abs(np.diff(knots, 3, prepend=np.nan, append=np.nan))[: 2 * CELLS]
            miss = np.fmax(thirds[::2], thirds[1::2]) * 3**0.5 / 27
            miss[[0, -1]] = np.nan
            allowed = np.minimum(allowed, NEAR * np.minimum(np.abs(left), np.abs(right)))
        beside = ~(miss <= allowed)
        first = CELLS + np.arange(CELLS)
        parabolas = [left - first * (rise - first * bend), CELLS * (rise - 2 * first * bend), CELLS**2 * bend]
    return Quantile(curve, np.where(beside, [[np.nan], [0.0], [0.0]], parabolas))


def by_scores(distribution: Distribution) -> Curve:
    """A costly quantile function read from a table over normal scores, by cubics through four knots.

    Over normal scores the curve is smooth to far out in its tails, so a small table serves; beyond
    six standard deviations the exact function is called, and where a rough curve has jumps or kinks.
    tests/test_quantiles.py holds the error.
    """
    cells = 2 * REACH * KNOTS
    knots = at_scores(distribution, np.arange(-1, cells + 2) / KNOTS - REACH)

    def between(cell: Array, t: Array) -> Array:
        before, left, right, after = (knots.take(cell + k) for k in range(4))
        rise = right - left
        bend = (2 - t) * (rise - left + before) + (1 + t) * (after - right - rise)
        return left + t * rise + t * (t - 1) * bend / 6

    smooth = np.ones(cells, dtype=bool)
    if distribution.rough:
        width = np.diff(distribution.quantile(np.array([0.05, 0.95])))
        for t in (0.25, 0.5, 0.75):
            exact = at_scores(distribution, (np.arange(cells) + t) / KNOTS - REACH)
            smooth &= np.abs(between(np.arange(cells), np.full(cells, t)) - exact) <= SMALL * width

    def quantile(p: Array) -> Array:
        at = (special.ndtri(p) + REACH) * KNOTS
        body = (at >= 0) & (at < cells)
        cell = np.where(body, at, 0).astype(np.intp)
        body &= smooth[cell]
        found = between(cell, at - cell)
        if not body.all():
            found[~body] = distribution.quantile(p[~body])
        return found

    return quantile


def at_scores(distribution: Distribution, scores: Array) -> Array:
    """Quantiles at rising normal scores, each counted from the nearer end."""
    lower, upper = scores[scores < 0], scores[scores >= 0]
    return np.concatenate(
        [distribution.quantile(special.ndtr(lower)), distribution.upper_quantile(special.ndtr(-upper))]
    )
