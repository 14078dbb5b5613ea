"""Quantile functions by table: how the points of a sampler become draws, a few nanoseconds each.

A point is a whole number of 52 bits, the word k, and stands for the probability (k + 1/2) / 2^52: never 0, never 1,
and exact in a float. Its first 12 bits say in which of 4,096 cells of equal probability it lies. In a cell the quantile
function is a parabola through three of its points. Where that is not near enough, it is another one in the tails, the
first and the last 64th, which have 64 cells for each halving of the probability beyond; and elsewhere, about jumps,
kinks and 0 and in the last 2^-22 on either side, the exact function is called. A straight one is one line, as a
uniform's is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier import loops
from mcfrontier.distributions import Array, Curve, Distribution
from mcfrontier.loops.plain import BITS, CELL_BITS, PARTS, mixed, to_probability

TAIL, FINE_BITS, HALVINGS = 2.0**-6, 6, 16  # the share of a tail; bits of the cells of a halving; how many it has
SMALL = 3e-8  # the error that a table may have: of the width of a distribution, in its tails of the way from its median
NEAR = 1e-5  # of a value, likewise: what is above 0 stays there
REACH, KNOTS = 6, 128  # of the table of a costly quantile function: standard deviations, knots in each
ENDS = TAIL / 2.0 ** np.arange(HALVINGS, 0, -1)  # where each halving of a tail begins
ALONG = np.concatenate([2.0 ** np.arange(-BITS, 0), np.arange(1, 64) / 64, 1 - 2.0 ** np.arange(-BITS, 0)])
ROUNDING = 1e-15  # of the larger end: what a curve may be off at all these probabilities that is a straight line
PLACES = (BITS - FINE_BITS, int(ENDS[:1].view(np.int64)[0]) >> BITS - FINE_BITS, HALVINGS << FINE_BITS)


class Points(NamedTuple):
    """Points of draws, (times * m,): words of 52 bits, (m,), as often as `moved`, (times, 16), has rows, each combined
    (exclusive or) with the one of its randomisation there. Blocks of Sobol points share their words."""

    words: Array
    moved: Array = np.zeros((1, PARTS), np.uint64)

    @property
    def size(self) -> int:
        return self.words.size * len(self.moved)

    @property
    def whole(self) -> Array:
        """The points, each a word."""
        return mixed(*self)

    @property
    def probabilities(self) -> Array:
        """The probability of each."""
        return to_probability(self.whole)


@dataclass(frozen=True)
class Quantile:
    """A quantile function by cells.

    curve      the exact function
    parabolas  (cells, 3), as loops.looked_up reads them: the cells of equal probability, those of the lower tail and
               those of the upper one, not a number where they are not near enough; a single one if all is straight
    """

    curve: Curve
    parabolas: Array

    def __call__(self, points: Points) -> Array:
        """The quantiles at some points, (n,)."""
        x = np.empty(points.size)
        if loops.looked_up(*points, self.parabolas, *PLACES, x):
            exact = np.flatnonzero(np.isnan(x))
            with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
                x[exact] = self.curve(to_probability(points.whole[exact]))
        return x


def to_points(probabilities: Array) -> Points:
    """The points of some probabilities, (n,), the nearest there are."""
    return Points(np.minimum(probabilities * 2.0**BITS, 2.0**BITS - 1).astype(np.uint64))


def tabulated(distribution: Distribution, scale: float = 1.0) -> Quantile:
    """The quantile function of a distribution as a table, times `scale`. tests/test_quantiles.py holds the error."""
    exact, rough = by_scores(distribution) if distribution.costly else distribution.quantile, distribution.rough

    def curve(p: Array) -> Array:
        return exact(p) * scale

    def upper(q: Array) -> Array:
        return curve(1 - q)

    with np.errstate(all="ignore"):
        low, high = curve(np.array([0.0, 1.0])).tolist()
        off = np.abs(curve(ALONG) - (low + (high - low) * ALONG))
        if high - low < np.inf and (off <= ROUNDING * max(abs(low), abs(high))).all():
            return Quantile(curve, np.array([[low, high - low, 0.0]]))
        spread, step = curve(np.array([0.05, 0.5, 0.95])), 2.0**-CELL_BITS
        body = fitted(curve, np.zeros(1), np.array([step]), 2**CELL_BITS, spread, rough, origin=1.0)
        body[[0, -1]] = np.nan  # the curve may be singular at an end, which its differences do not tell
        tails = [fitted(each, ENDS, ENDS / 2**FINE_BITS, 2**FINE_BITS, spread, rough) for each in (curve, upper)]
    return Quantile(curve, np.concatenate([body, *tails]))


def fitted(
    curve: Curve, start: Array, step: Array, cells: int, spread: Array, rough: bool, origin: float = 0.0
) -> Array:
    """Parabolas for rows of so many cells, each row from its start on in its own steps: (rows * cells, 3), functions of
    the probability from `origin` on. Not numbers where they are off by more than they may be for a distribution that
    has this p5, p50 and p95."""

    def at(way: Array) -> Array:
        return curve(start[:, None] + step[:, None] * way)

    knots = at(np.arange(2 * cells + 1) / 2)
    left, centre, right = knots[:, :-1:2], knots[:, 1::2], knots[:, 2::2]
    up, on = centre - left, right - centre  # 0 where values are equal, with no rounding
    rise, bend = 3 * up - on, 2 * (on - up)  # over a cell from 0 to 1
    p5, p50, p95 = spread
    allowed = SMALL * np.maximum(abs(p95 - p5), np.maximum(np.abs(left - p50), np.abs(right - p50)))
    if rough:
        miss = np.zeros(left.shape)
        for t in (0.125, 0.375, 0.625, 0.875):
            miss = np.maximum(miss, np.abs(left + t * (rise + t * bend) - at(np.arange(cells) + t)))
    else:
        # what a parabola through three points of a smooth curve misses: sqrt(3) / 27 of the third difference
        thirds = np.pad(np.abs(np.diff(knots, 3, axis=1)), ((0, 0), (1, 1)), constant_values=np.nan)
        miss = np.fmax(thirds[:, ::2], thirds[:, 1::2]) * 3**0.5 / 27
        allowed = np.minimum(allowed, NEAR * np.minimum(np.abs(left), np.abs(right)))
    first, per = (start / step)[:, None] + np.arange(cells) + origin / step[:, None], 1 / step[:, None]
    found = np.stack([left - first * (rise - first * bend), per * (rise - 2 * first * bend), per**2 * bend], axis=-1)
    found[~(miss <= allowed)] = np.nan
    return found.reshape(-1, 3)


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
