"""Scores of forecasts against an outcome: percentile, CRPS and log score, each with its Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from mcfrontier.analysis.estimates.estimates import Estimate, estimate
from mcfrontier.core.arrays import Array

INTERVAL_LEVELS = (0.5, 0.8, 0.9, 0.98)  # of the central intervals of which coverage is reported
EVENT_SCALE = "event"  # the scale of draws that are 1 where an event happens, else 0
MIN_ATOM_DRAWS = 8  # draws equal to the outcome, from which on it is an atom of the distribution
EQUAL_TOLERANCE = 1e-12  # relative: draws within it equal the outcome, up to rounding


@dataclass(frozen=True)
class Score:
    """Scores of a forecast.

    `percentile` is between 0 and 1; `crps` in the unit of the draws, `crps_log` that of their natural logarithms. On
    the scale `log` the log score is the log density of the logarithm, on the scale `raw` that of the draws; on the
    scales `counted` (draws that take few values) and `event` (draws that are 1 or 0) it is the log probability.
    Scores that a scale does not have are NaN. The CRPS of an event is its Brier score.
    """

    scale: str
    percentile: Estimate
    crps: Estimate
    crps_log: Estimate
    log_score: Estimate


def score(x: Array, outcome: float, positive: bool = True, event: bool = False) -> Score:
    """Score the finite ones of draws (draws,) against an outcome.

    Parameters
    ----------
    positive : whether the log scale applies to the quantity, where all draws and the outcome are above 0
    event : whether the draws are those of an event, 1 or 0
    """
    x = np.where(np.isfinite(x), x, np.nan)
    scale = EVENT_SCALE if event else scale_of(x[np.isfinite(x)], outcome, positive)
    on_scale = (np.log(x), float(np.log(outcome))) if scale == "log" else (x, outcome)
    none = Estimate(np.nan, np.nan)
    return Score(
        scale,
        percentile(x, outcome),
        estimate(x, partial(crps, outcome=outcome)),
        estimate(on_scale[0], partial(crps, outcome=on_scale[1])) if scale == "log" else none,
        log_probability(x, outcome) if scale in ("counted", EVENT_SCALE) else log_density(*on_scale),
    )


def scale_of(x: Array, outcome: float, positive: bool) -> str:
    """The scale of the log score of draws."""
    if np.unique(x).size < max(2, x.size // 2) or np.count_nonzero(x == outcome) >= MIN_ATOM_DRAWS:
        return "counted"
    return "log" if positive and outcome > 0 and x.min() > 0 else "raw"


def percentile(x: Array, outcome: float) -> Estimate:
    """The probability of values below the outcome, plus half of that of the outcome itself: between 0 and 1."""
    return estimate(np.where(equal_to(x, outcome), 0.5, np.where(np.isnan(x), np.nan, x < outcome)))


def equal_to(x: Array, outcome: float) -> Array:
    """Whether draws equal the outcome, up to rounding."""
    return np.abs(x - outcome) <= EQUAL_TOLERANCE * abs(outcome)


def crps(x: Array, outcome: float) -> float:
    """Continuous ranked probability score, in the unit of the draws: 0 is best.

    The integral over y of the squared difference between the empirical distribution function and that of the outcome,
    which is mean |x - outcome| less half the mean distance between two draws: Gneiting and Raftery (2007), section 4.2.
    """
    away = np.sort(x - outcome)
    rank = 2 * np.arange(away.size) - away.size + 1
    return max(0.0, float(np.abs(away).mean() - (rank * away).sum() / away.size**2))


def interval_score(low: float, high: float, outcome: float, level: float = 0.9) -> float:
    """Interval score of a central interval, in the unit of its ends: 0 is best.

    The width, and 2 / (1 - level) times the distance of an outcome outside: Gneiting and Raftery (2007), section 6.2.
    """
    return high - low + 2 / (1 - level) * (max(low - outcome, 0) + max(outcome - high, 0))


def log_density(x: Array, outcome: float) -> Estimate:
    """The log of the density of draws at an outcome: -inf outside of their range.

    A Gaussian kernel estimate with Silverman's bandwidth. Its error combines the Monte Carlo error and the bias by
    curvature, which is estimated with twice the bandwidth.
    """
    finite = x[np.isfinite(x)]
    bandwidth = silverman(finite)
    if not (finite.min() <= outcome <= finite.max()) or bandwidth == 0:
        return Estimate(-np.inf, np.nan)
    narrow, wide = (estimate(gaussian_kernel(x, outcome, each)) for each in (bandwidth, 2 * bandwidth))
    density, error = narrow
    if density == 0:
        return Estimate(-np.inf, np.nan)
    bias = (wide.value - density) / 3  # which grows with the square of the bandwidth
    return Estimate(float(np.log(density)), float(np.hypot(error, bias) / density))


def gaussian_kernel(x: Array, outcome: float, bandwidth: float) -> Array:
    """The density at an outcome of a normal distribution about each draw."""
    values: Array = np.exp(-0.5 * ((outcome - x) / bandwidth) ** 2) / (bandwidth * np.sqrt(2 * np.pi))
    return values


def silverman(x: Array) -> float:
    """The kernel bandwidth for draws: Silverman (1986), equation 3.31."""
    low, high = np.quantile(x, [0.25, 0.75], method="hazen")
    spread = (high - low) / 1.34 or x.std()  # more than half of the draws may have one value
    return float(0.9 * min(x.std(), spread) * x.size**-0.2)


def log_probability(x: Array, outcome: float) -> Estimate:
    """The log of the probability of an outcome, of draws that take few values."""
    found = estimate(np.where(np.isnan(x), np.nan, equal_to(x, outcome)))
    return Estimate(float(np.log(found.value)), found.error / found.value) if found.value else Estimate(-np.inf, np.nan)
