"""PDF by typst, from a layout, data and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mcfrontier.core.printable import printable_values


def typeset(layout: Path, data: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """Compile a typst file, which reads common.typ, data.json and SVG pictures by file name, to the bytes of a PDF.

    They are the same for the same arguments: no date, no fonts of the machine.
    """
    import typst

    common = Path(__file__).with_name("common.typ").read_bytes()
    files: Any = {
        "main.typ": layout.read_bytes(),
        "common.typ": common,
        "data.json": json.dumps(printable_values(data)).encode(),
        **pictures,
    }
    pdf: bytes = typst.compile(files, ignore_system_fonts=True)
    return pdf
