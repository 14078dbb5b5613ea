"""Paired timing: ratios are taken within turns, since machines are noisy."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

MIN_TURNS = 3  # turns of a pair
MAX_SECONDS = 20.0  # seconds after which a pair has no further turns

Call = Callable[[], object]
Clock = Callable[[], float]


class Pair(NamedTuple):
    """The median seconds of two calls, and the median over turns of the ratio of the second to the first."""

    first: float
    second: float
    ratio: float


def seconds(call: Call, clock: Clock) -> float:
    """The duration of a call."""
    start = clock()
    call()
    return clock() - start


def pair(first: Call, second: Call, most: int = 11, clock: Clock = time.perf_counter) -> Pair:
    """Time two calls in alternating order, after a warm-up turn.

    time.process_time measures this process alone and excludes the time of other processes on the core.
    """
    spent = seconds(first, clock) + seconds(second, clock)
    turns: list[tuple[float, float]] = []
    while len(turns) < MIN_TURNS or (len(turns) < most and spent < MAX_SECONDS):
        if len(turns) % 2:
            after, before = seconds(second, clock), seconds(first, clock)
        else:
            before, after = seconds(first, clock), seconds(second, clock)
        turns.append((before, after))
        spent += before + after
    return Pair(*map(median, zip(*turns, strict=True)), median(after / before for before, after in turns))
