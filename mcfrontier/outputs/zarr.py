"""draws.zarr: every draw of a run that keeps only the first ones, in chunks, as ArviZ and xarray open it."""

from __future__ import annotations

import math
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import __version__, engine, units
from mcfrontier.engine import Blocks, spans
from mcfrontier.errors import InputError
from mcfrontier.outputs.layout import Variable, laid, variables
from mcfrontier.results import Run

if TYPE_CHECKING:
    import zarr

NUMBERS = 2**25  # of all quantities in a chunk


def write_zarr(run: Run, path: Path) -> None:
    """The layout of draws.nc: the group `prior`, variables over chain (one), draw and the study's own dimensions. The
    draws are worked out again, chunk by chunk."""
    try:
        import zarr  # noqa: F401
    except ImportError:
        raise InputError("--save-draws of so many takes zarr; pip install 'mcfrontier[zarr]'") from None
    study, count = run.study, run.sampler.draws
    with created(path) as file:
        check_room(path, 8 * count * sum(study.sizes))
        chunk = min(count, max(2**14, 1 << int(math.log2(NUMBERS / sum(study.sizes)))))
        group = file.create_group("prior")
        arrays = lay_out(group, study.name, count, study.page.dimensions, variables(study), chunk)
        blocks = Blocks(study, run.sampler, study.quantities)
        for start, stop in spans(count, chunk):
            found = engine.whole(blocks, stop, start=start)
            for name, array in arrays.items():
                shape = (1, stop - start, *array.shape[2:])
                array[:, start:stop] = laid(found[name] / units.scale(study.unit(name)), shape)


@contextmanager
def created(path: Path) -> Iterator[zarr.Group]:
    """A new store; what is in it is gathered in its root at the end, where readers look first."""
    import zarr

    file = zarr.open_group(path, mode="w")
    file.attrs["created_by"] = f"mcfrontier {__version__}"
    yield file
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata", UserWarning)  # that its format is not settled
        zarr.consolidate_metadata(path)


def lay_out(
    group: zarr.Group,
    study: str,
    draws: int,
    dimensions: Mapping[str, Sequence[str]],
    wanted: Sequence[Variable],
    chunk: int,
) -> dict[str, zarr.Array]:
    """A group with its dimensions, and its variables to be filled, in chunks of so many draws."""
    group.attrs["study"] = study
    group.create_array("chain", data=np.zeros(1, np.int64), dimension_names=("chain",))
    draw = group.create_array("draw", shape=(draws,), chunks=(chunk,), dtype="i8", dimension_names=("draw",))
    for start, stop in spans(draws, chunk):
        draw[start:stop] = np.arange(start, stop)
    for name, labels in dimensions.items():
        place = group.create_array(name, shape=(len(labels),), dtype=str, dimension_names=(name,))
        place[:] = np.array(labels, dtype=str)
    arrays = {}
    for variable in wanted:
        shape = variable.shape(draws, dimensions)
        arrays[variable.name] = group.create_array(
            variable.name,
            shape=shape,
            chunks=(1, chunk, *shape[2:]),
            dtype="f8",
            dimension_names=variable.dimensions,
            attributes=variable.told,
        )
    return arrays


def check_room(path: Path, needed: int) -> None:
    """Refuse to fill a disk: what the draws take before they are packed."""
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(
            f"--save-draws: they take up to {needed / 1e9:,.1f} GB and {free / 1e9:,.1f} GB of disk are free; take "
            "fewer draws, or fewer quantities with --target"
        )
