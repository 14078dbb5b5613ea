"""PDF by typst, from a layout, data and pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mcfrontier.core.atomic import check_folder
from mcfrontier.core.printable import printable_values
from mcfrontier.outputs.libraries import check_packages


def pdf_folder(out: str | None) -> Path | None:
    """The folder that --out states for a PDF, checked with the packages that make one; None for none."""
    if out is None:
        return None
    check_packages("--out")
    return check_folder(out)


def typeset(layout: Path, data: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    """Compile a typst file, which reads common.typ, data.json and SVG pictures by file name, to the bytes of a PDF.

    They are the same for the same arguments: no date, no fonts of the machine.
    """
    check_packages("a PDF")
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
