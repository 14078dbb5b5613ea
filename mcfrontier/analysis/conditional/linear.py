"""Rows that are linear in a transform of one input, given the other inputs.

Such a row is g(y) = a(Z) + b(Z) t(x) with t a monotone function of the input x, Z the other inputs, and g one of
`TRANSFORMS`: identity, logarithm, reciprocal or odds. Sums, products, ratios and powers of x are such rows, and so are
shares of a total. Linearity is tested numerically: at each draw of Z, the values at two points far out in the tails of
x determine the line, and the value at the draw of x itself must lie on it; at further draws, that at a third point.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache, partial
from typing import NamedTuple

import numpy as np

from mcfrontier import graph
from mcfrontier.analysis.conditional.tables import TABLE_PROBABILITIES, Table, best_table, table_from_breakpoints
from mcfrontier.core import kernels
from mcfrontier.core.arrays import Array
from mcfrontier.distributions.curves import Curve, Distribution
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.describe import descendants
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Row, Study
from mcfrontier.study.values import evaluate, expand, input_medians

# of the two input values that determine a line, and of a third, at which it is tested where the draw is not evaluated
LINE_PROBABILITIES = np.array([2.0**-20, 1 - 2.0**-20, 0.25])
LINE_TOLERANCE = 1e-9  # deviation from a line, relative to the distance from the nearer end
ROUNDING_TOLERANCE = 1e-13  # deviation from a line, relative to the values at the ends
TRIAL_DRAWS = 2**6  # draws that are tested for linearity before all are
MAX_NUMBERS = 2**20  # numbers of one quantity that are evaluated along an input


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

    def at(self, y: Sequence[Array]) -> LinearRow:
        """The same at other draws, from the row at LINE_PROBABILITIES of the input, three arrays (draws,); NaN if it is
        not linear at all of them."""
        z = [transformed(x, TRANSFORMS[self.transform]) for x in y]
        with np.errstate(all="ignore"):
            inverse_slope = (self.points[1] - self.points[0]) / (z[1] - z[0])
        start = z[0] if is_linear(z, self.points) else np.full(z[0].size, np.nan)
        return replace(self, start=start, inverse_slope=inverse_slope)

    def cdf_parts(self, at: Array, draws: int) -> Array:
        """The probability that the transformed row is at most each value of `at`: the mean of the conditional ones over
        the first `draws`, by randomisation (at, 16)."""
        sums, line = np.empty((at.size, RANDOMISATIONS)), (self.start[:draws], self.inverse_slope[:draws])
        kernels.sum_probabilities(at, *line, float(self.points[0]), self.table.negated, self.table.cells, sums)
        return sums / (draws / RANDOMISATIONS)


class Candidate(NamedTuple):
    """A transform of the input for one of a row: the number of the latter in TRANSFORMS, t at the ends, at the draws
    and at the third point, (3 + draws,), and its table."""

    transform: int
    t: Array
    tabulate: Callable[[], Table | None]


class Line(NamedTuple):
    """A candidate in which a row is linear, and the transformed row at the ends and at the draws of the input: three
    arrays (draws,)."""

    candidate: Candidate
    z: Sequence[Array]

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
        low, high = min(z.min() for z in self.z[:2]), max(z.max() for z in self.z[:2])
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
    by_input, has_room = candidates(prior, x), max(study.sizes) * (own.size + TABLE_PROBABILITIES.size) <= MAX_NUMBERS

    @cache
    def along(breakpoints: bool) -> dict[str, Array]:
        here = prior.quantiles[0].curve(TABLE_PROBABILITIES) if breakpoints else x
        return evaluated_at(study, at.medians, prior, here, names)

    def of(name: str, index: tuple[int, ...]) -> Iterator[Line]:
        y = [values[name][index] for values in (low, high, at.values)]
        y = [x if x.size == own.size else np.broadcast_to(x, own.size) for x in y]
        if not all(np.isfinite(x).all() for x in y):
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


def lines_in(y: Sequence[Array], tried: list[Candidate]) -> Iterator[Line]:
    """The candidates in which a row is linear. `y` is the row at the first two of LINE_PROBABILITIES of the input and
    at its draws: three arrays (draws,)."""
    if not tried:
        return
    trial = np.stack([x[:TRIAL_DRAWS] for x in y])
    z = [transformed(trial, each) for each in TRANSFORMS]
    for each in tried:  # few are linear in the first draws
        if is_linear(z[each.transform], each.t[: 2 + trial.shape[1]]):
            whole = [transformed(x, TRANSFORMS[each.transform]) for x in y]
            if is_linear(whole, each.t[:-1]):
                yield Line(each, whole)


def is_linear(z: Sequence[Array] | Array, t: Array) -> bool:
    """Whether a transformed row, `z` (3, draws) at two points and in between, is linear in `t`, (2 + draws,) or (3,),
    the transformed input at the same two points and in between."""
    low, high, between = z
    ends, tolerances = (float(t[0]), float(t[1])), (LINE_TOLERANCE, ROUNDING_TOLERANCE)
    return kernels.is_linear(low, high, between, ends, t[2:], tolerances)
