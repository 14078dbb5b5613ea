"""Memory that a run requires, memory that is available, and reuse of freed memory."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np

from mcfrontier.core.errors import InputError

BASE_BYTES = 250e6  # used by the libraries and the report, whatever the number of draws


def check(draws: int, sizes: list[int]) -> None:
    """Refuse a number of draws, of quantities with `sizes` rows, that does not fit into the available memory."""
    needed, free = required_bytes(draws, sizes), available_bytes()
    if needed > free:
        fit = max(1, int((free - BASE_BYTES) // (required_bytes(1, sizes) - BASE_BYTES)))
        raise InputError(
            f"draws = {draws:,}: they need {needed / 1e9:,.1f} GB of memory and {free / 1e9:,.1f} GB are free; "
            f"take {1 << (fit.bit_length() - 1):,} or fewer"
        )


def check_bytes(needed: float, what: str) -> None:
    """Refuse to load data of a size, in bytes, that does not fit into the available memory; `what` begins the
    message."""
    free = available_bytes()
    if needed > free:
        raise InputError(f"{what}: needs {needed / 1e9:,.1f} GB of memory and {free / 1e9:,.1f} GB are free")


def required_bytes(draws: int, sizes: list[int]) -> float:
    """Memory in bytes that a run of quantities with `sizes` rows requires."""
    return 8 * (sum(sizes) + 6 * max(sizes, default=1)) * draws + BASE_BYTES


def available_bytes() -> int:
    """Available memory in bytes: on Linux as the kernel reports it, at most the control group's limit; elsewhere all
    physical memory."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
        limit_file = Path("/sys/fs/cgroup/memory.max")
        limit = limit_file.read_text().strip() if limit_file.is_file() else "max"
        return free if limit == "max" else min(free, int(limit))
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@cache
def reuse_freed_memory() -> None:
    """Make the C library reuse the memory of freed arrays instead of returning it to the system page by page.

    glibc does so once a large block has been freed (mallopt, M_MMAP_THRESHOLD); with other C libraries this has no
    effect. A run allocates arrays of its size hundreds of times; new pages for them took a tenth of its time.
    """
    np.empty(31 << 20, np.uint8)
