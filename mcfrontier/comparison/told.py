"""A row of two runs, told side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mcfrontier import units
from mcfrontier.analysis import decision, intervals
from mcfrontier.results import Run

LEVELS = (0.05, 0.5, 0.95)
STATISTICS = tuple(map(intervals.word, LEVELS))
PROBABILITY = "probability"  # the one statistic of an event


class Estimates(NamedTuple):
    """p5, p50 and p95, and the Monte Carlo error of each: (3,); of an event the probability and its error: (1,)."""

    values: np.ndarray
    errors: np.ndarray

    @property
    def central(self) -> tuple[float, float]:
        """The median, or the probability, with its error."""
        return float(self.values[self.values.size // 2]), float(self.errors[self.values.size // 2])


@dataclass(frozen=True)
class Told:
    """A row on both sides, in the unit of the first: each, other minus first, other over first draw by draw (not a
    number where a ratio has no meaning), and the probabilities, with errors, that the first lies above the other and
    that the two are equal. Of an `event` difference and ratio are those of the two probabilities, with the errors of
    pairs. `lost` pairs of draws are not finite and left out."""

    unit: str
    event: bool
    first: Estimates
    other: Estimates
    difference: Estimates
    ratio: Estimates
    above: tuple[float, float]
    equal: tuple[float, float]
    lost: int

    @property
    def statistics(self) -> tuple[str, ...]:
        """The words of its estimates."""
        return (PROBABILITY,) if self.event else STATISTICS

    @property
    def central(self) -> str:
        """What of it is compared first of all."""
        return PROBABILITY if self.event else "median"


def is_event(row: str, runs: tuple[Run, Run]) -> bool:
    """Whether a row is an event on both sides, so that its probability is compared."""
    return all(run.is_event(row) for run in runs)


def draws_of(done: Run, row: str, unit: str) -> np.ndarray:
    """The draws of a row in a unit: (draws,), or (1,) if nothing in it is uncertain."""
    name, index = done.rows[row]
    return done.values[name][index] / units.scale(unit)


def side_by_side(row: str, first: Run, other: Run) -> Told:
    """A row of two runs on the same draws."""
    unit = first.unit(row)
    x, y = draws_of(first, row, unit), draws_of(other, row, unit)
    event = is_event(row, (first, other))
    with np.errstate(all="ignore"):
        difference = y - x
        ratio = np.full_like(difference, np.nan) if unit == "AD" else y / x  # a date has no zero to measure from
    finite = np.isfinite(difference)
    each = (x, y, difference, np.where(np.isfinite(ratio), ratio, np.nan))
    return Told(
        unit,
        event,
        *(probabilities(x, y) if event else map(estimates, each)),
        above=decision.with_error(np.where(finite, x > y, np.nan)),
        equal=decision.with_error(np.where(finite, x == y, np.nan)),
        lost=int((~finite).sum()),
    )


def estimates(x: np.ndarray) -> Estimates:
    """p5, p50 and p95 of draws, with their errors."""
    values, errors = intervals.with_errors(x, LEVELS)
    return Estimates(values[2:], errors[2:])


def probabilities(x: np.ndarray, y: np.ndarray) -> Iterator[Estimates]:
    """Of an event on two sides: the probability on each, their difference, and their ratio. The error of the ratio is
    to first order, so that a randomisation in which the event does not happen does no harm."""
    (p, p_parts), (q, q_parts) = (decision.means(draws) for draws in (x, y))
    with np.errstate(all="ignore"):
        ratio = np.where(p > 0, q / p, np.nan)
        ratio_parts = ratio + (q_parts - ratio * p_parts) / p
    for whole, parts in ((p, p_parts), (q, q_parts), (q - p, q_parts - p_parts), (ratio, ratio_parts)):
        yield Estimates(whole, np.atleast_1d(intervals.error(whole[0], parts)))
