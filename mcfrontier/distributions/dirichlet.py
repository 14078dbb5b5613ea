"""The Dirichlet: shares that sum to one in every draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.kinds import SHARE, kind_of
from mcfrontier.distributions.beta import beta_through, log_odds, logitnormal_moments
from mcfrontier.distributions.curves import Distribution, beta
from mcfrontier.distributions.family import (
    PERCENTILE_COUNTS,
    Family,
    PercentilePoints,
    check_between,
    check_positive,
    sorted_points,
)

SUM_TOLERANCE = 0.02  # largest deviation from 1 of the sum of stated means, which are rounded figures
IMPLIED_SUM_TOLERANCE = 0.1  # largest deviation from 1 of the sum of the means implied by each interval on its own


class Dirichlet(Family, kw_only=True, frozen=True, tag="dirichlet"):
    """Shares that sum to one, one for each label of `by`: by two percentiles of each, or by the mean of each and one
    concentration. A share of mean m has the variance m (1 - m) / (concentration + 1)."""

    joint: ClassVar[bool] = True

    percentiles: dict[str, float | list[float]] = msgspec.field(default_factory=dict)
    mean: float | list[float] | None = None
    concentration: float | None = None
    best: Any = None  # refused by `check`, whatever their types
    times: Any = None

    def check(self) -> None:
        if self.by is None:
            raise InputError("it needs by = a dimension, with a label for each share; for a single share take a beta")
        if kind_of(self.unit) is not SHARE:
            raise InputError(f"unit = '{self.unit}': its rows are shares that sum to one; write unit = \"share\"")
        for key in ("best", "times"):
            if getattr(self, key) is not None:
                raise InputError(f"{key}: a dirichlet has none, since its rows must sum to one; remove it")
        by_mean = self.mean is not None and self.concentration is not None
        stated = (self.mean is not None) + (self.concentration is not None)
        if not ((by_mean and not self.percentiles) or (len(self.percentiles) == 2 and not stated)):
            raise InputError(f"it takes {PERCENTILE_COUNTS[2]} of each label, or mean of each and concentration")

    def rows(self, labels: Sequence[str]) -> tuple[Distribution, ...]:
        self.check()
        weights = self.weights(labels)
        return tuple(beta(weight, sum(weights) - weight) for weight in weights)

    def centres(self, rows: Sequence[Distribution]) -> list[float]:
        """The means, which sum to one, unlike the medians."""
        weights = self.weights(range(len(rows)))
        return [weight / sum(weights) for weight in weights]

    def weights(self, labels: Sequence[object]) -> tuple[float, ...]:
        """The parameter alpha of each label; their sum is the concentration."""
        if self.mean is None or self.concentration is None:
            return dirichlet_through(tuple(self.points(i, label) for i, label in enumerate(labels)))
        means = self.mean if isinstance(self.mean, list) else [self.mean] * len(labels)
        check_between(("mean", mean) for mean in means)
        if not abs(sum(means) - 1) <= SUM_TOLERANCE:
            raise InputError(f"mean: they sum to {sum(means):g}; make them sum to 1")
        check_positive(self.concentration, "concentration")
        return tuple(self.concentration * mean / sum(means) for mean in means)

    def points(self, i: int, label: object) -> PercentilePoints:
        """The two percentiles of a label."""
        own = {key: value[i] if isinstance(value, list) else value for key, value in self.percentiles.items()}
        with located(str(label)):
            check_between(own.items())
            return sorted_points(own)

    def joint_ppf(self, probabilities: Array) -> Array:
        """Gamma variates of each label, divided by their sum; computed by logarithms, since small ones underflow."""
        weights = np.array(self.weights(range(len(probabilities))))[:, None]
        gammas = special.gammaincinv(weights, probabilities)
        with np.errstate(divide="ignore"):
            small = (np.log(probabilities) + special.gammaln(weights + 1)) / weights
            logs = np.where(gammas > 1e-280, np.log(gammas), small)
        parts = np.exp(logs - logs.max(axis=0))
        values: Array = parts / parts.sum(axis=0)
        return values


def implied_moments(points: PercentilePoints) -> tuple[float, float]:
    """The mean and the concentration of one share by its own two percentiles."""
    try:
        a, b = beta_through(points)
        return a / (a + b), a + b
    except InputError:  # no beta distribution is as wide
        mean, total = logitnormal_moments(points)
        return mean, max(total, 0.1)


@lru_cache(maxsize=512)
def dirichlet_through(labels: tuple[PercentilePoints, ...]) -> tuple[float, ...]:
    """The weights of the Dirichlet distribution whose marginals fit two percentiles of each label best: by least
    squares of their log-odds."""
    from scipy.optimize import least_squares

    means, totals = np.array([implied_moments(points) for points in labels]).T
    if not abs(means.sum() - 1) <= IMPLIED_SUM_TOLERANCE:
        raise InputError(
            f"its intervals are those of shares that sum to {means.sum():.3g} on average; move them, so that it is 1"
        )
    p, x = np.moveaxis(np.array(labels), 2, 0)

    def residuals(logs: Array) -> Array:
        weights = np.exp(logs)[:, None]
        quantiles = special.betaincinv(weights, weights.sum() - weights, p)
        difference: Array = log_odds(quantiles, 1 - quantiles) - special.logit(x)
        return difference.ravel()

    start = np.log(means / means.sum() * np.median(totals))
    fit = least_squares(residuals, np.clip(start, -6, 19), bounds=(-7, 20), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    return tuple(float(v) for v in np.exp(fit.x))
