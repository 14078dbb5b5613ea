"""CSV files, with texts in their cells that a spreadsheet does not take for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins with one is computed when the file is opened
MARK = "'"  # before such a sign: the cell is a text


def csv_cell(text: str) -> str:
    """A text as a cell: a formula becomes a text. `cell_text` returns the text.

    >>> csv_cell("=1+1"), csv_cell("energy")
    ("'=1+1", 'energy')
    """
    return MARK + text if text.lstrip(MARK).startswith(FORMULA_SIGNS) else text


def cell_text(cell: str) -> str:
    """The text of a cell that `csv_cell` wrote.

    >>> cell_text("'=1+1"), cell_text("energy")
    ('=1+1', 'energy')
    """
    return cell[1:] if cell.startswith(MARK) and cell.lstrip(MARK).startswith(FORMULA_SIGNS) else cell


def csv_text(lines: Iterable[Iterable[object]]) -> str:
    """Lines of cells as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()
