"""draws.zarr: every draw of a run that keeps only the first ones, in chunks, as ArviZ and xarray open it."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np

from mcfrontier import __version__, engine, units
from mcfrontier.engine import Blocks, spans
from mcfrontier.errors import InputError
from mcfrontier.results import Run

NUMBERS = 2**25  # of all quantities in a chunk


def write_zarr(run: Run, path: Path) -> None:
    """The layout of draws.nc: the group `prior`, variables over chain (one), draw and the study's own dimensions. The
    draws are worked out again, chunk by chunk."""
    try:
        import zarr
    except ImportError:
        raise InputError("--save-draws of so many takes zarr; pip install 'mcfrontier[zarr]'") from None
    study, count = run.study, run.sampler.draws
    dimensions = study.page.dimensions
    check_room(path, 8 * count * sum(study.sizes))
    file = zarr.open_group(path, mode="w")
    file.attrs["created_by"] = f"mcfrontier {__version__}"
    group = file.create_group("prior")
    group.attrs["study"] = study.name
    own = {name: study.dimensions_of[name] for name in study.quantities}
    lengths = {name: len(labels) for name, labels in dimensions.items()}
    chunk = min(count, max(2**14, 1 << int(math.log2(NUMBERS / sum(study.sizes)))))
    arrays = {}
    for name in study.quantities:
        shape = (1, count, *(lengths[each] for each in own[name]))
        arrays[name] = group.create_array(
            name,
            shape=shape,
            chunks=(1, chunk, *shape[2:]),
            dtype="f8",
            dimension_names=("chain", "draw", *own[name]),
            attributes={"unit": study.unit(name), "about": study.about(name)},
        )
    places = {"chain": np.zeros(1, np.int64)}
    places |= {name: np.array(labels, dtype=str) for name, labels in dimensions.items()}
    for name, at in places.items():
        group.create_array(name, data=at, dimension_names=(name,))
    draw = group.create_array("draw", shape=(count,), chunks=(chunk,), dtype="i8", dimension_names=("draw",))
    blocks = Blocks(study, run.sampler, study.quantities)
    for start, stop in spans(count, chunk):
        draw[start:stop] = np.arange(start, stop)
        found = engine.whole(blocks, stop, start=start)
        for name, array in arrays.items():
            x = np.broadcast_to(found[name], (*found[name].shape[:-1], stop - start)) / units.scale(study.unit(name))
            x = x.reshape(*(lengths[each] for each in own[name]), stop - start)
            array[:, start:stop] = np.moveaxis(x, -1, 0)[None]


def check_room(path: Path, needed: int) -> None:
    """Refuse to fill a disk: what the draws take before they are packed."""
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(
            f"--save-draws: they take up to {needed / 1e9:,.1f} GB and {free / 1e9:,.1f} GB of disk are free; take "
            "fewer draws, or fewer quantities with --target"
        )
