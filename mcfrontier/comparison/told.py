"""A row of two runs, told side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcfrontier import units
from mcfrontier.analysis.intervals import Estimate, estimate
from mcfrontier.results import Run, Summary, brief


@dataclass(frozen=True)
class Told:
    """A row on both sides, in the unit of the first: each, other minus first, other over first draw by draw (not a
    number where a ratio has no meaning), and the probabilities, with errors, that the first lies above the other and
    that the two are equal. `lost` pairs of draws are not finite and left out."""

    first: Summary
    other: Summary
    difference: Summary
    ratio: Summary
    above: Estimate
    equal: Estimate
    lost: int


def draws_of(done: Run, row: str, unit: str) -> np.ndarray:
    """The draws of a row in a unit: (draws,), or (1,) if nothing in it is uncertain."""
    name, index = done.rows[row]
    return done.values[name][index] / units.scale(unit)


def side_by_side(row: str, first: Run, other: Run) -> Told:
    """A row of two runs on the same draws."""
    unit = first.unit(row)
    x, y = draws_of(first, row, unit), draws_of(other, row, unit)
    with np.errstate(all="ignore"):
        difference = y - x
        ratio = np.full_like(difference, np.nan) if unit == "AD" else y / x  # a date has no zero to measure from
    finite = np.isfinite(difference)
    return Told(
        *(brief(draws, unit) for draws in (x, y, difference)),
        ratio=brief(np.where(np.isfinite(ratio), ratio, np.nan), "1"),
        above=estimate(np.where(finite, x > y, np.nan)),
        equal=estimate(np.where(finite, x == y, np.nan)),
        lost=int((~finite).sum()),
    )
