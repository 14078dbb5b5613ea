"""The draws in groups, `prior` and, given evidence, `posterior`, in the layout of draws.nc and draws.zarr."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mcfrontier.exports.parts import chunks, joined
from mcfrontier.finished import Finished
from mcfrontier.outputs import netcdf
from mcfrontier.outputs import zarr as stores


def arviz(run: Finished, rows: Sequence[str], path: Path) -> None:
    """NetCDF that arviz.from_netcdf opens."""
    with netcdf.created(path) as file:
        fill(run, rows, file, netcdf.lay_out)


def zarr(run: Finished, rows: Sequence[str], path: Path) -> None:
    """A Zarr store in chunks of draws, that xarray.open_zarr(path, group="prior") opens."""
    with stores.created(path) as file:
        fill(run, rows, file, lambda *words: stores.lay_out(*words, run.step))


def fill(run: Finished, rows: Sequence[str], file: Any, lay_out: Callable[..., Mapping[str, Any]]) -> None:
    """Fill the groups of a file, a stretch of draws at a time."""
    wanted = joined(run, rows)
    variables = [part.variable for part in wanted]
    used = {dimension for variable in variables for dimension in variable.own}
    dimensions = {name: labels for name, labels in run.manifest.dimensions.items() if name in used}
    for name, group in run.groups.items():
        made = lay_out(file.create_group(name), run.manifest.study, run.manifest.draws, dimensions, variables)
        for start, stop, found in chunks(run, group, wanted):
            for array, x in zip(made.values(), found, strict=True):
                array[:, start:stop] = x
