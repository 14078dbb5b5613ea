"""Times side by side: machines are noisy, so ratios are taken within turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

FEWEST = 3  # turns of a pair
LONGEST = 20.0  # seconds after which it has no more than these

Call = Callable[[], object]
Clock = Callable[[], float]


class Pair(NamedTuple):
    """The median seconds of two calls, and the median over turns of how many times the first's the second took."""

    first: float
    second: float
    ratio: float


def seconds(call: Call, clock: Clock) -> float:
    """How long a call takes."""
    start = clock()
    call()
    return clock() - start


def pair(first: Call, second: Call, most: int = 11, clock: Clock = time.perf_counter) -> Pair:
    """Time two calls in turns, now one first and now the other, after a turn that does not count.

    time.process_time, of what runs in this process alone, leaves out the time that others have the core.
    """
    spent = seconds(first, clock) + seconds(second, clock)
    turns: list[tuple[float, float]] = []
    while len(turns) < FEWEST or (len(turns) < most and spent < LONGEST):
        if len(turns) % 2:
            after, before = seconds(second, clock), seconds(first, clock)
        else:
            before, after = seconds(first, clock), seconds(second, clock)
        turns.append((before, after))
        spent += before + after
    return Pair(*map(median, zip(*turns, strict=True)), median(after / before for before, after in turns))
