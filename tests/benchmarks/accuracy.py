"""How far the job's figures are from the truth, for the time of the processor that they take.

Each tool takes as many draws, a power of two, as fit a budget best. The error of random draws falls with the root of
the time, so errors are multiplied by that root: half of it is the error for the same time, or a quarter of the time
for the same error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

import numpy as np

from tests.benchmarks.job import STATISTICS, TARGETS
from tests.benchmarks.table import Key, at_most, three
from tests.benchmarks.tools import OURS, Job, installed
from tests.benchmarks.truth import TRUTH

SHOWN = ("p5", "p50", "p95", "mean")
GOAL, HELD = 0.1, ("p5", "p95")  # the most, as a multiple of the best peer's, and of what
SEEDS = range(100, 124)
LEAST, MOST = 2**12, 2**24


class Found(NamedTuple):
    """How many draws were taken, the seconds of a run, and the error of each statistic as a share of the width."""

    draws: int
    seconds: float
    errors: np.ndarray


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of errors, for each budget: after a second, so errors times the root of the seconds, and the worse of
    p5's and p95's as a multiple of the best peer's."""
    jobs = installed()
    if "scipy" in jobs:
        from tests.benchmarks.tools.with_scipy import quasi_random

        jobs["scipy, Sobol"] = quasi_random
    for budget in (0.1,) if quick else (0.1, 1.0):
        found = {name: measured(job, budget) for name, job in jobs.items()}
        weighed = {name: each.errors * np.sqrt(each.seconds) for name, each in found.items()}
        best = np.min([x for name, x in weighed.items() if name != OURS], axis=0)
        for name, each in found.items():
            errors, ratios = (dict(zip(STATISTICS, x, strict=True)) for x in (weighed[name], weighed[name] / best))
            worst = at_most(max(ratios[word] for word in HELD), GOAL if name == OURS else None)
            told = {word: three(1e6 * errors[word]) for word in SHOWN}
            yield (
                (f"{name}, {budget:g} s", each.draws),
                {"seconds": three(each.seconds), **told, "p5, p95 × best": worst},
            )


def measured(job: Job, budget: float) -> Found:
    """The errors of a tool within a budget: root mean squares over seeds and targets."""
    draws = fitting(job, budget)
    taken, missed = [], []
    for seed in SEEDS:
        found, seconds = timed(job, draws, seed)
        taken.append(seconds)
        missed.append([misses(name, found[name]) for name in TARGETS])
    return Found(draws, fmean(taken), np.sqrt(np.square(missed).mean(axis=(0, 1))))


def misses(target: str, found: list[float]) -> np.ndarray:
    """How far a target's statistics are off, as shares of its true width."""
    truth = dict(zip(STATISTICS, TRUTH[target], strict=True))
    return (np.array(found) - TRUTH[target]) / (truth["p95"] - truth["p5"])


def fitting(job: Job, budget: float) -> int:
    """The power of two of draws whose time is nearest to a budget."""
    draws = LEAST
    job(draws, 0)
    while timed(job, draws, 0)[1] < budget / np.sqrt(2) and draws < MOST:
        draws *= 2
    return draws


def timed(job: Job, draws: int, seed: int) -> tuple[dict[str, list[float]], float]:
    """A job's answer, and the seconds of the processor that it took."""
    start = time.process_time()
    found = job(draws, seed)
    return found, time.process_time() - start
