"""Figures as a reader wants to see them: $536M, 57 million chip-hours, 43 GWh, 2.1 × 10²⁵ FLOP."""

from __future__ import annotations

import math
import re

DIGITS = 3  # the most that a table shows of any figure
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

MONEY = {"USD": "$", "EUR": "€"}
LETTERS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))
WORDS = ((1e12, " trillion"), (1e9, " billion"), (1e6, " million"))
PREFIXES = ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
ONE = {"people": "person"}  # plurals that do not end in s
COUNTED = {"chip": "chips", "token": "tokens", "parameter": "parameters", "person": "people", "chip*h": "chip-hours"}
COUNTED |= {"day": "days", "month": "months", "year": "years", "h": "hours"}


def rounded(value: float, error: float = 0.0, digits: int = DIGITS) -> tuple[float, int]:
    """A value cut to the digits that its error allows, and the power of ten of the last one kept.

    The last digit kept is that of the error's first, as it is told beside it; there are at most `digits`, and one at
    least.
    """
    if value == 0 or not math.isfinite(value):
        return value, 0
    leading = math.floor(math.log10(abs(value)) + 1e-12)
    last = leading - digits + 1
    if error > 0:
        last = min(max(last, math.floor(math.log10(error / 0.95) + 1e-12)), leading)  # 0.096 is told as 0.1
    kept = round(value / 10.0**last) * 10.0**last
    if abs(kept) >= 10.0 ** (leading + 1) and last < leading:  # 999.7 becomes 1000: one digit more to the left
        last = max(last, leading - digits + 2)
    whole = round(kept / 10.0**last)
    while error == 0 and whole and whole % 10 == 0:  # nothing is drawn: zeros at the end would claim a precision
        whole, last = whole // 10, last + 1
    return kept, last


def plain(value: float, last: int) -> str:
    """Digits down to the power of ten `last`, thousands set apart, a true minus before a negative one."""
    return f"{value:,.{max(0, -last)}f}".replace("-", "−")


def scaled(value: float, last: int, steps: tuple[tuple[float, str], ...]) -> str:
    """A value in the largest step that leaves something before the point, with the step's word."""
    for size, text in steps:
        if abs(value) >= size * 0.9995:
            return number(value / size, last - round(math.log10(size))) + text
    return number(value, last)


def amount(value: float, unit: str, error: float = 0.0, digits: int = DIGITS) -> str:
    """A number with its unit, with no more digits than its Monte Carlo error allows.

    >>> amount(535_714_285.71, "USD")
    '$536M'
    >>> amount(57_412_000, "chip*h", error=80_000)
    '57.4 million chip-hours'
    >>> amount(2.131e25, "FLOP")
    '2.13 × 10²⁵ FLOP'
    >>> amount(0.0841, "USD/kWh", error=0.004)
    '$0.084/kWh'
    """
    if not math.isfinite(value):
        return "–"
    if unit in ("share", "%"):
        percent = 100 if unit == "share" else 1
        kept, last = rounded(percent * value, percent * error, digits)
        return f"{plain(kept, last)}%"
    if unit == "AD" and abs(value) >= 1000:  # a date; else it is the error of one
        return f"{value:.1f}"
    base, prefix = metric("year" if unit == "AD" else unit)
    kept, last = rounded(value * prefix, error * prefix, digits)
    head, _, per = base.partition("/")
    if head in MONEY:
        tail = f"/{per if '(' in per else per.replace('/', '-').replace('-h', '-hour')}" if per else ""
        return f"{'−' if kept < 0 else ''}{MONEY[head]}{scaled(abs(kept), last, LETTERS)}{tail}"
    if re.match(r"(W|Wh|B|FLOP/s)(/|$)", base):  # told with a metric prefix
        count, _, letter = scaled(kept, last, tuple((s, f" {p}") for s, p in PREFIXES)).partition(" ")
        return f"{count} {letter}{base}"
    if base in COUNTED:
        count = scaled(kept, last, WORDS)
        plural = COUNTED[base]
        return f"{count} {plural if count != '1' else ONE.get(plural, plural.removesuffix('s'))}"
    return number(kept, last) + ("" if base == "1" else base[1:] if base.startswith("1/") else f" {base}")


def probability(value: float, error: float = 0.0) -> str:
    """The probability of an event, near 1 with the digits that are left of what is left of it.

    >>> probability(0.99968, 0.00003)
    '99.968%'
    """
    if not value > 0.5:
        return amount(value, "share", error)
    kept, last = rounded(100 * (1 - value), 100 * error)
    return f"{plain(100 - kept, last)}%"


def number(value: float, last: int) -> str:
    """A bare number, with a power of ten where it is very large or very small."""
    if value and not 1e-4 <= abs(value) < 1e7:
        power = math.floor(math.log10(abs(value)) + 1e-12)
        return f"{plain(value / 10.0**power, last - power)} × 10{str(power).translate(RAISED)}"
    return plain(value, last)


def metric(unit: str) -> tuple[str, float]:
    """A unit without its metric prefix, and the prefix as a number: MWh is 1e6 Wh."""
    match = re.fullmatch(r"([kMGTPE])((?:Wh|W|B|FLOP)(?:/.*)?)", unit)
    return (match[2], {p: s for s, p in PREFIXES}[match[1]]) if match else (unit, 1.0)


SAID = {word: word.upper() for word in ("gpu", "mfu", "tdp", "pue", "flop", "cpu", "bf16", "fp32")}
SAID |= {"2023usd": "in 2023 USD", "inhouse": "in-house"}


def parts(row: str) -> tuple[str, str]:
    """The name of a quantity and the label of its row: ("price", "A100") of price[A100], ("price", "") of price."""
    name, _, rest = row.partition("[")
    return name, rest.removesuffix("]")


def label(row: str) -> str:
    """A quantity's name as words: amortised cost, GPU price [A100], MFU."""
    name, bracket, labels = row.partition("[")
    words = [SAID.get(word, word) for word in name.split("_")]
    return " ".join(words) + (f" [{spaced(labels)}" if bracket else "")


def spaced(labels: str) -> str:
    """The labels of a row with room between them: trend goes on, 2027."""
    return re.sub(r",(?=\S)", ", ", labels)


def sentence(text: str) -> str:
    """A text with its first letter raised."""
    return text[:1].upper() + text[1:]


def ordinal(count: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 38th."""
    tail = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{tail}"


def percentile_told(percentile: float) -> str:
    """Where a figure falls among draws: the 38th percentile, below the 1st, above the 99th."""
    if percentile < 0.5:
        return "below the 1st percentile"
    return "above the 99th percentile" if percentile >= 99.5 else f"the {ordinal(round(percentile))} percentile"


def moved(value: float, unit: str, error: float = 0.0) -> str:
    """By how much a figure went up or down, with its sign; a share by points.

    >>> moved(2_500_000, "USD")
    '+$2.5M'
    >>> moved(-0.03, "share", error=0.01)
    '−3 points'
    """
    told = amount(value, unit, error)
    told = told.replace("%", " points") if unit in ("share", "%") else told
    return f"+{told}" if value > 0 else told
