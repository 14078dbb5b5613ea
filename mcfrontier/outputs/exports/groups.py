"""The draws in groups, `prior` and, given evidence, `posterior`: the layout of draws.nc and draws.zarr."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mcfrontier.outputs.exports.parts import chunks, joined
from mcfrontier.outputs.folder import netcdf
from mcfrontier.outputs.folder import zarr as zarr_file
from mcfrontier.outputs.folder.saved import RunFolder


def arviz(run: RunFolder, rows: Sequence[str], path: Path) -> None:
    """Write NetCDF that arviz.from_netcdf opens."""
    with netcdf.create_file(path) as (file, check):
        write_groups(run, rows, file, netcdf.create_variables, check)


def zarr(run: RunFolder, rows: Sequence[str], path: Path) -> None:
    """Write a Zarr store in chunks of draws, that xarray.open_zarr(path, group="prior") opens."""
    with zarr_file.create_store(path) as (file, check):
        write_groups(run, rows, file, partial(zarr_file.create_variables, chunk=run.chunk_draws), check)


def write_groups(
    run: RunFolder,
    rows: Sequence[str],
    file: Any,
    create_variables: Callable[..., Mapping[str, Any]],
    check: Callable[[], None],
) -> None:
    """Write the groups of a file, chunk by chunk; `create_variables` is of its format, `check` is called after each."""
    parts = joined(run, rows)
    variables = [part.variable for part in parts]
    used = {dimension for variable in variables for dimension in variable.own}
    dimensions = {name: labels for name, labels in run.manifest.dimensions.items() if name in used}
    for name, group in run.groups.items():
        arrays = create_variables(
            file.create_group(name), run.manifest.study, next(iter(group.values())).draws, dimensions, variables
        )
        for start, stop, values in chunks(run, group, parts):
            for array, x in zip(arrays.values(), values, strict=True):
                array[:, start:stop] = x
            check()
