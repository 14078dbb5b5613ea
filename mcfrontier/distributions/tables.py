"""Quantile functions by table: the points of a sampler become draws in a few nanoseconds each.

A point is an integer k of 52 bits and stands for the probability (k + 1/2) / 2^52, which is never 0 or 1 and exact as a
float. Its first 12 bits select one of 4,096 cells of equal probability. In each cell the quantile function is
approximated by a parabola through three of its points. Where that is not accurate enough, the tails, which are the
first and the last 64th, have other cells: 64 for each halving of the probability towards the end. Elsewhere, at jumps,
kinks and 0, at the ends of atoms, where a parabola would leave the support, and within 2^-22 of either end, the exact
function is called. A linear quantile function, such as that of a uniform distribution, is a single parabola.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.core import kernels
from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS, CELL_BITS, PARTS, combine_words, to_probability
from mcfrontier.distributions.curves import EPSILON, Curve, Distribution

TAIL_SHARE = 2.0**-6  # probability of each tail
TAIL_HALVINGS, TAIL_CELL_BITS = 16, 6  # a tail has 16 halvings of the probability, with 2^6 cells each
TAIL_STARTS = TAIL_SHARE / 2.0 ** np.arange(TAIL_HALVINGS, 0, -1)  # where each halving begins
# layout of the tail cells for the kernel: bits to drop, shifted bits of the first cell, number of cells
TAIL_CELLS = (
    BITS - TAIL_CELL_BITS,
    int(TAIL_STARTS[:1].view(np.int64)[0]) >> BITS - TAIL_CELL_BITS,
    TAIL_HALVINGS << TAIL_CELL_BITS,
)
TABLE_TOLERANCE = 3e-8  # error of a table relative to p95 - p5, or to the distance from the median if that is larger
RELATIVE_TOLERANCE = 1e-5  # error of a table relative to the value, which keeps positive values positive
MAX_SCORE, CELLS_PER_SD = 6, 128  # a table over normal scores extends to 6 standard deviations, with 128 cells in each
LINE_PROBABILITIES = np.concatenate([2.0 ** np.arange(-BITS, 0), np.arange(1, 64) / 64, 1 - 2.0 ** np.arange(-BITS, 0)])
LINE_TOLERANCE = 1e-15  # deviation from a line at all these probabilities, relative to the larger end


class Points(NamedTuple):
    """Points of draws, (times * m,): words of 52 bits, (m,), repeated for each row of `shifts`, (times, 16), each word
    combined (exclusive or) with the shift of its randomisation. Blocks of Sobol points share their words."""

    words: Array
    shifts: Array = np.zeros((1, PARTS), np.uint64)

    @property
    def size(self) -> int:
        """The number of points."""
        return self.words.size * len(self.shifts)

    @property
    def combined(self) -> Array:
        """The points, each as one word."""
        return combine_words(*self)

    @property
    def probabilities(self) -> Array:
        """The probability of each point."""
        return to_probability(self.combined)


class Target(NamedTuple):
    """What a table must match.

    summary        p5, p50 and p95 of the distribution, which determine the tolerance
    support        its lowest and its highest value
    discontinuous  whether the error is measured, or estimated from third differences as for a smooth curve
    """

    summary: Array
    support: tuple[float, float]
    discontinuous: bool


@dataclass(frozen=True)
class QuantileTable:
    """A quantile function by cells.

    curve      the exact function
    parabolas  (cells, 3), as `look_up_quantiles` takes them: cells of equal probability, of the lower and of the upper
               tail, NaN where they are not accurate enough; a single one if the function is linear
    """

    curve: Curve
    parabolas: Array

    def __call__(self, points: Points) -> Array:
        """The quantiles at points, (n,)."""
        x = np.empty(points.size)
        if kernels.look_up_quantiles(*points, self.parabolas, *TAIL_CELLS, x):
            exact = np.flatnonzero(np.isnan(x))
            with np.errstate(all="ignore"):  # draws that are not finite are reported later
                x[exact] = self.curve(to_probability(points.combined[exact]))
        return x


@dataclass(frozen=True)
class Interleaved:
    """A quantile function that differs between the randomisations: draw i takes that of randomisation i mod 16.

    curve   the quantile function without regard to the randomisation
    curves  those of the 16 randomisations
    """

    curve: Curve
    curves: tuple[Curve, ...]

    def __call__(self, points: Points) -> Array:
        """The quantiles at points, (n,), the first of randomisation 0."""
        p = points.probabilities
        x = np.empty(p.size)
        for r, curve in enumerate(self.curves):
            x[r::PARTS] = curve(p[r::PARTS])
        return x


def to_points(probabilities: Array) -> Points:
    """The points of 52 bits nearest to probabilities, (n,)."""
    return Points(np.minimum(probabilities * 2.0**BITS, 2.0**BITS - 1).astype(np.uint64))


def quantile_table(distribution: Distribution, scale: float = 1.0) -> QuantileTable:
    """Tabulate the quantile function of a distribution, times `scale`.

    tests/distributions/test_tables.py checks the error.
    """
    exact = score_table(distribution) if distribution.tabulate else distribution.ppf

    def curve(p: Array) -> Array:
        return exact(p) * scale

    def upper(q: Array) -> Array:
        return curve(1 - q)

    with np.errstate(all="ignore"):
        low, high = curve(np.array([0.0, 1.0])).tolist()
        deviation = np.abs(curve(LINE_PROBABILITIES) - (low + (high - low) * LINE_PROBABILITIES))
        if high - low < np.inf and (deviation <= LINE_TOLERANCE * max(abs(low), abs(high))).all():
            return QuantileTable(curve, np.array([[low, high - low, 0.0]]))
        support = (distribution.low * scale, distribution.high * scale)
        target = Target(curve(np.array([0.05, 0.5, 0.95])), support, distribution.discontinuous)
        edges, edges_above = atom_edges(distribution)
        step = np.array([2.0**-CELL_BITS])
        body = fit_parabolas(curve, np.zeros(1), step, 2**CELL_BITS, target, edges, origin=1.0)
        body[[0, -1]] = np.nan  # the function may be singular at an end, which its differences do not show
        tails = [
            fit_parabolas(each, TAIL_STARTS, TAIL_STARTS / 2**TAIL_CELL_BITS, 2**TAIL_CELL_BITS, target, at)
            for each, at in ((curve, edges), (upper, edges_above))
        ]
    return QuantileTable(curve, np.concatenate([body, *tails]))


def atom_edges(distribution: Distribution) -> tuple[Array, Array]:
    """The probabilities below, and those above, the two ends of each atom of a distribution."""
    ends = np.concatenate([np.nextafter(distribution.atoms, -np.inf), distribution.atoms])
    return distribution.cdf(ends), distribution.sf(ends)


def fit_parabolas(
    curve: Curve, start: Array, step: Array, cells: int, target: Target, edges: Array, origin: float = 0.0
) -> Array:
    """Fit parabolas to rows of cells, each row with its own start and width of a cell.

    Parameters
    ----------
    start, step : arrays (rows,) of probabilities
    cells : the number of cells in a row
    target : what they must match
    edges : the probabilities at the ends of atoms
    origin : added to the probability to give the argument of the parabolas

    Returns
    -------
    (rows * cells, 3) coefficients, NaN where the error exceeds the tolerance or a value leaves the support, and in
    cells with an end of an atom
    """

    def quantiles(cell: Array) -> Array:
        return curve(start[:, None] + step[:, None] * cell)

    values = quantiles(np.arange(2 * cells + 1) / 2)
    left, centre, right = values[:, :-1:2], values[:, 1::2], values[:, 2::2]
    first_half, second_half = centre - left, right - centre  # exactly 0 where values are equal
    rise, bend = 3 * first_half - second_half, 2 * (second_half - first_half)  # over a cell from 0 to 1
    p5, p50, p95 = target.summary
    allowed = TABLE_TOLERANCE * np.maximum(abs(p95 - p5), np.maximum(np.abs(left - p50), np.abs(right - p50)))
    allowed = np.minimum(allowed, RELATIVE_TOLERANCE * np.minimum(np.abs(left), np.abs(right)))
    if target.discontinuous:
        error = np.zeros(left.shape)
        for t in (0.125, 0.375, 0.625, 0.875):
            error = np.maximum(error, np.abs(left + t * (rise + t * bend) - quantiles(np.arange(cells) + t)))
    else:
        # error of a parabola through three points of a smooth curve: sqrt(3) / 27 of the third difference
        thirds = np.pad(np.abs(np.diff(values, 3, axis=1)), ((0, 0), (1, 1)), constant_values=np.nan)
        error = np.fmax(thirds[:, ::2], thirds[:, 1::2]) * 3**0.5 / 27
    first, per = (start / step)[:, None] + np.arange(cells) + origin / step[:, None], 1 / step[:, None]
    found = np.stack([left - first * (rise - first * bend), per * (rise - 2 * first * bend), per**2 * bend], axis=-1)
    finite = np.isfinite(allowed) & np.isfinite(found).all(axis=-1)
    accurate = (error <= allowed) & finite & (rise * (rise + 2 * bend) >= 0)  # and monotone
    if np.isfinite(target.support).any():
        accurate &= within_support(found, (left, right), (first + 1) * step[:, None], target.support)
    position = (edges[:, None] - start) / step
    edge, row = np.nonzero((position > 0) & (position < cells) & (position != np.floor(position)))
    accurate[row, position[edge, row].astype(np.intp)] = False
    found[~accurate] = np.nan
    return found.reshape(-1, 3)


def within_support(parabolas: Array, ends: tuple[Array, Array], right: Array, support: tuple[float, float]) -> Array:
    """Whether monotone parabolas (rows, cells, 3) with these values at their ends, the second one at `right`, stay
    within a support, rounding included."""
    level, slope, bend = np.moveaxis(parabolas, -1, 0)
    size = np.abs(level) + np.abs(slope * right) + np.abs(bend * right**2)
    margin = np.where(ends[0] == ends[1], 0.0, 2 * EPSILON * size)
    inside: Array = (np.minimum(*ends) - margin >= support[0]) & (np.maximum(*ends) + margin <= support[1])
    return inside


def score_table(distribution: Distribution) -> Curve:
    """A slow quantile function by a table over normal scores, interpolated by cubics through four points.

    Over normal scores the function is smooth far into its tails, so that a small table suffices. The exact function is
    called beyond six standard deviations, and at jumps, kinks and the ends of atoms. tests/distributions/test_tables.py
    checks the error.
    """
    cells = 2 * MAX_SCORE * CELLS_PER_SD
    values = quantiles_at_scores(distribution, np.arange(-1, cells + 2) / CELLS_PER_SD - MAX_SCORE)

    def interpolate(cell: Array, t: Array) -> Array:
        before, left, right, after = (values.take(cell + k) for k in range(4))
        rise = right - left
        bend = (2 - t) * (rise - left + before) + (1 + t) * (after - right - rise)
        result: Array = np.clip(left + t * rise + t * (t - 1) * bend / 6, distribution.low, distribution.high)
        return result

    smooth = np.ones(cells, dtype=bool)
    if distribution.discontinuous:
        width = np.diff(distribution.ppf(np.array([0.05, 0.95])))
        for t in (0.25, 0.5, 0.75):
            exact = quantiles_at_scores(distribution, (np.arange(cells) + t) / CELLS_PER_SD - MAX_SCORE)
            error = np.abs(interpolate(np.arange(cells), np.full(cells, t)) - exact)
            smooth &= error <= np.minimum(TABLE_TOLERANCE * width, RELATIVE_TOLERANCE * np.abs(exact))
        edge_scores = special.ndtri(atom_edges(distribution)[0])
        edge_cells = np.floor((edge_scores + MAX_SCORE) * CELLS_PER_SD)[:, None] + np.arange(-2, 2)  # that it affects
        smooth[edge_cells[(edge_cells >= 0) & (edge_cells < cells)].astype(np.intp)] = False

    def quantile(p: Array) -> Array:
        position = (special.ndtri(p) + MAX_SCORE) * CELLS_PER_SD
        inside = (position >= 0) & (position < cells)
        cell = np.where(inside, position, 0).astype(np.intp)
        inside &= smooth[cell]
        x = interpolate(cell, position - cell)
        if not inside.all():
            x[~inside] = distribution.ppf(p[~inside])
        return x

    return quantile


def quantiles_at_scores(distribution: Distribution, scores: Array) -> Array:
    """Quantiles at increasing normal scores, each from the nearer tail."""
    lower, upper = scores[scores < 0], scores[scores >= 0]
    return np.concatenate([distribution.ppf(special.ndtr(lower)), distribution.isf(special.ndtr(-upper))])
