"""draws.nc and draws.zarr, read back.

A file is checked before its numbers are read: it has the quantities of the run, each of the expected type, shape and
unit, stored as this package stores them. So nothing but the draws of the run is read, and no more than their size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import prod
from pathlib import Path

from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.files import check_own, damaged
from mcfrontier.outputs.folder.layout import Contents, Groups


def read_groups(path: Path, contents: Contents) -> Groups:
    """The groups of a file of draws, "prior" and, given evidence, "posterior"; their numbers are not read yet.

    Refuse a file that is damaged, lacks one of the quantities, or stores one in another way than this package.
    """
    check_own(path)
    try:
        if path.suffix == ".nc":
            from mcfrontier.outputs.folder import netcdf

            return netcdf.read_groups(path, contents)
        from mcfrontier.outputs.folder import zarr

        return zarr.read_groups(path, contents)
    except InputError as problem:
        raise InputError(f"{path}: {problem}") from None
    except (OSError, KeyError, ValueError, RuntimeError) as problem:
        raise damaged(path, problem) from None


def dimensions_of_labels(labels: Sequence[str], dimensions: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The dimensions, in order, whose labels name rows such as "trend goes on,2027"; none for the single row ""."""
    for count in range(len(dimensions) + 1):
        for names in combinations(dimensions, count):
            parts = [dimensions[name] for name in names]
            if prod(map(len, parts)) == len(labels):
                pairs = zip(labels, product(*parts), strict=True)
                if all(label == ",".join(each) for label, each in pairs):
                    return names
    raise ValueError(f"no dimensions have the labels {', '.join(labels)}")
