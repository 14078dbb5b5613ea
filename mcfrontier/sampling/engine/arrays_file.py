"""Reading of a file of arrays (.npz) of which names, types and sizes are known before."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mcfrontier.core import limits
from mcfrontier.core.arrays import Array
from mcfrontier.core.reading import check_regular


class Expected(NamedTuple):
    """An array in a file: its type, and its shape, of which the first axis may be shorter."""

    dtype: str
    shape: tuple[int, ...]


def read_arrays(path: Path, expected: Mapping[str, Expected]) -> dict[str, Array]:
    """Read some arrays of a file; no object is unpickled, and nothing is decompressed.

    Raises ValueError for a file without these arrays, or with one of another type or larger than expected; InputError
    for a path that is no file, or a file that is too large.
    """
    check_regular(path, limits.CHECKPOINT_BYTES)
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: read_array(archive, name, each) for name, each in expected.items()}
    except Exception as problem:  # zipfile and numpy raise many types of exception for a damaged file
        raise ValueError(str(problem) or type(problem).__name__) from None


def read_array(archive: zipfile.ZipFile, name: str, expected: Expected) -> Array:
    """An array of an archive; its type and shape are checked before its numbers are read."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed")
    with archive.open(member) as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{name} is in another version of the format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype != np.dtype(expected.dtype) or len(shape) != len(expected.shape):
        raise ValueError(f"{name} is of another type")
    if shape[1:] != expected.shape[1:] or shape[:1] > expected.shape[:1]:
        raise ValueError(f"{name} is of another size")
    with archive.open(member) as file:
        found: Array = np.lib.format.read_array(file, allow_pickle=False)
    return found
