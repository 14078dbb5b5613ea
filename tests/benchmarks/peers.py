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

import mcfrontier as mcf
from tests.benchmarks.job import INPUTS
from tests.benchmarks.table import at_least, show, three
from tests.benchmarks.tools import OURS, Job, installed, ours
from tests.benchmarks.turns import Call, Clock, pair

GOALS = {  # draws: how many times ours a peer must take
    10**4: {"squigglepy": 1.0},
    10**6: {"numpy": 4.0, "scipy": 4.0, "squigglepy": 3.5, "OpenTURNS": 10.0, "chaospy": 50.0},
    10**7: {"numpy": 8.0},
}
TURNS = {10**4: 101, 10**6: 11, 10**7: 5}  # a fifth of them where it is to be quick
OF_RAW = 0.3  # of the rate of raw random numbers, to draw and evaluate
LARGE = 10**8
RANDOM = {"sampler": "random"}  # how a large run is drawn
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


def section(quick: bool) -> None:
    """Print both tables."""
    jobs = installed()
    less = 5 if quick else 1
    rows = [row for draws in (10**4, 10**6) for row in beside(jobs, draws, TURNS[draws] // less)]
    rows.append(drawn(2**20))
    if not quick:
        rows += beside({name: jobs[name] for name in (OURS, "numpy")}, 10**7, TURNS[10**7])
    show("The job", ("tool", "draws", "seconds", "× ours", "goal", "draws/s", "of raw", "goal"), rows)
    if not quick:
        show("Large runs", ("first, second", "first, s", "second, s", "ratio", "goal"), large(jobs["numpy"]))


def beside(jobs: dict[str, Job], draws: int, turns: int) -> Iterator[tuple[str, ...]]:
    """A row for each tool at so many draws: ours, ours with plain random draws, and the others."""
    job = fresh(jobs[OURS], draws)
    found = pair(partial(raw, draws), job, turns, time.process_time)
    yield row(OURS, draws, found.second, 1.0, None, 1 / found.ratio)
    others = {f"{OURS}, random": ours.at_random} | {name: other for name, other in jobs.items() if name != OURS}
    for name, other in others.items():
        beside_ours = pair(job, fresh(other, draws), turns, time.process_time)
        share = 1 / (found.ratio * beside_ours.ratio)
        yield row(name, draws, beside_ours.second, beside_ours.ratio, GOALS[draws].get(name), share)


def row(name: str, draws: int, seconds: float, ratio: float, goal: float | None, share: float) -> tuple[str, ...]:
    """A tool's row."""
    told = (three(seconds), f"{ratio:.2f}", at_least(ratio, goal), three(draws / seconds), f"{share:.3f}")
    return (name, f"{draws:,}", *told, "")


def drawn(draws: int) -> tuple[str, ...]:
    """The row of a run of ours that is drawn and evaluated, and not summed up."""
    found = pair(partial(raw, draws), fresh(ours.drawn, draws), clock=time.process_time)
    name, *told, _ = row(f"{OURS}, no figures", draws, found.second, 1.0, None, 1 / found.ratio)
    return (name, *told, at_least(1 / found.ratio, OF_RAW))


def large(numpy_job: Job) -> Iterator[tuple[str, ...]]:
    """The rows of large runs. What cannot be run is told with its reason."""
    whole = fresh(ours.job, LARGE, **RANDOM)
    two = fresh(ours.job, LARGE, **RANDOM, **TWO)
    yield both(f"{OURS} {LARGE:.0e}, numpy {1e7:.0e}", whole, fresh(numpy_job, 10**7), 1.0, time.process_time)
    with every_core():
        yield both(f"{OURS} {LARGE:.0e}: two processes, one", two, whole, 1.6, time.perf_counter)


def both(name: str, first: Call, second: Call, goal: float, clock: Clock) -> tuple[str, ...]:
    """A row of two calls, of which the second takes so many times the first's time."""
    try:
        found = pair(first, second, 3, clock)
    except (TypeError, mcf.InputError) as problem:
        print(f"{name}: left out: {problem}")
        return (name, "", "", "", at_least(goal, goal))
    return (name, three(found.first), three(found.second), f"{found.ratio:.2f}", at_least(found.ratio, goal))


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
