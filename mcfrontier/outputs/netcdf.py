"""draws.nc: every draw, in the layout that ArviZ opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mcfrontier import __version__, units
from mcfrontier.results import Run


def write_draws(run: Run, path: Path) -> None:
    """NetCDF with the group `prior`: variables over chain (one), draw and the study's own dimensions, each
    with `unit` and `about` as attributes."""
    import h5netcdf

    study, count = run.study, run.sampler.draws
    dimensions = study.page.dimensions
    with h5netcdf.File(path, "w") as file:
        file.attrs["created_by"] = f"mcfrontier {__version__}"
        group = file.create_group("prior")
        group.attrs["study"] = study.name
        group.dimensions = {"chain": 1, "draw": count, **{k: len(v) for k, v in dimensions.items()}}
        group.create_variable("chain", ("chain",), data=np.zeros(1, int))
        group.create_variable("draw", ("draw",), data=np.arange(count))
        for name, labels in dimensions.items():
            group.create_variable(name, (name,), data=np.array(labels, dtype=object), dtype=str_kind())
        for name in study.quantities:
            own = study.dimensions_of[name]
            x = run.values[name] / units.scale(study.unit(name))
            x = np.broadcast_to(x, (*x.shape[:-1], count)).reshape(*(len(dimensions[each]) for each in own), count)
            variable = group.create_variable(name, ("chain", "draw", *own), data=np.moveaxis(x, -1, 0)[None])
            variable.attrs["unit"] = study.unit(name)
            if study.about(name):
                variable.attrs["about"] = study.about(name)


def str_kind() -> object:
    """The type of a text in HDF5."""
    import h5py

    return h5py.string_dtype()
