"""Entries that take their figures from CSV files: samples, and reference classes of rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError, located
from mcfrontier.distributions.empirical import Empirical
from mcfrontier.distributions.nested import VALUES, Nested
from mcfrontier.distributions.reference import UNKNOWN, Reference
from mcfrontier.study import csv_table
from mcfrontier.study.entry import Columns, as_list, family_of, table

CONDITIONS = ("where", "without")  # the keys of a reference class with conditions on its rows


def read_samples(
    stated: dict[str, Any], place: str, labels: Sequence[str], tables: csv_table.Tables, unit: Any = None
) -> dict[str, Any]:
    """An entry with the values of the CSV file that it, or a part of it, names: one list, or one for each label.

    `unit` is the unit of the whole, for a part that states none.
    """
    unit = stated.get("unit", unit)
    if isinstance(parts := stated.get("parts"), list):
        if len(parts) > limits.MIXTURE_PARTS:
            raise InputError(f"{place}: {len(parts):,} parts; the limit is {limits.MIXTURE_PARTS}")
        places = [f"{place}: parts[{i}]" for i in range(1, len(parts) + 1)]
        filled = [read_samples(table(part, at), at, (), tables, unit) for part, at in zip(parts, places, strict=True)]
        return {**stated, "parts": filled}
    if family_of(stated) is Nested:
        check_nested(stated, place)
        return stated
    if family_of(stated) is Reference and isinstance(unit, str):
        return read_class(stated, place, tables, unit)
    if family_of(stated) is not Empirical or not isinstance(unit, str):
        return stated
    if stated.keys() & {"values", "file", "column"} not in ({"values"}, {"file", "column"}):
        raise InputError(f"{place}: state either values, or file and column")
    values = stated.get("values")
    if "file" in stated:
        columns = as_list(stated["column"])
        columns = columns if len(columns) == len(labels) else columns * (len(labels) or 1)
        with located(place):
            found = [
                csv_table.read_figures(str(stated["file"]), str(column), unit, tables).values for column in columns
            ]
        values = found if labels else found[0]
    elif isinstance(values, list):
        values = [x for x in values if not (isinstance(x, float) and math.isnan(x))]
    return {**stated, "values": values}


def check_nested(stated: Mapping[str, Any], place: str) -> None:
    """Refuse an invalid entry of a quantity of another study. One of a saved run has its quantiles there."""
    if stated.get("by") or ("values" in stated and len(as_list(stated["values"])) != VALUES):
        raise InputError(
            f"{place}: a quantity of another study has one row and no values of its own; remove by and values"
        )
    if not all(isinstance(stated.get(key), str) for key in ("study", "quantity")):
        raise InputError(f'{place}: state study = "..." and quantity = "...", both as text')


def classes_by_label(stated: dict[str, Any], labels: Sequence[str], columns: Columns) -> dict[str, Any]:
    """An entry of a reference class with `by`, with the class of each label: a condition of `where` or `without` that
    names a column of texts of that dimension has the cell of the label."""
    offsets = stated.get("offsets")
    if family_of(stated) is not Reference or not labels:
        return stated
    texts = {name: column.texts for (by, name), column in columns.items() if by == stated["by"] and not column.unit}
    filled: dict[str, Any] = {}
    for word in CONDITIONS:
        if not isinstance(wanted := stated.get(word), Mapping):
            continue
        cells = {key: texts.get(cell) if isinstance(cell, str) else None for key, cell in wanted.items()}
        filled[word] = [
            {key: cell if (own := cells[key]) is None else own[i] for key, cell in wanted.items()}
            for i in range(len(labels))
        ]
    if isinstance(offsets, list) and not any(isinstance(each, list) for each in offsets):
        filled["offsets"] = [offsets] * len(labels)
    return stated | filled


def read_class(stated: dict[str, Any], place: str, tables: csv_table.Tables, unit: str) -> dict[str, Any]:
    """An entry of a reference class with the rows of its CSV file that have a figure."""
    if stated.keys() & {"sample", "file", "column"} not in ({"sample"}, {"file", "column"}):
        raise InputError(f"{place}: state file and column, and no sample, which is read from these")
    group, offsets = stated.get("group", ""), stated.get("offsets", [])
    classes = [each for word in CONDITIONS for each in as_list(stated.get(word, {}))]
    if "sample" in stated or not isinstance(offsets, list) or not all(isinstance(each, Mapping) for each in classes):
        return stated  # of a saved run, or refused afterwards
    named = [name for each in offsets for name in as_list(each)]
    further = dict.fromkeys(map(str, [*(name for each in classes for name in each), *named]))
    with located(place):
        columns = [*further, *([group] if group else [])]
        rows = csv_table.read_figures(str(stated["file"]), str(stated["column"]), unit, tables, map(str, columns))
    cells = {name: rows.cells[name] for name in further}
    groups = rows.cells[str(group)] if group else [UNKNOWN] * len(rows.labels)
    return {**stated, "sample": {"labels": rows.labels, "values": rows.values, "groups": groups, "cells": cells}}
