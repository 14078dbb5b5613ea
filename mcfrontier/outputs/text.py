"""What is told, as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(told: Any) -> str:
    """JSON text; a number that is not finite is null."""
    return json.dumps(finite(told), indent=1, ensure_ascii=False, allow_nan=False)


def finite(told: Any) -> Any:
    """The same, as JSON can hold it."""
    if isinstance(told, Mapping):
        return {word: finite(each) for word, each in told.items()}
    if isinstance(told, list | tuple):
        return [finite(each) for each in told]
    return None if isinstance(told, float) and not math.isfinite(told) else told
