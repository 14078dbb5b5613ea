"""PDF by typst, from a layout beside this file, data, and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def typeset(layout: str, data: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """The bytes of a PDF, the same for the same data: no date, no fonts of the machine."""
    import typst

    main = Path(__file__).with_name(layout).read_bytes()
    parts = {"main.typ": main, "data.json": json.dumps(data).encode(), **pictures}
    return typst.compile(parts, ignore_system_fonts=True)
