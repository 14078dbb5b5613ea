"""Rows that are linear in a transform of one input, given the other inputs.

Such a row is g(y) = a(Z) + b(Z) t(x) with t a monotone function of the input x, Z the other inputs, and g one of
`TRANSFORMS`: identity, logarithm, reciprocal or odds. Sums, products, ratios and powers of x are such rows, and so are
shares of a total. Linearity is tested numerically: at each draw of Z, the values at two points far out in the tails of
x determine the line, and the value at the draw of x itself must lie on it; at further draws, that at a third point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier import graph
from mcfrontier.core import kernels
from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels import plain
from mcfrontier.distributions.curves import Curve, Distribution
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.prior import Prior
from mcfrontier.study.reach import descendants
from mcfrontier.study.study import Row, Study
from mcfrontier.study.values import evaluate, expand, input_medians

# of the two input values that determine a line, and of a third, at which it is tested where the draw is not evaluated
LINE_PROBABILITIES = np.array([2.0**-20, 1 - 2.0**-20, 0.25])
LINE_TOLERANCE = 1e-9  # deviation from a line, relative to the distance from the nearer end
ROUNDING_TOLERANCE = 1e-13  # deviation from a line, relative to the values at the ends
TABLE_SCORES = np.linspace(-6.2, 6.2, 2**15 + 1)  # normal scores of the input at the breakpoints of a table
TABLE_PROBABILITIES = special.ndtr(TABLE_SCORES)
TRIAL_DRAWS = 2**6  # draws that are tested for linearity before all are
TABLE_CELLS = 2**12  # of a table with cells of equal width; four times as many where the width grows
TABLE_DOUBLINGS = (15, 30, 60)  # of the cell width over a table with growing cells
MAX_NUMBERS = 2**20  # numbers of one quantity that are evaluated along an input
TABLE_TOLERANCE = 1e-7  # largest error of a tabulated probability


class Transform(NamedTuple):
    """A transform of a row or of an input: an increasing function, its inverse, and whether it applies to values."""

    forward: Curve
    inverse: Curve
    applies: Callable[[Array], bool]


TRANSFORMS = (
    Transform(np.ascontiguousarray, np.ascontiguousarray, lambda x: True),
    Transform(np.log, np.exp, lambda x: bool((x >= 0).all())),
    Transform(lambda x: -1 / x, lambda t: np.where(t < 0, -1 / t, np.inf), lambda x: bool((x >= 0).all())),
    Transform(lambda x: x / (1 - x), lambda t: t / (1 + t), lambda x: bool(((x > 0) & (x < 1)).all())),
)


@dataclass(frozen=True, eq=False)
class Table:
    """The distribution function of t = t(x), tabulated for the kernels (as a function of -t if `negated`), with an
    error of at most `max_error`."""

    cells: plain.ProbabilityTable
    max_error: float
    negated: bool = False

    def __call__(self, t: Array) -> Array:
        """The probability that t(x) is at most t, for arrays of any shape."""
        return plain.look_up_probability(-t if self.negated else t, *self.cells)


@dataclass(frozen=True)
class LinearRow:
    """A row that, under TRANSFORMS[transform], is start + (t - origin) / inverse_slope at each draw of the others.

    start and inverse_slope (draws,); t is the transformed input, negated if `table` is, which has its distribution;
    `points` (3,) are t at LINE_PROBABILITIES, `origin` is the first of them; `low` and `high` are the range of the
    transformed row over draws.
    """

    transform: int
    start: Array
    inverse_slope: Array
    table: Table
    points: Array
    low: float
    high: float

    @property
    def kernel_arguments(self) -> tuple[float, bool, plain.ProbabilityTable]:
        """The arguments of the kernels beside those over draws."""
        return float(self.points[0]), self.table.negated, self.table.cells

    def at(self, y: Array) -> LinearRow:
        """The same at other draws, from the row (3, draws) at LINE_PROBABILITIES of the input; NaN if it is not linear
        at all of them."""
        z = transformed(y, TRANSFORMS[self.transform])
        with np.errstate(all="ignore"):
            inverse_slope = (self.points[1] - self.points[0]) / (z[1] - z[0])
        start = z[0] if is_linear(z, self.points) else np.full(z.shape[1], np.nan)
        return replace(self, start=start, inverse_slope=inverse_slope)

    def conditional_cdf(self, at: Array) -> Array:
        """The probability that the transformed row is at most each value of `at`, given the other inputs: (at,
        draws)."""
        values, start, inverse = (x.ravel() for x in np.broadcast_arrays(at[:, None], self.start, self.inverse_slope))
        found = plain.conditional_probability(values, start, inverse, *self.kernel_arguments)
        return found.reshape(at.size, -1)

    def cdf_parts(self, at: Array, draws: int) -> Array:
        """The probability that the transformed row is at most each value of `at`: the mean of the conditional ones over
        the first `draws`, by randomisation (at, 16)."""
        sums = np.empty((at.size, RANDOMISATIONS))
        kernels.sum_probabilities(at, self.start[:draws], self.inverse_slope[:draws], *self.kernel_arguments, sums)
        return sums / (draws / RANDOMISATIONS)


class Candidate(NamedTuple):
    """A transform of the input for one of a row: the number of the latter in TRANSFORMS, t at the ends, at the draws
    and at the third point, (3 + draws,), and its table."""

    transform: int
    t: Array
    tabulate: Callable[[], Table | None]


class Line(NamedTuple):
    """A candidate in which a row is linear, and the transformed row at the ends and at the draws of the input:
    (3, draws)."""

    candidate: Candidate
    z: Array

    @property
    def inverse_slope(self) -> Array:
        """The change of t over that of the transformed row: (draws,)."""
        t, z = self.candidate.t, self.z
        values: Array = (t[1] - t[0]) / (z[1] - z[0])
        return values

    def tabulated(self) -> LinearRow | None:
        """The row with its table; None if no table is exact enough."""
        transform, t, tabulate = self.candidate
        if (table := tabulate()) is None:
            return None
        sign = -1 if table.negated else 1
        low, high = self.z[:2].min(), self.z[:2].max()
        return LinearRow(transform, self.z[0], sign * self.inverse_slope, table, sign * t[[0, 1, -1]], low, high)


@dataclass(frozen=True)
class EvaluationPoint:
    """A study evaluated at draws of its inputs, and at the medians of the inputs; all quantities in base units."""

    study: Study
    values: Mapping[str, Array]

    @cached_property
    def medians(self) -> Mapping[str, Array]:
        """The quantities at the medians of the inputs."""
        return evaluate(self.study, input_medians(self.study))

    def draws_of(self, prior: Prior) -> Array:
        """The draws of a single-valued input: (draws,)."""
        return self.values[prior.name].reshape(-1)


def evaluation_point(study: Study, plan: Sampler) -> EvaluationPoint:
    """Evaluate a study at the draws of a sampler, and at the medians."""
    return EvaluationPoint(study, evaluate_blocks(Blocks(study, plan, study.quantities), plan.draws))


def evaluated_at(
    study: Study, values: Mapping[str, Array], prior: Prior, x: Array, names: Collection[str]
) -> dict[str, Array]:
    """Evaluate some quantities with one input at other values and the other inputs unchanged.

    Parameters
    ----------
    values : the quantities before, in base units: at least those in `line_needs`
    x : the new values of the input in base units, (1,) or (draws,)
    """
    later = between(study, prior.name, tuple(names))
    given = {name: old for name, old in values.items() if name not in later}
    given[prior.name] = expand(study, prior, x)
    return graph.evaluate(study.nodes, later, given, list(study.file.dimensions), names)


@lru_cache(maxsize=256)
def between(study: Study, input: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The nodes that depend on an input and that some quantities need, in order of evaluation."""
    needed = {*graph.order(study.nodes, study.inputs, names)[1]}
    return tuple(name for name in descendants(study, input) if name in needed)


