"""Calibration of forecasts: the coverage of central intervals, the bias of medians, and the PIT histogram."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.analysis.forecasts.scoring_rules import EQUAL_TOLERANCE, INTERVAL_LEVELS
from mcfrontier.core.arrays import Array

CONFIDENCE = 0.95  # of the interval of the true coverage
HISTOGRAM_BINS = 10


@dataclass(frozen=True)
class Coverage:
    """Coverage of the central intervals of a level.

    inside: the number of outcomes inside, of all `count`; low and high: the 95 % confidence interval of the true share.
    """

    level: float
    inside: int
    count: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of outcomes inside."""
        return self.inside / self.count


@dataclass(frozen=True)
class Bias:
    """Outcomes below their medians, of all `count` that do not lie at their median.

    p_value: the two-sided probability of a count at least as far from a half, if half of all outcomes lie below.
    """

    below: int
    count: int
    p_value: float


def narrowest_interval(percentile: float) -> float | None:
    """The narrowest of INTERVAL_LEVELS that covers an outcome at a percentile, of 0 to 1; None beyond the widest."""
    return next((level for level in INTERVAL_LEVELS if inside(percentile, level)), None)


def inside(percentile: float, level: float) -> bool:
    """Whether an outcome at a percentile lies in the central interval of a level."""
    return interval_level(percentile) <= level + EQUAL_TOLERANCE


def interval_level(percentile: float) -> float:
    """The level of the central interval that has an outcome at its end."""
    return abs(2 * percentile - 1)


def coverage(percentiles: Sequence[float], levels: Sequence[float] = INTERVAL_LEVELS) -> list[Coverage]:
    """Count the outcomes, at percentiles of 0 to 1, inside the central intervals of each level.

    The confidence interval is exact (Clopper and Pearson, 1934), for independent outcomes.
    """
    from scipy.stats import binomtest

    found, count = [], len(percentiles)
    for level in levels:
        within = sum(inside(percentile, level) for percentile in percentiles)
        low, high = binomtest(within, count).proportion_ci(CONFIDENCE, method="exact")
        found.append(Coverage(level, within, count, float(low), float(high)))
    return found


def bias(percentiles: Sequence[float]) -> Bias:
    """Count the outcomes, at percentiles of 0 to 1, below their medians.

    The p-value is that of the exact binomial test (the sign test), for independent outcomes.
    """
    from scipy.stats import binomtest

    sides = [percentile < 0.5 for percentile in percentiles if percentile != 0.5]
    p_value = float(binomtest(sum(sides), len(sides)).pvalue) if sides else 1.0
    return Bias(sum(sides), len(sides), p_value)


def median_log10_error(outcomes: Sequence[float], medians: Sequence[float]) -> float:
    """The median of the decimal logarithm of outcome over median, of positive ones; NaN where there are none."""
    ratios = [math.log10(x / m) for x, m in zip(outcomes, medians, strict=True) if x > 0 and m > 0]
    return float(np.median(ratios)) if ratios else math.nan


def hits_interval(count: int, shares: Array, level: float = 0.9) -> tuple[Array, Array]:
    """The ends of the central interval of the binomial number of hits in `count` trials that has a probability of at
    least `level`, for each probability of a hit in `shares`: two arrays."""
    from scipy.stats import binom

    return binom.ppf((1 - level) / 2, count, shares).clip(0), binom.ppf((1 + level) / 2, count, shares)
