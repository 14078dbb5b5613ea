"""CSV tables beside the priors: the rows of a file are a dimension, its columns are inputs.

The first column has the labels of the rows. The head of any other column is the name of an input and its unit,
`chip_hours [chip*h]`; a column without a unit is a remark and not read. An empty cell is missing by design. A record
that begins with # is a comment of one line.

The columns known_from and known_until, where a table has them, state the days from which and until which a row was
known. A table is read as of a day, with the rows known on it; or, without a day, with all rows that no other replaced.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.printable import echo
from mcfrontier.core.reading import read_text
from mcfrontier.study import locate

NO_HEADS: Mapping[str, str] = {}
SEPARATORS = {";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True)
class Column:
    """A column of numbers: its unit, a value for each row, NaN where the cell is empty, and the year of its money. A
    column without a unit has its cells as texts, and no values."""

    unit: str
    values: tuple[float, ...]
    money_year: int | None = None
    texts: tuple[str, ...] = ()

    def rows(self, places: list[int]) -> Column:
        """The column at some rows."""
        values = tuple(self.values[i] for i in places) if self.unit else ()
        return replace(self, values=values, texts=() if self.unit else tuple(self.texts[i] for i in places))


class Tables(NamedTuple):
    """The folders in which CSV files are looked up; the day as of which they are read, None for all rows that no other
    row replaced; the file that is read in place of the table of a study; and, by the name of a table, the file whose
    cells take the place of its own."""

    roots: Sequence[Path] = ()
    as_of: date | None = None
    replacement: Path | None = None
    mended: Mapping[str, str] = NO_HEADS


class Record(NamedTuple):
    """A record of a CSV file: the line in which it begins, and its cells."""

    line: int
    cells: list[str]

    @property
    def label(self) -> str:
        """The label of the record in messages."""
        return echo(self.cells[0])


def read(
    path: Path, as_of: date | None = None, optional: Mapping[str, str] = NO_HEADS
) -> tuple[list[str], dict[str, Column]]:
    """The labels of a table, and its columns by name. Columns that are `optional`, by name with their units, are empty
    where the file lacks them."""
    with located(locate.display_path(path)):
        head, *rows = records(path, as_of)
        check_heads(head.cells[1:], optional)
        labels = [row.cells[0].strip() for row in rows]
        if "" in labels:
            raise InputError(f"line {rows[labels.index('')].line}: has no label; its first cell is empty")
        if len({*labels}) < len(labels):
            (label, count), *_ = Counter(labels).most_common(1)
            raise InputError(f"'{echo(label)}' is the label of {count} rows; labels must be distinct")
        columns: dict[str, Column] = {}
        for i, (name, unit) in enumerate(map(split_head, head.cells)):
            if not i or not re.fullmatch(r"\w+", name):
                continue
            if name in columns and unit and columns[name].unit:
                raise InputError(f"column '{name}' occurs twice; rename one")
            with located(name):
                units.parse(unit or "1")
            if unit or name not in columns:
                needed = as_of is None and name not in optional
                values = tuple(numbers(rows, i, name, needed=needed, positive=name in optional)) if unit else ()
                columns[name] = Column(unit, values, texts=() if unit else tuple(row.cells[i].strip() for row in rows))
        missing = {name: unit for name, unit in optional.items() if name not in columns}
        return labels, columns | {name: empty_column(unit, len(rows)) for name, unit in missing.items()}


def empty_column(unit: str, count: int) -> Column:
    """A column of empty cells."""
    return Column(unit, (math.nan,) * count) if unit else Column("", (), texts=("",) * count)


def texts_of(columns: Mapping[str, Column], name: str) -> tuple[str, ...]:
    """The cells of a column of texts; refused where there is none."""
    column = columns.get(name)
    if column is None:
        raise InputError(f"there is no column '{name}'{suggest(name, columns) or '; add it'}")
    if column.unit:
        raise InputError(f"column '{name}' has a unit, and its cells are words; write its head as {name}")
    return column.texts


def check_heads(heads: Sequence[str], optional: Mapping[str, str]) -> None:
    """Refuse a head that is meant as that of an optional column, and has another spelling or a unit of another kind."""
    names = {split_head(head)[0] for head in heads}
    for head in heads:
        name, unit = split_head(head)
        if name not in optional:
            plain = re.sub(r"[\W_]+", "_", re.sub(r"\(.*\)", "", name).lower()).strip("_")
            name = "" if plain in names else plain
        own = optional.get(name)
        if own is not None and (name not in names or not (units.same_kind(unit, own) if unit and own else unit == own)):
            problem = "another spelling or unit" if unit or name not in names else "no unit"
            stated = f"{name} [{own}]" if own else name
            raise InputError(f"the head of column '{echo(head)}' has {problem}; write it as {stated}")


def cells(path: Path, limit: int) -> tuple[list[str], list[list[str]]]:
    """The head of a CSV file of at most a number of bytes, and its rows."""
    head, *rows = records(path, limit=limit)
    return head.cells, [row.cells for row in rows]


def records(
    path: Path, as_of: date | None = None, *, limit: int = limits.TABLE_BYTES, needed: bool = True
) -> list[Record]:
    """The head of a CSV file and its rows as of a day, each with as many cells as the head; if `needed`, at least
    one."""
    text = read_text(path, limit)
    if bare := re.search(r"\r(?!\n)", text):
        line = text.count("\n", 0, bare.start()) + 1
        raise InputError(f"line {line}: has a bare carriage return; save the file with line feeds at the ends of lines")
    found: list[Record] = []
    for record in parsed(text.replace("\r\n", "\n")):
        wide = len(found[0].cells if found else record.cells)
        if not found and wide == 1 and (mark := re.search(r"[;\t]", record.cells[0])):
            raise InputError(f"line {record.line}: cells are separated by {SEPARATORS[mark[0]]}; save it with commas")
        if wide > limits.TABLE_COLUMNS:
            raise InputError(f"{wide:,} columns are too many; the limit is {limits.TABLE_COLUMNS:,}")
        if len(record.cells) != wide:
            problem = f"{len(record.cells)} cells where the head has {wide}"
            raise InputError(f"{record.label}: {problem}; give one each (line {record.line})")
        if (len(found) + 1) * wide > limits.TABLE_CELLS:
            raise InputError(f"line {record.line}: too many cells; the limit is {limits.TABLE_CELLS:,}")
        found.append(record)
    if len(found) < 2:
        raise InputError("a table has a head and at least one row")
    return [found[0], *known_rows(found, as_of, needed)]


def known_rows(found: list[Record], as_of: date | None, needed: bool) -> list[Record]:
    """The rows of a table, whose head comes first, that are known on a day."""
    head, *rows = found
    if not {"known_from", "known_until"} & {*head.cells}:
        return rows
    spans = [(day_in(head, row, "known_from"), day_in(head, row, "known_until")) for row in rows]
    for row, (start, end) in zip(rows, spans, strict=True):
        if start and end and end <= start:
            problem = f"known_until, {end}, is not later than known_from, {start}; correct one"
            raise InputError(f"{row.label}: {problem} (line {row.line})")
    known = [
        row
        for row, (start, end) in zip(rows, spans, strict=True)
        if (end is None or (as_of and as_of < end)) and not (as_of and start and as_of < start)
    ]
    if needed and not known:
        first = min((start for start, _ in spans if start), default=None)
        raise InputError(
            f"no row is known as of {as_of}; the first is known from {first}, state that day or a later one"
            if as_of
            else "known_until: every row has ended; leave the cell of the latest empty"
        )
    return known


def day_in(head: Record, row: Record, name: str) -> date | None:
    """The day in a column of a row; None where the cell is empty, or the table has no such column."""
    text = row.cells[head.cells.index(name)].strip() if name in head.cells else ""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problem = f"'{echo(text)}' is not a day; write it as 2026-11-30"
        raise InputError(f"{row.label}: {name}: {problem} (line {row.line})") from None


def parsed(text: str) -> Iterator[Record]:
    """The records of a CSV text. A quoted cell may contain line feeds. A line of no more than commas, or one that
    begins with #, is skipped where a record would begin."""
    lines = iter(text.split("\n"))
    line, start = 0, 0  # the number of the line that was read last, and of that where the record begins; 0 before

    def feed() -> Iterator[str]:
        nonlocal line, start
        for content in lines:
            line += 1
            if start or (content.strip(", \t\r") and not content.startswith("#")):
                start = start or line
                yield content + "\n"

    reader = csv.reader(feed(), strict=True)
    while True:
        start = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            raise InputError(f"line {start}: {csv_problem(str(problem))}") from None
        if any(len(cell) > limits.CELL_LENGTH for cell in row):
            raise InputError(f"line {start}: {csv_problem('field larger')}")
        yield Record(start, row)


