"""The draws of a saved run, on which conditions are evaluated."""

from __future__ import annotations

import math

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs.events import Sample
from mcfrontier.study.study import Row


def sample_of_folder(run: RunFolder) -> Sample:
    """The draws of a saved run; each quantity is read when it is first used."""
    dimensions = run.manifest.dimensions
    unit_of = {name: run.unit(run.owners[name][0]) for name in run.quantities}

    def shape(name: str) -> tuple[int, ...]:
        own = run.dimensions_of[name]
        return tuple(len(labels) if each in own else 1 for each, labels in dimensions.items())

    def values(name: str) -> Array:
        x = np.stack([run.samples(row) for row in run.owners[name]])
        return x.reshape(*shape(name), -1) * units.scale(unit_of[name])

    rows: dict[str, Row] = {}
    for name in run.quantities:
        rows |= {row: (name, at) for row, at in zip(run.owners[name], np.ndindex(*shape(name)), strict=True)}
    return Sample(
        dimensions=dimensions,
        dimensions_of=run.dimensions_of,
        unit_of=unit_of,
        events=frozenset(name for name in run.quantities if run.kind(run.owners[name][0]) is EVENT),
        rows=rows,
        values=values,
        draws=run.manifest.draws,
        effective=run.manifest.effective_draws or math.inf,
    )
