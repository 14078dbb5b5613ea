"""draws.zarr: every draw of a run that keeps only the first ones, in chunks, as ArviZ and xarray open it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from mcfrontier import __version__, units
from mcfrontier.engine import Blocks, spans
from mcfrontier.errors import InputError
from mcfrontier.results import Run

CHUNK = 2**20  # draws of a chunk


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
    arrays = {}
    for name in study.quantities:
        shape = (1, count, *(lengths[each] for each in own[name]))
        arrays[name] = group.create_array(
            name,
            shape=shape,
            chunks=(1, min(CHUNK, count), *shape[2:]),
            dtype="f8",
            dimension_names=("chain", "draw", *own[name]),
            attributes={"unit": study.unit(name), "about": study.about(name)},
        )
    places = {"chain": np.zeros(1, np.int64), "draw": np.arange(count)}
    places |= {name: np.array(labels, dtype=str) for name, labels in dimensions.items()}
    for name, at in places.items():
        group.create_array(name, data=at, chunks=(min(CHUNK, at.size),), dimension_names=(name,))
    blocks = Blocks(study, run.sampler, study.quantities)
    step = max(1, CHUNK // 2**15) * 2**15
    for start, stop in spans(count, step):
        chunk = {name: np.empty((lengths_of(study, name), stop - start)) for name in arrays}
        for one, other in spans(stop, 2**15, start):
            for name, x in blocks(one, other).items():
                chunk[name][:, one - start : other - start] = x.reshape(-1, x.shape[-1]) / units.scale(study.unit(name))
        for name, array in arrays.items():
            x = chunk[name].T.reshape(1, stop - start, *(lengths[each] for each in own[name]))
            array[:, start:stop] = x


def lengths_of(study: object, name: str) -> int:
    """How many rows a quantity has."""
    return dict(zip(study.dimensions_of, study.sizes, strict=True))[name]


def check_room(path: Path, needed: int) -> None:
    """Refuse to fill a disk: what the draws take before they are packed."""
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise InputError(
            f"--save-draws: they take up to {needed / 1e9:,.1f} GB and {free / 1e9:,.1f} GB of disk are free; take "
            "fewer draws, or fewer quantities with --target"
        )
