"""A row of two runs, told side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier import units
from mcfrontier.analysis import intervals
from mcfrontier.analysis.intervals import Estimate, estimate
from mcfrontier.results import PROBABILITY, Run, Summary, brief


@dataclass(frozen=True)
class Told:
    """A row on both sides, in the unit of the first: each, other minus first, other over first draw by draw (not a
    number where a ratio has no meaning), and the probabilities, with errors, that the first lies above the other and
    that the two are equal. Of an `event` difference and ratio are those of the two probabilities, with the errors of
    pairs. `lost` pairs of draws are not finite and left out."""

    first: Summary
    other: Summary
    difference: Summary
    ratio: Summary
    above: Estimate
    equal: Estimate
    lost: int

    @property
    def event(self) -> bool:
        """Whether it is told by its probability."""
        return PROBABILITY in self.first.values

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
        ratio = np.full_like(difference, np.nan) if unit == units.DATE else y / x  # a date has no zero to measure from
    finite = np.isfinite(difference)
    each = (x, y, difference, np.where(np.isfinite(ratio), ratio, np.nan))
    return Told(
        *(probabilities(x, y) if event else percentiles(each, unit)),
        above=estimate(np.where(finite, x > y, np.nan)),
        equal=estimate(np.where(finite, x == y, np.nan)),
        lost=int((~finite).sum()),
    )


def percentiles(each: Sequence[np.ndarray], unit: str) -> Iterator[Summary]:
    """Of draws on two sides, their difference and their ratio."""
    yield from (brief(draws, own) for draws, own in zip(each, (unit, unit, unit, "1"), strict=True))


def probabilities(x: np.ndarray, y: np.ndarray) -> Iterator[Summary]:
    """Of an event on two sides: the probability on each, their difference, and their ratio. The error of the ratio is
    to first order, so that a randomisation in which the event does not happen does no harm."""
    (p, p_parts), (q, q_parts) = (intervals.by_parts(draws) for draws in (x, y))
    with np.errstate(all="ignore"):
        ratio = q / p if p > 0 else np.nan
        ratio_parts = ratio + (q_parts - ratio * p_parts) / p
    found = (
        (p, p_parts, "share"),
        (q, q_parts, "share"),
        (q - p, q_parts - p_parts, "share"),
        (ratio, ratio_parts, "1"),
    )
    for whole, parts, unit in found:
        error = float(intervals.error(np.asarray(whole), parts))
        yield Summary(unit, {PROBABILITY: float(whole)}, {PROBABILITY: error})
