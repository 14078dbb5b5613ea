"""The beta distribution of shares between 0 and 1."""

from __future__ import annotations

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution, beta
from mcfrontier.distributions.family import (
    PercentilePoints,
    Percentiles,
    check_between_0_and_1,
    check_positive,
    normal_through,
)


class Beta(Percentiles, kw_only=True, frozen=True, tag="beta"):
    """A share between 0 and 1: by two percentiles, by mean and sd, or by alpha and beta."""

    mean: float | None = None
    sd: float | None = None
    alpha: float | None = None
    beta: float | None = None

    def check(self) -> None:
        form = self.stated_form(2, ("mean", "sd"), ("alpha", "beta"))
        for key, value in form.items():
            check_positive(value, key)
        if "mean" in form:
            mean, sd = form["mean"], form["sd"]
            if not (mean < 1 and sd**2 < mean * (1 - mean)):
                raise InputError(f"no beta has mean = {mean:g} and sd = {sd:g}; sd must be smaller")
        check_between_0_and_1(self.percentiles.items())

    def untruncated(self) -> Distribution:
        if self.alpha is not None and self.beta is not None:
            return beta(self.alpha, self.beta)
        if self.mean is not None and self.sd is not None:
            total = self.mean * (1 - self.mean) / self.sd**2 - 1
            return beta(self.mean * total, (1 - self.mean) * total)
        return beta(*beta_through(self.points()))


def beta_through(points: PercentilePoints) -> tuple[float, float]:
    """Alpha and beta of the beta distribution with two given percentiles."""
    from scipy.optimize import least_squares

    p, x = (np.array(column) for column in zip(*points, strict=True))

    def residuals(logs: Array) -> Array:
        a, b = np.exp(logs)
        values: Array = log_odds(special.betainc(a, b, x), special.betaincc(a, b, x)) - special.logit(p)
        return values

    mu, sigma = normal_through(tuple((q, float(special.logit(y))) for q, y in points))
    share = special.expit(mu)
    total = 1 / (sigma**2 * share * (1 - share))  # a beta as wide as the logitnormal with these percentiles
    start = np.clip(np.log([share * total, (1 - share) * total]), -6, 19)
    fit = least_squares(residuals, start, bounds=(-7, 20), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if not np.abs(fit.fun).max() < 1e-9:
        raise InputError("no beta distribution has these percentiles; a logitnormal has")
    a, b = np.exp(fit.x).tolist()
    return a, b


def log_odds(share: Array, rest: Array) -> Array:
    """The logarithm of share / rest, finite even where one of them underflows to 0."""
    return np.log(np.maximum(share, 1e-300)) - np.log(np.maximum(rest, 1e-300))