def line_needs(study: Study, input: str, names: Collection[str]) -> set[str]:
    """What evaluating some quantities with an input at other values needs: quantities that do not depend on it."""
    later = {*between(study, input, tuple(names))}
    return {need for node in later for need in study.nodes[node].needs}.union(names) - later - {input}


def linear_rows(at: EvaluationPoint, prior: Prior, rows: Mapping[str, Row]) -> Iterator[tuple[str, LinearRow]]:
    """The rows that are linear in a transform of an input, with their lines at the draws of an evaluation point."""
    for row, found in lines(at, prior, rows):
        if line := next(filter(None, (each.tabulated() for each in found)), None):
            yield row, line


def lines(at: EvaluationPoint, prior: Prior, rows: Mapping[str, Row]) -> Iterator[tuple[str, Iterator[Line]]]:
    """The lines of each row in the transforms of an input, at the draws of an evaluation point.

    Where these do not serve, t(x) is the row itself along the input, the others at their medians.
    """
    if not rows:
        return
    study, own, points = at.study, at.draws_of(prior), streams.values(prior, LINE_PROBABILITIES)
    names = {name for name, _ in rows.values()}
    low, high = (evaluated_at(study, at.values, prior, x[None], names) for x in points[:2])
    x = np.concatenate([points[:2], own, points[2:]])
    by_input, has_room = candidates(prior, x), max(study.sizes) * (own.size + TABLE_SCORES.size) <= MAX_NUMBERS

    @cache
    def along(breakpoints: bool) -> dict[str, Array]:
        here = prior.quantiles[0].curve(TABLE_PROBABILITIES) if breakpoints else x
        return evaluated_at(study, at.medians, prior, here, names)

    def of(name: str, index: tuple[int, ...]) -> Iterator[Line]:
        y = np.stack([np.broadcast_to(values[name][index], own.size) for values in (low, high, at.values)])
        if not np.isfinite(y).all():
            return
        yield from lines_in(y, by_input)
        if has_room and along(False)[name][index].size > 1:
            found = candidates_along(along(False)[name][index], np.argsort(own), lambda: along(True)[name][index])
            yield from lines_in(y, list(found))

    for row, (name, index) in rows.items():
        if at.values[name].shape[-1] == own.size:
            yield row, of(name, index)


