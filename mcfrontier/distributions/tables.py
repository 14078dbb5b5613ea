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
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.core import kernels
from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS, PARTS, combine_words, to_probability
from mcfrontier.distributions import grid
from mcfrontier.distributions.curves import Curve, Distribution, composed
from mcfrontier.distributions.grid import GRID, TAIL_CELLS, normal_scores

TABLE_TOLERANCE = 3e-8  # error of a table relative to p95 - p5, or to the distance from the median if that is larger
RELATIVE_TOLERANCE = 1e-5  # error of a table relative to the value, which keeps positive values positive
MAX_SCORE = 6  # a table over normal scores extends to 6 standard deviations
NODES = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0])  # cell ends beside that at 0 that a polynomial runs through
# its coefficients of t^7, ..., t from its rises there: whole multiples of 1 / 5040
SEPTIC = np.rint(5040 * np.linalg.inv(NODES[:, None] ** np.arange(7, 0, -1))) / 5040
CENTRAL_PROBABILITIES = np.array([0.05, 0.5, 0.95, 0.25, 0.0, 1.0])
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


@lru_cache(maxsize=64)
def quantile_table(distribution: Distribution, scale: float = 1.0) -> QuantileTable:
    """Tabulate the quantile function of a distribution, times `scale`.

    tests/distributions/test_tables.py checks the error.
    """
    tabulated, forward = distribution.source or (distribution, None)
    exact = score_table(tabulated) if tabulated.tabulate else tabulated.ppf
    exact = composed(forward, exact) if forward else exact

    def curve(p: Array) -> Array:
        return exact(p) * scale

    with np.errstate(all="ignore"):
        central = curve(CENTRAL_PROBABILITIES)
        low, high = central[-2:].tolist()
        if is_line(central, CENTRAL_PROBABILITIES, low, high) and is_line(
            curve(LINE_PROBABILITIES), LINE_PROBABILITIES, low, high
        ):
            return QuantileTable(curve, np.array([[low, high - low, 0.0]]))
        support = (distribution.low * scale, distribution.high * scale)
        parabolas = fit_parabolas(distribution, curve, central[:3], support)
    # the function may be singular at an end, which its differences do not show
    parabolas[[0, grid.BODY_ROWS * grid.ROW_CELLS - 1]] = np.nan
    return QuantileTable(curve, parabolas)


def is_line(values: Array, p: Array, low: float, high: float) -> bool:
    """Whether quantiles at probabilities are those of a uniform distribution between both ends of the support."""
    deviation = np.abs(values - (low + (high - low) * p))
    return high - low < np.inf and bool((deviation <= LINE_TOLERANCE * max(abs(low), abs(high))).all())


def atom_edges(distribution: Distribution) -> tuple[Array, Array]:
    """The probabilities below, and those above, the two ends of each atom of a distribution."""
    ends = np.concatenate([np.nextafter(distribution.atoms, -np.inf), distribution.atoms])
    return distribution.cdf(ends), distribution.sf(ends)


def fit_parabolas(distribution: Distribution, curve: Curve, summary: Array, support: tuple[float, float]) -> Array:
    """Fit parabolas to the cells of the grid.

    Where a distribution is discontinuous, their error is measured; elsewhere it is estimated from third differences.

    Parameters
    ----------
    curve : the quantile function of the distribution, in base units
    summary : its p5, p50 and p95, which determine the tolerance
    support : its lowest and its highest value

    Returns
    -------
    (rows * cells, 3) coefficients, NaN where the error exceeds the tolerance or a value leaves the support, and in
    cells with an end of an atom
    """
    values, errors = curve(GRID), np.empty((0, 0))
    if distribution.discontinuous:
        start, halves = values[:, :-1:2], np.diff(values)
        turn = halves[:, 1::2] - halves[:, ::2]
        for t in (0.125, 0.375, 0.625, 0.875):
            at = curve(grid.probabilities(np.arange(grid.ROW_CELLS) + t))
            error = np.abs(start + t * (2 * halves[:, ::2] - turn + t * (2 * turn)) - at)
            errors = np.maximum(errors, error) if errors.size else error
    p5, p50, p95 = summary
    found = np.empty((*grid.LEFT.shape, 3))
    tolerances, sizes = (TABLE_TOLERANCE, RELATIVE_TOLERANCE), (p50, abs(p95 - p5))
    kernels.fit_parabolas(values, grid.LEFT, grid.STEP, errors, tolerances, sizes, support, found)
    if distribution.atoms.size:
        below, above = atom_edges(distribution)
        position = (np.where(grid.FROM_ABOVE, above, below) - grid.START) / grid.STEP
        inside = (position > 0) & (position < grid.ROW_CELLS) & (position != np.floor(position))
        found[np.nonzero(inside)[0], position[inside].astype(np.intp)] = np.nan
    return found.reshape(-1, 3)


@lru_cache(maxsize=512)
def score_table(distribution: Distribution) -> Curve:
    """A slow quantile function by a table over normal scores, interpolated by polynomials through eight points.

    Over normal scores the function is smooth far into its tails, so that a small table suffices. The exact function is
    called beyond six standard deviations, and at jumps, kinks and the ends of atoms. tests/distributions/test_tables.py
    checks the error.
    """
    per_sd = distribution.tabulate
    cells = 2 * MAX_SCORE * per_sd
    values = quantiles_at_scores(distribution, np.arange(-3, cells + 5) / per_sd - MAX_SCORE)
    starts = values[3 : cells + 3]
    rises = np.stack([values[k : cells + k] - starts for k in (0, 1, 2, 4, 5, 6, 7)])  # all 0 where values are equal
    polynomials = np.ascontiguousarray(np.stack([*(SEPTIC[:, :, None] * rises).sum(axis=1), starts]).T)

    def interpolate(position: Array) -> Array:
        x = np.empty(position.shape)
        kernels.evaluate_polynomials(polynomials, position.reshape(-1), x.reshape(-1))
        return np.clip(x, distribution.low, distribution.high, out=x)

    smooth = np.ones(cells, dtype=bool)
    if distribution.discontinuous:
        width = np.diff(distribution.ppf(np.array([0.05, 0.95])))
        for t in (0.25, 0.5, 0.75):
            exact = quantiles_at_scores(distribution, (np.arange(cells) + t) / per_sd - MAX_SCORE)
            error = np.abs(interpolate(np.arange(cells) + t) - exact)
            smooth &= error <= np.minimum(TABLE_TOLERANCE * width, RELATIVE_TOLERANCE * np.abs(exact))
        edge_scores = special.ndtri(atom_edges(distribution)[0])
        edge_cells = np.floor((edge_scores + MAX_SCORE) * per_sd)[:, None] + np.arange(-4, 5)  # that it affects
        smooth[edge_cells[(edge_cells >= 0) & (edge_cells < cells)].astype(np.intp)] = False

    def quantile(p: Array) -> Array:
        position = (normal_scores(p) + MAX_SCORE) * per_sd
        inside = (position >= 0) & (position < cells)
        if not smooth.all():
            inside[inside] = smooth[position[inside].astype(np.intp)]
        x = interpolate(position)
        if not inside.all():
            x[~inside] = distribution.ppf(p[~inside])
        return x

    return quantile


def quantiles_at_scores(distribution: Distribution, scores: Array) -> Array:
    """Quantiles at increasing normal scores, each from the nearer tail."""
    lower, upper = scores[scores < 0], scores[scores >= 0]
    return np.concatenate([distribution.ppf(special.ndtr(lower)), distribution.isf(special.ndtr(-upper))])
