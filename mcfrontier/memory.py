"""How much memory a run takes and there is, and a way to keep hold of it."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np

from mcfrontier.errors import InputError

BESIDES = 250e6  # bytes that the libraries and the report take, whatever the draws


def check(draws: int, sizes: list[int]) -> None:
    """Refuse more draws, of quantities with so many rows, than memory holds, and say how much it takes."""
    needed, free = taken(draws, sizes), available()
    if needed > free:
        fit = max(1, int((free - BESIDES) // (taken(1, sizes) - BESIDES)))
        raise InputError(
            f"draws = {draws:,}: they need {needed / 1e9:,.1f} GB of memory and {free / 1e9:,.1f} GB are free; "
            f"take {1 << (fit.bit_length() - 1):,} or fewer"
        )


def taken(draws: int, sizes: list[int]) -> float:
    """Bytes that a run of so many draws takes, of quantities with so many rows."""
    return 8 * (sum(sizes) + 6 * max(sizes, default=1)) * draws + BESIDES


def available() -> int:
    """Bytes that can be had: what Linux calls available, no more than the control group allows; elsewhere all."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
        allowed = Path("/sys/fs/cgroup/memory.max")
        most = allowed.read_text().strip() if allowed.is_file() else "max"
        return free if most == "max" else min(free, int(most))
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@cache
def keep_freed() -> None:
    """Have the C library keep the memory of freed arrays instead of handing it back page by page.

    glibc does so once it has seen a large block freed (mallopt, M_MMAP_THRESHOLD); elsewhere it is nothing.
    Arrays of a run's size come and go hundreds of times, and fetching their pages anew took a tenth of it.
    """
    np.empty(31 << 20, np.uint8)
