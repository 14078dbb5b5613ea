"""Values of what is decided, tried one by one on the same draws of all else."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import units
from mcfrontier.analysis import crossing, intervals
from mcfrontier.analysis.lines import evaluated_at, moved_by
from mcfrontier.conditions import Condition
from mcfrontier.results import Run, Summary, brief

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
STEPS, FEWEST = 8, 64  # of a scan: by decade, and in all at least


@dataclass(frozen=True)
class Point:
    """A value of what is decided, in its unit, and its Monte Carlo error, None where it is no end of what holds; the
    probability there with its own error; p5, p50 and p95 of other rows there, of events the probability."""

    value: float
    error: float | None
    probability: tuple[float, float]
    quantities: Mapping[str, Summary] = field(repr=False)


@dataclass(frozen=True)
class Axis:
    """The values that are tried, from `low` to `high` in base units, by their logarithm or as they are."""

    low: float
    high: float
    log: bool

    @property
    def points(self) -> Array:
        """Even steps along the axis, from one that is tried to the next."""
        steps = math.ceil(STEPS * (math.log10(self.high) - math.log10(self.low))) if self.log else 0
        low, high = (math.log(end) if self.log else end for end in (self.low, self.high))
        return np.linspace(low, high, max(steps, FEWEST) + 1)

    def value(self, at: float) -> float:
        """The value at a point of the axis."""
        return math.exp(at) if self.log else at

    @property
    def middle(self) -> float:
        """A value that is surely tried."""
        return math.sqrt(self.low) * math.sqrt(self.high) if self.log else (self.low + self.high) / 2


@dataclass(frozen=True)
class Trial:
    """Conditions at any value of what is decided, in base units, all else as a run has it. `needed` is the study of
    what the conditions need alone, `whole` that of all that is told; `level` the probability that is asked."""

    needed: Study
    whole: Study
    run: Run
    decide: str
    conditions: tuple[Condition, ...]
    level: float

    def at(self, asked: Study, value: float) -> dict[str, Array]:
        """All quantities of a study at a value."""
        return evaluated_at(asked, self.run.values, asked.inputs[self.decide], np.array([value]))

    def margins(self, found: Mapping[str, Array]) -> Array:
        """How far each draw is from holding, by its worst condition: below 0 where all hold."""

        def draws(end: str | float) -> Array | float:
            if not isinstance(end, str):
                return end
            name, index = self.run.rows[end]
            return found[name][index]

        each = [condition.margin(draws(condition.row), draws(condition.bound)) for condition in self.conditions]
        return np.maximum.reduce(np.broadcast_arrays(*each))

    @cached_property
    def steps(self) -> bool:
        """Whether a condition is on an event: its margins take two values, and their quantiles move by jumps alone."""
        return any(self.run.is_event(row) for condition in self.conditions for row in condition.rows)

    def quantile(self, value: float) -> float:
        """The margin at the level, or of events what the probability lacks of it: at most 0 where all conditions hold
        with the probability."""
        found = self.at(self.needed, value)
        return self.level - self.chance(found)[0] if self.steps else float(np.quantile(self.margins(found), self.level))

    def off(self, value: float) -> float:
        """The standard error of that."""
        found = self.at(self.needed, value)
        if self.steps:
            return self.chance(found)[1]
        return float(intervals.with_errors(self.margins(found), [self.level])[1][2])

    def chance(self, found: Mapping[str, Array]) -> tuple[float, float]:
        """The probability that all conditions hold, with its standard error."""
        return intervals.estimate((self.margins(found) <= 0).astype(float))

    def ends(self, axis: Axis, quantiles: Array) -> Iterator[tuple[Point | None, Point | None]]:
        """The stretches of values where the conditions hold."""

        def f(at: float) -> float:
            return self.quantile(axis.value(at))

        def end(at: float | None) -> Point | None:
            if at is None:
                return None
            value = axis.value(at)
            wide = crossing.error(f, at, self.off(value), axis.points, *[1.0] * self.steps)
            return self.point(value, float(value * wide if axis.log else wide))

        for low, high in crossing.stretches(f, axis.points, quantiles):
            yield end(low), end(high)

    def best(self, axis: Axis, quantiles: Array) -> Point | None:
        """The value at which the conditions are most likely to hold."""

        def likely(at: float) -> float:
            return self.chance(self.at(self.needed, axis.value(at)))[0]

        points = axis.points
        chances = np.array([likely(at) for at in points])
        first = int(np.lexsort((quantiles, -chances))[0])
        if chances[first] == 0:
            return None
        return self.point(axis.value(crossing.highest(likely, points, chances, first)), None)

    def point(self, value: float, error: float | None) -> Point:
        """What is told of a value: the probability, and the rows that conditions are on or that it moves."""
        found, scale = self.at(self.whole, value), units.scale(self.whole.unit(self.decide))
        moved = moved_by(self.whole, self.decide)
        rows = [row for condition in self.conditions for row in condition.rows]
        rows += [row for row in self.run.headlines if self.run.rows[row][0] in moved]
        places = {row: self.run.rows[row] for row in rows}
        told = {row: self.told(found[name][index], row) for row, (name, index) in places.items()}
        return Point(value / scale, None if error is None else error / scale, self.chance(found), told)

    def told(self, x: Array, row: str) -> Summary:
        """Draws of a row in base units, in short."""
        unit = self.run.unit(row)
        return brief(x / units.scale(unit), unit, self.run.is_event(row))
