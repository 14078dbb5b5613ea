"""Disks that get full while a command writes: at each page, at each new file, and at each event that needs space."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager, nullcontext

from tests.reliability.kills import check_left
from tests.reliability.scenarios import SCENARIOS, after, command, copied

FULL = "No space left on device|GB of disk are free|No usable temporary directory"
WRITING = [name for name, scenario in SCENARIOS.items() if not scenario.beside]


@contextmanager
def mounted(folder):
    """Mount a file system in memory on a new folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def room(disk, kind, number):
    """Leave room on a disk for a number of "pages" or "files"."""
    found = os.statvfs(disk)
    pages, files = found.f_blocks - found.f_bfree, found.f_files - found.f_ffree
    few = f"size={(pages + number) * found.f_frsize}" if kind == "pages" else f"nr_inodes={files + number}"
    subprocess.run(["mount", "-o", f"remount,{few}", disk], check=True)
    try:
        yield
    finally:
        many = f"size={found.f_blocks * found.f_frsize},nr_inodes={found.f_files}"
        subprocess.run(["mount", "-o", f"remount,{many}", disk], check=True)


def writes(forks, made, disk):
    """The pages and the files that a command needs at once on a disk, and its events: how often it can fail."""
    result = give(forks, made, copied(made.folder, disk / "place"))
    assert result["code"] == 0, result
    return {kind: result[kind.split()[-1]] for kind in ("pages", "files", "events", "single events")}


def failures(counts, most=sys.maxsize):
    """The kind and number (from 0) of writes that fail: all, or `most` of each kind, evenly spaced."""
    for kind, count in counts.items():
        number = min(count, most)
        for i in range(number):
            yield kind, i * (count - 1) // max(number - 1, 1)


def check_full(forks, made, disk, kind, number):
    """Give a command on a disk that is full after a number of writes, and check what it left.

    Raises AssertionError with what is wrong.
    """
    place = copied(made.folder, disk / "place")
    failing = {"events": (number + 1, sys.maxsize), "single events": (number + 1, number + 1)}.get(kind)
    with nullcontext() if failing else room(disk, kind, number):
        result = give(forks, made, place, **{"failing": failing} if failing else {})
    if result["code"] == 0:
        assert after(place) in made.new
    else:
        assert_one_line(result, FULL)
        check_left(forks, made, place, bool(failing))  # where the moves fail, the next command completes them


def give(forks, made, place, **more):
    """Run the command of a scenario, with its output on another disk."""
    log = str(made.folder.parent / "log")
    return forks.run(command(place, made.scenario.arguments, **more | {"log": log}))[0]


def assert_one_line(result, text):
    """Check that a command ended with an input error."""
    lines = [line for line in result["err"].splitlines() if not line.startswith("note: ")]
    assert (result["code"], len(lines)) == (2, 1), result["err"]
    assert re.search(text, lines[0]), lines[0]
