"""Amounts: a number with its unit, read in the unit of a quantity."""

from __future__ import annotations

import math
import re

from mcfrontier.core import units
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions.parser import amount
from mcfrontier.core.expressions.tokens import DAY
from mcfrontier.core.expressions.tree import Number
from mcfrontier.core.kinds import counts_things
from mcfrontier.core.printable import echo


def read(text: str | float, unit: str, name: str, example: str = "15_000") -> float:
    """Read a number in `unit`, converted from the unit written after it, if there is one. `name` (of the quantity) and
    `example` (a number) appear in messages."""
    try:
        written = str(text)
    except ValueError:  # of an integer of thousands of digits, which Python does not convert
        written = "inf"
    dated = unit == units.DATE_UNIT and re.match(r"\s*\d{4}-", written)
    if dated and not DAY.fullmatch(written.strip()):
        raise InputError(f"'{echo(written)}' is not a date; write a day such as 2027-07-01, or a year as 2027.5")
    try:
        found = amount(written)
    except InputError:
        if dated:  # of a day that does not exist
            raise
        found = Number(math.nan)
    if not math.isfinite(found.value) or found.unit.startswith((",", ".")):
        remedy = ", without $ and commas" if re.match(r"\s*[-+]?([$€]|\d+,\d)", written) else ""
        raise InputError(f"a number is expected, with or without a unit, such as {example} {unit}{remedy}")
    if written.rstrip().endswith("B") and not found.unit and units.same_kind(unit, "byte"):
        raise InputError(f"'{echo(written)}' is {found.value:g}; write {found.value / 1e9:g} B for bytes")
    if found.value < 0 and counts_things(unit):
        raise InputError(f"'{echo(written)}' is less than none of {name}; give 0 {unit} or more")
    return in_unit(found, unit, name)


def in_unit(number: Number, unit: str, name: str) -> float:
    """A number in a unit of the quantity `name`, that in which it is where it states none."""
    stated = number.unit or unit
    if not units.same_kind(stated, unit):
        raise InputError(f"'{stated}' is not a unit of {name}; give it in {unit}")
    return units.convert(number.value, stated, unit)
