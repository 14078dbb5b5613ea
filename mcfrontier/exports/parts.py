"""Quantities of a finished run, whole or row by row, read a stretch of draws at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.engine import spans
from mcfrontier.finished import Finished, spread_of
from mcfrontier.outputs.layout import Variable
from mcfrontier.wording import parts


class Part(NamedTuple):
    """What is taken of a quantity: its name there, where in the quantity it stands, and how it is told."""

    quantity: str
    at: tuple[int, ...]
    variable: Variable


def single(run: Finished, rows: Sequence[str]) -> list[Part]:
    """Rows, each on its own."""
    out = []
    for row in rows:
        name = parts(row)[0]
        stored = run.variables[name]
        place = np.unravel_index(run.rows_of([name]).index(row), stored.shape[2:])
        out.append(Part(name, tuple(map(int, place)), described(stored, row, ())))
    return out


def joined(run: Finished, rows: Sequence[str]) -> list[Part]:
    """The same, but with the rows of a quantity together, over its dimensions, where all of them are wanted."""
    out: dict[str, Part] = {}
    for row, part in zip(rows, single(run, rows), strict=True):
        name = part.quantity
        if set(run.rows_of([name])) <= set(rows):
            stored = run.variables[name]
            out[name] = Part(name, (), described(stored, name, spread_of(stored)[2:]))
        else:
            row = row.replace("/", "∕")  # which would be a folder in the file
            out[row] = part._replace(variable=part.variable._replace(name=row))
    return [*out.values()]


def described(stored: Any, name: str, own: tuple[str, ...]) -> Variable:
    """A variable of a file, under this name and with these of its dimensions."""
    return Variable(name, own, str(stored.attrs["unit"]), str(stored.attrs.get("about", "")))


def chunks(
    run: Finished, group: Mapping[str, Any], wanted: Sequence[Part]
) -> Iterator[tuple[int, int, list[np.ndarray]]]:
    """From which draw to which, and what is wanted of them, (1, draws, dimensions...); a quantity is read once."""
    quantities = dict.fromkeys(part.quantity for part in wanted)
    for start, stop in spans(run.manifest.draws, run.step):
        read = {name: np.asarray(group[name][:, start:stop], float) for name in quantities}
        yield start, stop, [read[part.quantity][(..., *part.at)] for part in wanted]
