"""Shares between 0 and 1: the beta, and the Dirichlet, whose rows are betas that sum to one in every draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import ClassVar

import msgspec
import numpy as np
from scipy import special

from mcfrontier.distributions import Array, Distribution, beta
from mcfrontier.errors import InputError, located
from mcfrontier.family import COUNTS, Family, Percentiles, between_0_and_1, line_through, one_form, positive, rising

Points = tuple[tuple[float, float], ...]  # (probability, value), lowest first
ROUNDED = 0.02  # how far from 1 stated means may sum: each is a rounded figure
ABOUT_ONE = 0.1  # how far from 1 the means may sum that intervals imply, taken one by one


class Beta(Percentiles, kw_only=True, frozen=True, tag="beta"):
    """A share between 0 and 1: by two percentiles, mean and sd, or alpha and beta."""

    mean: float | None = None
    sd: float | None = None
    alpha: float | None = None
    beta: float | None = None

    def check(self) -> None:
        form = one_form(self, ("mean", "sd"), ("alpha", "beta"), percentiles=2)
        for word in form:
            positive(getattr(self, word), word)
        if "mean" in form and not (self.mean < 1 and self.sd**2 < self.mean * (1 - self.mean)):
            raise InputError(f"no beta has mean = {self.mean:g} and sd = {self.sd:g}; sd must be smaller")
        between_0_and_1(self.percentiles.items())

    def whole(self) -> Distribution:
        if self.alpha is not None:
            return beta(self.alpha, self.beta)
        if self.sd is not None:
            total = self.mean * (1 - self.mean) / self.sd**2 - 1
            return beta(self.mean * total, (1 - self.mean) * total)
        return beta(*beta_through(tuple(self.points())))


class Dirichlet(Family, kw_only=True, frozen=True, tag="dirichlet"):
    """Shares that sum to one, one for each label of `by`: by two percentiles of each, or by the mean of each and one
    concentration. The larger that is, the less they vary: a share of mean m has the variance m (1 - m) / (it + 1)."""

    joint: ClassVar[bool] = True

    percentiles: dict[str, float | list[float]] = msgspec.field(default_factory=dict)
    mean: float | list[float] | None = None
    concentration: float | None = None
    best: float | list[float] | None = None  # refused, and so is `times`
    times: float | list[float] | None = None

    def check(self) -> None:
        if self.by is None:
            raise InputError("it needs by = a dimension, whose labels are the parts; for one share take a beta")
        if self.unit != "share":
            raise InputError(f"unit = '{self.unit}': its rows are shares that sum to one; write unit = \"share\"")
        for word in ("best", "times"):
            if getattr(self, word) is not None:
                raise InputError(f"{word}: a dirichlet has none, its rows must sum to one; take it out")
        by_mean = self.mean is not None and self.concentration is not None
        stated = (self.mean is not None) + (self.concentration is not None)
        if not ((by_mean and not self.percentiles) or (len(self.percentiles) == 2 and not stated)):
            raise InputError(f"it takes {COUNTS[2]} of each label, or mean of each and concentration")

    def rows(self, labels: Sequence[str]) -> tuple[Distribution, ...]:
        self.check()
        weights = self.weights(labels)
        return tuple(beta(weight, sum(weights) - weight) for weight in weights)

    def centres(self, rows: Sequence[Distribution]) -> list[float]:
        """The means, which sum to one; medians do not."""
        weights = self.weights(range(len(rows)))
        return [weight / sum(weights) for weight in weights]

    def weights(self, labels: Sequence) -> tuple[float, ...]:
        """Alpha of each label; their sum is the concentration."""
        if self.mean is None:
            return dirichlet_through(tuple(self.points(i, label) for i, label in enumerate(labels)))
        means = self.mean if isinstance(self.mean, list) else [self.mean] * len(labels)
        between_0_and_1(("mean", mean) for mean in means)
        if not abs(sum(means) - 1) <= ROUNDED:
            raise InputError(f"mean: they sum to {sum(means):g}; make them sum to 1")
        positive(self.concentration, "concentration")
        return tuple(self.concentration * mean / sum(means) for mean in means)

    def points(self, i: int, label: str) -> Points:
        """The two percentiles of a label."""
        own = {word: value[i] if isinstance(value, list) else value for word, value in self.percentiles.items()}
        with located(f"{label}"):
            between_0_and_1(own.items())
            return tuple(rising(own))

    def together(self, probabilities: Array) -> Array:
        """Gamma variates of each label, divided by their sum. Taken by their logarithms, for small ones fade to 0."""
        weights = np.array(self.weights(range(len(probabilities))))[:, None]
        gammas = special.gammaincinv(weights, probabilities)
        with np.errstate(divide="ignore"):
            faint = (np.log(probabilities) + special.gammaln(weights + 1)) / weights
            logs = np.where(gammas > 1e-280, np.log(gammas), faint)
        parts = np.exp(logs - logs.max(axis=0))
        return parts / parts.sum(axis=0)


def beta_through(points: Points) -> tuple[float, float]:
    """Alpha and beta of the beta with two (probability, value) on its curve."""
    from scipy.optimize import least_squares

    p, x = (np.array(column) for column in zip(*points, strict=True))

    def miss(logs: Array) -> Array:
        a, b = np.exp(logs)
        return log_odds(special.betainc(a, b, x), special.betaincc(a, b, x)) - special.logit(p)

    mu, sigma = line_through([(q, float(special.logit(y))) for q, y in points])
    share = special.expit(mu)
    total = 1 / (sigma**2 * share * (1 - share))  # a beta as wide as the logitnormal through the points
    start = np.clip(np.log([share * total, (1 - share) * total]), -6, 19)
    found = least_squares(miss, start, bounds=(-7, 20), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if not np.abs(found.fun).max() < 1e-9:
        raise InputError("no beta goes through these percentiles; a logitnormal does")
    return tuple(float(v) for v in np.exp(found.x))


def log_odds(share: Array, rest: Array) -> Array:
    """The logarithm of a share over the rest, finite even where one of them fades to 0."""
    return np.log(np.maximum(share, 1e-300)) - np.log(np.maximum(rest, 1e-300))


def implied(points: Points) -> tuple[float, float]:
    """The mean of a share by two percentiles of it alone, and how concentrated it is."""
    try:
        a, b = beta_through(points)
        return a / (a + b), a + b
    except InputError:  # no beta is so wide
        mu, sigma = line_through([(q, float(special.logit(y))) for q, y in points])
        mean = float(special.expit(mu))
        return mean, max(1 / (sigma**2 * mean * (1 - mean)), 0.1)


@cache
def dirichlet_through(labels: tuple[Points, ...]) -> tuple[float, ...]:
    """The weights of the Dirichlet whose marginals come nearest to two percentiles of each label: by least squares
    over their log-odds."""
    from scipy.optimize import least_squares

    means, totals = np.array([implied(points) for points in labels]).T
    if not abs(means.sum() - 1) <= ABOUT_ONE:
        raise InputError(
            f"its intervals are those of shares that sum to {means.sum():.3g} on average; move them, so that it is 1"
        )
    p, x = np.moveaxis(np.array(labels), 2, 0)

    def miss(logs: Array) -> Array:
        weights = np.exp(logs)[:, None]
        ends = special.betaincinv(weights, weights.sum() - weights, p)
        return (log_odds(ends, 1 - ends) - special.logit(x)).ravel()

    start = np.log(means / means.sum() * np.median(totals))
    found = least_squares(miss, np.clip(start, -6, 19), bounds=(-7, 20), xtol=1e-12, ftol=1e-12, gtol=1e-12)
    return tuple(float(v) for v in np.exp(found.x))