def csv_problem(problem: str) -> str:
    """The message for a record that is not CSV, from that of Python."""
    if "field larger" in problem:
        return f"a cell has more than {limits.CELL_LENGTH:,} characters; shorten it, or close its quotes"
    if "end of data" in problem:
        return 'a quote is not closed; close it, and write a quote within a quoted cell as ""'
    return 'text follows the closing quote of a cell; write a quote within a quoted cell as ""'


class Figures(NamedTuple):
    """The rows of a CSV file with a figure in a column: their labels, the figures, and their cells in further
    columns."""

    labels: list[str]
    values: list[float]
    cells: dict[str, list[str]]


def read_figures(file: str, column: str, unit: str, tables: Tables, further: Iterable[str] = ()) -> Figures:
    """Read the rows of a CSV file in the priors folders that have a figure in a column.

    The figures are converted to `unit` if the head of the column states another one, as in `price [EUR]`.
    """
    path = locate.data_file(file, tables.roots)
    with located(locate.display_path(path)):
        head, *rows = records(path, tables.as_of)
        names, stated_units = zip(*map(split_head, head.cells), strict=True)
        for name in (column, *(further := [*further])):
            if name not in names:
                raise InputError(f"there is no column '{echo(name)}'{suggest(name, names)}")
            if names.count(name) > 1:
                raise InputError(f"column '{echo(name)}' occurs twice; rename one")
        place = names.index(column)
        stated = stated_units[place] or unit
        if not units.same_kind(stated, unit):
            raise InputError(f"{column}: unit '{stated}' cannot be converted to '{unit}'")
        found = zip(rows, numbers(rows, place, column, needed=tables.as_of is None), strict=True)
        used = [(row, units.convert(value, stated, unit)) for row, value in found if not math.isnan(value)]
        if tables.as_of and len({value for _, value in used}) < 2:
            problem = f"fewer than two different figures are known as of {tables.as_of}"
            raise InputError(f"{column}: {problem}; state a later day")
        cells = {name: [row.cells[names.index(name)].strip() for row, _ in used] for name in further}
        return Figures([row.cells[0].strip() for row, _ in used], [value for _, value in used], cells)


