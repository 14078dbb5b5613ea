"""The draws of a saved run, by quantity or by row, read in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import split_row
from mcfrontier.outputs.folder.draws_file import variable_dimensions
from mcfrontier.outputs.folder.layout import Variable
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.sampling.blocks import spans


class Part(NamedTuple):
    """A quantity or a row of one: its name in the file, the place of the row, and the variable that it becomes."""

    quantity: str
    at: tuple[int, ...]
    variable: Variable


def single(run: RunFolder, rows: Sequence[str]) -> list[Part]:
    """Rows, each as a variable of its own."""
    out = []
    for row in rows:
        name = split_row(row)[0]
        stored = run.variables[name]
        place = np.unravel_index(run.owners[name].index(row), stored.shape[2:])
        out.append(Part(name, tuple(map(int, place)), described(stored, row, ())))
    return out


def joined(run: RunFolder, rows: Sequence[str]) -> list[Part]:
    """Rows, those of a quantity as one variable over its dimensions where all of them are requested."""
    out: dict[str, Part] = {}
    for row, part in zip(rows, single(run, rows), strict=True):
        name = part.quantity
        if {*run.owners[name]} <= {*rows}:
            stored = run.variables[name]
            out[name] = Part(name, (), described(stored, name, variable_dimensions(stored)[2:]))
        else:
            row = row.replace("/", "∕")  # a slash would make a group in the file
            out[row] = part._replace(variable=part.variable._replace(name=row))
    return [*out.values()]


def described(stored: Any, name: str, own: tuple[str, ...]) -> Variable:
    """A stored variable, with a name and some of its dimensions."""
    return Variable(name, own, str(stored.attrs["unit"]), str(stored.attrs.get("about", "")))


def chunks(run: RunFolder, group: Mapping[str, Any], parts: Sequence[Part]) -> Iterator[tuple[int, int, list[Array]]]:
    """The arrays (1, draws, dimensions...) of some parts, chunk by chunk: first draw, last draw + 1, one array for each
    part. A quantity is read once."""
    quantities = dict.fromkeys(part.quantity for part in parts)
    for start, stop in spans(run.manifest.draws, run.chunk_draws):
        arrays = {name: np.asarray(group[name][:, start:stop], float) for name in quantities}
        places: list[Any] = [(..., *part.at) for part in parts]
        yield start, stop, [arrays[part.quantity][at] for part, at in zip(parts, places, strict=True)]
