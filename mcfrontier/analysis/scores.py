"""How well draws foretold what came out: percentile, CRPS and log score, each with its Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from mcfrontier.analysis.intervals import Estimate, estimate

LEVELS = (0.5, 0.8, 0.9, 0.98)  # of the central intervals that an outcome may lie in
EVENT = "event"  # the scale of what happens or does not
ATOM = 8  # draws that are an outcome, from which on they are no chance
SAME = 1e-12  # of an outcome: a draw that is no further from it is the outcome, but for rounding


@dataclass(frozen=True)
class Score:
    """How well draws foretold an outcome.

    `percentile` is between 0 and 1; `crps` in the unit of the draws, `crps_log` that of their natural logarithms. On
    the scale `log` the log score is the logarithm of the density of the logarithm, on the scale `raw` of the draws', on
    the scale `counted`, of draws that take few values, of the probability, and likewise on the scale `event`, of draws
    that are 1 or 0. What the scale has not is not a number. The CRPS of an event is its Brier score.
    """

    scale: str
    percentile: Estimate
    crps: Estimate
    crps_log: Estimate
    log_score: Estimate


def score(x: np.ndarray, outcome: float, positive: bool = True, event: bool = False) -> Score:
    """How well draws (draws,) foretold an outcome, those that are finite. `positive`: whether a logarithm means
    anything, where all of them are above 0; `event`: whether they are of what happens or does not."""
    x = np.where(np.isfinite(x), x, np.nan)
    scale = EVENT if event else scale_of(x[np.isfinite(x)], outcome, positive)
    seen = (np.log(x), float(np.log(outcome))) if scale == "log" else (x, outcome)
    none = Estimate(np.nan, np.nan)
    return Score(
        scale,
        percentile(x, outcome),
        estimate(x, partial(crps, outcome=outcome)),
        estimate(seen[0], partial(crps, outcome=seen[1])) if scale == "log" else none,
        log_probability(x, outcome) if scale in ("counted", EVENT) else log_density(*seen),
    )


def scale_of(x: np.ndarray, outcome: float, positive: bool) -> str:
    """The scale that the log score of draws is told on."""
    if np.unique(x).size < max(2, x.size // 2) or np.count_nonzero(x == outcome) >= ATOM:
        return "counted"
    return "log" if positive and outcome > 0 and x.min() > 0 else "raw"


def percentile(x: np.ndarray, outcome: float) -> Estimate:
    """The probability of less than an outcome, and half of that of the outcome itself: between 0 and 1."""
    return estimate(np.where(same(x, outcome), 0.5, np.where(np.isnan(x), np.nan, x < outcome)))


def same(x: np.ndarray, outcome: float) -> np.ndarray:
    """Whether draws are an outcome, but for rounding."""
    return np.abs(x - outcome) <= SAME * abs(outcome)


def crps(x: np.ndarray, outcome: float) -> float:
    """Continuous ranked probability score, in the unit of the draws: 0 is best.

    The integral over y of (share of draws up to y, less 1 from the outcome on) squared; of draws as they are it is
    mean |x - outcome| less half the mean distance of two of them: Gneiting and Raftery (2007), section 4.2.
    """
    away = np.sort(x - outcome)
    rank = 2 * np.arange(away.size) - away.size + 1
    return max(0.0, float(np.abs(away).mean() - (rank * away).sum() / away.size**2))


def log_density(x: np.ndarray, outcome: float) -> Estimate:
    """The logarithm of the density of draws at an outcome: minus infinity outside of all draws.

    The density is the mean of bells of Silverman's width about the draws. Its error is that of the draws, and as much
    as a bell twice as wide says that the bells hide of its curvature.
    """
    finite = x[np.isfinite(x)]
    width = silverman(finite)
    if not (finite.min() <= outcome <= finite.max()) or width == 0:
        return Estimate(-np.inf, np.nan)
    (density, drawn), wide = (estimate(bell(x, outcome, each)) for each in (width, 2 * width))
    if density == 0:
        return Estimate(-np.inf, np.nan)
    hidden = (wide.value - density) / 3  # it grows with the square of the width
    return Estimate(float(np.log(density)), float(np.hypot(drawn, hidden) / density))


def bell(x: np.ndarray, outcome: float, width: float) -> np.ndarray:
    """The density at an outcome of a bell of some width about each draw."""
    return np.exp(-0.5 * ((outcome - x) / width) ** 2) / (width * np.sqrt(2 * np.pi))


def silverman(x: np.ndarray) -> float:
    """A bell's width that suits draws: Silverman (1986), equation 3.31."""
    low, high = np.quantile(x, [0.25, 0.75])
    middle = (high - low) / 1.34 or x.std()  # more than half of the draws may be one value
    return float(0.9 * min(x.std(), middle) * x.size**-0.2)


def log_probability(x: np.ndarray, outcome: float) -> Estimate:
    """The logarithm of the probability of an outcome, of draws that take few values."""
    found = estimate(np.where(np.isnan(x), np.nan, same(x, outcome)))
    return Estimate(float(np.log(found.value)), found.error / found.value) if found.value else Estimate(-np.inf, np.nan)
