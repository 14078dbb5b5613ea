"""Families of standard distributions: the keys that each takes in a priors file. families.py lists all families."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import (
    NORMAL,
    UNIFORM,
    Distribution,
    beta,
    find_crossing,
    gamma,
    location_scale,
    log_normal,
    mapped,
    on_interval,
    student_t,
    triangular,
)
from mcfrontier.distributions.family import (
    Family,
    PercentilePoints,
    Percentiles,
    ShareFamily,
    check_order,
    check_positive,
    normal_through,
)

# ranges of the shape in the fit to percentiles: below the first, these underflow; above the last, rounding of the
# percentiles decides the shape, and the distribution is normal
GAMMA_SHAPES = ((1e-3, 1e9), (1e9, 1e16))


class Value(Family, kw_only=True, frozen=True, tag="value"):
    """A known number."""

    value: float

    def untruncated(self) -> Distribution:
        known = self.value
        return Distribution(
            ppf=lambda p: p * 0.0 + known,
            isf=lambda q: q * 0.0 + known,
            cdf=lambda x: np.where(x >= known, 1.0, 0.0),
            sf=lambda x: np.where(x >= known, 0.0, 1.0),
            low=known,
            high=known,
            atoms=np.array([known]),
        )


class Uniform(Family, kw_only=True, frozen=True, tag="uniform"):
    """All values from low to high are equally likely."""

    low: float
    high: float

    def check(self) -> None:
        check_order(self.low, self.high, "low", "high")

    def untruncated(self) -> Distribution:
        return on_interval(UNIFORM, self.low, self.high)


class LogUniform(Family, kw_only=True, frozen=True, tag="loguniform"):
    """Values from low to high, the logarithm being uniform."""

    low: float
    high: float

    def check(self) -> None:
        check_positive(self.low, "low")
        check_order(self.low, self.high, "low", "high")

    def untruncated(self) -> Distribution:
        logs = on_interval(UNIFORM, math.log(self.low), math.log(self.high))
        return mapped(logs, lambda y: np.clip(np.exp(y), self.low, self.high), np.log)


class Normal(Percentiles, kw_only=True, frozen=True, tag="normal"):
    """The normal distribution, by two percentiles, or by mean and sd."""

    mean: float | None = None
    sd: float | None = None

    def check(self) -> None:
        if form := self.stated_form(2, ("mean", "sd")):
            check_positive(form["sd"], "sd")

    def untruncated(self) -> Distribution:
        if self.mean is not None and self.sd is not None:
            return location_scale(NORMAL, self.mean, self.sd)
        return location_scale(NORMAL, *normal_through(self.points()))


class Lognormal(Percentiles, kw_only=True, frozen=True, tag="lognormal"):
    """Positive, with a normally distributed logarithm: by two percentiles, by mean and sd, or by mu and sigma of the
    logarithm."""

    mean: float | None = None
    sd: float | None = None
    mu: float | None = None
    sigma: float | None = None

    def check(self) -> None:
        form = self.stated_form(2, ("mean", "sd"), ("mu", "sigma"))
        for key, value in (form | self.percentiles).items():
            if key != "mu":
                check_positive(value, key)

    def untruncated(self) -> Distribution:
        if self.mu is not None and self.sigma is not None:
            mu, sigma = self.mu, self.sigma
        elif self.mean is not None and self.sd is not None:
            ratio = self.sd / self.mean
            variance = math.log1p(ratio**2) if ratio < 1e8 else 2 * (math.log(self.sd) - math.log(self.mean))
            mu, sigma = math.log(self.mean) - variance / 2, math.sqrt(variance)
        else:
            mu, sigma = normal_through(tuple((p, math.log(x)) for p, x in self.points()))
        return log_normal(mu, sigma)


class LogitNormal(ShareFamily, kw_only=True, frozen=True, tag="logitnormal"):
    """A share between 0 and 1, or 0 and 100 %, with normally distributed log-odds: by two percentiles."""

    def check(self) -> None:
        self.stated_form(2)
        self.check_shares(self.percentiles.items())

    def untruncated(self) -> Distribution:
        mu, sigma = normal_through(tuple((p, float(special.logit(x))) for p, x in self.points()))
        shares = mapped(NORMAL, lambda z: special.expit(mu + sigma * z), lambda x: (special.logit(x) - mu) / sigma)
        return self.in_unit(shares)


class Peaked(Family, kw_only=True, frozen=True):
    """A family stated by low, mode and high."""

    low: float
    mode: float
    high: float

    def check(self) -> None:
        check_order(self.low, self.high, "low", "high")
        if not self.low <= self.mode <= self.high:
            raise InputError(f"mode = {self.mode:g} must lie from low = {self.low:g} to high = {self.high:g}")

    @property
    def peak(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)


class Triangular(Peaked, kw_only=True, frozen=True, tag="triangular"):
    """The triangular distribution: the density rises linearly from low to the mode and falls linearly to high."""

    def untruncated(self) -> Distribution:
        return on_interval(triangular(self.peak), self.low, self.high)


class Pert(Peaked, kw_only=True, frozen=True, tag="pert"):
    """The PERT distribution: a beta on low to high with the given mode and the mean (low + 4 mode + high) / 6."""

    def untruncated(self) -> Distribution:
        return on_interval(beta(1 + 4 * self.peak, 5 - 4 * self.peak), self.low, self.high)


class StudentT(Percentiles, kw_only=True, frozen=True, tag="student-t"):
    """Student's t, with heavier tails than a normal distribution, the more so the smaller df is: by df and two
    percentiles, or by df, mean (its centre) and scale."""

    df: float
    mean: float | None = None
    scale: float | None = None

    def check(self) -> None:
        check_positive(self.df, "df")
        if form := self.stated_form(2, ("mean", "scale")):
            check_positive(form["scale"], "scale")

    def untruncated(self) -> Distribution:
        standard = student_t(self.df)
        if self.mean is not None and self.scale is not None:
            return location_scale(standard, self.mean, self.scale)
        (p, x), (q, y) = self.points()
        low, high = standard.ppf(np.array([p, q])).tolist()
        scale = (y - x) / (high - low)
        return location_scale(standard, x - scale * low, scale)


class Gamma(Percentiles, kw_only=True, frozen=True, tag="gamma"):
    """Positive and skewed to the right, with a lighter tail than a lognormal: by two percentiles, by mean and sd, or by
    shape and scale."""

    mean: float | None = None
    sd: float | None = None
    shape: float | None = None
    scale: float | None = None

    def check(self) -> None:
        form = self.stated_form(2, ("mean", "sd"), ("shape", "scale"))
        for key, value in (form | self.percentiles).items():
            check_positive(value, key)

    def untruncated(self) -> Distribution:
        if self.shape is not None and self.scale is not None:
            shape, scale = self.shape, self.scale
        elif self.mean is not None and self.sd is not None:
            shape, scale = (self.mean / self.sd) ** 2, self.sd**2 / self.mean
        else:
            shape, scale = gamma_through(self.points())
        return on_interval(gamma(shape), 0.0, scale)


def gamma_through(points: PercentilePoints) -> tuple[float, float]:
    """Shape and scale of the gamma distribution with two given percentiles."""
    (p, x), (q, y) = points

    def quantile(shape: Array, p: float) -> Array:
        values: Array = special.gammaincinv(shape, p) if p < 0.5 else special.gammainccinv(shape, 1 - p)
        return values

    def log_ratio(log_shape: Array) -> Array:
        """The logarithm of the ratio of the lower to the upper quantile, which increases with the shape."""
        shape = np.exp(log_shape)
        with np.errstate(divide="ignore"):
            return np.log(quantile(shape, p) / quantile(shape, q))

    for low, high in np.log(GAMMA_SHAPES) if x / y > 0 else ():
        log_shape = float(find_crossing(log_ratio, math.log(x / y), low, high))
        if low < log_shape < high:
            shape = math.exp(log_shape)
            return shape, y / float(quantile(np.array(shape), q))
    raise InputError(
        f"no gamma distribution with a shape from {GAMMA_SHAPES[0][0]:g} to {GAMMA_SHAPES[-1][1]:g} has these "
        "percentiles; a lognormal has"
    )
