"""The grammar of units: products of names with small whole powers, checked before pint computes with them."""

from __future__ import annotations

import re

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import echo

EXAMPLE = "write one like 'USD/chip' or 'chip*h'"
WORD = re.compile(
    r"[ ]*(?:(?:\*\*|\^)[ ]*(?P<power>[-+]?\d{1,9})(?![\w.])|(?P<sign>[*/·()])"
    r"|(?P<number>\d+)(?![\w.])|(?P<name>[a-z_]\w*|%))[ ]*",
    re.ASCII | re.IGNORECASE,
)
REMEDIES = {
    "d": "day", "hr": "h", "hrs": "h", "sec": "s", "wk": "week", "mo": "month", "y": "year", "yr": "year",
    "yrs": "year", "m": "min or month", "ms": "seconds, 1 ms as 0.001 s", "us": "seconds", "ns": "seconds",
    "$": "USD", "€": "EUR", "k": "10k or 1e4, without a space", "M": "3M or 3e6, without a space",
    "bn": "3B or 3e9", "T": "3T or 3e12",
}  # fmt: skip


def check_grammar(unit: str) -> None:
    """Refuse a text that is not a product of names with small whole powers, before pint computes with it."""
    if len(unit) > limits.UNIT_LENGTH:
        raise InputError(f"'{echo(unit)}': a unit has at most {limits.UNIT_LENGTH} characters; {EXAMPLE}")
    words: list[tuple[str, str]] = []
    place, text = 0, unit if unit.strip() else "1"
    while place < len(text):
        if not (match := WORD.match(text, place)):
            remedy = f"write {REMEDIES[unit.strip()]}" if unit.strip() in REMEDIES else EXAMPLE
            raise InputError(f"'{echo(unit)}' is not a unit; {remedy}")
        words.append((str(match.lastgroup), match[match.lastgroup or 0]))
        place = match.end()
    product(words[::-1], echo(unit), 0)


def product(words: list[tuple[str, str]], unit: str, depth: int) -> dict[str, int]:
    """The power of each name in a product, whose words are taken from the end of a list, up to a parenthesis that
    closes it."""
    powers: dict[str, int] = {}
    sign = 1
    while True:
        kind, word = words.pop() if words else ("", "")
        factor = {word: 1} if kind == "name" else {}
        if word == "(":
            if depth == limits.UNIT_NESTING:
                raise InputError(f"'{unit}': more than {limits.UNIT_NESTING} parentheses in each other")
            factor = product(words, unit, depth + 1)
        elif kind != "name" and word != "1":
            number = kind == "number"
            raise InputError(f"'{unit}' is not a unit; {'leave the number out' if number else EXAMPLE}")
        power = int(words.pop()[1]) if words and words[-1][0] == "power" else 1
        for name, own in factor.items():
            powers[name] = powers.get(name, 0) + sign * own * power
        if max(map(abs, (power, *powers.values()))) > limits.UNIT_POWER:
            raise InputError(f"'{unit}': the powers of a unit are whole numbers up to {limits.UNIT_POWER}")
        word = words[-1][1] if words else ")"
        sign = -1 if word == "/" else 1
        if word == ")":
            if bool(depth) != bool(words):
                raise InputError(f"'{unit}' is not a unit; check its parentheses")
            words[-1:] = []
            return powers
        if word in "*/·":
            words.pop()
