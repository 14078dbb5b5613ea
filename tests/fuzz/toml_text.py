"""TOML text of a tree, which may have values that no valid file has."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from tests.fuzz.mutate import Raw


def toml_text(tree: dict[Any, Any], trail: tuple[str, ...] = ()) -> str:
    """A file: plain values first, then a section for each table."""
    tables = {key: inner for key, inner in tree.items() if isinstance(inner, dict) and len(trail) < 3}
    lines = [f"{key_text(key)} = {inline(inner)}\n" for key, inner in tree.items() if key not in tables]
    for key, inner in tables.items():
        path = (*trail, key_text(key))
        lines.append(f"\n[{'.'.join(path)}]\n{toml_text(inner, path)}")
    return "".join(lines)


def key_text(key: Any) -> str:
    """A key, in quotes where it needs them."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", str(key)) else json.dumps(str(key), ensure_ascii=False)


def inline(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key_text(key)} = {inline(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
