"""Tables beside the priors: a CSV file as a dimension, a column an input.

The head of the first column is what the rows are; its cells are their labels. The head of any other column is the
name of an input and its unit, `chip_hours [chip*h]`; a column without a unit is a remark and not read. An empty cell
is missing by design. Lines that begin with # are remarks.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcfrontier import files, units
from mcfrontier.errors import InputError, located, suggest


@dataclass(frozen=True)
class Column:
    """A column of numbers: its unit, and a number for each row, not a number where the cell is empty."""

    unit: str
    values: tuple[float, ...]

    def rows(self, places: list[int]) -> Column:
        """Only some of the rows."""
        return Column(self.unit, tuple(self.values[i] for i in places))


def read(path: Path) -> tuple[list[str], dict[str, Column]]:
    """The labels of a table, and its columns by name."""
    with located(files.shown(path)):
        head, rows = cells(path)
        if "" in (labels := [row[0].strip() for row in rows]):
            raise InputError(f"row {labels.index('') + 1}: has no label; its first cell is empty")
        heads = [re.fullmatch(r"\s*(\w+)\s*\[(.+)\]\s*", cell) for cell in head]
        columns = {
            match[1]: Column(match[2], tuple(number(row, i, match[1]) for row in rows))
            for i, match in enumerate(heads)
            if i and match
        }
        named = [match[1] for match in heads[1:] if match]
        for twice in (name for name in named if named.count(name) > 1):
            raise InputError(f"column '{twice}' is there twice; rename one")
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


def sample(file: str, column: str, unit: str, roots: Iterable[Path]) -> list[float]:
    """The numbers of a column of a CSV file in the priors folders, cells that are empty or not a number left out; in
    `unit`, converted if its head has another, as in `price [EUR]`."""
    path = next((path for root in roots if (path := files.inside_of(root, file, ""))), None)
    if path is None:
        raise InputError(f"file: there is no '{file}' in the priors folders")
    with located(files.shown(path)):
        head, rows = cells(path)
        heads = [re.fullmatch(r"\s*(.*?)\s*(?:\[(.+)\]\s*)?", cell) for cell in head]
        names = [match[1] for match in heads]
        if column not in names:
            raise InputError(f"there is no column '{column}'{suggest(column, names)}")
        place = names.index(column)
        stated = heads[place][2] or unit
        if not units.same_kind(stated, unit):
            raise InputError(f"{column}: its unit '{stated}' does not measure what '{unit}' does")
        found = [number(row, place, column) for row in rows]
        return [units.convert(value, stated, unit) for value in found if not math.isnan(value)]


def number(row: list[str], place: int, column: str) -> float:
    """A cell as a number, not a number if it is empty."""
    text = row[place].strip()
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InputError(f"{row[0]}: {column}: '{text}' is no finite number; leave the cell empty if there is none")
    return value
