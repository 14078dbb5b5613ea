"""Benchmarks, side by side in one run, because machines are noisy: python -m tests.benchmarks [SECTION ...] [--quick]

    peers     the job of job.py by mcfrontier, numpy, scipy, squigglepy, OpenTURNS and chaospy
    memory    its peak memory
    accuracy  the error of its figures, for the time of the processor that they take
    startup   commands from start to end, beside the imports that they need

All of it on one core, and in one table: a row for each tool and number of draws. What the figures mean, and what they
were, is in docs/performance.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys

SECTIONS = ("peers", "memory", "accuracy", "startup")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def on_one_core() -> None:
    """Keep this process, and those it starts, on one core, and libraries to one thread. To be called before they are
    imported."""
    os.environ.update(dict.fromkeys(THREADS, "1"))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def main() -> None:
    """Print the table, or those columns of it that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Time mcfrontier and its peers.")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"one or more of {', '.join(SECTIONS)}; or all")
    parser.add_argument("--quick", action="store_true", help="fewer turns and smaller jobs")
    asked = parser.parse_args()
    if unknown := [name for name in asked.sections if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are {', '.join(SECTIONS)}")
    on_one_core()
    from tests.benchmarks.table import Rows, show

    found: Rows = {}
    try:
        for name in asked.sections or SECTIONS:
            print(f"{name} ...", file=sys.stderr, flush=True)
            for key, cells in importlib.import_module(f"tests.benchmarks.{name}").rows(asked.quick):
                found.setdefault(key, {}).update(cells)
    finally:  # what is measured is told, whatever comes after
        show(found)


if __name__ == "__main__":
    main()
