"""A workbook of the percentiles and of what was believed."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcfrontier.entries import rows_of
from mcfrontier.family import REPORTED
from mcfrontier.finished import Finished
from mcfrontier.outputs.percentiles import SHARP, UNSTABLE
from mcfrontier.results import PROBABILITY
from mcfrontier.wording import amount, label, parts, probability, sentence

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

RUN, INPUTS = "Run", "Inputs"
LONGEST, FORBIDDEN, RESERVED = 31, "[]:*?/\\", "history"  # what Excel says of the names of sheets
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can tell
TOLD = ("stated_in", "by", "family", "unit", "source", "note", *REPORTED)  # all else are words of a family


def xlsx(run: Finished, rows: Sequence[str], path: Path) -> None:
    """A sheet on the run, one of its inputs, and one a quantity with its percentiles, row by row where it has several;
    rows without a figure are left out."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    of: dict[str, list[str]] = {}
    for row in (row for row in rows if math.isfinite(run.summary[row].values["mean"])):
        of.setdefault(parts(row)[0], []).append(row)
    fill(book.create_sheet(RUN), about(run), (22, 100))
    fill(book.create_sheet(INPUTS), inputs(run), (28, 22, 14, 40, 16, 60, 60, 26))
    for (quantity, own), name in zip(of.items(), sheet_names(list(of), (RUN, INPUTS)), strict=True):
        fill(book.create_sheet(name), percentiles(run, quantity, own), (30, 14, 22, 26, 26, 30))
    path.write_bytes(packed(book))


def about(run: Finished) -> Iterator[list[Any]]:
    """What the run was, a line each."""
    asked = run.manifest
    for word in ("study", "seed", "draws", "sampler", "method"):
        yield [word, getattr(asked, word)]
    yield from ([f"set {name}", value] for name, value in asked.set.items())
    yield from ([f"correlation {pair}", value] for pair, value in asked.correlation.items())
    for name, seen in asked.evidence.items():
        yield [f"evidence {name}", words(seen, ("source", "note"))]
    yield from (["note", told] for told in asked.notes)
    yield from ([f"version of {name}", version] for name, version in asked.versions.items())
    yield ["SHA-256 of the priors", asked.priors_sha256]


def inputs(run: Finished) -> Iterator[list[Any]]:
    """What was believed, a line an input; a many-valued one has a line a label."""
    yield ["input", "row", "family", "words", "unit", "source", "note", "stated in"]
    for name, entry in run.manifest.inputs.items():
        labels = run.manifest.dimensions[entry["by"]] if "by" in entry else [""]
        for at, each in zip(labels, rows_of(entry, len(labels)), strict=True):
            if None not in each.values():  # a cell of a table that is empty
                unit, *further = (each.get(word, "") for word in ("unit", "source", "note", "stated_in"))
                yield [name, at, each["family"], words(each, TOLD), unit, *further]


def percentiles(run: Finished, quantity: str, rows: Sequence[str]) -> Iterator[list[Any]]:
    """The statistics of some rows of a quantity, told and in full, each beside its Monte Carlo error; of an event the
    probability alone. A remark says which percentiles have an input integrated out and which mean is not to be told."""
    yield [sentence(label(quantity))]
    yield ["quantity", quantity]
    yield ["unit", run.unit(rows[0])]
    yield []
    yield ["row", "statistic", "told", "value", "Monte Carlo error", "remark"]
    for row in rows:
        unit, values, errors = run.summary[row]
        for word in [PROBABILITY] if run.is_event(row) else values:
            tell = probability if word == PROBABILITY else partial(amount, unit=unit)
            told = tell(values[word], error=errors[word])
            yield [parts(row)[1], word, told, values[word], errors[word], remark(run, row, word)]


def remark(run: Finished, row: str, word: str) -> str:
    """What must be told of a statistic of a row; nothing of most."""
    if word in ("mean", "sd"):
        return UNSTABLE if row in run.unstable else ""
    return f"{run.integrated[row]} integrated out" if row in run.integrated and word in SHARP else ""


def words(entry: dict[str, Any], but: Sequence[str]) -> str:
    """What an entry states, on a line."""
    return ", ".join(f"{word} = {stated(value)}" for word, value in entry.items() if word not in but)


def stated(value: Any) -> str:
    """A value of an entry as a person would write it."""
    if isinstance(value, float):
        return f"{value:.15g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sheet_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names that Excel takes, each another one whatever its capitals."""
    seen, out = {RESERVED, *(name.casefold() for name in taken)}, []
    for name in names:
        whole = "".join("-" if sign in FORBIDDEN else sign for sign in name)
        number, told = 1, whole[:LONGEST].strip("' ")
        while told.casefold() in seen:
            number += 1
            tail = f" {number}"
            told = whole[: LONGEST - len(tail)].strip("' ") + tail
        seen.add(told.casefold())
        out.append(told)
    return out


def fill(sheet: Worksheet, lines: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    """Write lines into a sheet whose columns are so wide."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.utils import get_column_letter

    for i, line in enumerate(lines, 1):
        for j, value in enumerate(line, 1):
            cell, number = sheet.cell(i, j), isinstance(value, int | float)
            if not number:
                cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
            elif math.isfinite(value):
                cell.value = repr(value)  # openpyxl itself would cut a number to 16 digits
            cell.data_type = "n" if number else "s"  # a text that begins with = is no formula
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def packed(book: Workbook) -> bytes:
    """The bytes of a workbook, the same whenever it is made."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.created = book.properties.modified = datetime(*EPOCH)
    made, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        ExcelWriter(book, archive).write_data()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(out, "w") as file:
        for name in archive.namelist():
            file.writestr(zipfile.ZipInfo(name, EPOCH), archive.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
