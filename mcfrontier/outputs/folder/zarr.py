"""draws.zarr, written and read back: all draws of a run that retains only the first ones, in the layout that ArviZ and
xarray open."""

from __future__ import annotations

import math
import os
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from mcfrontier.core import limits, memory, signals, units
from mcfrontier.core.errors import InputError, requires
from mcfrontier.core.jsontext import parse_json
from mcfrontier.core.reading import check_regular, read_bytes
from mcfrontier.core.version import __version__
from mcfrontier.outputs.folder.layout import (
    DTYPE,
    Contents,
    Groups,
    StoredDraws,
    Variable,
    check_unit,
    file_values,
    readable_text,
    study_variables,
)
from mcfrontier.runs.core import RunCore
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks, spans

if TYPE_CHECKING:
    import zarr

EXTRA = "'mcfrontier[zarr]'"  # that installs zarr
CHUNK_NUMBERS = 2**25  # numbers in a chunk of all quantities
ZSTD_MAGIC, MAX_HEAD = bytes.fromhex("28b52ffd"), 18  # the first bytes of a Zstandard frame, and of its head at most
ENCODER = msgspec.json.Encoder(order="deterministic")  # tells 1 from 1.0 and from true
MIN_CHUNK_DRAWS = 2**14  # in a chunk, however many quantities there are


def write_zarr(run: RunCore, path: Path, dtype: str = DTYPE) -> None:
    """Write the group `prior` in the layout of draws.nc: variables over chain (one), draw and the dimensions of the
    study. The draws are computed again, chunk by chunk."""
    with requires("--save-draws of this many draws", EXTRA):
        import zarr  # noqa: F401
    study, count, variables = run.study, run.sampler.draws, study_variables(run.study)
    with create_store(path) as (file, check):
        check_disk_space(path, np.dtype(dtype).itemsize * count * sum(study.sizes))
        chunk = min(count, max(MIN_CHUNK_DRAWS, 1 << int(math.log2(CHUNK_NUMBERS / sum(study.sizes)))))
        group = file.create_group("prior")
        arrays = create_variables(group, study.name, count, study.file.dimensions, variables, chunk, dtype)
        blocks = Blocks(study, run.sampler, study.quantities)
        for start, stop in spans(count, chunk):
            found = evaluate_blocks(blocks, stop, start=start)
            for each in variables:
                array = arrays[each.name]
                x = found[each.name] / units.scale(each.unit)
                array[:, start:stop] = file_values(each, x, (1, stop - start, *array.shape[2:]), dtype)
            check()


@contextmanager
def create_store(path: Path) -> Iterator[tuple[zarr.Group, Callable[[], None]]]:
    """Create a store, with signals deferred; its metadata is consolidated in its root at the end, where readers look
    first. Yields it, and a function that raises a deferred signal. After an exception nothing writes into it any more.
    """
    import zarr
    from zarr.core.sync import sync

    with signals.deferred() as check:
        try:
            file = zarr.open_group(path, mode="w")
            file.attrs["created_by"] = f"mcfrontier {__version__}"
            yield file, check
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Consolidated metadata", UserWarning)  # that its format is not final
                zarr.consolidate_metadata(path)
        except BaseException:
            sync(other_tasks())
            raise


async def other_tasks() -> None:
    """Wait for what the loop of zarr, in a thread of its own, has still to do: a failure ends the waiting for it, not
    the work."""
    import asyncio

    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(tasks)


