"""Units: the registry, and the parsing and conversion of numbers with units."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcfrontier.core.errors import InputError, suggest
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


def year_of(year: int, month: int, day: int) -> float:
    """The beginning of a day as a decimal calendar year."""
    try:
        new_year = date(year, 1, 1)
        return year + (date(year, month, day) - new_year).days / (date(year + 1, 1, 1) - new_year).days
    except ValueError:
        raise InputError(f"{year}-{month:02}-{day:02}: there is no such day") from None


def day_of(year: float) -> date:
    """The day of a decimal calendar year: the inverse of `year_of`."""
    new_year = date(int(year), 1, 1)
    days = (date(int(year) + 1, 1, 1) - new_year).days
    return new_year + timedelta(days=min(int((year - int(year)) * days + 1e-4), days - 1))  # despite rounding
