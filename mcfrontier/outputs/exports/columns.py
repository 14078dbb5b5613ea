"""The draws as a table with a column for each row of a quantity: CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from mcfrontier.core.csvtext import csv_cell, csv_text
from mcfrontier.core.version import __version__
from mcfrontier.outputs.exports.parts import chunks, single
from mcfrontier.outputs.folder.saved import RunFolder

LINES_PER_PIECE = 2**12  # small, so that a reader of the first lines does not wait for all


def csv(run: RunFolder, rows: Sequence[str]) -> Iterator[str]:
    """CSV text in pieces: a line for each draw, and heads of quantity and unit, `energy [MWh]`."""
    head = [[csv_cell(f"{row} [{run.unit(row)}]") for row in rows]]  # with the first draws, which may be refused
    for _, _, columns in chunks(run, run.variables, single(run, rows)):
        for start in range(0, columns[0].size, LINES_PER_PIECE):
            stop = start + LINES_PER_PIECE
            lines = zip(*(column[0, start:stop].tolist() for column in columns), strict=True)
            yield csv_text(chain(head, lines))
            head = []


def parquet(run: RunFolder, rows: Sequence[str], path: Path) -> None:
    """Write Parquet, with the unit of a column in the metadata of its field and the run in those of the schema."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    columns = single(run, rows)
    fields = [
        pyarrow.field(row, pyarrow.float64(), False, part.variable.attrs)
        for row, part in zip(rows, columns, strict=True)
    ]
    head = {key: str(value) for key, value in run.head.items()} | {"created_by": f"mcfrontier {__version__}"}
    schema = pyarrow.schema(fields, head)
    with ParquetWriter(path, schema) as file:
        for _, _, arrays in chunks(run, run.variables, columns):
            file.write_table(pyarrow.table([x[0] for x in arrays], schema=schema))
