"""Reading a sheet of inputs: a CSV file, or a sheet of an Excel workbook."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError, located, requires, suggest
from mcfrontier.core.printable import echo
from mcfrontier.core.reading import read_bytes
from mcfrontier.distributions.family import is_percentile
from mcfrontier.study import csv_table

HEADS = {  # of a column, in lower case and without punctuation
    "name": ("name", "quantity", "input", "parameter", "variable", "id"),
    "low": ("low", "min", "minimum", "lower", "lower bound"),
    "best": ("best", "mode", "most likely", "best guess", "central", "base", "estimate", "value"),
    "high": ("high", "max", "maximum", "upper", "upper bound"),
    "p50": ("p50", "median", "50", "50th", "50th percentile"),
    "unit": ("unit", "units"),
    "source": ("source", "sources", "reference", "ref", "citation"),
    "family": ("family", "distribution", "dist"),
    "formula": ("formula", "equation", "expression"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks"),
}
NUMBERS = ("low", "best", "high")  # the columns of numbers, beside percentiles


class SheetRow(NamedTuple):
    """A row of a sheet: its number, its cells that are not empty by column, and the heads of the columns."""

    number: int
    cells: dict[str, str]
    heads: dict[str, str]


class Sheet(NamedTuple):
    """A sheet: its name in messages, and its rows."""

    name: str
    rows: list[SheetRow]


def read_sheet(path: Path, sheet: str | None) -> Sheet:
    """Read a CSV file, or the sheet of a workbook: the one that is named, or the only or first one."""
    if path.suffix.lower() == ".xlsx":
        name, lines = workbook_lines(path, sheet)
        place = f"{path}, sheet {name}"
    elif sheet is not None:
        raise InputError(f"--sheet {echo(sheet)}: {path} is no workbook; leave it out")
    else:
        place = str(path)
        with located(place):
            lines = [(record.line, record.cells) for record in csv_table.records(path)]
    (_, heads), *rows = [(number, cells) for number, cells in lines if any(cells)] or [(1, [])]
    with located(place):
        columns = columns_of(heads)
    named = {column: head for column, head in zip(columns, heads, strict=True) if column}
    found = [
        SheetRow(number, {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell}, named)
        for number, cells in rows
    ]
    return Sheet(place, [row for row in found if row.cells])


def columns_of(heads: Iterable[str]) -> list[str]:
    """The columns of some heads, "" for those that are not read; refused where one is missing or repeated."""
    words = {word: column for column, names in HEADS.items() for word in names}
    columns = []
    for head in heads:
        text = " ".join(re.sub(r"[^\w]+|_", " ", head.lower()).split())
        percentile = re.fullmatch(r"p? ?0?(\d+(?: \d+)?)(?:th|st|rd|nd)?(?: percentile)?", text)
        word = f"p{percentile[1].replace(' ', '_')}" if percentile else ""
        columns.append(words.get(text) or (word if is_percentile(word) else ""))
    for column in {*columns} - {""}:
        if columns.count(column) > 1:
            raise InputError(f"two columns are read as {column}; rename one of them")
    for column in ("name", "unit"):
        if column not in columns:
            raise InputError(f"there is no column {column}; add one, in the first row")
    return columns


def workbook_lines(path: Path, sheet: str | None) -> tuple[str, list[tuple[int, list[str]]]]:
    """The name of a sheet of a workbook, and its rows with their numbers."""
    with requires(f"{path}: an Excel file", "'mcfrontier[export]', or use CSV"):
        import openpyxl
    with located(str(path)):
        content = BytesIO(read_bytes(path, limits.TABLE_BYTES))
    try:
        with zipfile.ZipFile(content) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > limits.TABLE_BYTES:
            raise InputError(f"{path}: {size:,} bytes unpacked; the limit is {limits.TABLE_BYTES:,}")
        book = openpyxl.load_workbook(content, read_only=True, data_only=True)
        name = sheet if sheet is not None else book.sheetnames[0]
        if name not in book.sheetnames:
            raise InputError(f"--sheet {echo(name)}: {path} has no such sheet{suggest(name, book.sheetnames)}")
        lines: list[tuple[int, list[str]]] = []
        for number, row in enumerate(book[name].iter_rows(values_only=True), 1):
            if number * max(1, len(row)) > limits.TABLE_CELLS:
                raise InputError(f"{path}: too many cells; the limit is {limits.TABLE_CELLS:,}")
            lines.append((number, [cell_text(cell) for cell in row]))
    except InputError:
        raise
    except Exception:  # openpyxl raises errors of many kinds for a damaged file
        raise InputError(f"{path}: not an Excel workbook; save it as .xlsx, or as .csv") from None
    return name, lines


def cell_text(cell: Any) -> str:
    """A cell of a workbook as text; a day as such."""
    if cell is None:
        return ""
    return cell.isoformat()[:10] if isinstance(cell, date) else str(cell).strip()
