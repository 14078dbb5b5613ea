"""Conditions on quantities, such as "amortised_cost < 5e7 USD": parsing, checks, and margins draw by draw."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.expressions import amounts
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.study.study import Study
from mcfrontier.study.values import missing_rows

MIN_MARGIN, MAX_MARGIN = 1e-300, 1e3  # margins of a draw on its bound, and of a draw that is not a number
CONDITION_PATTERN = re.compile(r"\s*([^\W\d]\w*(?:\[[^<>]*\])?)\s*([<>])(=?)\s*([^<>=]+?)\s*")
EVENT_THRESHOLD = 1 / 2  # between an event that does not happen, 0, and one that does, 1
EVENT_HINT = (
    "an event happens in a draw or does not: write > 0.5 if it is to happen, < 0.5 if not, and its probability as "
    "--with 80%"
)
CONDITION_FORM = 'write NAME < VALUE UNIT or NAME > VALUE UNIT, such as "amortised_cost < 5e7 USD"'


@dataclass(frozen=True)
class Condition:
    """The condition that a row lies below, or else above, a bound: a number in base units, or another row.

    A `strict` condition excludes the bound itself; `text` is the condition as the user wrote it.
    """

    text: str
    row: str
    below: bool
    strict: bool
    bound: float | str

    @property
    def rows(self) -> list[str]:
        """The rows that the condition refers to."""
        return [self.row, self.bound] if isinstance(self.bound, str) else [self.row]

    def margin(self, x: Array, bound: Array | float) -> Array:
        """Return the distance of each draw from its bound, relative to the bound: negative where the condition holds.

        It does not hold where a draw is not a number.
        """
        with np.errstate(all="ignore"):
            size = np.where(bound == 0, 1.0, np.abs(bound))
            gap = np.arcsinh(x / size) - np.arcsinh(bound / size)  # as a logarithm, for either sign
        gap = gap if self.below else -gap
        gap = np.where(gap == 0, MIN_MARGIN if self.strict else -MIN_MARGIN, gap)
        margin: Array = np.nan_to_num(gap, nan=MAX_MARGIN, posinf=MAX_MARGIN, neginf=-MAX_MARGIN)
        return margin


def read(text: str, unit_of: Mapping[str, str]) -> Condition:
    """Parse a condition on quantities with known units."""
    match = CONDITION_PATTERN.fullmatch(str(text))
    with located(f"so-that '{text}'"):
        if not match:
            raise InputError(CONDITION_FORM)
        row, sign, equal, right = match.groups()
        for each in (row, right) if right[0].isalpha() else (row,):
            if split_row(each)[0] not in unit_of:
                raise InputError(f"there is no quantity '{split_row(each)[0]}'{suggest(split_row(each)[0], unit_of)}")
        unit = unit_of[split_row(row)[0]]
        if right[0].isalpha():
            other = unit_of[split_row(right)[0]]
            if not units.same_kind(unit, other):
                raise InputError(f"{right} is in {other}, and {row} in {unit}; compare quantities of one kind")
            bound: float | str = right
        else:
            bound = amounts.read(right, unit, row, f"{row} {sign} 15_000") * units.scale(unit)
    return Condition(str(text), row, sign == "<", not equal, bound)


def check(conditions: Sequence[Condition], study: Study) -> None:
    """Refuse a condition on rows that the study does not have, or that have no value."""
    for condition in conditions:
        for row in condition.rows:
            name = split_row(row)[0]
            with located(f"so-that '{condition.text}'"):
                if row not in study.rows:
                    own = [each for each, (owner, _) in study.rows.items() if owner == name]
                    if row == name:
                        raise InputError(f"{name} has several rows; name one, such as {own[0]}")
                    raise InputError(f"{row}: there is no such row{suggest(row, own)}")
                if row in missing_rows(study):
                    raise InputError(f"{row} has no value; name another row")
                known = not isinstance(condition.bound, str)
                if study.kind(name) is EVENT and known and condition.bound != EVENT_THRESHOLD:
                    raise InputError(EVENT_HINT)