def create_variables(
    group: zarr.Group,
    study: str,
    draws: int,
    dimensions: Mapping[str, Sequence[str]],
    variables: Sequence[Variable],
    chunk: int,
    dtype: str = DTYPE,
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
            dtype=dtype,
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


def read_groups(path: Path, contents: Contents) -> Groups:
    """Open a store and check its variables, of which none is read yet.

    Zarr would follow links, call the codecs that a store names, and believe the size that a compressed chunk states; a
    store with anything else than `create_variables` writes is refused.
    """
    with requires("reading it", EXTRA):
        import zarr  # noqa: F401
    check_links(path)
    return {
        group: {each.name: read_variable(path, group, each, contents) for each in contents.variables}
        for group in contents.groups
    }


def read_variable(path: Path, group: str, variable: Variable, contents: Contents) -> StoredDraws:
    """The draws of a variable in a group of a store, checked."""
    import zarr

    place = path / group / variable.name
    found, chunk, dtype = read_metadata(place, variable, contents)
    check_chunks(place, np.dtype(dtype).itemsize * chunk * math.prod(contents.shape(variable)[2:]))
    return StoredDraws(path, found, zarr.open_array(place, mode="r", zarr_format=3), chunk)


def check_links(path: Path) -> None:
    """Refuse a store that has anything else in it than folders and files."""
    for folder, folders, files in os.walk(path):
        for each in (Path(folder, name) for name in (*folders, *files)):
            if each.is_symlink() or not (each.is_dir() or each.is_file()):
                raise ValueError(f"{each.relative_to(path)} is a link or a pipe")


def read_metadata(place: Path, variable: Variable, contents: Contents) -> tuple[Variable, int, str]:
    """The variable in a folder of a store, with its description, the draws of a chunk and the type of its numbers;
    refuse any other layout."""
    stated, shape = parse_json(read_bytes(place / "zarr.json", limits.JSON_BYTES)), contents.shape(variable)
    match stated:
        case {
            "attributes": {"unit": str(unit), **further},
            "chunk_grid": {"configuration": {"chunk_shape": [_, int(chunk), *_]}},
            "data_type": "float64" | "float32" as dtype,
            "dimension_names": ["chain", "draw", *own],
        }:
            about = readable_text(further.get("about", ""))
        case _:
            raise ValueError(f"{variable.name} has no unit, chunks, dimensions or floats")
    check_unit(variable, unit)
    if [contents.dimensions.get(str(name)) for name in own] != [contents.dimensions[name] for name in variable.own]:
        raise ValueError(f"{variable.name} has other dimensions than its rows")
    expected = array_metadata(shape, chunk, dtype) | {key: stated[key] for key in ("attributes", "dimension_names")}
    if ENCODER.encode(stated) != ENCODER.encode(expected):
        raise ValueError(f"{variable.name} is stored in another way than {shape} floats, compressed by zstd")
    most = max(MIN_CHUNK_DRAWS, CHUNK_NUMBERS // math.prod(shape[2:]))
    if not 1 <= chunk <= most:
        raise ValueError(f"{variable.name} has chunks of {chunk:,} draws; the limit is {most:,}")
    return variable._replace(about=about), chunk, dtype


def array_metadata(shape: Sequence[int], chunk: int, dtype: str) -> dict[str, Any]:
    """The metadata of an array of draws in the third version of Zarr, without its attributes and dimensions."""
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [*shape],
        "data_type": dtype,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, chunk, *shape[2:]]}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "fill_value": 0.0,
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}},
            {"name": "zstd", "configuration": {"level": 0, "checksum": False}},
        ],
        "storage_transformers": [],
    }


def check_chunks(place: Path, size: int) -> None:
    """Refuse an array with a chunk that is not of `size` bytes when it is decompressed."""
    memory.check_bytes(size, f"a chunk of {place.name}")
    for folder, _, files in os.walk(place):
        for each in (Path(folder, name) for name in files if name != "zarr.json"):
            check_regular(each, size + size // 128 + 2**10)  # what does not compress becomes a little larger
            with each.open("rb") as file:
                if content_size(file.read(MAX_HEAD)) != size:
                    raise ValueError(f"{each.relative_to(place.parent)} is not a chunk of {size:,} bytes")


def content_size(head: bytes) -> int:
    """The size of the decompressed content that a Zstandard frame states in its head (RFC 8878, section 3.1.1.1); -1
    where it states none."""
    if len(head) < 6 or head[:4] != ZSTD_MAGIC:
        return -1
    descriptor = head[4]
    single, form = descriptor >> 5 & 1, descriptor >> 6
    start = 5 + (not single) + (0, 1, 2, 4)[descriptor & 3]
    width = (single, 2, 4, 8)[form]
    field = head[start : start + width]
    return int.from_bytes(field, "little") + (256 if form == 1 else 0) if field and len(field) == width else -1
