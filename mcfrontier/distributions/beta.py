"""The beta distribution of shares between 0 and 1."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution, beta, find_crossing
from mcfrontier.distributions.family import (
    PercentilePoints,
    ShareFamily,
    check_positive,
    normal_through,
)

MIN_SHAPE, MAX_SHAPE = (
    1e-7,
    1e12,
)  # of alpha and beta in the fit to percentiles; beyond, scipy's functions are not exact
SMALLEST_NORMAL = float(np.finfo(float).tiny)  # the smallest float of full precision, of which 1 / x is finite


class Beta(ShareFamily, kw_only=True, frozen=True, tag="beta"):
    """A share between 0 and 1, or 0 and 100 %: by two percentiles, by mean and sd, or by alpha and beta."""

    mean: float | None = None
    sd: float | None = None
    alpha: float | None = None
    beta: float | None = None

    def check(self) -> None:
        form = self.stated_form(2, ("mean", "sd"), ("alpha", "beta"))
        for key, value in form.items():
            check_positive(value, key)
        if "mean" in form:
            self.check_shares([("mean", form["mean"])])
            mean, sd = form["mean"] / self.whole, form["sd"] / self.whole
            if not sd < math.sqrt(mean * (1 - mean)):
                raise InputError(f"no beta has mean = {form['mean']:g} and sd = {form['sd']:g}; sd must be smaller")
        self.check_shares(self.percentiles.items())

    def untruncated(self) -> Distribution:
        if self.alpha is not None and self.beta is not None:
            shapes = self.alpha, self.beta
        elif self.mean is not None and self.sd is not None:
            mean, sd = self.mean / self.whole, self.sd / self.whole
            total = mean * (1 - mean) / sd**2 - 1
            shapes = mean * total, (1 - mean) * total
        else:
            shapes = beta_through(self.points())
        return self.in_unit(beta(*shapes))


def beta_through(points: PercentilePoints) -> tuple[float, float]:
    """Alpha and beta of the beta distribution with two given percentiles."""
    from scipy.optimize import least_squares

    p, x = (np.array(column) for column in zip(*points, strict=True))

    def residuals(logs: Array) -> Array:
        a, b = np.exp(logs)
        values: Array = log_odds(special.betainc(a, b, x), special.betaincc(a, b, x)) - special.logit(p)
        return values

    share, total = logitnormal_moments(points)
    start = np.clip(np.log([share * total, (1 - share) * total]), -6, 19)
    logs = least_squares(residuals, start, bounds=(-7, 20), xtol=1e-15, ftol=1e-15, gtol=1e-15).x
    if not np.abs(residuals(logs)).max() < 1e-9:
        logs = extreme_shapes(points)
    if not np.abs(residuals(logs)).max() < 1e-9:
        raise InputError(
            f"no beta distribution with alpha and beta from {MIN_SHAPE:g} to {MAX_SHAPE:g} has these percentiles; a "
            "logitnormal has"
        )
    a, b = np.exp(logs).tolist()
    return a, b


def logitnormal_moments(points: PercentilePoints) -> tuple[float, float]:
    """The mean and the concentration of a beta about as wide as the logitnormal with two percentiles."""
    mu, sigma = normal_through(tuple((q, float(special.logit(y))) for q, y in points))
    share = max(float(special.expit(mu)), SMALLEST_NORMAL)
    return share, 1 / max(sigma**2 * share * (1 - share), SMALLEST_NORMAL)


def extreme_shapes(points: PercentilePoints) -> Array:
    """The logarithms of alpha and beta by nested bisection, which is slower than least squares and finds all shapes.

    For each alpha, beta is that of the upper percentile. The probability below the lower one then decreases with alpha.
    """
    (p, x), (q, y) = points
    low, high = math.log(MIN_SHAPE), math.log(MAX_SHAPE)

    def odds(log_a: Array, log_b: Array, x: float) -> Array:
        a, b = np.exp(log_a), np.exp(log_b)
        return log_odds(special.betainc(a, b, x), special.betaincc(a, b, x))

    def log_b_of(log_a: Array) -> Array:
        return find_crossing(lambda log_b: odds(log_a, log_b, y), special.logit(q), low, np.full(log_a.shape, high))

    def lower_odds(log_a: Array) -> Array:
        return -odds(log_a, log_b_of(log_a), x)

    log_a = np.atleast_1d(find_crossing(lower_odds, -special.logit(p), low, high))
    return np.concatenate([log_a, log_b_of(log_a)])


def log_odds(share: Array, rest: Array) -> Array:
    """The logarithm of share / rest, finite even where one of them underflows to 0."""
    return np.log(np.maximum(share, 1e-300)) - np.log(np.maximum(rest, 1e-300))