def transformed(x: Array, transform: Transform) -> Array:
    """Transformed values; all NaN where the transform does not apply."""
    with np.errstate(all="ignore"):
        return transform.forward(x) if transform.applies(x) else np.full(x.shape, np.nan)


def candidates(prior: Prior, x: Array) -> list[Candidate]:
    """The transforms of an input that are finite, for each of a row; `x` (3 + draws,) as t in Candidate."""
    base, curve = prior.distributions[0], prior.quantiles[0].curve
    found: list[tuple[Array, Callable[[], Table | None]]] = []
    for transform in TRANSFORMS if base.low >= 0 else TRANSFORMS[:1]:
        t = transformed(x, transform)
        if np.isfinite(t).all():
            found.append((t, partial(input_table, base, curve, prior.scale, transform)))
    return [Candidate(number, *each) for number in range(len(TRANSFORMS)) for each in found]


@lru_cache(maxsize=64)
def input_table(base: Distribution, curve: Curve, scale: float, transform: Transform) -> Table | None:
    """The table of a transformed input, from its distribution and its quantile function in base units."""
    if base.tabulate:
        return table_from_breakpoints(transformed(curve(TABLE_PROBABILITIES), transform))
    low, high = transformed(curve(TABLE_PROBABILITIES[[0, -1]]), transform).tolist()
    if not high - low < np.inf:
        return None
    return best_table(lambda t: base.cdf(transform.inverse(t) / scale), low, high)


