"""Text of numbers and names in reports and tables: $536M, 57 million chip-hours, 43 GWh, GPU price [A100]."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcfrontier.core.digits import MAX_DIGITS
from mcfrontier.core.kinds import kind_of

MAX_NAMES = 5  # in a message
UPPER_CASE = {word: word.upper() for word in ("gpu", "mfu", "tdp", "pue", "flop", "cpu", "bf16", "fp32", "h100", "rl")}
SPELLINGS = UPPER_CASE | {"2023usd": "in 2023 USD", "inhouse": "in-house"}  # of the words in names of quantities


def amount(value: float, unit: str, error: float = 0.0, digits: int = MAX_DIGITS) -> str:
    """Format a number with its unit, with no more digits than its Monte Carlo error allows.

    >>> amount(535_714_285.71, "USD")
    '$536M'
    >>> amount(57_412_000, "chip*h", error=80_000)
    '57.4 million chip-hours'
    >>> amount(2.131e25, "FLOP")
    '2.13 × 10²⁵ FLOP'
    >>> amount(0.0841, "USD/kWh", error=0.004)
    '$0.084/kWh'
    >>> amount(3e-8, "Wh/token")
    '3 × 10⁻⁸ Wh/token'
    """
    return kind_of(unit).text(value, unit, error, digits)


def percent(share: float) -> str:
    """Format a share that has no Monte Carlo error, with two digits.

    >>> percent(0.0912), percent(0.999), percent(-0.14)
    ('9.1 %', '100 %', '−14 %')
    """
    return f"{float(f'{100 * share:.2g}'):g} %".replace("-", "−")


def whole_percent(share: float) -> str:
    """Format a share in whole percent.

    >>> whole_percent(0.892)
    '89%'
    """
    return f"{100 * share:.0f}%"


def difference(value: float, unit: str, error: float = 0.0) -> str:
    """Format a difference of two figures with its sign; that of two shares in percentage points.

    >>> difference(2_500_000, "USD")
    '+$2.5M'
    >>> difference(-0.03, "share", error=0.01)
    '−3 points'
    """
    kind = kind_of(unit)
    text = kind.text(value, unit, error).replace(*kind.differences)
    return f"+{text}" if value > 0 else text


def signed(value: float, places: int) -> str:
    """Format a number with its sign and decimal places.

    >>> signed(-0.0251, 2), signed(0.2, 2)
    ('−0.03', '+0.20')
    """
    return f"{value:+.{places}f}".replace("-", "−")


def split_row(row: str) -> tuple[str, str]:
    """Split a row into the name of its quantity and its label: ("price", "A100") of price[A100], ("price", "") of
    price."""
    name, _, rest = row.partition("[")
    return name, rest.removesuffix("]")


def label(row: str) -> str:
    """The name of a quantity as text: amortised cost, GPU price [A100], MFU."""
    name, bracket, labels = row.partition("[")
    words = [SPELLINGS.get(word, word) for word in name.split("_")]
    return " ".join(words) + (f" [{spaced(labels)}" if bracket else "")


def spaced(labels: str) -> str:
    """The labels of a row with a space after each comma: trend goes on, 2027."""
    return re.sub(r",(?=\S)", ", ", labels)


def sentence(text: str) -> str:
    """A text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def list_names(names: Sequence[str], most: int = MAX_NAMES) -> str:
    """List the first names, and the number of the rest.

    >>> list_names(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(count: int, noun: str) -> str:
    """A number of things as text."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ordinal(count: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 38th."""
    tail = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{tail}"


def percentile_text(percentile: float) -> str:
    """A percentile rank as text: the 38th percentile, below the 1st percentile, above the 99th percentile."""
    if percentile < 0.5:
        return "below the 1st percentile"
    return "above the 99th percentile" if percentile >= 99.5 else f"the {ordinal(round(percentile))} percentile"
