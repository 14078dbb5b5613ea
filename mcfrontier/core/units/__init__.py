"""Units: the registry, and the parsing and conversion of numbers with units."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.printable import echo
from mcfrontier.core.units.grammar import EXAMPLE, REMEDIES, check_grammar

if TYPE_CHECKING:
    import pint


DATE_UNIT = "AD"  # years of the calendar, 2027.5 being the middle of 2027


@cache
def registry() -> pint.UnitRegistry[float]:
    """The unit registry, read from units.txt."""
    import pint

    return pint.UnitRegistry(str(Path(__file__).with_name("units.txt")), cache_folder=None)


@cache
def parse(unit: str) -> pint.Unit:
    """Parse a unit; an InputError names the unknown part."""
    import pint

    check_grammar(unit)
    text = "share" if unit.strip() in ("1", "") else unit
    try:
        found = registry().Unit(text)
    except pint.UndefinedUnitError as problem:
        word = problem.unit_names if isinstance(problem.unit_names, str) else problem.unit_names[0]
        names = [str(name) for name in registry()._units if len(str(name)) > 1]
        known = names + [prefix + name for prefix in "kMGTPEZ" for name in ("Wh", "FLOP", "USD")]
        remedy = f"; write {REMEDIES[word]}" if word in REMEDIES else suggest(word, known)
        raise InputError(f"unknown unit '{word}' in '{unit}'{remedy}") from None
    except Exception:  # pint raises many types of exception for a text that is not a unit
        raise InputError(f"'{unit}' is not a unit; {EXAMPLE}") from None
    if unit != DATE_UNIT and any(str(name).endswith(DATE_UNIT) for name in found._units):
        raise InputError(f"'{unit}': {DATE_UNIT} is a date and stands alone; a time is in year")
    return found


@cache
def scale(unit: str) -> float:
    """The number of base units in a unit: 1000 for kWh, 24 for day."""
    try:
        found = float((1 * parse(unit)).to_root_units().magnitude)
    except OverflowError:
        found = math.inf
    if not 0 < found < math.inf:
        raise InputError(f"'{unit}' is beyond the range of numbers; write a smaller unit")
    return found


def unit_text(quantity: pint.Quantity[Any]) -> str:
    """The unit of a quantity as text."""
    return f"{quantity.units}" if quantity.dimensionality else "plain numbers"


def same_kind(unit: str, other: str) -> bool:
    """Whether a quantity can be converted from one unit to the other. A date is not a duration."""
    return parse(unit).dimensionality == parse(other).dimensionality and (unit == DATE_UNIT) == (other == DATE_UNIT)


def convert(value: float, unit: str, to: str) -> float:
    """Convert a number from one unit to another of the same kind."""
    return value if unit == to else value * scale(unit) / scale(to)


def split(text: str) -> tuple[float, str]:
    """Split a text such as "0.5 kW/chip" into number and unit: NaN without a number, "" without a unit."""
    match = re.fullmatch(r"\s*([-+]?[\d_.]+(?:[eE][-+]?\d+)?)\s*(.*?)\s*", text)
    try:
        number = float(match[1]) if match and not match[2].startswith(",") else math.nan
    except ValueError:
        number = math.nan
    return number, match[2] if match else ""


def read(text: str | float, unit: str, name: str, example: str = "15_000") -> float:
    """Read a number in `unit`, converted from the unit written after it, if there is one. `name` (of the quantity) and
    `example` (a number) appear in messages."""
    try:
        written = str(text)
    except ValueError:  # of an integer of thousands of digits, which Python does not convert
        written = "inf"
    if unit == DATE_UNIT and re.match(r"\s*\d{4}-", written):
        if not is_day(written):
            raise InputError(f"'{echo(written)}' is not a date; write a day such as 2027-07-01, or a year as 2027.5")
        return year_of(*map(int, written.split("-")))
    number, stated = split(written)
    if not math.isfinite(number):
        remedy = ", without $, commas or M" if re.match(r"\s*[-+]?([$€]|\d+,\d)", written) else ""
        raise InputError(f"a number is expected, with or without a unit, such as {example} {unit}{remedy}")
    stated = stated or unit
    if not same_kind(stated, unit):
        raise InputError(f"'{stated}' is not a unit of {name}; give it in {unit}")
    return convert(number, stated, unit)


def is_day(text: str) -> bool:
    """Whether a text is a day such as 2027-07-01."""
    return re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", text) is not None


def year_of(year: int, month: int, day: int) -> float:
    """The beginning of a day as a decimal calendar year."""
    try:
        new_year = date(year, 1, 1)
        return year + (date(year, month, day) - new_year).days / (date(year + 1, 1, 1) - new_year).days
    except ValueError:
        raise InputError(f"{year}-{month:02}-{day:02}: there is no such day") from None
