"""CSV tables beside the priors: the rows of a file are a dimension, its columns are inputs.

The first column has the labels of the rows. The head of any other column is the name of an input and its unit,
`chip_hours [chip*h]`; a column without a unit is a remark and not read. An empty cell is missing by design. Lines that
begin with # are comments.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.study import locate


@dataclass(frozen=True)
class Column:
    """A column of numbers: its unit, a value for each row, NaN where the cell is empty, and the year of its money."""

    unit: str
    values: tuple[float, ...]
    money_year: int | None = None

    def rows(self, places: list[int]) -> Column:
        """The column at some rows."""
        return replace(self, values=tuple(self.values[i] for i in places))


def read(path: Path) -> tuple[list[str], dict[str, Column]]:
    """The labels of a table, and its columns with a unit by name."""
    with located(locate.display_path(path)):
        head, rows = cells(path)
        if "" in (labels := [row[0].strip() for row in rows]):
            raise InputError(f"row {labels.index('') + 1}: has no label; its first cell is empty")
        heads = [re.fullmatch(r"\s*(\w+)\s*\[(.+)\]\s*", cell) for cell in head]
        columns: dict[str, Column] = {}
        for i, match in enumerate(heads):
            if i and match:
                if match[1] in columns:
                    raise InputError(f"column '{match[1]}' occurs twice; rename one")
                columns[match[1]] = Column(match[2], tuple(number(row, i, match[1]) for row in rows))
        return labels, columns


def cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """The head of a CSV file, and its rows."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise InputError(f"cannot be read: {problem}") from None
    lines = list(csv.reader(line for line in text.splitlines() if line.strip() and not line.startswith("#")))
    if len(lines) < 2:
        raise InputError("a table has a head and at least one row")
    head, *rows = lines
    for row in rows:
        if len(row) != len(head):
            raise InputError(f"{row[0]}: {len(row)} cells where the head has {len(head)}; give one each")
    return head, rows


def read_column(file: str, column: str, unit: str, roots: Iterable[Path]) -> list[float]:
    """Read the numbers of one column of a CSV file in the priors folders, without empty cells.

    They are converted to `unit` if the head of the column states another one, as in `price [EUR]`.
    """
    path = locate.data_file(file, roots)
    with located(locate.display_path(path)):
        head, rows = cells(path)
        heads = [split_head(cell) for cell in head]
        names = [name for name, _ in heads]
        if column not in names:
            raise InputError(f"there is no column '{column}'{suggest(column, names)}")
        place = names.index(column)
        stated = heads[place][1] or unit
        if not units.same_kind(stated, unit):
            raise InputError(f"{column}: unit '{stated}' cannot be converted to '{unit}'")
        found = [number(row, place, column) for row in rows]
        return [units.convert(value, stated, unit) for value in found if not math.isnan(value)]


def split_head(cell: str) -> tuple[str, str]:
    """The name and the unit in the head of a column; "" where it has no unit."""
    match = re.fullmatch(r"\s*(.*?)\s*(?:\[(.+)\]\s*)?", cell)
    return (match[1], match[2] or "") if match else (cell, "")


def number(row: list[str], place: int, column: str) -> float:
    """The number in a cell, NaN if it is empty."""
    text = row[place].strip()
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InputError(
            f"{row[0]}: {column}: '{text}' is not a finite number; leave the cell empty if there is no figure"
        )
    return value
