"""What must hold of quantities: "amortised_cost < 5e7 USD", read, checked, and measured draw by draw."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import units
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.wording import parts

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
TINY, FAR = 1e-300, 1e3  # margins of a draw that is on its bound, and of one that has no figure
WRITTEN = re.compile(r"\s*([^\W\d]\w*(?:\[[^<>]*\])?)\s*([<>])(=?)\s*([^<>=]+?)\s*")
HALF = 1 / 2  # between an event that does not happen, 0, and one that does, 1
EITHER = (
    "an event happens in a draw or does not: write > 0.5 if it is to happen, < 0.5 if not, and how likely by --with 80%"
)
SHAPE = 'write NAME < VALUE UNIT or NAME > VALUE UNIT, such as "amortised_cost < 5e7 USD"'


@dataclass(frozen=True)
class Condition:
    """That a row is below, or else above, a bound, which is a number in base units or another row; `strict` if it may
    not be equal to it. `text` is how it is written."""

    text: str
    row: str
    below: bool
    strict: bool
    bound: float | str

    @property
    def rows(self) -> list[str]:
        """The rows that it is about."""
        return [self.row, self.bound] if isinstance(self.bound, str) else [self.row]

    def margin(self, x: Array, bound: Array | float) -> Array:
        """How far each draw is from its bound, measured by that: below 0 where the condition holds. It does not where a
        draw is no number."""
        with np.errstate(all="ignore"):
            size = np.where(bound == 0, 1.0, np.abs(bound))
            gap = np.arcsinh(x / size) - np.arcsinh(bound / size)  # like a logarithm, and of any sign
        gap = gap if self.below else -gap
        gap = np.where(gap == 0, TINY if self.strict else -TINY, gap)
        return np.nan_to_num(gap, nan=FAR, posinf=FAR, neginf=-FAR)


def read(text: str, unit_of: Mapping[str, str]) -> Condition:
    """A condition as it is written, on quantities of which the units are known."""
    match = WRITTEN.fullmatch(str(text))
    with located(f"so-that '{text}'"):
        if not match:
            raise InputError(SHAPE)
        row, sign, equal, right = match.groups()
        for each in (row, right) if right[0].isalpha() else (row,):
            if parts(each)[0] not in unit_of:
                raise InputError(f"there is no quantity '{parts(each)[0]}'{suggest(parts(each)[0], unit_of)}")
        unit = unit_of[parts(row)[0]]
        if right[0].isalpha():
            other = unit_of[parts(right)[0]]
            if not units.same_kind(unit, other):
                raise InputError(f"{right} is in {other}, and {row} in {unit}; compare what is of one kind")
            bound: float | str = right
        else:
            bound = units.read(right, unit, row, f"{row} {sign} 15_000") * units.scale(unit)
    return Condition(str(text), row, sign == "<", not equal, bound)


def check(conditions: Sequence[Condition], study: Study) -> None:
    """Refuse a condition on rows that the study does not have, or that have no figure."""
    for condition in conditions:
        for row in condition.rows:
            name = parts(row)[0]
            with located(f"so-that '{condition.text}'"):
                if row not in study.rows:
                    own = [each for each, (owner, _) in study.rows.items() if owner == name]
                    if row == name:
                        raise InputError(f"{name} has several rows; name one, such as {own[0]}")
                    raise InputError(f"{row}: there is no such row{suggest(row, own)}")
                if row in study.missing:
                    raise InputError(f"{row} has no figure; name another row")
                if study.is_event(name) and condition.bound != HALF and not isinstance(condition.bound, str):
                    raise InputError(EITHER)
