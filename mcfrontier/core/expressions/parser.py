"""The parser: one for amounts, beliefs in one line, conditions and formulas. docs/expressions.md has the grammar.

A text that is not in the grammar is refused in one line, with the text that was probably meant where it is found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions.tokens import DAY, Token, number_at, refusal, tokens
from mcfrontier.core.expressions.tree import (
    BINDING,
    COMPARISONS,
    INTERVAL_LEVEL,
    NEGATIVE,
    Binary,
    Call,
    Interval,
    Name,
    Negative,
    Number,
    Points,
    Pool,
    Quantiles,
    Spread,
    Tree,
    constant,
)
from mcfrontier.core.printable import echo

Read = TypeVar("Read")
BELIEF = "write it as LOW..HIGH UNIT, such as 9k..20k USD/chip"
MONEY = r"\d[\d_]*(?:\.\d+)?(?:[eE]\d+)?[kMBT]?"
REPAIRS = (  # of common mistakes: patterns, and what to write instead
    (r"(?<=\d),(?=\d{3}(?!\d))", "_"),
    (rf"\$\s*({MONEY})(?!\w)", r"\1 USD"),
    (rf"€\s*({MONEY})(?!\w)", r"\1 EUR"),
    (r"(?<=\d)\s+(?=[kMBT](?!\w))", ""),
    (r"(?<=\d)K(?!\w)", "k"),
    (r"(?<=\d)\s*(?:bn|[bB]illion)(?!\w)", "B"),
    (r"(?<=\d)\s*(?:mn|[mM]illion)(?!\w)", "M"),
    (r"\*\*", "^"),
    (r"[×·]", "*"),
    (r"−", "-"),
    (r"\+/-", "+-"),
    (r"\s+per\s+", "/"),
    (r"(?<=\w)\s*/\s*(?=[^\W\d])", "/"),
)
RANGES = ((r"(?<=[\w%])\s*(?:[-–—…]|\.\.\.|\bto\b)\s*(?=\.?\d)", ".."),)  # of an interval


@lru_cache(maxsize=1024)
def expression(text: str) -> Tree:
    """Parse a formula: quantities, elements, numbers with units, operators, comparisons and functions."""
    return parsed(text, lambda found: found.whole(found.tree(1)))


@lru_cache(maxsize=1024)
def belief(text: str) -> Tree:
    """Parse a distribution in one line: a Number, an Interval, Points, a Spread, Quantiles or a Pool of these."""
    return parsed(text, lambda found: found.whole(found.belief()), RANGES)


def amount(text: str) -> Number:
    """Parse a number and its unit, which may have spaces here, or a day."""
    if day := DAY.fullmatch(text.strip()):
        return Number(units.year_of(*map(int, day.groups())), units.DATE_UNIT)
    place = len(text) - len(text.lstrip())
    sign = text[place : place + 1] if text[place : place + 1] in ("-", "+") else ""
    value, end = number_at(text, place + len(sign))
    return Number(-value if sign == "-" else value, text[end:].strip())


def parsed(text: str, read: Callable[[Parser], Read], repairs: Sequence[tuple[str, str]] = ()) -> Read:
    """Read a text; where it is refused, suggest one with common mistakes repaired, if that can be read."""
    try:
        return read(Parser(text))
    except InputError as problem:
        repaired = text[: limits.EXPRESSION_LENGTH]
        for pattern, instead in (*REPAIRS, *repairs):
            repaired = re.sub(pattern, instead, repaired)
        try:
            read(Parser(repaired))
        except InputError:
            raise problem from None
        first = str(problem).partition("; ")[0]
        raise InputError(f"{first}; did you mean '{echo(repaired.strip())}'?") from None


class Parser:
    """The tokens of a text, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0
        self.operations = 0

    @property
    def next(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    @property
    def after(self) -> Token:
        """The token after the next one."""
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    def take(self, *signs: str) -> str:
        """Take the next token if it is one of these signs: its text, else ""."""
        found = self.next.text if self.next.kind == "sign" and self.next.text in signs else ""
        self.place += bool(found)
        return found

    def refuse(self, problem: str) -> InputError:
        """The error at the next token."""
        return refusal(self.text, self.next.start, problem)

    def count(self) -> None:
        """Count an operation; refuse one too many."""
        self.operations += 1
        if self.operations > limits.EXPRESSION_OPERATIONS:
            raise self.refuse(f"more than {limits.EXPRESSION_OPERATIONS} operations; split it in two")

    def whole(self, found: Read) -> Read:
        """What was read, if it is the whole text."""
        if self.next.kind != "end":
            raise self.refuse("an operator or the end is expected")
        return found

    def tree(self, least: int) -> Tree:
        """An expression of operators that bind at least this strongly."""
        left = self.operand()
        while self.next.kind == "sign" and BINDING.get(self.next.text, 0) >= least:
            self.count()
            sign, start = self.next.text, self.next.start
            self.place += 1
            own = BINDING[sign]
            if sign == "*" and self.next.text == "*":
                raise self.refuse("a power is written ^; write x^2, not x**2")
            right = self.tree(own if sign == "^" else own + 1)
            left = Binary(sign, left, right)
            self.check_constant(left, start)
            if sign in COMPARISONS and self.next.text in COMPARISONS:
                raise self.refuse("one comparison at a time; write two")
        return left

    def check_constant(self, made: Binary, start: int) -> None:
        """Refuse a constant that is no finite number, and a large constant exponent."""
        value, exponent = constant(made), constant(made.right) if made.operator == "^" else None
        if value is not None and not math.isfinite(value):
            raise refusal(self.text, start, "the result is not a finite number")
        if exponent is not None and not abs(exponent) <= limits.EXPONENT:
            raise refusal(self.text, start, f"exponents go up to {limits.EXPONENT}")

    def operand(self) -> Tree:
        """A number, a quantity, a function, or an expression in parentheses; with a sign before it, if any."""
        token = self.next
        if self.take("-", "+"):
            self.count()
            found = self.tree(NEGATIVE)
            return Negative(found) if token.text == "-" else found
        if self.take("("):
            self.count()
            found = self.tree(1)
            if not self.take(")"):
                raise self.refuse("an operator or a closing parenthesis is expected")
            return found
        if token.kind not in ("number", "name"):
            raise self.refuse("a number, a quantity or a parenthesis is expected")
        self.place += 1
        if token.number is not None:
            if self.next.kind in ("number", "name"):
                raise self.refuse("an operator is expected; after a number, write * before a quantity")
            return token.number
        if token.label is None and self.take("("):
            return self.call(token.text)
        return Name(token.text, token.label or "")

    def call(self, name: str) -> Call:
        """A function, from behind its opening parenthesis."""
        self.count()
        arguments: list[Tree] = []
        along = ""
        while not self.take(")"):
            if self.next.text == "along" and self.after.text == "=":
                self.place += 2
                along = self.name("the name of a dimension is expected")
                if not self.take(")"):
                    raise self.refuse("a closing parenthesis is expected: along is the last argument")
                break
            arguments.append(self.tree(1))
            if not self.take(",") and self.next.text != ")":
                raise self.refuse("a comma or a closing parenthesis is expected")
        if not arguments:
            raise self.refuse(f"{name} has no argument")
        return Call(name, tuple(arguments), along)

    def name(self, expected: str) -> str:
        """Take a name without labels."""
        token = self.next
        if token.kind != "name" or token.label is not None:
            raise self.refuse(expected)
        self.place += 1
        return token.text

    def belief(self) -> Tree:
        """A form, or forms pooled by weight."""
        if not (self.next.kind == "number" and self.after.text == ":"):
            return self.form()
        weights: list[float] = []
        parts: list[Tree] = []
        while not parts or self.take("|"):
            number = self.next.number
            if number is None or number.unit not in ("", "%") or self.after.text != ":":
                raise self.refuse("a weight is expected, such as 0.3: 9k..12k | 0.7: 15k..20k")
            self.place += 2
            weights.append(number.value / 100 if number.unit else number.value)
            parts.append(self.form())
        return Pool(tuple(weights), tuple(parts))

    def form(self) -> Tree:
        """A distribution that is not pooled."""
        family, level = "", INTERVAL_LEVEL
        while self.next.kind == "name" and self.after.text != "=" and not family:
            family = self.family()
        if self.is_level():
            level, self.place = self.tokens[self.place].number.value, self.place + 1  # type: ignore[union-attr]
            family = family or (self.family() if self.next.kind == "name" else "")
            if not 0 < level < 100:
                raise self.refuse("the probability of an interval lies above 0% and below 100%")
        if self.next.kind == "name":
            return self.quantiles(family)
        first = self.number()
        if self.take(".."):
            return Interval(first, self.number(), family, level)
        if level != INTERVAL_LEVEL:
            raise self.refuse(f".. is expected; {BELIEF}")
        if self.take("+-"):
            return Spread(first, self.number(), family)
        if family and self.next.text == "/":
            numbers = [first]
            while self.take("/"):
                numbers.append(self.number())
            return Points(family, tuple(numbers))
        if family or (self.next.kind != "end" and self.next.text != "|"):
            raise self.refuse(f".. or +- is expected; {BELIEF}")
        return first

    def is_level(self) -> bool:
        """Whether the next token is the probability of an interval, in %."""
        number = self.next.number
        follows = self.after.kind in ("number", "name") or self.after.text == "-"
        return number is not None and number.unit == "%" and follows

    def family(self) -> str:
        """The name of a family, which may have hyphens."""
        found = self.name("a family is expected")
        while self.next.text == "-" and self.after.kind == "name":
            self.place += 1
            found += f"-{self.name('a family is expected')}"
        return found

    def number(self) -> Number:
        """A number with its sign."""
        sign = self.take("-", "+")
        number = self.next.number
        if number is None:
            raise self.refuse(f"a number is expected; {BELIEF}")
        self.place += 1
        return Number(-number.value, number.unit) if sign == "-" else number

    def quantiles(self, family: str) -> Quantiles:
        """Percentiles by their keys."""
        keys: list[str] = []
        numbers: list[Number] = []
        while self.next.kind == "name":
            keys.append(self.name("a percentile is expected, such as p10"))
            if not self.take("="):
                raise self.refuse(f"= is expected after a percentile, as in p10=9k p50=12k p90=20k; or {BELIEF}")
            numbers.append(self.number())
            self.take(",")
        return Quantiles(tuple(keys), tuple(numbers), family)
