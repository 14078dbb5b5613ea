"""JSON text: written, and read strictly."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from mcfrontier.core import limits
from mcfrontier.core.printable import HIDDEN_OR_BREAK, json_escaped


def json_text(value: Any) -> str:
    """Serialise a value as JSON; numbers that are not finite become null, hidden characters escapes."""
    text = json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False)
    return re.sub(HIDDEN_OR_BREAK, json_escaped, text)


def finite(value: Any) -> Any:
    """Replace numbers that are not finite by None, in nested mappings and lists."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def parse_json(content: bytes) -> Any:
    """Parse JSON strictly.

    Raises
    ------
    ValueError
        For text that is no JSON; a key that is repeated, which parsers read differently; a number beyond the range of
        doubles; a text with half a surrogate pair; more values than the limit; lists and objects that are nested too
        deep.
    """
    if sum(map(content.count, b"[{,")) > limits.JSON_VALUES:
        raise ValueError(f"it has more values than the limit, {limits.JSON_VALUES:,}")
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=unique_keys,
            parse_constant=refuse_constant,
            parse_int=finite_number(int),
            parse_float=finite_number(float),
        )
    except RecursionError:
        raise ValueError(f"nested deeper than {limits.NESTING} levels") from None
    check_tree(value, 0)
    return value


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object with some keys and values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {repeated!r} is repeated")
    return found


def refuse_constant(word: str) -> NoReturn:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(f"{word} is not a number of JSON")


def finite_number(kind: type[int] | type[float]) -> Callable[[str], float]:
    """A function that converts a text to a number within the range of doubles."""

    def convert(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text[:20]}... is beyond the range of a double")
        return value if kind is float else int(text)

    return convert


def check_tree(value: Any, depth: int) -> None:
    """Refuse a value that is nested too deep, or has a text that cannot be encoded."""
    if depth > limits.NESTING:
        raise ValueError(f"nested deeper than {limits.NESTING} levels")
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for key, item in value.items():
            check_tree(key, depth)
            check_tree(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_tree(item, depth + 1)