def split_head(cell: str) -> tuple[str, str]:
    """The name and the unit in the head of a column; "" where it has no unit."""
    match = re.fullmatch(r"\s*(.*?)\s*(?:\[(.+)\]\s*)?", cell)
    return (match[1], match[2] or "") if match else (cell, "")


def numbers(rows: list[Record], place: int, column: str, *, needed: bool = True, positive: bool = False) -> list[float]:
    """The numbers of a column, NaN in empty cells; if `needed`, at least one that is not; if `positive`, all above
    0."""
    found = [number(row, place, column) for row in rows]
    if needed and all(map(math.isnan, found)):
        raise InputError(f"column '{column}' has no figure; fill in a cell, or take the unit out of its head")
    for row, value in zip(rows, found, strict=True):
        if positive and value <= 0:
            problem = f"{value:g} is not above 0; leave the cell empty if there is no figure"
            raise InputError(f"{row.label}: {column}: {problem} (line {row.line})")
    return found


def number(row: Record, place: int, column: str) -> float:
    """The number in a cell, NaN if it is empty."""
    text = row.cells[place].strip()
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        plain = re.sub(r"[,'\s]", "", text) if re.fullmatch(r"-?\d{1,3}([,'\s]\d{3})+(\.\d+)?", text) else ""
        remedy = f"write {plain}" if plain else "leave the cell empty if there is no figure"
        raise InputError(f"{row.label}: {column}: '{echo(text)}' is not a finite number; {remedy} (line {row.line})")
    return value
