"""draws.nc: all draws, in the layout that ArviZ opens, written and read back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from mcfrontier.core import limits, signals, units
from mcfrontier.core.reading import check_regular
from mcfrontier.core.version import __version__
from mcfrontier.outputs.folder.compression import FILTERS, CompressedArray, chunk_shape, write_compressed
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
from mcfrontier.sampling.engine.executors import processor_count

if TYPE_CHECKING:
    import h5py

READ_DRAWS = 2**16  # at a time, where not all are needed together: whole chunks
Kind = TypeVar("Kind")


def write_draws(run: RunCore, path: Path, dtype: str = DTYPE) -> None:
    """Write NetCDF with the group `prior` and, given evidence or conditions, `posterior`.

    NetCDF is HDF5 whose dimensions are scales attached to the variables, so h5py suffices.
    """
    groups = {"prior": run.before or run} | ({"posterior": run} if run.before else {})
    with create_file(path) as (file, check), ThreadPoolExecutor(processor_count()) as pool:
        for name, each in groups.items():
            write_group(each, file.create_group(name), dtype, pool, check)


@contextmanager
def create_file(path: Path) -> Iterator[tuple[h5py.File, Callable[[], None]]]:
    """Create a file. Signals, and the error of a write that fails, are raised by the function that is returned with the
    file, and at the end."""
    import h5py

    with path.open("w+b", buffering=0) as disk:
        output = Output(disk)
        try:
            with signals.deferred() as check_signals, h5py.File(output, "w") as file:

                def check() -> None:
                    check_signals()
                    output.check()

                file.attrs["created_by"] = f"mcfrontier {__version__}"
                yield file, check
        finally:
            output.check()


class Output:
    """A file for HDF5 in which no write fails: the first error is retained, and what follows is discarded.

    HDF5 cannot close a file after an error, and ends the process.
    """

    def __init__(self, disk: Any) -> None:
        self.disk = disk
        self.problem: OSError | None = None
        self.seek, self.tell, self.read, self.readinto = disk.seek, disk.tell, disk.read, disk.readinto

    def write(self, data: Any) -> None:
        """Write all of the data, or nothing after an error."""
        rest = memoryview(data)
        try:
            while rest and self.problem is None:
                rest = rest[self.disk.write(rest) :]
        except OSError as problem:
            self.problem = problem

    def truncate(self, size: int) -> None:
        """Set the length, or do nothing after an error."""
        try:
            if self.problem is None:
                self.disk.truncate(size)
        except OSError as problem:
            self.problem = problem

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def check(self) -> None:
        """Raise the first error."""
        if self.problem:
            raise self.problem


def write_group(run: RunCore, group: h5py.Group, dtype: str, pool: Executor, check: Callable[[], None]) -> None:
    """Write all quantities of a run into a group; `check` is called after each."""
    study, variables = run.study, study_variables(run.study)
    arrays = create_variables(group, study.name, run.retained, study.file.dimensions, variables, dtype)
    for variable, array in zip(variables, arrays.values(), strict=True):
        x = run.values[variable.name] / units.scale(variable.unit)
        write_compressed(array, file_values(variable, x, array.shape, dtype), pool)
        check()


def create_variables(
    group: h5py.Group,
    study: str,
    draws: int,
    dimensions: Mapping[str, Sequence[str]],
    variables: Sequence[Variable],
    dtype: str = DTYPE,
) -> dict[str, h5py.Dataset]:
    """Create the dimensions and the empty variables of a group; returns the variables."""
    import h5py

    group.attrs["study"] = study
    group["chain"] = np.zeros(1, int)
    group.create_dataset("draw", data=np.arange(draws), chunks=chunk_shape((1, draws))[1:], **FILTERS)
    for name, labels in dimensions.items():
        group.create_dataset(name, data=labels, dtype=h5py.string_dtype())
    scales = {name: group[name] for name in ("chain", "draw", *dimensions)}
    for name, scale in scales.items():
        scale.make_scale(name)
    arrays: dict[str, h5py.Dataset] = {}
    for variable in variables:
        shape = variable.shape(draws, dimensions)
        array = group.create_dataset(
            variable.name, shape, np.dtype(dtype).newbyteorder("<"), chunks=chunk_shape(shape), **FILTERS
        )
        for axis, dimension in enumerate(variable.dimensions):
            array.dims[axis].attach_scale(scales[dimension])
        array.attrs.update(variable.attrs)
        arrays[variable.name] = array
    return arrays


def read_groups(path: Path, contents: Contents) -> Groups:
    """Open a file and check its variables, of which none is read yet.

    HDF5 can store numbers in another file, refer to objects of other files, and call plugins to decompress; a file with
    any of these is refused.
    """
    import h5py

    size = check_regular(path, limits.RUN_FILE_BYTES)
    file = h5py.File(path, "r")
    if file.userblock_size:
        raise ValueError("it does not begin with HDF5")
    groups: Groups = {}
    for group_name in contents.groups:
        group = member(file, group_name, h5py.Group)
        groups[group_name] = {
            each.name: read_variable(path, group, each, contents, size) for each in contents.variables
        }
    return groups


def member(group: h5py.Group, name: str, kind: type[Kind]) -> Kind:
    """An object in a group, which is not a link to one elsewhere."""
    import h5py

    links = group.id.links
    if not links.exists(name.encode()):
        raise ValueError(f"{name} is missing")
    if links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
        raise ValueError(f"{name} is a link, which is not followed")
    found = group[name]
    if not isinstance(found, kind):
        raise ValueError(f"{name} is not a {kind.__name__.lower()}")
    return found


def read_variable(path: Path, group: h5py.Group, variable: Variable, contents: Contents, size: int) -> StoredDraws:
    """The draws of a variable in a group, checked. The file has `size` bytes."""
    import h5py

    array = member(group, variable.name, h5py.Dataset)
    check_stored(array, variable.name, contents.shape(variable), size)
    check_unit(variable, text_attribute(array, "unit"))
    found = variable._replace(about=text_attribute(array, "about"))
    return StoredDraws(path, found, CompressedArray(array) if array.chunks else array, READ_DRAWS)


def check_stored(array: h5py.Dataset, name: str, shape: tuple[int, ...], size: int) -> None:
    """Refuse an array in another layout than that of this version or of older ones, which did not compress."""
    import h5py

    plan = array.id.get_create_plist()
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, and not {shape}")
    if not any(map(array.id.get_type().equal, (h5py.h5t.IEEE_F64LE, h5py.h5t.IEEE_F32LE))):
        raise ValueError(f"{name} is not of 64-bit or 32-bit floats")
    filters = [plan.get_filter(i)[0] for i in range(plan.get_nfilters())]
    if plan.get_external_count() == 0 and plan.get_layout() == h5py.h5d.CONTIGUOUS and not filters:
        offset = array.id.get_offset()
        complete = offset is not None and offset + array.nbytes <= size
    elif plan.get_layout() == h5py.h5d.CHUNKED and filters == [h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE]:
        if array.chunks != chunk_shape(shape) or array.maxshape != shape:
            raise ValueError(f"{name} has chunks of the shape {array.chunks}, and not {chunk_shape(shape)}")
        complete = array.id.get_num_chunks() == -(-shape[1] // array.chunks[1])
    else:
        raise ValueError(f"{name} is stored in another file, or in another way than in chunks compressed by deflate")
    if not complete:
        raise ValueError(f"{name} is incomplete")


def text_attribute(array: h5py.Dataset, name: str) -> str:
    """The text in an attribute; "" where there is none."""
    import h5py

    if not h5py.h5a.exists(array.id, name.encode()):
        return ""
    attribute = h5py.h5a.open(array.id, name.encode())
    kind = h5py.check_string_dtype(attribute.dtype)
    if kind is None or kind.length is not None or attribute.shape != ():
        raise ValueError(f"{name} of {array.name} is not a text")
    return readable_text(array.attrs[name])
