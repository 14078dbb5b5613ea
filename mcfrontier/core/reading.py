"""Reading of files that may come from a stranger: regular files only, and no more bytes than expected."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import echo

confines: list[Path] = []  # the folders outside of which nothing is read; none where reading is not confined


@contextmanager
def confined(*folders: Path) -> Iterator[None]:
    """Confine reading, in all threads, to some folders and what they contain, links followed."""
    before, confines[:] = [*confines], [folder.resolve() for folder in folders]
    try:
        yield
    finally:
        confines[:] = before


def check_confined(path: Path) -> None:
    """Refuse a path that leads out of the folders to which reading is confined, whether or not it exists."""
    try:
        inside = not confines or any(path.resolve().is_relative_to(folder) for folder in confines)
    except (OSError, RuntimeError, ValueError):  # a name that is too long, a circle of links, a name with a NUL
        inside = False
    if not inside:
        raise InputError(f"{echo(path)}: outside of {confines[0]}, to which reading is confined; name a file in it")


def check_regular(path: Path, limit: int) -> int:
    """Return the size of a regular file in bytes, before it is opened; links are followed.

    A missing file, a folder, a pipe, a device and a file of more bytes than `limit` are refused. The message does not
    name the file.
    """
    check_confined(path)
    try:
        found = os.stat(path)
    except (OSError, ValueError) as problem:  # ValueError: a name with a NUL
        raise InputError(f"cannot be read: {getattr(problem, 'strerror', None) or problem}") from None
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise InputError(f"cannot be read: {kind}, where a file is expected")
    if found.st_size > limit:
        raise InputError(f"cannot be read: it has {found.st_size:,} bytes; the limit is {limit:,}")
    return found.st_size


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes; any other is refused as by `check_regular`."""
    check_regular(path, limit)
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as problem:
        raise InputError(f"cannot be read: {problem.strerror}") from None
    if len(content) > limit:  # such as a file of /proc, which states no size
        raise InputError(f"cannot be read: it has more than {limit:,} bytes, which is the limit")
    return content


def read_text(path: Path, limit: int) -> str:
    """Read UTF-8 text as by `read_bytes`, without a byte order mark."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(f"not UTF-8 text, at byte {problem.start}; save it as UTF-8") from None
