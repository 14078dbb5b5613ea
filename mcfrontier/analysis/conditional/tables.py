"""Tables of distribution functions, which the kernels over draws look probabilities up in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels import plain
from mcfrontier.distributions.curves import Curve

TABLE_SCORES = np.linspace(-6.2, 6.2, 2**15 + 1)  # normal scores of the input at the breakpoints of a table
TABLE_PROBABILITIES = special.ndtr(TABLE_SCORES)
TABLE_CELLS = 2**12  # of a table with cells of equal width; four times as many where the width grows
TABLE_DOUBLINGS = (15, 30, 60)  # of the cell width over a table with growing cells
TABLE_TOLERANCE = 1e-7  # largest error of a tabulated probability


@dataclass(frozen=True, eq=False)
class Table:
    """The distribution function of t = t(x), tabulated for the kernels (as a function of -t if `negated`), with an
    error of at most `max_error`."""

    cells: plain.ProbabilityTable
    max_error: float
    negated: bool = False


def table_from_breakpoints(breakpoints: Array) -> Table | None:
    """The table of a variable that has these values at TABLE_SCORES; None if they are not finite or not monotone."""
    step = np.diff(breakpoints, append=np.inf)
    flat = np.diff(TABLE_PROBABILITIES, append=1.0)[step == 0]  # constant by rounding, far out
    if not (np.isfinite(breakpoints).all() and (step >= 0).all() and flat.sum() <= TABLE_TOLERANCE):
        return None
    at, p = breakpoints[step > 0], TABLE_PROBABILITIES[step > 0]
    return best_table(lambda t: np.interp(t, at, p), float(at[0]), float(at[-1]))


def best_table(cdf: Curve, low: float, high: float) -> Table | None:
    """The fastest table of a distribution function that is exact enough, from `low` to `high`; None if none is."""
    return next((table for table in candidate_tables(cdf, low, high) if table.max_error <= TABLE_TOLERANCE), None)


def candidate_tables(cdf: Curve, low: float, high: float) -> Iterator[Table]:
    """Tables with cells of equal width, or that grow with the distance from one end; the fastest first."""
    yield even_table(cdf, low, high)
    for doublings in TABLE_DOUBLINGS:
        yield growing_table(cdf, low, high, doublings)
        yield replace(growing_table(lambda t: cdf(-t), -high, -low, doublings), negated=True)


def even_table(cdf: Curve, low: float, high: float) -> Table:
    """A table with cells of equal width."""
    cells_per_unit = TABLE_CELLS / (high - low)
    parabolas, error = fitted_parabolas(cdf, low, np.arange(TABLE_CELLS + 1) / cells_per_unit)
    return Table((low, high, cells_per_unit, 0, 0, parabolas), error)


def growing_table(cdf: Curve, low: float, high: float, doublings: int) -> Table:
    """A table with an equal number of cells for each doubling of the distance from the lower end."""
    shift = 52 - int(np.log2(4 * TABLE_CELLS / doublings))
    ends = (high - low) * np.array([2.0**-doublings, 1])
    first, last = (int(key) for key in ends.view(np.int64) >> shift)
    edges = (np.arange(first, last + 2) << shift).view(float)
    edges[-1] = max(ends[1], edges[-2] * (1 + 1e-9))  # no further: beyond the end there may be a kink
    parabolas, error = fitted_parabolas(cdf, low, np.concatenate([[0.0], edges]))
    return Table((low, high, 0.0, shift, first, parabolas), error)


def fitted_parabolas(curve: Curve, low: float, edges: Array) -> tuple[Array, float]:
    """Parabolas that interpolate a distribution function in cells, and their largest error: within the cells, or beyond
    their ends, where the function is taken to be constant.

    `edges` are distances from `low`; the parabolas are functions of the distance as well: (cells + 1, 3), the last
    one twice.
    """
    left, width = edges[:-1], np.diff(edges)
    quarters = (left + np.arange(4)[:, None] / 4 * width).ravel()
    found = curve(low + np.append(quarters, edges[-1]))
    at = [*found[:-1].reshape(4, -1), np.append(found[1 : left.size], found[-1])]
    rise, bend = 4 * at[2] - 3 * at[0] - at[4], 2 * (at[0] - 2 * at[2] + at[4])
    errors = np.maximum(*(np.abs(at[0] + t * (rise + t * bend) - at[k]) for t, k in ((0.25, 1), (0.75, 3))))
    beyond = (min(p, 1 - p) for p in (at[0][0], at[4][-1]))
    slope, bend = rise / width, bend / width**2
    found = np.stack([at[0] - left * (slope - left * bend), slope - 2 * left * bend, bend], axis=1)
    return np.concatenate([found, found[-1:]]), float(max(errors.max(), *beyond))
