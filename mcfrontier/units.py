"""Units: a small registry of our own, conversion at the door, and the proof that a graph's units fit."""

from __future__ import annotations

import math
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mcfrontier.errors import InputError, suggest

if TYPE_CHECKING:
    import pint


DATE = "AD"  # years of the calendar, 2027.5 being the middle of 2027


@cache
def registry() -> pint.UnitRegistry:
    """The units of units.txt."""
    import pint

    return pint.UnitRegistry(str(Path(__file__).with_name("units.txt")), cache_folder=None)


@cache
def parse(unit: str) -> pint.Unit:
    """The unit a text names, or an InputError that names the unknown word."""
    import pint

    text = "share" if unit.strip() in ("1", "") else unit
    try:
        return registry().Unit(text)
    except pint.UndefinedUnitError as problem:
        word = problem.unit_names if isinstance(problem.unit_names, str) else problem.unit_names[0]
        names = [str(name) for name in registry()._units if len(str(name)) > 1]
        known = names + [prefix + name for prefix in "kMGTPEZ" for name in ("Wh", "FLOP", "USD")]
        raise InputError(f"unknown unit '{word}' in '{unit}'{suggest(word, known)}") from None
    except Exception:  # pint raises many kinds for a text that is no unit at all
        raise InputError(f"'{unit}' is not a unit; write one like 'USD/chip' or 'chip*h'") from None


@cache
def scale(unit: str) -> float:
    """How many base units one of these is: 1000 for kWh, 24 for day."""
    return float((1 * parse(unit)).to_root_units().magnitude)


def told(quantity: pint.Quantity) -> str:
    """The unit of a quantity, in words."""
    return f"{quantity.units}" if quantity.dimensionality else "plain numbers"


def same_kind(unit: str, other: str) -> bool:
    """Whether a quantity in one unit can be told in the other. A date is no length of time."""
    return parse(unit).dimensionality == parse(other).dimensionality and (unit == DATE) == (other == DATE)


def convert(value: float, unit: str, to: str) -> float:
    """A number of one unit as a number of another of the same kind."""
    return value if unit == to else value * scale(unit) / scale(to)


def split(text: str) -> tuple[float, str]:
    """The number and the unit of a text such as "0.5 kW/chip", "" where it has no unit; not a number where there is
    none."""
    match = re.fullmatch(r"\s*([-+]?[\d_.]+(?:[eE][-+]?\d+)?)\s*(.*?)\s*", text)
    try:
        number = float(match[1]) if match and not match[2].startswith(",") else math.nan
    except ValueError:
        number = math.nan
    return number, match[2] if match else ""


def read(text: str | float, unit: str, name: str, example: str = "15_000") -> float:
    """A number that is written with its unit, or else in the one given, told in the one given. `name` is what it
    measures, `example` how it may be written before its unit."""
    if unit == DATE and is_day(str(text)):
        return year_of(*map(int, str(text).split("-")))
    number, stated = split(str(text))
    if not math.isfinite(number):
        raise InputError(f"a number is expected, with or without a unit, such as {example} {unit}")
    stated = stated or unit
    if not same_kind(stated, unit):
        raise InputError(f"'{stated}' is not a unit of {name}; give it in {unit}")
    return convert(number, stated, unit)


def is_day(text: str) -> bool:
    """Whether a text is a day, 2027-07-01."""
    return re.fullmatch(r"\s*\d{4}-\d\d-\d\d\s*", text) is not None


def year_of(year: int, month: int, day: int) -> float:
    """A day as a year of the calendar, at its beginning."""
    try:
        begun, gone = date(year, 1, 1), date(year, month, day)
        return year + (gone - begun).days / (date(year + 1, 1, 1) - begun).days
    except ValueError:
        raise InputError(f"{year}-{month:02}-{day:02}: there is no such day") from None
