"""The draws as a table, a column a quantity; many-valued ones have a column a row."""

from __future__ import annotations

import csv as tables
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from mcfrontier import __version__
from mcfrontier.exports.parts import chunks, single
from mcfrontier.finished import Finished

LINES = 2**12  # of a piece of text: a reader who wants three is not kept waiting


def csv(run: Finished, rows: Sequence[str]) -> Iterator[str]:
    """A line a draw; the head of a column is the quantity and its unit, `energy [MWh]`."""
    head = [f"{row} [{run.unit(row)}]" for row in rows]
    for _, _, columns in chunks(run, run.variables, single(run, rows)):
        for start in range(0, columns[0].size, LINES):
            text = io.StringIO()
            lines = tables.writer(text, lineterminator="\n")
            if head:
                lines.writerow(head)
                head = []
            lines.writerows(zip(*(column[0, start : start + LINES].tolist() for column in columns), strict=True))
            yield text.getvalue()


def parquet(run: Finished, rows: Sequence[str], path: Path) -> None:
    """Parquet with the unit of a column in the metadata of its field, and the run in that of the schema."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    columns = single(run, rows)
    fields = [
        pyarrow.field(row, pyarrow.float64(), False, part.variable.told)
        for row, part in zip(rows, columns, strict=True)
    ]
    head = {word: str(told) for word, told in run.head.items()} | {"created_by": f"mcfrontier {__version__}"}
    schema = pyarrow.schema(fields, head)
    with ParquetWriter(path, schema) as file:
        for _, _, found in chunks(run, run.variables, columns):
            file.write_table(pyarrow.table([x[0] for x in found], schema=schema))
