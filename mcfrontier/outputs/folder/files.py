"""The files of a saved run: their names, the format that they state, how they are read and hashed."""

from __future__ import annotations

import math
from hashlib import file_digest
from pathlib import Path
from typing import TypeVar

import msgspec

from mcfrontier.core.errors import InputError

FORMAT = 1  # of the files of a run
MANIFEST, PERCENTILES, DRAWS = "manifest.json", "percentiles.json", ("draws.nc", "draws.zarr")
RUN_AGAIN = "make the run again"

Content = TypeVar("Content", bound=msgspec.Struct)


class Format(msgspec.Struct, frozen=True):
    """The first keys of every JSON file of a run: its format, and the versions that wrote it."""

    format: int
    versions: dict[str, str] = {}


def read_json(path: Path, content: type[Content]) -> Content:
    """Read a JSON file of a run. Refuse one of another format, or without the required keys of `content`."""
    try:
        text = path.read_bytes()
        head = msgspec.json.decode(text, type=Format)
        if head.format != FORMAT:
            writer = head.versions.get("mcfrontier", "another version")
            problem = f"written by mcfrontier {writer} in format {head.format}, and this version reads format {FORMAT}"
            raise InputError(f"{path}: {problem}; {RUN_AGAIN}")
        return msgspec.json.decode(text, type=content)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; {RUN_AGAIN}") from None
    except msgspec.MsgspecError as error:
        raise InputError(f"{path}: damaged, or not of a run: {error}; {RUN_AGAIN}") from None


def digest(path: Path) -> str:
    """The SHA-256 of a file; "" for a folder."""
    if path.is_dir():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def number_or_nan(value: float | None) -> float:
    """A number of a JSON file, where null stands for one that is not finite."""
    return math.nan if value is None else value
