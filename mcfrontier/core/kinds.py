"""Kinds of quantities: how one is formatted, on which scale it is analysed, which values it may take.

A unit, and whether a quantity is an event, decide its kind. Everything that depends on the kind reads it here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from mcfrontier.core import units
from mcfrontier.core.digits import LARGEST, LARGEST_PLAIN, MAX_DIGITS, PREFIXES, metric, number, plain, rounded, scaled
from mcfrontier.core.units import DATE_UNIT, day_of

PROBABILITY = "probability"  # the statistic that summarises an event
SUMMARY_STATISTICS = ("p5", "p50", "p95")  # the statistics that summarise any other quantity
CURRENCIES = {"USD": "$", "EUR": "€"}
SHARE_UNITS = ("share", "%")
MONEY_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
NUMBER_SUFFIXES = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
SINGULARS = {"people": "person"}  # of plurals that do not end in s
PLURALS = {"chip": "chips", "token": "tokens", "parameter": "parameters", "person": "people", "chip*h": "chip-hours"}
PLURALS |= {"day": "days", "month": "months", "year": "years", "h": "hours"}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LAST_YEAR = 9999  # of a calendar with months
CLOSE_DATES = 0.25  # years between dates that are displayed with their days

Format = Callable[[float, str, float, int], str]  # takes value, unit, Monte Carlo error, maximum number of digits


@dataclass(frozen=True)
class QuantityKind:
    """A kind of quantity.

    name        "ratio scale", "share", "date", "event" or "money"
    format      formats a value with its unit and no more digits than its Monte Carlo error allows
    statistics  the statistics of its one-line summary
    logarithmic whether logarithms and ratios have a meaning: a date has no zero to measure from
    low, high   the range of its draws, in base units
    points      the values that a draw can take, where there are few
    differences the word for a difference of two values, in place of the unit's sign ("points" of a percentage)
    """

    name: str
    format: Format
    statistics: tuple[str, ...] = SUMMARY_STATISTICS
    logarithmic: bool = True
    low: float = -math.inf
    high: float = math.inf
    points: tuple[float, ...] = ()
    differences: tuple[str, str] = ("", "")

    @property
    def bounded(self) -> bool:
        """Whether its draws have a range."""
        return self.low > -math.inf or self.high < math.inf

    @property
    def central(self) -> str:
        """The statistic in the middle of its summary: the median, or the probability of an event."""
        return self.statistics[len(self.statistics) // 2]

    @property
    def default_scale(self) -> str | None:
        """The scale that analyses of variance use whatever the draws; None where the draws decide."""
        return None if self.logarithmic else "raw"

    def statistics_of(self, requested: tuple[str, ...]) -> tuple[str, ...]:
        """The statistics to display: those requested, or its only one."""
        return requested if len(self.statistics) > 1 else self.statistics

    def text(self, value: float, unit: str, error: float = 0.0, digits: int = MAX_DIGITS) -> str:
        """Format a value; "–" where it is not finite."""
        return self.format(value, unit, error, digits) if math.isfinite(value) else "–"


def format_share(value: float, unit: str, error: float, digits: int) -> str:
    """A percentage."""
    percent = 100 if unit == "share" else 1
    result, last = rounded(percent * value, percent * error, digits)
    return f"{plain(result, last) if abs(result) < LARGEST_PLAIN else number(result, last)}%"


def format_probability(value: float, unit: str, error: float, digits: int) -> str:
    """A percentage; near 1 with the digits that the error allows for its distance from 1."""
    if not value > 0.5:
        return format_share(value, "share", error, digits)
    rest, last = rounded(100 * (1 - value), 100 * error, digits)
    return f"{plain(100 - rest, last)}%"


def format_date(value: float, unit: str, error: float, digits: int) -> str:
    """A month of the calendar, May 2026; with more than MAX_DIGITS digits a day, 14 May 2026; a whole year that has no
    error as 2026. A value too small to be a year is a difference of dates, in years."""
    if not 1000 <= abs(value) < LARGEST_PLAIN:
        return format_ratio(value, "year", error, digits)
    if not 1000 <= value < LAST_YEAR:
        return f"{value:.1f}"
    day = day_of(value)
    if value == day.year and not error:
        return f"{day.year}"
    return f"{day.day} " * (digits > MAX_DIGITS) + f"{MONTHS[day.month - 1]} {day.year}"


def date_digits(spread: float) -> int:
    """The digits of dates that are some years apart: those of a day where they are close, else those of a month."""
    return MAX_DIGITS + (spread < CLOSE_DATES)


def format_money(value: float, unit: str, error: float, digits: int) -> str:
    """An amount with the sign of its currency: $536M, $0.084/kWh."""
    result, last = rounded(value, error, digits)
    head, _, per = unit.partition("/")
    tail = f"/{per if '(' in per else per.replace('/', '-').replace('-h', '-hour')}" if per else ""
    return f"{'−' if result < 0 else ''}{CURRENCIES[head]}{scaled(abs(result), last, MONEY_SUFFIXES)}{tail}"


def format_ratio(value: float, unit: str, error: float, digits: int) -> str:
    """A number with its unit: 57 million chip-hours, 43 GWh, 2.1 × 10²⁵ FLOP."""
    base, prefix = metric(unit) if abs(value) < LARGEST / 1e18 else (unit, 1.0)
    result, last = rounded(value * prefix, error * prefix, digits)
    size = abs(result)
    if re.match(r"(W|Wh|B|FLOP/s)(/|$)", base) and (1e-4 <= size < 1e21 or not size):
        count, _, letter = scaled(result, last, tuple((step, f" {p}") for step, p in PREFIXES)).partition(" ")
        return f"{count} {letter}{base}"
    if base in PLURALS:
        count, plural = scaled(result, last, NUMBER_SUFFIXES), PLURALS[base]
        return f"{count} {plural if count != '1' else SINGULARS.get(plural, plural.removesuffix('s'))}"
    return number(result, last) + ("" if base == "1" else base[1:] if base.startswith("1/") else f" {base}")


PERCENTAGE_POINTS = ("%", " points")  # the unit of a difference of two percentages
RATIO_SCALE = QuantityKind("ratio scale", format_ratio)
SHARE = QuantityKind("share", format_share, low=0.0, high=1.0, differences=PERCENTAGE_POINTS)
PERCENTAGE = replace(SHARE, low=-math.inf, high=math.inf)  # a ratio in percent, which may go beyond 100 %
DATE = QuantityKind("date", format_date, logarithmic=False)
EVENT = QuantityKind(
    "event", format_probability, (PROBABILITY,), low=0.0, high=1.0, points=(0.0, 1.0), differences=PERCENTAGE_POINTS
)
MONEY = QuantityKind("money", format_money)


def kind_of(unit: str, event: bool = False) -> QuantityKind:
    """The kind of a quantity in a unit."""
    if event:
        return EVENT
    if unit in SHARE_UNITS:
        return SHARE if unit == "share" else PERCENTAGE
    if unit == DATE_UNIT:
        return DATE
    return MONEY if unit.partition("/")[0] in CURRENCIES else RATIO_SCALE


@cache
def currencies(unit: str) -> dict[str, float]:
    """The currencies in a unit and their powers: {"USD": 1} of USD/chip, {"USD": -1} of W/USD, {} of a unit without
    money."""
    powers: Mapping[str, Any] = units.parse(unit).dimensionality
    dimensions = {name: next(iter(units.parse(name).dimensionality)) for name in CURRENCIES}
    return {name: float(powers[dimension]) for name, dimension in dimensions.items() if dimension in powers}


@cache
def counts_things(unit: str) -> bool:
    """Whether a unit is of things that cannot be fewer than none, such as chips, power or operations: not of money,
    times or plain numbers."""
    return not currencies(unit) and bool({*units.parse(unit).dimensionality} - {"[time]"})
