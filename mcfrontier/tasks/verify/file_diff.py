"""Comparison of two files of the same name, by their bytes or by the draws in them."""

from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np

from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder.files import DRAWS
from mcfrontier.outputs.folder.layout import StoredDraws
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.sampling.blocks import spans

SAME_BYTES, SAME, DIFFERS, MISSING = "the same bytes", "the same draws", "differs", "missing"
UNREADABLE = "cannot be read"
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
    try:
        return SAME if same_draws(old, new) else DIFFERS
    except InputError:
        if name in old.edited_files:
            return UNREADABLE
        raise


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files, or two folders of files, have the same bytes."""
    if one.is_dir() != other.is_dir():
        return False
    if not one.is_dir():
        return filecmp.cmp(one, other, shallow=False)
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*")) for folder in (one, other)]
    return names[0] == names[1] and all(same_bytes(one / n, other / n) for n in names[0] if not (one / n).is_dir())


def same_draws(old: RunFolder, new: RunFolder) -> bool:
    """Whether the files of draws of two runs have the same groups, variables, units and numbers."""
    if [*old.groups] != [*new.groups] or {*old.variables} != {*new.variables}:
        return False
    return all(
        same_numbers(stored, new.groups[group][name])
        for group, variables in old.groups.items()
        for name, stored in variables.items()
    )


def same_numbers(one: StoredDraws, other: StoredDraws) -> bool:
    """Whether two variables have the same shape, unit and numbers, compared in blocks of draws."""
    if one.array.shape != other.array.shape or one.variable.unit != other.variable.unit:
        return False
    parts = spans(one.array.shape[1], BLOCK_DRAWS)
    return all(np.array_equal(one.read(*part), other.read(*part), equal_nan=True) for part in parts)
