"""draws.nc: every draw, in the layout that ArviZ opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import __version__, units
from mcfrontier.outputs.layout import Variable, laid, variables
from mcfrontier.results import Run

if TYPE_CHECKING:
    import h5py


def write_draws(run: Run, path: Path) -> None:
    """NetCDF with the group `prior`, and with `posterior` where the run was given evidence.

    NetCDF is HDF5 whose dimensions are scales attached to the variables, so h5py is all it takes.
    """
    with created(path) as file:
        write_group(run.before or run, file.create_group("prior"))
        if run.before:
            write_group(run, file.create_group("posterior"))


def created(path: Path) -> h5py.File:
    """A new file."""
    import h5py

    file = h5py.File(path, "w")
    file.attrs["created_by"] = f"mcfrontier {__version__}"
    return file


def write_group(run: Run, group: h5py.Group) -> None:
    """All quantities of a run."""
    study = run.study
    arrays = lay_out(group, study.name, run.sampler.draws, study.page.dimensions, variables(study))
    for name, array in arrays.items():
        array[...] = laid(run.values[name] / units.scale(study.unit(name)), array.shape)


def lay_out(
    group: h5py.Group, study: str, draws: int, dimensions: Mapping[str, Sequence[str]], wanted: Sequence[Variable]
) -> dict[str, h5py.Dataset]:
    """A group with its dimensions, and its variables to be filled."""
    import h5py

    group.attrs["study"] = study
    group["chain"], group["draw"] = np.zeros(1, int), np.arange(draws)
    for name, labels in dimensions.items():
        group.create_dataset(name, data=labels, dtype=h5py.string_dtype())
    scales = {name: group[name] for name in ("chain", "draw", *dimensions)}
    for name, scale in scales.items():
        scale.make_scale(name)
    arrays = {}
    for variable in wanted:
        array = group.create_dataset(variable.name, shape=variable.shape(draws, dimensions), dtype="f8")
        for axis, dimension in enumerate(variable.dimensions):
            array.dims[axis].attach_scale(scales[dimension])
        array.attrs.update(variable.told)
        arrays[variable.name] = array
    return arrays
