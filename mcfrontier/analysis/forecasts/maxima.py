"""Forecasts of the largest published estimate of a year, by the filter of `model/forecasts/level.py`.

Given the parameters, the level of a year is normal, and the largest published estimate is that level, shifted by
publication, plus a Gumbel variable. The parameters are uncertain: each is an array of draws, along the last axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.model.forecasts import level, record

NODES = 24  # of the Gauss-Hermite quadrature over the level
GROWTH_MODELS = ("constant rate", "level walks", "rate walks")  # in the order of their numbers, from 0


@dataclass(frozen=True)
class Parameters:
    """Draws of the parameters of a record, by the names of `model/forecasts`; times are in years."""

    tail_scale: Array
    estimate_error: Array
    early_share: Array
    late_share: Array
    closing_start: Array
    closing_end: Array
    report_lag: Array
    window_start: Array
    level_walk: Array
    rate_walk: Array
    rate_mean: Array
    rate_sd: Array

    def shift(self, year: Array, knowledge: float) -> Array:
        """The level of the estimates of a year that are published by a time, minus that of its runs."""
        closing = self.early_share, self.late_share, self.closing_start, self.closing_end
        share = record.share_by_then(*closing, year, knowledge, self.report_lag, 1.0)
        shift: Array = record.publication_shift(self.tail_scale, share, record.size_error(self.estimate_error))
        return shift


@dataclass(frozen=True)
class Record:
    """The largest published estimates of the years up to a time.

    first   the first year
    maxima  (years, ..., draws or 1) of the years from it on, decimal logarithms; NaN where there is none
    known   the time, as a decimal year
    """

    first: int
    maxima: Array
    known: float


@dataclass(frozen=True)
class Maximum:
    """The largest published estimate of a year, as a decimal logarithm: a normal level plus a Gumbel variable."""

    mean: Array
    spread: Array
    scale: Array

    def log_density(self, outcome: float) -> float:
        """The logarithm of the density at an outcome, over all draws of the parameters."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        levels = self.mean + np.sqrt(self.spread) * nodes.reshape(-1, *[1] * np.ndim(self.mean))
        z = (outcome - levels) / self.scale
        density = np.tensordot(weights / weights.sum(), np.exp(-z - np.exp(-z)) / self.scale, 1)
        return float(np.log(density.mean()))

    def sample(self, random: np.random.Generator) -> Array:
        """One draw for each of the parameters."""
        shape = np.shape(self.mean)
        values: Array = self.mean + np.sqrt(self.spread) * random.normal(size=shape)
        return values + self.scale * random.gumbel(size=shape)


def forecast(known: Record, parameters: Parameters, model: str, year: int, resolution: float) -> Maximum:
    """Forecast the largest estimate of a later year that is published by the time of resolution, by a model of growth.

    The filter runs on to that year, without sizes of the years between.
    """
    maxima, number = known.maxima, GROWTH_MODELS.index(model)
    times = np.arange(float(year - known.first + 1)).reshape(-1, *[1] * (np.ndim(maxima) - 1))
    years = known.first + times
    observed = np.full((len(times), *maxima.shape[1:]), np.nan)
    observed[: len(maxima)] = maxima
    observed = np.where(years >= parameters.window_start, observed, np.nan) - parameters.shift(years, known.known)
    steps = level.level_step(number, parameters.level_walk), level.rate_step(number, parameters.rate_walk)
    scale, rate = parameters.tail_scale, (parameters.rate_mean, parameters.rate_sd)
    mean, _, spread, _, _ = level.filtered(observed, times, scale, *steps, *rate)[-1]
    return Maximum(mean + parameters.shift(np.array(year), resolution), spread, np.broadcast_to(scale, mean.shape))
