"""Comparison of two files of the same name, by their bytes or by the draws in them."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.draws_file import open_draws
from mcfrontier.outputs.folder.files import DRAWS, RUN_AGAIN
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.sampling.blocks import spans

SAME_BYTES, SAME, DIFFERS, MISSING = "the same bytes", "the same draws", "differs", "missing"
SAME_BUT_HASHES = "the same except for hashes of the other files"
BLOCK_DRAWS = 2**20  # draws of a quantity that are compared at once


def compare_files(old: RunFolder, new: RunFolder, name: str) -> str:
    """The result of comparing a file of a run with that of the repeated run."""
    one, other = old.folder / name, new.folder / name
    if not one.exists():
        return MISSING
    if not other.exists():
        return DIFFERS
    if same_bytes(one, other):
        return SAME_BYTES
    if name not in DRAWS:
        return DIFFERS
    old.variables  # noqa: B018 - raises InputError if the file is damaged
    return SAME if same_draws(one, other) else DIFFERS


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files, or two folders of files, have the same bytes."""
    if one.is_dir() != other.is_dir():
        return False
    if not one.is_dir():
        return filecmp.cmp(one, other, shallow=False)
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*")) for folder in (one, other)]
    return names[0] == names[1] and all(same_bytes(one / n, other / n) for n in names[0] if not (one / n).is_dir())


def same_draws(one: Path, other: Path) -> bool:
    """Whether two files of draws have the same groups, variables, units and numbers."""
    files = open_draws(one), open_draws(other)
    try:
        groups = [sorted(file) for file in files]
        return groups[0] == groups[1] and all(same_group(*(file[name] for file in files)) for name in groups[0])
    except (OSError, KeyError, ValueError) as problem:
        raise InputError(f"{one}: damaged, or not the draws of a run: {problem}; {RUN_AGAIN}") from None


def same_group(one: Any, other: Any) -> bool:
    """Whether two groups have the same variables, units and numbers."""
    return sorted(one) == sorted(other) and all(same_arrays(one[name], other[name]) for name in one)


def same_arrays(one: Any, other: Any) -> bool:
    """Whether two variables have the same shape, unit and numbers, compared in blocks of draws."""
    if one.shape != other.shape or one.attrs.get("unit") != other.attrs.get("unit"):
        return False
    along = min(1, one.ndim - 1)  # (chain, draw, ...), or a coordinate
    parts = [(slice(None),) * along + (slice(*span),) for span in spans(one.shape[along], BLOCK_DRAWS)]
    return all(np.array_equal(one[part], other[part], equal_nan=one.dtype.kind == "f") for part in parts)
