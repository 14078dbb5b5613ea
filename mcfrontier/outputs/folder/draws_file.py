"""draws.nc and draws.zarr, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.files import RUN_AGAIN

Groups = dict[str, Mapping[str, Any]]  # arrays of h5py or zarr, by group and name


def open_draws(path: Path) -> Any:
    """Open a file of draws: an h5py.File or a zarr.Group."""
    if path.suffix == ".nc":
        import h5py

        return h5py.File(path)
    try:
        import zarr
    except ImportError:
        raise InputError(f"{path}: reading it requires zarr; pip install 'mcfrontier[zarr]'") from None
    return zarr.open_group(path, mode="r")


def read_groups(path: Path, quantities: Sequence[str], targets: Sequence[str], draws: int) -> Groups:
    """The groups of a file of draws, "prior" and, given evidence, "posterior"; arrays are not read yet.

    Refuse a file that is damaged, lacks one of the quantities, or has another number of draws of a target.
    """
    try:
        file = open_draws(path)
        groups = {name: file[name] for name in ("prior", "posterior") if name == "prior" or name in file}
        last = [*groups.values()][-1]
        missing = [name for name in quantities if any(name not in group for group in groups.values())]
        short = [name for name in targets if last[name].shape[1] != draws]
    except (OSError, KeyError, ValueError) as problem:
        raise InputError(f"{path}: damaged, or not the draws of a run: {problem}; {RUN_AGAIN}") from None
    if missing or short:
        raise InputError(f"{path}: damaged, or of another run: {(*missing, *short)[0]} is incomplete; {RUN_AGAIN}")
    return groups


def variable_dimensions(variable: Any) -> tuple[str, ...]:
    """The dimensions of a variable of draws, chain and draw first."""
    if hasattr(variable, "dims"):  # of HDF5, where dimensions are scales attached to it
        return tuple(each[0].name.rsplit("/", 1)[-1] for each in variable.dims)
    return tuple(variable.metadata.dimension_names)


def dimensions_of_labels(labels: Sequence[str], dimensions: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The dimensions, in order, whose labels name rows such as "trend goes on,2027"; none for the single row ""."""
    for count in range(len(dimensions) + 1):
        for names in combinations(dimensions, count):
            if [",".join(each) for each in product(*(dimensions[name] for name in names))] == [*labels]:
                return names
    raise ValueError(f"no dimensions have the labels {labels}")
