"""An Excel workbook of the percentiles and of the inputs."""

from __future__ import annotations

import io
import json
import math
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcfrontier.core.formatting import label, sentence, split_row
from mcfrontier.distributions.family import REPORTED_KEYS
from mcfrontier.outputs.folder.percentiles import CONDITIONAL_WORDS, UNSTABLE
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.study.entry import rows_of

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

RUN, INPUTS = "Run", "Inputs"
MAX_SHEET_NAME, FORBIDDEN, RESERVED = 31, "[]:*?/\\", "history"  # Excel's rules for the names of sheets
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can store
COMMON_KEYS = ("stated_in", "by", "family", "unit", "source", "note", "sample", *REPORTED_KEYS)  # not parameters


def xlsx(run: RunFolder, rows: Sequence[str], path: Path) -> None:
    """Write a sheet of the run, one of its inputs, and one for each quantity with the percentiles of its rows; rows
    without a figure are left out."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    rows_by_quantity: dict[str, list[str]] = {}
    for row in (row for row in rows if math.isfinite(run.summary[row].values["mean"])):
        rows_by_quantity.setdefault(split_row(row)[0], []).append(row)
    fill(book.create_sheet(RUN), about(run), (22, 100))
    fill(book.create_sheet(INPUTS), inputs(run), (28, 22, 14, 40, 16, 60, 60, 26))
    for (quantity, own), name in zip(
        rows_by_quantity.items(), sheet_names(list(rows_by_quantity), (RUN, INPUTS)), strict=True
    ):
        fill(book.create_sheet(name), percentiles(run, quantity, own), (30, 14, 22, 26, 26, 30))
    with temporary_files_in(path.parent):
        content = to_bytes(book)
    path.write_bytes(content)


def about(run: RunFolder) -> Iterator[list[Any]]:
    """The lines of the sheet of the run: its settings, notes and versions."""
    manifest = run.manifest
    for word in ("study", "seed", "draws", "sampler", "method"):
        yield [word, getattr(manifest, word)]
    if manifest.page.get("price_year"):
        yield ["price year", manifest.page["price_year"]]
    yield from ([f"set {name}", value] for name, value in manifest.set.items())
    yield from ([f"prior {name}", text] for name, text in manifest.priors.items())
    yield from ([f"correlation {pair}", value] for pair, value in manifest.correlation.items())
    for name, seen in manifest.evidence.items():
        yield [f"evidence {name}", parameters(seen, ("source", "note"))]
    yield from (["given", text] for text in manifest.given)
    yield from (["note", note] for note in manifest.notes)
    yield from ([f"version of {name}", version] for name, version in manifest.versions.items())
    yield ["SHA-256 of the priors", manifest.priors_sha256]


def inputs(run: RunFolder) -> Iterator[list[Any]]:
    """The lines of the sheet of the inputs: one for each row of an input."""
    yield ["input", "row", "family", "parameters", "unit", "source", "note", "stated in"]
    for name, entry in run.manifest.inputs.items():
        labels = run.manifest.dimensions[entry["by"]] if "by" in entry else [""]
        for at, each in zip(labels, rows_of(entry, len(labels)), strict=True):
            if None not in each.values():  # an empty cell of a table
                unit, *further = (each.get(word, "") for word in ("unit", "source", "note", "stated_in"))
                yield [name, at, each["family"], parameters(each, COMMON_KEYS), unit, *further]


def percentiles(run: RunFolder, quantity: str, rows: Sequence[str]) -> Iterator[list[Any]]:
    """The lines of the sheet of a quantity: the statistics of its rows, formatted and in full, with their errors; of
    an event the probability alone. A remark says which percentiles have an input integrated out and which mean is not
    to be reported."""
    yield [sentence(label(quantity))]
    yield ["quantity", quantity]
    yield ["unit", run.unit(rows[0])]
    yield []
    yield ["row", "statistic", "formatted", "value", "Monte Carlo error", "remark"]
    for row in rows:
        found = run.summary[row]
        for word in found.kind.statistics_of(tuple(found.values)):
            numbers = (found.values[word], found.errors[word])
            yield [split_row(row)[1], word, found.text(word), *numbers, remark(run, row, word)]


def remark(run: RunFolder, row: str, word: str) -> str:
    """The remark on a statistic of a row; "" for most."""
    if word in run.percentiles.unstable.get(row, ()):
        return UNSTABLE
    name = run.percentiles.integrated.get(row) if word in CONDITIONAL_WORDS else None
    return f"{name} integrated out" if name else ""


def parameters(entry: dict[str, Any], excluded: Sequence[str]) -> str:
    """The keys of an entry with their values, on one line."""
    return ", ".join(
        f"{key} = {value_text(value)}" for key, value in entry.items() if key not in excluded and value is not None
    )


def value_text(value: Any) -> str:
    """A value of an entry, as in a priors file but without quotes."""
    if isinstance(value, float):
        return f"{value:.15g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sheet_names(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Names that Excel accepts; they differ even if upper and lower case are not distinguished."""
    seen, out = {RESERVED, *(name.casefold() for name in taken)}, []
    for name in names:
        whole = "".join("-" if sign in FORBIDDEN else sign for sign in name)
        number, short = 1, whole[:MAX_SHEET_NAME].strip("' ")
        while short.casefold() in seen:
            number += 1
            tail = f" {number}"
            short = whole[: MAX_SHEET_NAME - len(tail)].strip("' ") + tail
        seen.add(short.casefold())
        out.append(short)
    return out


def fill(sheet: Worksheet, lines: Iterable[Sequence[Any]], widths: Sequence[int]) -> None:
    """Write lines into a sheet; `widths` of its columns are in characters."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.utils import get_column_letter

    for i, line in enumerate(lines, 1):
        for j, value in enumerate(line, 1):
            cell, number = sheet.cell(i, j), isinstance(value, int | float)
            if not number:
                cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", value)
            elif math.isfinite(value):
                cell.value = repr(value)  # openpyxl itself would cut a number to 16 digits
            cell.data_type = "n" if number else "s"  # or a text that begins with = would be a formula
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Have openpyxl make its temporary files in a folder that is deleted whatever ends this process."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def to_bytes(book: Workbook) -> bytes:
    """The bytes of a workbook, the same at any time."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.created = book.properties.modified = datetime(*EPOCH)
    made, out = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        ExcelWriter(book, archive).write_data()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(out, "w") as file:
        for name in archive.namelist():
            file.writestr(zipfile.ZipInfo(name, EPOCH), archive.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
