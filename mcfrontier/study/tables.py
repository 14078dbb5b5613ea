"""The tables of a priors file: its dimensions, their columns, and these as inputs of known value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.printable import echo
from mcfrontier.distributions.reference import comparable
from mcfrontier.study import csv_table, locate, money
from mcfrontier.study.csv_table import Column, Tables, split_head
from mcfrontier.study.entry import Columns, read, table
from mcfrontier.study.merge import check_labels
from mcfrontier.study.prior import Prior, prior
from mcfrontier.study.schema import FileSchema, Table

STATED = "_stated"  # the end of the names of inputs that are stated in some rows only; a formula fills the rest


def read_tables(file: FileSchema, where: str, tables: Tables) -> tuple[dict[str, list[str]], Columns, dict[str, Prior]]:
    """The dimensions that the tables of a file define, their columns, and these as inputs of known value."""
    dimensions: dict[str, list[str]] = {}
    columns: Columns = {}
    priors: dict[str, Prior] = {}
    for name, entry in file.tables.items():
        place = f"{where}: tables.{name}"
        stated = read(Table, table(entry, place), place, "")
        with located(place):
            path = tables.replacement or locate.data_file(stated.file, tables.roots)
        dimensions[name], found = csv_table.read(path, tables.as_of, dict(map(split_head, stated.optional)))
        with located(locate.display_path(path)):
            check_labels(dimensions[name], name)
            check_words(dimensions[name], found, stated.words)
            joined = joined_columns(dimensions[name], found, stated, tables)
        if name in tables.mended and not tables.replacement:
            found |= mended(dimensions[name], found, locate.data_file(tables.mended[name], tables.roots), tables.as_of)
        money.check_table(stated, found, place)
        for key, column in (joined | found).items():
            columns[name, key] = replace(column, money_year=money.year_of_column(stated, key, column.unit))
            if not column.unit or key not in found:
                continue
            stated_column = {"family": "value", "unit": column.unit, "source": stated.source, "by": name, "value": key}
            stated_column = money.entry_year(stated_column, place, columns)
            input_name = key + STATED if stated.partial else key
            column_prior = prior(input_name, stated_column, locate.display_path(path), dimensions, columns)
            priors[input_name] = replace(column_prior, own=False)
    return dimensions, columns, priors


def mended(labels: list[str], columns: Mapping[str, Column], path: Path, as_of: date | None) -> dict[str, Column]:
    """The columns of numbers of a table with the cells of another file in place of its own; an empty cell leaves it."""
    with located(locate.display_path(path)):
        rows, cells = csv_table.read(path, as_of)
        places = [labels.index(label) if label in labels else None for label in rows]
        if None in places:
            label = rows[places.index(None)]
            raise InputError(f"'{echo(label)}' is not a label of the table{suggest(label, labels)}; correct it")
        found: dict[str, Column] = {}
        for key, other in cells.items():
            if not other.unit:
                continue
            if key not in columns or columns[key].unit != other.unit:
                raise InputError(f"{key} [{other.unit}] is not a column of the table{suggest(key, columns)}")
            values = [*columns[key].values]
            for place, value in zip(places, other.values, strict=True):
                if place is not None and not math.isnan(value):
                    values[place] = value
            found[key] = replace(columns[key], values=tuple(values))
        return found


def check_words(labels: list[str], columns: Mapping[str, Column], words: Mapping[str, list[str]]) -> None:
    """Refuse a cell of a column that has none of its words, or a table without the column."""
    for name, allowed in words.items():
        for label, text in zip(labels, csv_table.texts_of(columns, name), strict=True):
            if text and comparable(text) not in map(comparable, allowed):
                raise InputError(f"{echo(label)}: {name}: '{echo(text)}' is none of {', '.join(allowed)}; write one")


def joined_columns(
    labels: list[str], columns: Mapping[str, Column], stated: Table, tables: Tables
) -> dict[str, Column]:
    """The columns of other tables, by the labels that a column of this one names; missing where its cell is empty."""
    found: dict[str, Column] = {}
    for name, file in stated.join.items():
        path = locate.data_file(file, tables.roots)
        known, found_there = csv_table.read(path, tables.as_of)
        places: list[int | None] = []
        for label, text in zip(labels, csv_table.texts_of(columns, name), strict=True):
            if text and text not in known:
                raise InputError(
                    f"{echo(label)}: {name}: '{echo(text)}' is not in {locate.display_path(path)}"
                    f"{suggest(text, known)}; add it there, or leave the cell empty"
                )
            places.append(known.index(text) if text else None)
        for key, column in found_there.items():
            values = tuple(math.nan if i is None else column.values[i] for i in places) if column.unit else ()
            texts = () if column.unit else tuple("" if i is None else column.texts[i] for i in places)
            found[key] = replace(column, values=values, texts=texts)
    return found
