"""Errors: of products whatever the names of their inputs, those that studies state, of Sobol' indices and Shapley
shares, and of the job's statistics per processor time.

In the last part each tool takes the power of two of draws that best fits a time budget. The error of random draws
decreases with the square root of the time, so errors are multiplied by it: half the value is half the error for the
same time, or a quarter of the time for the same error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import fmean
from typing import NamedTuple

import numpy as np

from tests.benchmarks import indices, sampling, stated
from tests.benchmarks.job import STATISTICS, TARGETS
from tests.benchmarks.table import Key, at_most, three
from tests.benchmarks.tools import OURS, Job, installed
from tests.benchmarks.truth import TRUTH

SHOWN_STATISTICS = ("p5", "p50", "p95", "mean")
GOAL_RATIO, GOAL_STATISTICS = 0.1, ("p5", "p95")  # the largest allowed ratio to the best peer, and its statistics
RUN_SEEDS = range(100, 124)
MIN_DRAWS, MAX_DRAWS = 2**12, 2**24


class Found(NamedTuple):
    """The number of draws, the seconds of a run, and the error of each statistic relative to the true width."""

    draws: int
    seconds: float
    errors: np.ndarray


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of all parts."""
    for part in (sampling.rows, stated.rows, indices.rows, per_time):
        yield from part(quick)


def per_time(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of errors for each budget: errors times the square root of the seconds, and the larger ratio of p5 and
    p95 to the best peer."""
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
            worst = at_most(max(ratios[word] for word in GOAL_STATISTICS), GOAL_RATIO if name == OURS else None)
            displayed = {word: three(1e6 * errors[word]) for word in SHOWN_STATISTICS}
            yield (
                (f"{name}, {budget:g} s", each.draws),
                {"seconds": three(each.seconds), **displayed, "p5, p95 × best": worst},
            )


def measured(job: Job, budget: float) -> Found:
    """The root mean square errors of a tool within a budget, over seeds and targets."""
    draws = fitting(job, budget)
    taken, missed = [], []
    for seed in RUN_SEEDS:
        found, seconds = timed(job, draws, seed)
        taken.append(seconds)
        missed.append([misses(name, found[name]) for name in TARGETS])
    return Found(draws, fmean(taken), np.sqrt(np.square(missed).mean(axis=(0, 1))))


def misses(target: str, found: list[float]) -> np.ndarray:
    """The errors of the statistics of a target, relative to its true width."""
    truth = dict(zip(STATISTICS, TRUTH[target], strict=True))
    return (np.array(found) - TRUTH[target]) / (truth["p95"] - truth["p5"])


def fitting(job: Job, budget: float) -> int:
    """The power of two of draws with the time nearest to a budget."""
    draws = MIN_DRAWS
    job(draws, 0)
    while timed(job, draws, 0)[1] < budget / np.sqrt(2) and draws < MAX_DRAWS:
        draws *= 2
    return draws


def timed(job: Job, draws: int, seed: int) -> tuple[dict[str, list[float]], float]:
    """The statistics of a job and its processor seconds."""
    start = time.process_time()
    found = job(draws, seed)
    return found, time.process_time() - start
