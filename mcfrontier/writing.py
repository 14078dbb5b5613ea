"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from mcfrontier.errors import InputError

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)  # what may stop a file that was begun


def check_folder(folder: str | Path, option: str = "--out") -> Path:
    """Refuse a folder that cannot be written, before any work is done. Nothing is left behind."""
    if not str(folder).strip():
        raise InputError(f"{option}: the name of a folder is expected, not nothing")
    folder = place = Path(folder)
    while not os.path.exists(place) and place != place.parent:  # which, unlike Path.exists, never raises
        place = place.parent
    if not place.is_dir():
        raise InputError(f"{folder}: {place} is a file, not a folder; choose another with {option}")
    try:  # what may be written is not always what can be
        os.rmdir(tempfile.mkdtemp(prefix=".making-", dir=place))
    except OSError:
        raise InputError(f"{folder}: the folder {place} cannot be written; choose another with {option}") from None
    return folder


def check_file(path: str | Path, option: str = "--out", holds: str = "") -> Path:
    """Refuse a file that cannot be written, before any work is done; the file that is meant where the name is a link.
    What is written may be a folder that holds a file of this name; then it may stand over an older one."""
    if not str(path).strip():
        raise InputError(f"{option}: the name of a file is expected, not nothing")
    meant = Path(os.path.realpath(path))
    if os.path.isdir(meant) and not (holds and os.path.isfile(meant / holds)):
        raise InputError(f"{path}: a folder; name a file in it with {option}")
    if os.path.exists(meant) and not os.path.isdir(meant) and not os.path.isfile(meant):
        raise InputError(f"{path}: a device or a pipe, which must not be replaced; name a file with {option}")
    check_folder(meant.parent, option)
    return meant if os.path.islink(path) else Path(path)


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """A temporary folder within one, to make files in and `move` them from. A folder that is not there is made, and
    taken away again if nothing comes of it."""
    new = [place for place in (folder, *folder.parents) if not os.path.exists(place)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".making-", dir=folder))
    except OSError as problem:
        raise InputError(f"{folder}: cannot be written: {problem.strerror}") from None
    try:
        yield place
    except BaseException as problem:
        shutil.rmtree(place, ignore_errors=True)
        with suppress(OSError):  # where something stands in it already
            for each in new:
                each.rmdir()
        if (why := no_room(problem)) is not None:
            raise InputError(f"{folder}: cannot be written: {why}") from None
        raise
    finally:
        shutil.rmtree(place, ignore_errors=True)


def no_room(problem: BaseException) -> str | None:
    """What the system said where a file found no room; libraries tell it in their own words."""
    if not isinstance(problem, OSError | RuntimeError):
        return None
    code = getattr(problem, "errno", None)
    found = (number for number in NO_ROOM if number == code or os.strerror(number) in str(problem))
    return next(map(os.strerror, found), None)


def put(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, by their names; all are made before any is moved there."""
    with making(folder) as place:
        for name, made in files.items():
            (place / name).write_bytes(made)
        for name in files:
            move(place / name, folder / name)
    return [folder / name for name in files]


def move(made: Path, place: Path) -> None:
    """Put a file, or a folder of files, where an older one may be."""
    if made.is_dir():
        take_away(place)
    os.replace(made, place)


def take_away(path: Path) -> None:
    """Delete a file, or a folder of files, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
