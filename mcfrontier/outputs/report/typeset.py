"""PDF by typst, from a layout, data and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def typeset(layout: Path, data: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """Compile a layout to the bytes of a PDF.

    Parameters
    ----------
    layout : Path
        A typst file, which reads data.json and the pictures.
    data : dict
        The content of data.json.
    pictures : dict
        SVG by file name.

    Returns
    -------
    bytes
        The same for the same arguments: no date, no fonts of the machine.
    """
    import typst

    files: Any = {"main.typ": layout.read_bytes(), "data.json": json.dumps(data).encode(), **pictures}
    pdf: bytes = typst.compile(files, ignore_system_fonts=True)
    return pdf
