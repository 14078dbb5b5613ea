"""Atomic writing of files and folders, whatever ends the process that writes them.

Files are made in a folder `.making-*` beside their destination. Once all are complete, one rename of it to `.replacing`
decides that they replace the old files, and they are moved. A process that is stopped before leaves the old files; one
that is stopped after leaves the rest of the moves to the next process that reads or writes the folder (`settle`). The
file `owner` in these folders is locked while their process lives, so that what others left can be deleted.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from mcfrontier.core import signals
from mcfrontier.core.errors import WRITE_ERRORS, InputError
from mcfrontier.core.limits import ABANDONED_DAYS, LOCK_SECONDS
from mcfrontier.core.locks import Lock, locked, try_lock, wait
from mcfrontier.core.reading import read_bytes

MAKING, REPLACING = ".making-", ".replacing"  # names of folders: unfinished, and on the way to their destination
MAKING_NAME = re.compile(r"\.making-([\w.]*)-(\d+)-[0-9a-f]{8}", re.ASCII)  # host and process, see `unused`
OWNER, NEW, OLD, JOURNAL = "owner", "new", "old", "journal.json"  # names in them
JOURNAL_BYTES = 2**16
HOST = re.sub(r"[^A-Za-z0-9.]", "_", os.uname().nodename if hasattr(os, "uname") else "")[:64]

Content = TypeVar("Content")


class Workplace(NamedTuple):
    """A folder `.making-*` of this process, its lock, and the folder of the new files in it."""

    path: Path
    lock: Lock
    new: Path


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
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as problem:
        raise InputError(
            f"{folder}: the folder {existing} cannot be written: {problem.strerror}; choose another with {option}"
        ) from None
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
def replacement(folder: Path, marker: str = "", obsolete: Sequence[str] = ()) -> Iterator[Path]:
    """Create an empty folder for new files, which replace those of the same names in `folder` at the end, all or none.

    A missing folder is created, and removed again if the block fails. The file `marker` is moved last. Where it
    replaces one, the `obsolete` files, which belonged to that, are deleted.
    """
    with created(folder), workplace(folder) as place:
        yield place.new
        commit(folder, place, marker, obsolete)


@contextmanager
def created(folder: Path) -> Iterator[None]:
    """Create a missing folder; remove it again if the block fails. Report in one line that it cannot be written."""
    missing = [path for path in (folder, *folder.parents) if not os.path.exists(path)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException as problem:
        with signals.deferred(), suppress(OSError):  # not empty
            for path in missing:
                path.rmdir()
        if (reason := write_error(problem, folder)) is not None:
            raise InputError(f"{folder}: cannot be written: {reason}") from None
        raise


@contextmanager
def workplace(folder: Path, mode: int = 0o777) -> Iterator[Workplace]:
    """Create a folder for unfinished files within a folder, deleted at the end; delete those of ended processes.

    Readers who are other users have to see its lock, so by default its mode is that of any new folder.
    """
    sweep(folder)
    path, lock = unused(folder), None
    try:
        with signals.deferred():
            while lock is None:  # another process may lock and delete what has no owner yet
                path.mkdir(mode, exist_ok=True)
                with suppress(FileNotFoundError):
                    lock = try_lock(path / OWNER)
            (path / NEW).mkdir()
        yield Workplace(path, lock, path / NEW)
    finally:
        with signals.deferred():
            shutil.rmtree(path, ignore_errors=True)
            if lock:
                lock.release()


def unused(folder: Path) -> Path:
    """A path for a folder of unfinished files of this process."""
    return folder / f"{MAKING}{HOST}-{os.getpid()}-{os.urandom(4).hex()}"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Create a temporary folder of this user alone, deleted at the end, or by the next process that creates one."""
    try:
        with signals.deferred():  # it tries folders by writing a file to each, which an exception would leave there
            folder = Path(tempfile.gettempdir())
    except OSError as problem:
        raise InputError(f"no temporary folder can be written: {problem.strerror}; set TMPDIR to one") from None
    with created(folder), workplace(folder, 0o700) as place:
        yield place.new


def write_error(problem: BaseException, folder: Path) -> str | None:
    """The system's message if a folder could not be written, else None. Libraries wrap such an error in their own."""
    if isinstance(problem, OSError) and problem.strerror:
        own = (str(folder / MAKING), str(folder / REPLACING))
        path = str(problem.filename)
        if problem.errno in WRITE_ERRORS or path.startswith(own) or Path(path) in (folder, *folder.parents):
            return os.strerror(problem.errno or 0)
    if not isinstance(problem, OSError | RuntimeError):
        return None
    return next((os.strerror(number) for number in WRITE_ERRORS if os.strerror(number) in str(problem)), None)


def sweep(folder: Path) -> None:
    """Delete unfinished files that no living process owns."""
    for path in folder.glob(f"{MAKING}*"):
        with suppress(OSError):
            name = MAKING_NAME.fullmatch(path.name)
            if not name or not is_folder(path):  # a folder of the user
                continue
            host, number = name.groups()
            if host != HOST and time.time() - last_change(path) < 86_400 * ABANDONED_DAYS:
                continue
            if lock := try_lock(path / OWNER):
                if lock.supported or not is_alive(number):
                    shutil.rmtree(path, ignore_errors=True)
                lock.release()


