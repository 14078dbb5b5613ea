"""The files of a saved run: their names, the format that they state, how they are read and hashed."""

from __future__ import annotations

import math
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import parse_json
from mcfrontier.core.reading import check_regular, read_bytes

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
    found = read_object(path)
    try:
        head = msgspec.convert(found, Format)
        if head.format != FORMAT:
            writer = head.versions.get("mcfrontier", "another version")
            problem = f"written by mcfrontier {writer} in format {head.format}, and this version reads format {FORMAT}"
            raise InputError(f"{path}: {problem}; {RUN_AGAIN}")
        return msgspec.convert(found, content)
    except msgspec.MsgspecError as error:
        raise damaged(path, error) from None


def read_object(path: Path) -> dict[str, Any]:
    """The keys and values of a JSON file of a run."""
    try:
        found = parse_json(read_file(path, limits.JSON_BYTES))
    except ValueError as error:
        raise damaged(path, error) from None
    if not isinstance(found, dict):
        raise damaged(path, "an object is expected")
    return found


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file of a run, `limit` at most."""
    check_own(path)
    try:
        return read_bytes(path, limit)
    except InputError as problem:
        raise InputError(f"{path}: {problem}; {RUN_AGAIN}") from None


def check_own(path: Path) -> None:
    """Refuse a link to a file outside of the folder: whoever made the folder would have it read here."""
    try:
        own = path.resolve().is_relative_to(path.parent.resolve())
    except (OSError, ValueError, RuntimeError):  # a loop of links
        own = False
    if not own:
        raise InputError(f"{path}: a link out of the folder of the run, which is not followed; copy the file there")


def damaged(path: Path, problem: object) -> InputError:
    """The error for a file of a run that has other content than is written into it."""
    return InputError(f"{path}: damaged, or not of a run: {problem}; {RUN_AGAIN}")


def digest(path: Path) -> str:
    """The SHA-256 of a file of a run; "" for a folder."""
    check_own(path)
    if path.is_dir():
        return ""
    try:
        check_regular(path, limits.RUN_FILE_BYTES)
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except (InputError, OSError) as problem:
        raise InputError(f"{path}: {problem}; {RUN_AGAIN}") from None


def number_or_nan(value: float | None) -> float:
    """A number of a JSON file, where null stands for one that is not finite."""
    return math.nan if value is None else value
