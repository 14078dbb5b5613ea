"""Tables beside the priors: a CSV file as a dimension, a column an input.

The head of the first column is what the rows are; its cells are their labels. The head of any other column is the
name of an input and its unit, `chip_hours [chip*h]`; a column without a unit is a remark and not read. An empty cell
is missing by design. Lines that begin with # are remarks.
"""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from pathlib import Path

from mcfrontier import files
from mcfrontier.errors import InputError, located


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
        if "" in (labels := [row[0].strip() for row in rows]):
            raise InputError(f"row {labels.index('') + 1}: has no label; its first cell is empty")
        for twice in (cell for cell in head if head.count(cell) > 1):
            raise InputError(f"column '{twice.strip()}' is there twice; rename one")
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
