"""draws.nc: every draw, in the layout that ArviZ opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import __version__, units
from mcfrontier.results import Run

if TYPE_CHECKING:
    import h5py


def write_draws(run: Run, path: Path) -> None:
    """NetCDF with the group `prior`, and with `posterior` where the run was given evidence.

    NetCDF is HDF5 whose dimensions are scales attached to the variables, so h5py is all it takes.
    """
    import h5py

    with h5py.File(path, "w") as file:
        file.attrs["created_by"] = f"mcfrontier {__version__}"
        write_group(run.before or run, file.create_group("prior"))
        if run.before:
            write_group(run, file.create_group("posterior"))


def write_group(run: Run, group: h5py.Group) -> None:
    """Variables over chain (one), draw and the study's own dimensions, each with `unit` and `about` as attributes."""
    import h5py

    study, count = run.study, run.sampler.draws
    dimensions = study.page.dimensions
    group.attrs["study"] = study.name
    group["chain"], group["draw"] = np.zeros(1, int), np.arange(count)
    for name, labels in dimensions.items():
        group.create_dataset(name, data=labels, dtype=h5py.string_dtype())
    scales = {name: group[name] for name in ("chain", "draw", *dimensions)}
    for name, scale in scales.items():
        scale.make_scale(name)
    for name in study.quantities:
        own = study.dimensions_of[name]
        x = run.values[name] / units.scale(study.unit(name))
        x = np.broadcast_to(x, (*x.shape[:-1], count)).reshape(*(len(dimensions[each]) for each in own), count)
        variable = group.create_dataset(name, data=np.moveaxis(x, -1, 0)[None])
        for axis, dimension in enumerate(("chain", "draw", *own)):
            variable.dims[axis].attach_scale(scales[dimension])
        variable.attrs["unit"] = study.unit(name)
        if study.about(name):
            variable.attrs["about"] = study.about(name)
