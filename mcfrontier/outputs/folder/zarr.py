"""draws.zarr: all draws of a run that retains only the first ones, in the layout that ArviZ and xarray open."""

from __future__ import annotations

import math
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.errors import InputError
from mcfrontier.core.version import __version__
from mcfrontier.outputs.folder.layout import Variable, study_variables, to_file_shape
from mcfrontier.runs.core import RunCore
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks, spans

if TYPE_CHECKING:
    import zarr

CHUNK_NUMBERS = 2**25  # numbers in a chunk of all quantities


def write_zarr(run: RunCore, path: Path) -> None:
    """Write the group `prior` in the layout of draws.nc: variables over chain (one), draw and the dimensions of the
    study. The draws are computed again, chunk by chunk."""
    try:
        import zarr  # noqa: F401
    except ImportError:
        raise InputError("--save-draws of this many draws requires zarr; pip install 'mcfrontier[zarr]'") from None
    study, count = run.study, run.sampler.draws
    with create_store(path) as file:
        check_disk_space(path, 8 * count * sum(study.sizes))
        chunk = min(count, max(2**14, 1 << int(math.log2(CHUNK_NUMBERS / sum(study.sizes)))))
        group = file.create_group("prior")
        arrays = create_variables(group, study.name, count, study.file.dimensions, study_variables(study), chunk)
        blocks = Blocks(study, run.sampler, study.quantities)
        for start, stop in spans(count, chunk):
            found = evaluate_blocks(blocks, stop, start=start)
            for name, array in arrays.items():
                shape = (1, stop - start, *array.shape[2:])
                array[:, start:stop] = to_file_shape(found[name] / units.scale(study.unit(name)), shape)


@contextmanager
def create_store(path: Path) -> Iterator[zarr.Group]:
    """Create a store; its metadata is consolidated in its root at the end, where readers look first."""
    import zarr

    file = zarr.open_group(path, mode="w")
    file.attrs["created_by"] = f"mcfrontier {__version__}"
    yield file
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata", UserWarning)  # that its format is not final
        zarr.consolidate_metadata(path)


def create_variables(
    group: zarr.Group,
    study: str,
    draws: int,
    dimensions: Mapping[str, Sequence[str]],
    variables: Sequence[Variable],
    chunk: int,
) -> dict[str, zarr.Array[Any]]:
    """Create the dimensions and the empty variables of a group, in chunks of `chunk` draws; returns the variables."""
    group.attrs["study"] = study
    group.create_array("chain", data=np.zeros(1, np.int64), dimension_names=("chain",))
    draw = group.create_array("draw", shape=(draws,), chunks=(chunk,), dtype="i8", dimension_names=("draw",))
    for start, stop in spans(draws, chunk):
        draw[start:stop] = np.arange(start, stop)
    for name, labels in dimensions.items():
        place = group.create_array(name, shape=(len(labels),), dtype=str, dimension_names=(name,))
        place[:] = np.array(labels, dtype=str)
    arrays: dict[str, zarr.Array[Any]] = {}
    for variable in variables:
        shape = variable.shape(draws, dimensions)
        arrays[variable.name] = group.create_array(
            variable.name,
            shape=shape,
            chunks=(1, chunk, *shape[2:]),
            dtype="f8",
            dimension_names=variable.dimensions,
            attributes={**variable.attrs},
        )
    return arrays


def check_disk_space(path: Path, needed: int) -> None:
    """Refuse to fill a disk; `needed` are the bytes of the draws before compression."""
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(
            f"--save-draws: they take up to {needed / 1e9:,.1f} GB and {free / 1e9:,.1f} GB of disk are free; request "
            "fewer draws, or fewer quantities with --target"
        )
