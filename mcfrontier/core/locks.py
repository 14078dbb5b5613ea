"""Locks of files, which end with the process that has them, however it ends."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from mcfrontier.core import signals
from mcfrontier.core.errors import InputError
from mcfrontier.core.limits import LOCK_SECONDS

try:
    import fcntl
except ImportError:  # not POSIX: no file is locked
    fcntl = None  # type: ignore[assignment]

BUSY = (errno.EAGAIN, errno.EACCES)
POLL_SECONDS = 0.02


class Lock(NamedTuple):
    """An open file that is locked; where the file system has no locks, it is `supported` by none."""

    descriptor: int
    supported: bool

    def release(self) -> None:
        """Unlock and close the file."""
        os.close(self.descriptor)


def try_lock(path: Path) -> Lock | None:
    """Lock a file, which is created if it does not exist; None if another process has locked, moved or deleted it."""
    descriptor = open_for_lock(path)
    try:
        if fcntl is None:
            return Lock(descriptor, supported=False)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno in BUSY:
                os.close(descriptor)
                return None
            return Lock(descriptor, supported=False)
        if is_at(descriptor, path):
            return Lock(descriptor, supported=True)
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def open_for_lock(path: Path) -> int:
    """Open a file, never a link or a pipe that waits; a file of another user may be readable only."""
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        return os.open(path, flags | os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        return os.open(path, flags | os.O_RDONLY)


def is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Exclude other processes that lock the same file, which is deleted at the end; `what` begins messages."""
    deadline, lock = time.monotonic() + LOCK_SECONDS, None
    try:
        while True:
            with signals.deferred():
                lock = try_lock(path)
            if lock:
                break
            wait(deadline, what)
        yield
    finally:
        if lock:
            with signals.deferred():
                with suppress(OSError):  # who waits for the lock of a deleted file opens the new one
                    path.unlink()
                lock.release()


def wait(deadline: float, what: str) -> None:
    """Wait a moment for another process, or raise InputError after the deadline."""
    if time.monotonic() > deadline:
        raise InputError(f"{what}: another process has been writing for {LOCK_SECONDS} s; wait for it, or end it")
    time.sleep(POLL_SECONDS)
