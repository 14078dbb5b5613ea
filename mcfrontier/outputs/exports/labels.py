"""The percentiles of a run with a line for each label of a dimension, such as each run of a table of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcfrontier.core.csvtext import csv_cell, csv_text
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT, PROBABILITY
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.study.tables import STATED

DIGITS = 6  # of a number, of which few are certain


def table(run: RunFolder, rows: Sequence[str]) -> str:
    """CSV text: for each label what the table of the study does not state of it, and p5, p50 and p95 of each quantity,
    or the probability of an event."""
    names = list(dict.fromkeys(split_row(row)[0] for row in rows))
    own = {run.dimensions_of[name] for name in names}
    if len(own) != 1 or len(next(iter(own))) != 1:
        found = "; ".join(f"{name} {', '.join(run.dimensions_of[name]) or 'none'}" for name in names)
        raise InputError(f"--to table: quantities along one dimension are expected, not {found}; name them by --target")
    ((dimension,),) = own
    labels = run.manifest.dimensions[dimension]
    missing = not_stated(run, dimension, len(labels))
    columns = [column for name in names for column in statistics(run, name, rows)]
    lines = [[csv_cell(dimension), *(["filled in"] if missing else []), *(head for head, _ in columns)]]
    for i, label in enumerate(labels):
        filled = ["; ".join(name for name, places in missing.items() if i in places)] if missing else []
        lines.append([csv_cell(label), *filled, *(values[i] for _, values in columns)])
    return csv_text(lines)


def not_stated(run: RunFolder, dimension: str, count: int) -> dict[str, set[int]]:
    """The quantities that the table of a dimension states in some rows, with the places of the others."""
    found = {}
    for name, entry in run.manifest.inputs.items():
        quantity = name.removesuffix(STATED)
        if quantity != name and entry.get("by") == dimension and quantity in run.quantities:
            values = entry["value"]
            found[quantity] = {i for i in range(count) if values[i] is None}
    return found


def statistics(run: RunFolder, name: str, rows: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The columns of a quantity, each with its head and a cell for each label; empty where a row is missing."""
    own, requested = run.owners[name], {*rows}
    words = (PROBABILITY,) if run.kind(own[0]) is EVENT else ("p5", "p50", "p95")
    values = {word: [run.summary[row].values[word] if row in requested else math.nan for row in own] for word in words}
    return [
        (f"{name} {word} [{run.unit(own[0])}]", ["" if math.isnan(x) else f"{x:.{DIGITS}g}" for x in each])
        for word, each in values.items()
    ]
