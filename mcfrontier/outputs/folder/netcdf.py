"""draws.nc: all draws, in the layout that ArviZ opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.version import __version__
from mcfrontier.outputs.folder.layout import Variable, study_variables, to_file_shape
from mcfrontier.runs.core import RunCore

if TYPE_CHECKING:
    import h5py


def write_draws(run: RunCore, path: Path) -> None:
    """Write NetCDF with the group `prior` and, given evidence, `posterior`.

    NetCDF is HDF5 whose dimensions are scales attached to the variables, so h5py suffices.
    """
    with create_file(path) as file:
        write_group(run.before or run, file.create_group("prior"))
        if run.before:
            write_group(run, file.create_group("posterior"))


def create_file(path: Path) -> h5py.File:
    """Create a file."""
    import h5py

    file = h5py.File(path, "w")
    file.attrs["created_by"] = f"mcfrontier {__version__}"
    return file


def write_group(run: RunCore, group: h5py.Group) -> None:
    """Write all quantities of a run into a group."""
    study = run.study
    arrays = create_variables(group, study.name, run.sampler.draws, study.file.dimensions, study_variables(study))
    for name, array in arrays.items():
        array[...] = to_file_shape(run.values[name] / units.scale(study.unit(name)), array.shape)


def create_variables(
    group: h5py.Group, study: str, draws: int, dimensions: Mapping[str, Sequence[str]], variables: Sequence[Variable]
) -> dict[str, h5py.Dataset]:
    """Create the dimensions and the empty variables of a group; returns the variables."""
    import h5py

    group.attrs["study"] = study
    group["chain"], group["draw"] = np.zeros(1, int), np.arange(draws)
    for name, labels in dimensions.items():
        group.create_dataset(name, data=labels, dtype=h5py.string_dtype())
    scales = {name: group[name] for name in ("chain", "draw", *dimensions)}
    for name, scale in scales.items():
        scale.make_scale(name)
    arrays: dict[str, h5py.Dataset] = {}
    for variable in variables:
        array = group.create_dataset(variable.name, shape=variable.shape(draws, dimensions), dtype="f8")
        for axis, dimension in enumerate(variable.dimensions):
            array.dims[axis].attach_scale(scales[dimension])
        array.attrs.update(variable.attrs)
        arrays[variable.name] = array
    return arrays
