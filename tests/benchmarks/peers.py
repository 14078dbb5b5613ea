"""The job by mcfrontier and its peers: seconds of the processor, beside ours in turns, and beside raw random numbers.

On one core and in one thread these are what the clock shows on a machine that does nothing else. Where there are two
processes the clock is read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count

import numpy as np

from tests.benchmarks.job import INPUTS
from tests.benchmarks.table import Key, at_least, three
from tests.benchmarks.tools import OURS, Job, installed, ours
from tests.benchmarks.turns import FEWEST, Call, pair

GOALS = {  # draws: how many times ours a peer must take
    10**4: {"squigglepy": 1.0},
    10**6: {"numpy": 4.0, "scipy": 4.0, "squigglepy": 3.5, "OpenTURNS": 10.0, "chaospy": 50.0},
    10**7: {"numpy": 8.0},
}
TURNS = {10**4: 101, 10**6: 11, 10**7: 5}  # a fifth of them where it is to be quick
OF_RAW = 0.3  # of the rate of raw random numbers, to draw and evaluate
LARGE = 10**8
TWO = {"engine": "processes", "workers": 2}
SEEDS = count(1)  # a new one each time: what was worked out before must not help


def raw(draws: int) -> None:
    """As many uniform random numbers as the job has inputs, into one column again and again."""
    rng, column = np.random.Generator(np.random.SFC64(1)), np.empty(draws)
    for _ in INPUTS:
        rng.random(out=column)


def fresh(job: Job, draws: int, **how) -> Call:
    """A job of so many draws to be done again and again."""
    return lambda: job(draws, next(SEEDS), **how)


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of times."""
    jobs = installed()
    less = 5 if quick else 1
    for draws in (10**4, 10**6) if quick else (10**4, 10**6, 10**7):
        own = jobs if draws < 10**7 else {name: jobs[name] for name in (OURS, "numpy")}
        yield from beside(own, draws, TURNS[draws] // less)
    yield drawn(2**20)
    if not quick:
        yield from large(jobs["numpy"])


def beside(jobs: dict[str, Job], draws: int, turns: int) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of each tool at so many draws: ours, ours with plain random draws, and the others."""
    job = fresh(jobs[OURS], draws)
    found = pair(partial(raw, draws), job, turns, time.process_time)
    yield (OURS, draws), cells(draws, found.second, 1.0, None, 1 / found.ratio)
    others = {f"{OURS}, random": ours.at_random} | {name: other for name, other in jobs.items() if name != OURS}
    for name, other in others.items():
        beside_ours = pair(job, fresh(other, draws), turns, time.process_time)
        share = 1 / (found.ratio * beside_ours.ratio)
        yield (name, draws), cells(draws, beside_ours.second, beside_ours.ratio, GOALS[draws].get(name), share)


def cells(draws: int, seconds: float, ratio: float, goal: float | None, share: float) -> dict[str, str]:
    """A tool's cells."""
    rate = {"draws/s": three(draws / seconds), "of raw": f"{share:.3f}"}
    return {"seconds": three(seconds), "× ours": at_least(ratio, goal), **rate}


def drawn(draws: int) -> tuple[Key, dict[str, str]]:
    """The cells of a run of ours that is drawn and evaluated, and not summed up."""
    found = pair(partial(raw, draws), fresh(ours.drawn, draws), clock=time.process_time)
    told = {"seconds": three(found.second), "draws/s": three(draws / found.second)}
    return (f"{OURS}, no figures", draws), {**told, "of raw": at_least(1 / found.ratio, OF_RAW)}


def large(numpy_job: Job) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of large runs: what numpy takes for a tenth of the draws, and what one process takes beside two."""
    whole = fresh(ours.job, LARGE)
    two = fresh(ours.job, LARGE, **TWO)
    tenth = pair(whole, fresh(numpy_job, LARGE // 10), FEWEST, time.process_time)
    yield (OURS, LARGE), {"seconds": three(tenth.first), "draws/s": three(LARGE / tenth.first)}
    yield ("numpy, for a tenth of the draws", LARGE // 10), told(tenth.second, tenth.ratio, 1.0)
    with every_core():
        one = pair(two, whole, FEWEST, time.perf_counter)
    yield (f"{OURS}, two processes", LARGE), {"seconds": three(one.first), "draws/s": three(LARGE / one.first)}
    yield (f"{OURS}, one beside two", LARGE), told(one.second, one.ratio, 1.6)


def told(seconds: float, ratio: float, goal: float) -> dict[str, str]:
    """The cells of a call beside another of ours."""
    return {"seconds": three(seconds), "× ours": at_least(ratio, goal)}


@contextmanager
def every_core() -> Iterator[None]:
    """Let this process, and those it starts, on all cores for a while."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, range(os.cpu_count()))
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
