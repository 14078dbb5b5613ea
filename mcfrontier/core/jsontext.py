"""JSON text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(value: Any) -> str:
    """Serialise a value as JSON; numbers that are not finite become null."""
    return json.dumps(finite(value), indent=1, ensure_ascii=False, allow_nan=False)


def finite(value: Any) -> Any:
    """Replace numbers that are not finite by None, in nested mappings and lists."""
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
