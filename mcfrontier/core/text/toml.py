"""Writing TOML: values, and the blocks of a priors file."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from mcfrontier.core.printable import HIDDEN_OR_BREAK

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def value(x: Any) -> str:
    """A value as TOML.

    >>> value({"where": {"moe": 1}, "tokens": 15.6e12, "chips": 200_000})
    '{ where = { moe = 1 }, tokens = 15.6e12, chips = 200_000 }'
    """
    if isinstance(x, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(item)}" for name, item in x.items()) + " }"
    if isinstance(x, list | tuple):
        return "[" + ", ".join(map(value, x)) + "]"
    if isinstance(x, bool):
        return str(x).lower()
    if isinstance(x, date):
        return x.isoformat()
    return number(x) if isinstance(x, int | float) else text(str(x))


def key(name: str) -> str:
    """A key as TOML, in quotes where it needs them."""
    return name if BARE_KEY.fullmatch(name) else text(name)


def text(content: str) -> str:
    """A text as TOML, hidden characters as escapes."""
    quoted = json.dumps(content, ensure_ascii=False)
    return re.sub(HIDDEN_OR_BREAK, lambda match: "".join(f"\\U{ord(each):08x}" for each in match[0]), quoted)


def number(x: float) -> str:
    """A number as a person writes it.

    >>> [number(x) for x in (200_000, 2.0, 0.35, 405e9)]
    ['200_000', '2.0', '0.35', '405e9']
    """
    if isinstance(x, int):
        return f"{x:_}" if abs(x) >= 10_000 else str(x)
    power = int(math.log10(abs(x))) // 3 * 3 if math.isfinite(x) and x else 0
    short = f"{x / 10.0**power:.12g}e{power}"
    return short if power >= 6 and float(short) == x else repr(x)


def whole(x: float) -> float:
    """A number as an integer where it is one that is written without a power of ten.

    >>> [whole(x) for x in (200_000.0, 0.35, 15.6e12)]
    [200000, 0.35, 15600000000000.0]
    """
    return int(x) if float(x).is_integer() and abs(x) < 1e7 else x


def entry(name: str, stated: Mapping[str, Any], table: str = "inputs") -> str:
    """An entry as a table of its own, without a line break at its end."""
    return "\n".join([f"[{table}.{key(name)}]", *(f"{key(word)} = {value(x)}" for word, x in stated.items())])


def commented(block: str) -> str:
    """A block whose lines are comments."""
    return "\n".join(f"# {line}".rstrip() for line in block.split("\n"))
