"""Whether outcomes fell as often into intervals as they should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mcfrontier.analysis.scores import LEVELS, SAME

SURE = 0.95  # of the interval of what the true share may be
TENTHS = 10


class Coverage(NamedTuple):
    """How many of so many outcomes fell into the central intervals of a level, and between what the share of all that
    might have been asked may lie with 95 % confidence."""

    level: float
    inside: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share that fell inside."""
        return self.inside / self.count


def narrowest(percentile: float) -> float | None:
    """The narrowest central interval that an outcome at a percentile, of 0 to 1, lies in; None beyond the widest."""
    return next((level for level in LEVELS if inside(percentile, level)), None)


def inside(percentile: float, level: float) -> bool:
    """Whether an outcome at a percentile lies in the central interval of a level."""
    return needed(percentile) <= level + SAME


def needed(percentile: float) -> float:
    """The level of the narrowest central interval of all that has an outcome in it."""
    return abs(2 * percentile - 1)


def coverage(percentiles: Sequence[float], levels: Sequence[float] = LEVELS) -> list[Coverage]:
    """How many outcomes fell into the intervals of each level. The interval of the share is exact: Clopper and Pearson
    (1934), for outcomes that have nothing to do with each other."""
    from scipy.stats import binomtest

    found, count = [], len(percentiles)
    for level in levels:
        within = sum(inside(percentile, level) for percentile in percentiles)
        low, high = binomtest(within, count).proportion_ci(SURE, method="exact")
        found.append(Coverage(level, within, count, float(low), float(high)))
    return found


def histogram(percentiles: Sequence[float]) -> np.ndarray:
    """How many outcomes fell into each tenth of the percentiles: shape (10,)."""
    return np.histogram(percentiles, bins=TENTHS, range=(0, 1))[0]


def likely(count: int, shares: np.ndarray, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
    """Between what, in so many trials, the number of hits lies with a probability of at least `level`, for each
    probability of a hit: two arrays."""
    from scipy.stats import binom

    return binom.ppf((1 - level) / 2, count, shares).clip(0), binom.ppf((1 + level) / 2, count, shares)
