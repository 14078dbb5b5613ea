"""The draws of a saved run, by quantity or by row, read in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import split_row
from mcfrontier.outputs.folder.layout import StoredDraws, Variable
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
        variable = run.variables[name].variable
        shape = [len(run.manifest.dimensions[each]) for each in variable.own]
        place = np.unravel_index(run.owners[name].index(row), shape)
        out.append(Part(name, tuple(map(int, place)), variable._replace(name=row, own=())))
    return out


def joined(run: RunFolder, rows: Sequence[str]) -> list[Part]:
    """Rows, those of a quantity as one variable over its dimensions where all of them are requested."""
    out: dict[str, Part] = {}
    for row, part in zip(rows, single(run, rows), strict=True):
        name = part.quantity
        if {*run.owners[name]} <= {*rows}:
            out[name] = Part(name, (), run.variables[name].variable)
        else:
            row = row.replace("/", "∕")  # a slash would make a group in the file
            out[row] = part._replace(variable=part.variable._replace(name=row))
    return [*out.values()]


def chunks(
    run: RunFolder, group: Mapping[str, StoredDraws], parts: Sequence[Part]
) -> Iterator[tuple[int, int, list[Array]]]:
    """The arrays (1, draws, dimensions...) of some parts, chunk by chunk: first draw, last draw + 1, one array for each
    part. A quantity is read once."""
    quantities = dict.fromkeys(part.quantity for part in parts)
    for start, stop in spans(next(iter(group.values())).draws, run.chunk_draws):
        arrays = {name: group[name].read(start, stop) for name in quantities}
        run.check_same_run()
        places: list[Any] = [(..., *part.at) for part in parts]
        yield start, stop, [arrays[part.quantity][at] for part, at in zip(parts, places, strict=True)]
