"""The job with mcfrontier and its peers: processor seconds, in alternation with mcfrontier and with raw random numbers.

On one core and in one thread, processor seconds equal wall-clock time on an idle machine. Runs of two processes use the
wall clock.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

import numpy as np

from tests.benchmarks import cold
from tests.benchmarks.job import INPUTS
from tests.benchmarks.table import Key, at_least, three
from tests.benchmarks.tools import OURS, Job, installed, ours
from tests.benchmarks.turns import MIN_TURNS, Call, pair

GOALS = {  # draws: the least ratio of the time of a peer to that of mcfrontier
    10**4: {"squigglepy": 1.0},
    10**6: {"numpy": 4.0, "scipy": 4.0, "squigglepy": 3.5, "OpenTURNS": 10.0, "chaospy": 50.0},
    10**7: {"numpy": 8.0},
}
COLD_GOALS = {10**4: {"squigglepy": 0.5}, 10**6: {"numpy": 3.5, "OpenTURNS": 7.0}}  # likewise, with new inputs
TURNS = {10**4: 101, 10**6: 11, 10**7: 5}  # a fifth of these with --quick
OF_RAW = 0.3  # of the rate of raw random numbers, for drawing and evaluation
LARGE_RUN_DRAWS = 10**8
TWO_PROCESSES = {"engine": "processes", "workers": 2}
SEEDS = count(1)  # a new seed each time, so that no cache helps


def raw(draws: int) -> None:
    """Generate as many uniform random numbers as the job draws, into one reused column."""
    rng, column = np.random.Generator(np.random.SFC64(1)), np.empty(draws)
    for _ in INPUTS:
        rng.random(out=column)


def repeated_job(job: Job, draws: int, **options) -> Call:
    """A call that repeats a job with a new seed each time."""
    return lambda: job(draws, next(SEEDS), **options)


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of times."""
    jobs = installed()
    less = 5 if quick else 1
    for draws in (10**4, 10**6) if quick else (10**4, 10**6, 10**7):
        own = jobs if draws < 10**7 else {name: jobs[name] for name in (OURS, "numpy")}
        yield from beside(own, draws, TURNS[draws] // less)
    for draws in COLD_GOALS:
        yield from first_calls(draws, TURNS[draws] // less)
    yield drawn(2**20)
    if not quick:
        yield from large(jobs["numpy"])


def beside(jobs: dict[str, Job], draws: int, turns: int) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of each tool for a number of draws: mcfrontier, mcfrontier with random draws, and the peers."""
    job = repeated_job(jobs[OURS], draws)
    found = pair(partial(raw, draws), job, turns, time.process_time)
    yield (OURS, draws), cells(draws, found.second, 1.0, None, 1 / found.ratio)
    rest = {f"{OURS}, random": ours.at_random} | {name: other for name, other in jobs.items() if name != OURS}
    for name, other in rest.items():
        beside_ours = pair(job, repeated_job(other, draws), turns, time.process_time)
        share = 1 / (found.ratio * beside_ours.ratio)
        yield (name, draws), cells(draws, beside_ours.second, beside_ours.ratio, GOALS[draws].get(name), share)


def first_calls(draws: int, turns: int) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of each tool for studies with new inputs."""
    jobs = cold.installed()
    own = repeated_job(jobs.pop(OURS), draws)
    for name, other in jobs.items():
        found = pair(own, repeated_job(other, draws), turns, time.process_time)
        yield (f"{OURS}, cold", draws), {"seconds": three(found.first), "× ours": at_least(1.0, None)}
        yield (f"{name}, cold", draws), ratio_cells(found.second, found.ratio, COLD_GOALS[draws].get(name))


def cells(draws: int, seconds: float, ratio: float, goal: float | None, share: float) -> dict[str, str]:
    """The cells of a tool."""
    rate = {"draws/s": three(draws / seconds), "of raw": f"{share:.3f}"}
    return {"seconds": three(seconds), "× ours": at_least(ratio, goal), **rate}


def drawn(draws: int) -> tuple[Key, dict[str, str]]:
    """The cells of drawing and evaluating with mcfrontier, without statistics."""
    found = pair(partial(raw, draws), repeated_job(ours.draw_and_evaluate, draws), clock=time.process_time)
    times = {"seconds": three(found.second), "draws/s": three(draws / found.second)}
    return (f"{OURS}, no figures", draws), {**times, "of raw": at_least(1 / found.ratio, OF_RAW)}


def large(numpy_job: Job) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of large runs: numpy with a tenth of the draws, and one process compared with two."""
    whole = repeated_job(ours.job, LARGE_RUN_DRAWS)
    two = repeated_job(ours.job, LARGE_RUN_DRAWS, **TWO_PROCESSES)
    tenth = pair(whole, repeated_job(numpy_job, LARGE_RUN_DRAWS // 10), MIN_TURNS, time.process_time)
    yield (OURS, LARGE_RUN_DRAWS), {"seconds": three(tenth.first), "draws/s": three(LARGE_RUN_DRAWS / tenth.first)}
    yield ("numpy, for a tenth of the draws", LARGE_RUN_DRAWS // 10), ratio_cells(tenth.second, tenth.ratio, 1.0)
    with every_core():
        one = pair(two, whole, MIN_TURNS, time.perf_counter)
    yield (
        (f"{OURS}, two processes", LARGE_RUN_DRAWS),
        {"seconds": three(one.first), "draws/s": three(LARGE_RUN_DRAWS / one.first)},
    )
    yield (f"{OURS}, one beside two", LARGE_RUN_DRAWS), ratio_cells(one.second, one.ratio, 1.6)


def ratio_cells(seconds: float, ratio: float, goal: float | None) -> dict[str, str]:
    """The cells of a call compared with mcfrontier."""
    return {"seconds": three(seconds), "× ours": at_least(ratio, goal)}


@contextmanager
def every_core() -> Iterator[None]:
    """Temporarily allow this process and its children on all cores."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count()))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
