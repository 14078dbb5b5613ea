"""The search for values of a quantity at which conditions hold, on the same draws of all other inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mcfrontier.analysis.conditional.linear import evaluated_at
from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.probability import Probability, probability
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.kinds import EVENT
from mcfrontier.runs.conditions import Condition
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import headlines
from mcfrontier.runs.summary import Summary, summarise
from mcfrontier.study.describe import descendants
from mcfrontier.study.study import Study
from mcfrontier.tasks.solve import crossings

STEPS_PER_DECADE, MIN_STEPS = 8, 64  # of a scan


@dataclass(frozen=True)
class Point:
    """A value of the quantity that is solved for.

    value        in the unit of the quantity
    error        its Monte Carlo error; None if it is not the end of an interval
    probability  the probability that the conditions hold
    quantities   p5, p50 and p95 of other rows, of events the probability
    """

    value: float
    error: float | None
    probability: Probability
    quantities: Mapping[str, Summary] = field(repr=False)


@dataclass(frozen=True)
class Axis:
    """The search range, from `low` to `high` in base units, logarithmic or linear."""

    low: float
    high: float
    log: bool

    @property
    def points(self) -> Array:
        """The points of the scan, evenly spaced along the axis."""
        steps = math.ceil(STEPS_PER_DECADE * (math.log10(self.high) - math.log10(self.low))) if self.log else 0
        low, high = (math.log(end) if self.log else end for end in (self.low, self.high))
        return np.linspace(low, high, max(steps, MIN_STEPS) + 1)

    def value(self, at: float) -> float:
        """The value at a point of the axis."""
        return math.exp(at) if self.log else at

    @property
    def middle(self) -> float:
        """The value in the middle of the axis."""
        return math.sqrt(self.low) * math.sqrt(self.high) if self.log else (self.low + self.high) / 2


@dataclass(frozen=True)
class Search:
    """Evaluation of conditions at any value of a quantity, in base units, with the draws of a run for all else.

    condition_study  the study of the quantities that the conditions need
    full_study       the study of all quantities that are reported
    run              the run
    decide           the quantity that is solved for
    conditions       the conditions
    level            the probability with which they are to hold
    """

    condition_study: Study
    full_study: Study
    run: RunCore
    decide: str
    conditions: tuple[Condition, ...]
    level: float

    def evaluate(self, study: Study, value: float) -> dict[str, Array]:
        """All quantities of a study at a value."""
        return evaluated_at(study, self.run.values, study.inputs[self.decide], np.array([value]), study.quantities)

    def margins(self, found: Mapping[str, Array]) -> Array:
        """The margin of each draw from its worst condition: below 0 where all conditions hold."""

        def draws(row: str) -> Array:
            name, index = self.run.rows[row]
            return np.asarray(found[name][index])

        each = [condition.margins(draws) for condition in self.conditions]
        return np.asarray(np.maximum.reduce(np.broadcast_arrays(*each)))

    @cached_property
    def stepwise(self) -> bool:
        """Whether a condition is on an event: its margins have two values, and their quantiles change in jumps."""
        return any(self.run.kind(row) is EVENT for condition in self.conditions for row in condition.rows)

    def margin_quantile(self, value: float) -> float:
        """The quantile of the margins at the level: at most 0 where the conditions hold with the probability. For
        events, the difference between the level and the probability."""
        found = self.evaluate(self.condition_study, value)
        if self.stepwise:
            return self.level - self.probability(found)[0]
        return float(np.quantile(self.margins(found), self.level, method="hazen"))

    def margin_error(self, value: float) -> float:
        """The standard error of `margin_quantile`."""
        found = self.evaluate(self.condition_study, value)
        if self.stepwise:
            return self.probability(found)[1]
        return float(estimates.with_errors(self.margins(found), [self.level])[1][2])

    def probability(self, found: Mapping[str, Array]) -> Probability:
        """The probability that all conditions hold."""
        return probability((self.margins(found) <= 0).astype(float), self.run.effective)

    def intervals(self, axis: Axis, quantiles: Array) -> Iterator[tuple[Point | None, Point | None]]:
        """The intervals of values where the conditions hold, from the margin quantiles at the points of an axis."""

        def f(at: float) -> float:
            return self.margin_quantile(axis.value(at))

        def end(at: float | None) -> Point | None:
            if at is None:
                return None
            value = axis.value(at)
            error = crossings.crossing_error(f, at, self.margin_error(value), axis.points, *[1.0] * self.stepwise)
            return self.point(value, float(value * error if axis.log else error))

        for low, high in crossings.intervals_below(f, axis.points, quantiles):
            yield end(low), end(high)

    def best(self, axis: Axis, quantiles: Array) -> Point | None:
        """The value with the highest probability that the conditions hold; None if that is 0 everywhere."""

        def probability(at: float) -> float:
            return self.probability(self.evaluate(self.condition_study, axis.value(at)))[0]

        points = axis.points
        probabilities = np.array([probability(at) for at in points])
        first = int(np.lexsort((quantiles, -probabilities))[0])
        if probabilities[first] == 0:
            return None
        return self.point(axis.value(crossings.maximum(probability, points, probabilities, first)), None)

    def point(self, value: float, error: float | None) -> Point:
        """A value with the probability there, and the rows of the conditions and the headlines that depend on it."""
        found, scale = self.evaluate(self.full_study, value), units.scale(self.full_study.unit(self.decide))
        dependent = descendants(self.full_study, self.decide)
        rows = [row for condition in self.conditions for row in condition.rows]
        rows += [row for row in headlines(self.run) if self.run.rows[row][0] in dependent]
        places = {row: self.run.rows[row] for row in rows}
        summaries = {row: self.summary(found[name][index], row) for row, (name, index) in places.items()}
        return Point(value / scale, None if error is None else error / scale, self.probability(found), summaries)

    def summary(self, x: Array, row: str) -> Summary:
        """The summary of draws of a row in base units."""
        unit = self.run.unit(row)
        return summarise(x / units.scale(unit), unit, self.run.kind(row), self.run.effective)
