"""Numbers as text, with no more digits than their error allows."""

from __future__ import annotations

import math
import re
import sys
from decimal import Decimal

MAX_DIGITS = 3  # significant digits in a displayed number
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
MAX_POWER, LARGEST = 290, 1e308  # powers of ten beyond are near the ends of floats; a larger error is as this one
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-4, 1e7  # numbers outside of these are displayed with a power of ten


def rounded(value: float, error: float = 0.0, digits: int = MAX_DIGITS) -> tuple[float, int]:
    """Round a value to the digits that its Monte Carlo error allows.

    The last digit retained is that of the first digit of the error, as the error is displayed beside it; at most
    `digits` significant digits, and at least one. Returns the rounded value and the power of ten of its last digit.
    """
    if value == 0 or not math.isfinite(value):
        return value, 0
    leading = math.floor(math.log10(abs(value)) + 1e-12)
    if abs(leading) > MAX_POWER:
        result, last = rounded(over_ten(value, leading), over_ten(error, leading), digits)
        return over_ten(result, -leading), last + leading
    last = leading - digits + 1
    if error > 0:  # an error of 0.096 is displayed as 0.1
        last = min(max(last, math.floor(math.log10(min(error, LARGEST) / 0.95) + 1e-12)), leading)
    result = round(value / 10.0**last) * 10.0**last
    if abs(result) >= 10.0 ** (leading + 1) and last < leading:  # 999.7 becomes 1000: one more digit on the left
        last = max(last, leading - digits + 2)
    whole = round(result / 10.0**last)
    while error == 0 and whole and whole % 10 == 0:  # without an error, trailing zeros would claim a precision
        whole, last = whole // 10, last + 1
    return result, last


def over_ten(value: float, power: int) -> float:
    """A number divided by a power of ten; by one that is not a float as well, and no further than the largest float."""
    if abs(power) <= MAX_POWER:
        return value / 10.0**power
    if not math.isfinite(value):
        return value
    return min(max(float(Decimal(value).scaleb(-power)), -sys.float_info.max), sys.float_info.max)


def plain(value: float, last: int) -> str:
    """Format a number down to the power of ten `last`, with thousands separators and a true minus sign."""
    return f"{value:,.{max(0, -last)}f}".replace("-", "−")


def number(value: float, last: int) -> str:
    """Format a number, with a power of ten where it is very large or very small."""
    if value and not SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN:
        power = math.floor(math.log10(abs(value)) + 1e-12)
        return f"{plain(over_ten(value, power), last - power)} × 10{str(power).translate(SUPERSCRIPTS)}"
    return plain(value, last)


def scaled(value: float, last: int, steps: tuple[tuple[float, str], ...]) -> str:
    """Format a value in the largest of some steps, (size, suffix), that it reaches, followed by the suffix."""
    for size, suffix in steps:
        if abs(value) >= size * 0.9995:
            return number(value / size, last - round(math.log10(size))) + suffix
    return number(value, last)


def metric(unit: str) -> tuple[str, float]:
    """Split the metric prefix off a unit: ("Wh", 1e6) for MWh."""
    match = re.fullmatch(r"([kMGTPE])((?:Wh|W|B|FLOP)(?:/.*)?)", unit)
    return (match[2], {prefix: size for size, prefix in PREFIXES}[match[1]]) if match else (unit, 1.0)
