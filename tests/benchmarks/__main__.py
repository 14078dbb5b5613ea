"""Benchmarks of all tools in one run, since machines are noisy: python -m tests.benchmarks [SECTION ...] [--quick]

    peers     the job of job.py with mcfrontier, numpy, scipy, squigglepy, OpenTURNS and chaospy
    memory    its peak memory
    accuracy  the error of its statistics per processor time
    startup   the duration of commands relative to that of their imports

All sections run on one core and print one table with a row for each tool and number of draws. docs/performance.md
explains the figures and has results.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys

SECTIONS = ("peers", "memory", "accuracy", "startup")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def on_one_core() -> None:
    """Pin this process and its children to one core and libraries to one thread. Call it before importing them."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Print the table of the requested sections (default: all)."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Time mcfrontier and its peers.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"one or more of {', '.join(SECTIONS)}; or all")
    parser.add_argument("--quick", action="store_true", help="fewer turns and smaller jobs")
    requested = parser.parse_args()
    if unknown := [name for name in requested.sections if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    on_one_core()
    from tests.benchmarks.table import Rows, show

    found: Rows = {}
    try:
        for name in requested.sections or SECTIONS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            for key, cells in importlib.import_module(f"tests.benchmarks.{name}").rows(requested.quick):
                found.setdefault(key, {}).update(cells)
    finally:  # print the results so far in any case
        show(found)


if __name__ == "__main__":
    main()
