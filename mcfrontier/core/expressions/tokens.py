"""Tokens: numbers with their units, names with their labels, and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError
from mcfrontier.core.expressions.tree import Number
from mcfrontier.core.printable import echo

DIGITS = r"\d+(?:_\d+)*"
NUMBER = re.compile(
    rf"(?P<digits>(?:{DIGITS}(?:\.(?!\.)(?:{DIGITS})?)?|\.{DIGITS}))(?:[eE](?P<power>[-+]?\d+))?(?:(?P<suffix>[kMBT])(?!\w))?",
    re.ASCII,
)
DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?![\w-])", re.ASCII)
FACTOR = r"[^\W\d]\w*(?:(?:\^|\*\*)[-+]?\d+)?"
GROUP = rf"\({FACTOR}(?:[*/·]{FACTOR})*\)(?:(?:\^|\*\*)[-+]?\d+)?"
UNIT = re.compile(
    rf"\s*(?:%(?!\w)|(?:1/)?{FACTOR})(?:(?<!%)[*/·](?:{FACTOR}|{GROUP})|(?<=%)/{FACTOR})*(?!\w|\s*[=(\[])"
)
NAME = re.compile(r"[^\W\d]\w*(?:\[((?:[^\[\]]|\[[^\[\]]*\])*)\])?")
SIGN = re.compile(r"\+-|±|\.\.(?!\.)|<=|>=|[-+*/^()<>,|:=]")
POWERS = {"k": 3, "M": 6, "B": 9, "T": 12, None: 0}
NOT_NAMES = ("True", "False", "None")


@dataclass(frozen=True)
class Token:
    """A number, a name, a sign or the end ("") of a text, with its place in it.

    kind    "number", "name", "sign" or "end"
    label   the labels of an element; None where there is no bracket
    """

    kind: str
    text: str
    start: int
    end: int
    number: Number | None = None
    label: str | None = None


def tokens(text: str) -> list[Token]:
    """The tokens of a text, the last of which is its end."""
    if len(text) > limits.EXPRESSION_LENGTH:
        raise InputError(f"'{echo(text)}': at most {limits.EXPRESSION_LENGTH:,} characters are read; shorten it")
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found.append(token_at(text, place))
        place = found[-1].end
    return [*found, Token("end", "", len(text), len(text))]


def token_at(text: str, place: int) -> Token:
    """The token at a place of a text."""
    if match := DAY.match(text, place):
        year = units.year_of(*map(int, match.groups()))
        return Token("number", match[0], place, match.end(), Number(year, units.DATE_UNIT))
    if NUMBER.match(text, place):
        value, end = number_at(text, place)
        unit = UNIT.match(text, end)
        stated = checked(text, place, end, unit[0].strip()) if unit else ""
        end = unit.end() if unit else end
        return Token("number", text[place:end], place, end, Number(value, stated))
    if match := NAME.match(text, place):
        name = match[0].partition("[")[0]
        if name in NOT_NAMES or (match[1] is not None and not match[1].strip()):
            raise refusal(text, place, "a name of a quantity is expected, with labels in brackets if any")
        return Token("name", name, place, match.end(), label=match[1] and match[1].strip())
    if match := SIGN.match(text, place):
        return Token("sign", match[0].replace("±", "+-"), place, match.end())
    raise refusal(text, place, "a number, a name or an operator is expected")


def number_at(text: str, place: int) -> tuple[float, int]:
    """The number that begins at a place of a text, and its end; a place without one is refused."""
    match = NUMBER.match(text, place)
    if not match:
        raise refusal(text, place, "a number is expected")
    power = int(match["power"] or 0) if len(match["power"] or "") <= limits.INTEGER_DIGITS else 10**9
    if re.match(r"0\d", match["digits"]) and text[:place].endswith(","):
        raise refusal(text, place, "a number is expected; write 9_000, not 9,000")
    value = float(f"{match['digits'].replace('_', '')}e{power + POWERS[match['suffix']]}")
    if value == float("inf"):
        raise refusal(text, place, "a number is expected; the largest is 1.8e308")
    return value, match.end()


def checked(text: str, place: int, end: int, unit: str) -> str:
    """The unit of a number; refused where it is unknown."""
    try:
        units.scale(unit)
    except InputError as problem:
        number, (first, *rest) = text[place:end].strip(), re.split(r"(?<=[^\W\d])(?=[*/])", unit)
        if unit in POWERS:
            remedy = f"write {number}{unit}"
        elif not known(first):
            remedy = f"after a number, its unit or an operator is expected, such as {number} * {unit}"
        else:
            apart = " ".join([first, *(f"{each[0]} {each[1:]}" for each in rest)])
            remedy = f"if it is no unit, put spaces around its operator: {number} {apart}"
        raise refusal(text, place, f"{problem}{'' if '; did' in str(problem) else f'; {remedy}'}") from None
    return unit


def known(unit: str) -> bool:
    """Whether a text is a unit."""
    try:
        units.parse(unit)
    except InputError:
        return False
    return True


def refusal(text: str, place: int, problem: str) -> InputError:
    """The error at a place of a text: which text, which part, and what is expected."""
    near = echo(text[place : place + limits.NEAR_LENGTH].strip())
    at = f"at '{near}' (character {place + 1})" if near else "at its end"
    return InputError(f"'{echo(text)}': {at}: {problem}")
