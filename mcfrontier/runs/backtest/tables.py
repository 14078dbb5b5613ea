"""The tables of facts of the backtest: those beside its priors file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.study import csv_table, locate

STUDY = "calibration/backtest"  # the priors file
ESTIMATES, DISCLOSED, CHIPS, PRICES = (f"tables/{name}.csv" for name in ("frontier", "disclosed", "chips", "prices"))


def path_of(table: str) -> Path:
    """The path of a table."""
    return locate.data_file(table, locate.find(STUDY)[1])


class Row(dict[str, str]):
    """The cells of a row by their heads. A head that the table does not have is refused."""

    def __missing__(self, head: str) -> str:
        raise InputError(f"{DISCLOSED}: has no column {head}; add it")


class Known:
    """The rows of a table that are known on a day; without a day, those that no later one replaced."""

    def __init__(self, table: str, day: date | None = None) -> None:
        self.table, path = table, path_of(table)
        self.labels, self.columns = csv_table.read(path, day)

    def numbers(self, name: str, unit: str) -> Array:
        """The numbers of a column, NaN in empty cells."""
        column = self.columns.get(name)
        if column is None or not column.unit or not units.same_kind(column.unit, unit):
            raise InputError(f"{self.table}: has no column {name} [{unit}]; add it")
        return np.array(column.values) * units.convert(1.0, column.unit, unit)

    def texts(self, name: str) -> list[str]:
        """The cells of a column of texts."""
        return [*csv_table.texts_of(self.columns, name)]


def rows_of(table: str) -> list[Row]:
    """The rows of a table that no later one replaced, cell by cell."""
    head, *records = csv_table.records(path_of(table))
    return [Row(zip(head.cells, record.cells, strict=True)) for record in records]