def candidates_along(values: Array, order: Array, breakpoints: Callable[[], Array]) -> Iterator[Candidate]:
    """Candidates from the `values` of a row along an input, as in Candidate, for each transform of the row in which
    they are finite and monotone over the draws in ascending `order` of the input; tables are made from the values at
    the `breakpoints`."""
    for number, transform in enumerate(TRANSFORMS):
        t = transformed(values, transform)
        if not np.isfinite(t).all():
            continue
        sign = 1 if t[1] >= t[0] else -1
        if (np.diff(sign * t[2:-1][order]) >= 0).all():

            def tabulate(transform: Transform = transform, sign: int = sign) -> Table | None:
                return table_from_breakpoints(sign * transformed(breakpoints(), transform))

            yield Candidate(number, sign * t, tabulate)


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
    yield even_table(cdf, low, high, TABLE_CELLS)
    for doublings in TABLE_DOUBLINGS:
        yield growing_table(cdf, low, high, doublings, 4 * TABLE_CELLS)
        yield replace(growing_table(lambda t: cdf(-t), -high, -low, doublings, 4 * TABLE_CELLS), negated=True)


def even_table(cdf: Curve, low: float, high: float, cells: int) -> Table:
    """A table with cells of equal width."""
    cells_per_unit = cells / (high - low)
    parabolas, error = fitted_parabolas(cdf, low, np.arange(cells + 1) / cells_per_unit)
    return Table((low, high, cells_per_unit, 0, 0, parabolas), error)


def growing_table(cdf: Curve, low: float, high: float, doublings: int, cells: int) -> Table:
    """A table with an equal number of cells for each doubling of the distance from the lower end."""
    shift = 52 - int(np.log2(cells / doublings))
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
    at = [curve(low + left + t * width) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    rise, bend = 4 * at[2] - 3 * at[0] - at[4], 2 * (at[0] - 2 * at[2] + at[4])
    errors = np.maximum(*(np.abs(at[0] + t * (rise + t * bend) - at[k]) for t, k in ((0.25, 1), (0.75, 3))))
    beyond = (min(p, 1 - p) for p in (at[0][0], at[4][-1]))
    slope, bend = rise / width, bend / width**2
    found = np.stack([at[0] - left * (slope - left * bend), slope - 2 * left * bend, bend], axis=1)
    return np.concatenate([found, found[-1:]]), float(max(errors.max(), *beyond))


def lines_in(y: Array, tried: list[Candidate]) -> Iterator[Line]:
    """The candidates in which a row is linear. `y` (3, draws) is the row at the first two of LINE_PROBABILITIES of the
    input and at its draws."""
    if not tried:
        return
    trial = np.stack([transformed(y[:, :TRIAL_DRAWS], each) for each in TRANSFORMS])
    t = np.stack([each.t[: 2 + trial.shape[-1]] for each in tried])
    for i in np.flatnonzero(is_linear(trial[[each.transform for each in tried]], t)):  # few, found at little cost
        z = transformed(y, TRANSFORMS[tried[i].transform])
        if is_linear(z, tried[i].t[:-1]):
            yield Line(tried[i], z)


def is_linear(z: Array, t: Array) -> Array:
    """Whether transformed rows, `z` (..., 3, draws) at two points and in between, are linear in `t` (..., 2 + draws) or
    (3,), the transformed inputs at the same two points and in between: (...)."""
    z0, z1, z2 = (z[..., k, :] for k in range(3))
    t0, t1, t2 = t[..., :1], t[..., 1:2], t[..., 2:]
    with np.errstate(all="ignore"):
        place, rise = (t2 - t0) / (t1 - t0), z1 - z0
        limit = np.abs(rise) * (LINE_TOLERANCE * np.minimum(np.abs(place), np.abs(1 - place)))
        deviation = np.abs(rise * place + z0 - z2)
        linear: Array = (deviation < limit).all(axis=-1)
        if not linear.all():  # by rounding, or since a row is not linear
            limit += ROUNDING_TOLERANCE * np.maximum(np.abs(z0), np.abs(z1))
            linear = ((rise != 0) & (deviation <= limit)).all(axis=-1)
    return linear
