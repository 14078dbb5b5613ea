"""Parsing TOML that may come from a stranger: bounded before it is parsed, and checked afterwards."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import echo

KEY_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
LONG_KEY = re.compile(rf"(?:^|[{{,\[])[ \t]*{KEY_PART}(?:\.[ \t]*{KEY_PART}){{{limits.KEY_PARTS}}}", re.MULTILINE)
YEAR_REMEDY = 'a date such as 2027-07-01 is for an entry with unit = "AD"'
NUMBER_REMEDIES = {  # of what stands behind the = of a line that is not TOML
    r"-?\d+,\d": "write 10_000, not 10,000",
    r"[-+]?[\d._]+\s*%": 'write the number alone, such as 5, with unit = "%"',
    r"[-+]?[$€£][\d.]": 'write the number alone, such as 3e6, with its unit: unit = "USD"',
    r"[-+]?\.\d": "write 0.5, not .5",
    r"[-+]?\d+\.(?!\d)": "write 5.0 or 5, not 5.",
    r"[-+]?0\d": "write 5, not 05",
    r"\d{4}-\d\d?(?!-?\d)": "write a whole date such as 2027-07-01, or for a number in AD 2027.5",
    r"[-+]?[\d._]+\s*[kKMBTbm]\w*": "write 10_000 or 1e4, not 10k, with the unit in a key of its own",
    r"[-+]?[\d._]+\s*[^\W\d_]": 'write the number alone, with the unit in a key of its own, such as unit = "day"',
}


def loads(text: str) -> dict[str, Any]:
    """Parse a TOML document. The message of an error gives line and column, and a remedy for common mistakes."""
    if long := LONG_KEY.search(text):
        line = text.count("\n", 0, long.start(0)) + 1
        raise InputError(f"line {line}: a key of more than {limits.KEY_PARTS} parts")
    try:
        stated = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InputError(f"not TOML: {problem}{remedy(text, str(problem))}") from None
    except RecursionError:
        raise InputError(f"tables or lists are nested more than {limits.NESTING} deep") from None
    except ValueError:  # of an integer of thousands of digits, which Python does not convert
        raise InputError(f"an integer has more than {limits.INTEGER_DIGITS} digits; write it as 1e30") from None
    check(stated)
    return stated


def remedy(text: str, problem: str) -> str:
    """The remedy for a line that is not TOML, where it can be guessed."""
    if "declaration" in problem:  # of a [table]
        return ""
    if problem.startswith("Illegal character"):
        return "; write it as an escape, such as \\n or \\u001b, or delete it"
    place = re.search(r"at line (\d+)", problem)
    lines = text.split("\n")
    line = lines[int(place[1]) - 1][:1000] if place and int(place[1]) <= len(lines) else ""
    before = r"[=\[]" if re.search("[\"']", line) else r"[=\[,]"  # a text may have commas
    for value in re.findall(rf"(?<={before})\s*(?=([^\s\[\]{{}},=][^\[\]{{}}=]*))", line):
        for pattern, found in [*NUMBER_REMEDIES.items(), (r"[^\W\d]", "put text in quotes")]:
            if re.match(pattern, value):
                return f"; {found}"
    return ""


def number_remedy(text: str) -> str:
    """The remedy for a text in place of a number."""
    found = (remedy for pattern, remedy in NUMBER_REMEDIES.items() if re.match(pattern, text.strip()))
    return next(found, "remove the quotes")


def check(stated: Any) -> None:
    """Refuse keys, texts, numbers and nesting beyond the limits, anywhere in the content of a file."""
    pending = [("", stated, 1)]
    while pending:
        place, value, depth = pending.pop()
        if isinstance(value, Mapping):
            check_depth(place, depth)
            for key, item in value.items():
                inner = f"{place}.{key}" if place else str(key)
                check_text("a key", key if isinstance(key, str) else str(key), limits.LABEL_LENGTH)
                pending.append((inner, item, depth + 1))
        elif isinstance(value, list | tuple):
            check_depth(place, depth)
            pending += [(place, item, depth + 1) for item in value]
        elif isinstance(value, str):
            check_text(place, value, limits.TEXT_LENGTH)
        elif isinstance(value, int) and abs(value) > sys.float_info.max:
            raise InputError(f"{place}: a whole number beyond {sys.float_info.max:.2g}, the largest float")


def check_depth(place: str, depth: int) -> None:
    """Refuse a table or list that is nested too deep."""
    if depth > limits.NESTING:
        raise InputError(f"{echo(place)}: tables or lists are nested more than {limits.NESTING} deep")


def check_text(place: str, text: str, most: int) -> None:
    """Refuse a text that is too long."""
    if len(text) > most:
        raise InputError(f"{echo(place)}: {len(text):,} characters; at most {most:,} are read: shorten it")