def last_change(folder: Path) -> float:
    """The time of the last change of a folder or of anything in it."""
    return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))


def is_alive(number: str) -> bool:
    """Whether there is a process of a number on this machine; True where that is unknown."""
    try:
        if os.name == "posix":
            os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError):
        pass
    return True


def commit(folder: Path, place: Workplace, marker: str, obsolete: Sequence[str]) -> None:
    """Replace files by those in a workplace."""
    names = os.listdir(place.new)
    settle(folder)
    if len(names) == 1 and not obsolete and not is_folder(place.new / names[0]) and not is_folder(folder / names[0]):
        os.replace(place.new / names[0], folder / names[0])
        return
    (place.path / JOURNAL).write_text(json.dumps({"marker": marker, "obsolete": [*obsolete]}), encoding="utf-8")
    (place.path / OLD).mkdir()  # now, since the moves must need no space on the disk
    while True:
        with signals.deferred():
            try:
                os.rename(place.path, folder / REPLACING)
            except OSError as problem:
                if problem.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            else:
                finish(folder, place.path)
                return
        settle(folder)


def settle(folder: Path) -> None:
    """Complete a replacement of files that another process began: wait while it lives, and do the rest if it ended."""
    pending, deadline = folder / REPLACING, time.monotonic() + LOCK_SECONDS
    while os.path.lexists(pending):
        try:
            if not stat.S_ISDIR(os.lstat(pending).st_mode):
                raise InputError(f"{pending}: not a folder, though of a name that is reserved for one; rename it")
            lock = try_lock(pending / OWNER)
            if lock is None:
                wait(deadline, str(folder))
                continue
            with signals.deferred():
                try:
                    finish(folder, unused(folder))
                finally:
                    lock.release()
        except FileNotFoundError:  # its process has completed it in the meantime
            continue
        except OSError as problem:
            raise InputError(
                f"{folder}: a process ended while it replaced the files, and the rest cannot be moved: "
                f"{problem.strerror}; run the command where {pending} can be written"
            ) from None


def finish(folder: Path, away: Path) -> None:
    """Move the new files to their places, then the emptied folder to `away`, and delete it. This can be stopped at any
    place, and done again."""
    pending = folder / REPLACING
    new, old = pending / NEW, pending / OLD
    names = os.listdir(new) if is_folder(new) else []
    marker, obsolete = read_journal(pending / JOURNAL)
    if os.path.islink(old):  # made by a stranger: it may lead to other folders
        old.unlink()
    old.mkdir(exist_ok=True)
    if marker in names and os.path.exists(folder / marker):
        for name in obsolete:
            if os.path.lexists(folder / name):
                move_aside(folder / name, old)
    for name in sorted(names, key=lambda name: (name == marker, name)):
        if is_folder(folder / name) or (is_folder(new / name) and os.path.lexists(folder / name)):
            move_aside(folder / name, old)
        os.replace(new / name, folder / name)
    os.rename(pending, away)
    shutil.rmtree(away, ignore_errors=True)


def read_journal(path: Path) -> tuple[str, list[str]]:
    """The marker and the obsolete files of a replacement: names without a folder."""
    try:
        found = json.loads(read_bytes(path, JOURNAL_BYTES))
        marker, obsolete = found["marker"], found["obsolete"]
        if all(isinstance(name, str) and name == os.path.basename(name) for name in (marker, *obsolete)):
            return marker, [name for name in obsolete if name.strip(".")]
    except (InputError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return "", []


def move_aside(path: Path, old: Path) -> None:
    """Move a file or folder into the folder `old`."""
    if is_folder(old / path.name):
        shutil.rmtree(old / path.name)
    os.replace(path, old / path.name)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder, not a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


def read_together(folder: Path, marker: str, read: Callable[[], Content]) -> Content:
    """Read files that are replaced together, all of the same write; `marker` is the one that is moved last."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        settle(folder)
        before = stamp(folder / marker)
        problem: Exception | None = None
        try:
            found = read()
        except (InputError, OSError) as error:
            problem = error
        if not is_replacing(folder) and stamp(folder / marker) == before:
            if problem:
                raise problem
            return found
        wait(deadline, str(folder))


def is_replacing(folder: Path) -> bool:
    """Whether files of a folder are being replaced, or were by a process that ended before all were."""
    return is_folder(folder / REPLACING)


def stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is replaced; None if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files, by name, into a folder and return their paths: they replace old ones all or none, and last through a
    power failure."""
    with replacement(folder) as new:
        for name, content in files.items():
            with (new / name).open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
    return [folder / name for name in files]


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Exclude other processes while a file is read, changed and written by `write_files`."""
    with created(path.parent), locked(path.with_name(f".{path.name[:60]}.lock"), str(path)):
        sweep(path.parent)  # also where nothing is written
        yield
