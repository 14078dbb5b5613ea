"""Two files of the same name, compared: by their bytes, or by the draws they hold."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier.engine import spans
from mcfrontier.errors import InputError
from mcfrontier.finished import AGAIN, DRAWS, Finished, opened

SAME_BYTES, SAME, DIFFERS, MISSING = "the same bytes", "the same draws", "differs", "not there"
SAME_WORDS = "the same but for what hangs on the other files' bytes"
STEP = 2**20  # draws of a quantity that are held at once


def compared(old: Finished, new: Finished, name: str) -> str:
    """How a file of a folder compares with that of the run made again."""
    one, other = old.folder / name, new.folder / name
    if not one.exists():
        return MISSING
    if not other.exists():
        return DIFFERS
    if same_bytes(one, other):
        return SAME_BYTES
    if name not in DRAWS:
        return DIFFERS
    old.variables  # noqa: B018 - which refuses a file that is damaged
    return SAME if same_draws(one, other) else DIFFERS


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files, or two folders of files, hold the same bytes."""
    if one.is_dir() != other.is_dir():
        return False
    if not one.is_dir():
        return filecmp.cmp(one, other, shallow=False)
    names = [sorted(path.relative_to(folder) for path in folder.rglob("*")) for folder in (one, other)]
    return names[0] == names[1] and all(same_bytes(one / n, other / n) for n in names[0] if not (one / n).is_dir())


def same_draws(one: Path, other: Path) -> bool:
    """Whether two files of draws hold the same groups, variables, units and numbers."""
    files = opened(one), opened(other)
    try:
        groups = [sorted(file) for file in files]
        return groups[0] == groups[1] and all(same_groups(*(file[name] for file in files)) for name in groups[0])
    except (OSError, KeyError, ValueError) as problem:
        raise InputError(f"{one}: damaged, or not the draws of a run: {problem}; {AGAIN}") from None


def same_groups(one: Any, other: Any) -> bool:
    """The same of two groups."""
    return sorted(one) == sorted(other) and all(same_arrays(one[name], other[name]) for name in one)


def same_arrays(one: Any, other: Any) -> bool:
    """The same of two arrays, a part of the draws at a time."""
    if one.shape != other.shape or one.attrs.get("unit") != other.attrs.get("unit"):
        return False
    along = min(1, one.ndim - 1)  # (chain, draw, ...), or a coordinate
    parts = [(slice(None),) * along + (slice(*span),) for span in spans(one.shape[along], STEP)]
    return all(same_numbers(one[part], other[part]) for part in parts)


def same_numbers(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays are equal, not a number being equal to itself."""
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
