"""Atomic writing of files and folders: a failed write leaves neither a partial file nor a new folder."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mcfrontier.core.errors import InputError

DISK_FULL_ERRORS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


def check_folder(folder: str | Path, option: str = "--out") -> Path:
    """Refuse a folder that cannot be written, before any work is done. No file or folder is created."""
    if not isinstance(folder, str | Path):
        raise InputError(f"folder = {folder!r}: the path of a folder is expected")
    if not str(folder).strip():
        raise InputError(f"{option}: the name of a folder is expected, not nothing")
    folder = existing = Path(folder)
    while not os.path.exists(existing) and existing != existing.parent:  # unlike Path.exists, it never raises
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"{folder}: {existing} is a file, not a folder; choose another with {option}")
    try:  # permissions alone do not show whether a folder can be written
        os.rmdir(tempfile.mkdtemp(prefix=".making-", dir=existing))
    except OSError:
        raise InputError(f"{folder}: the folder {existing} cannot be written; choose another with {option}") from None
    return folder


def check_file(path: str | Path, option: str = "--out", marker: str = "") -> Path:
    """Refuse a file that cannot be written, before any work is done, and return its path (the target of a link).

    With `marker`, a folder may be written too; an existing one is accepted if it contains a file of that name.
    """
    if not str(path).strip():
        raise InputError(f"{option}: the name of a file is expected, not nothing")
    target = Path(os.path.realpath(path))
    if os.path.isdir(target) and not (marker and os.path.isfile(target / marker)):
        raise InputError(f"{path}: a folder; name a file in it with {option}")
    if os.path.exists(target) and not os.path.isdir(target) and not os.path.isfile(target):
        raise InputError(f"{path}: a device or a pipe, which must not be replaced; name a file with {option}")
    check_folder(target.parent, option)
    return target if os.path.islink(path) else Path(path)


@contextmanager
def temporary_folder(folder: Path) -> Iterator[Path]:
    """Create a temporary subfolder of a folder, for files that are moved out with `move` once they are complete.

    A missing folder is created, and removed again if the block fails.
    """
    created = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    except OSError as problem:
        raise InputError(f"{folder}: cannot be written: {problem.strerror}") from None
    try:
        yield temporary
    except BaseException as problem:
        shutil.rmtree(temporary, ignore_errors=True)
        with suppress(OSError):  # not empty
            for path in created:
                path.rmdir()
        if (reason := disk_full_reason(problem)) is not None:
            raise InputError(f"{folder}: cannot be written: {reason}") from None
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def disk_full_reason(problem: BaseException) -> str | None:
    """The system's message if a write failed for lack of space, else None. Libraries wrap that error in their own."""
    if not isinstance(problem, OSError | RuntimeError):
        return None
    code = getattr(problem, "errno", None)
    matches = (number for number in DISK_FULL_ERRORS if number == code or os.strerror(number) in str(problem))
    return next(map(os.strerror, matches), None)


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files, by name, into a folder and return their paths; all are written before any is moved there."""
    with temporary_folder(folder) as temporary:
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        for name in files:
            move(temporary / name, folder / name)
    return [folder / name for name in files]


def move(source: Path, destination: Path) -> None:
    """Move a file or folder, replacing an existing one."""
    if source.is_dir():
        remove(destination)
    os.replace(source, destination)


def remove(path: Path) -> None:
    """Delete a file or folder, if it exists."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
