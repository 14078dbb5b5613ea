"""The families of distributions: the words each takes in a priors file, and the curve they state.

A family is a class whose fields are its words (family.py says what it owes). Here are those of textbook curves; others
have files of their own. FAMILIES, at the end, is the list of all.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from mcfrontier.betas import Beta, Dirichlet
from mcfrontier.distributions import (
    NORMAL,
    UNIFORM,
    Distribution,
    beta,
    crossing,
    gamma,
    mapped,
    moved,
    stretched,
    student_t,
    triangular,
)
from mcfrontier.errors import InputError
from mcfrontier.family import Family, Percentiles, below, between_0_and_1, line_through, one_form, positive
from mcfrontier.metalogs import Metalog
from mcfrontier.mixtures import Mixture
from mcfrontier.samples import Discrete, Empirical, Output
from mcfrontier.skewnormals import SkewNormal

SHAPES = (1e-3, 1e9)  # of a gamma through percentiles: before, these fade to 0; beyond, it is a normal


class Value(Family, kw_only=True, frozen=True, tag="value"):
    """A number that is taken as known."""

    value: float

    def whole(self) -> Distribution:
        known = self.value
        return Distribution(
            quantile=lambda p: p * 0.0 + known,
            upper_quantile=lambda q: q * 0.0 + known,
            cdf=lambda x: np.where(x >= known, 1.0, 0.0),
            sf=lambda x: np.where(x >= known, 0.0, 1.0),
            low=known,
            high=known,
        )


class Uniform(Family, kw_only=True, frozen=True, tag="uniform"):
    """Anything from low to high, all alike."""

    low: float
    high: float

    def check(self) -> None:
        below(self.low, self.high, "low", "high")

    def whole(self) -> Distribution:
        return stretched(UNIFORM, self.low, self.high)


class LogUniform(Family, kw_only=True, frozen=True, tag="loguniform"):
    """Anything from low to high, each order of magnitude alike."""

    low: float
    high: float

    def check(self) -> None:
        positive(self.low, "low")
        below(self.low, self.high, "low", "high")

    def whole(self) -> Distribution:
        logs = stretched(UNIFORM, math.log(self.low), math.log(self.high))
        return mapped(logs, lambda y: np.clip(np.exp(y), self.low, self.high), np.log)


class Normal(Percentiles, kw_only=True, frozen=True, tag="normal"):
    """The bell curve, by two percentiles or by mean and sd."""

    mean: float | None = None
    sd: float | None = None

    def check(self) -> None:
        if one_form(self, ("mean", "sd"), percentiles=2):
            positive(self.sd, "sd")

    def whole(self) -> Distribution:
        mean, sd = (self.mean, self.sd) if self.sd is not None else line_through(self.points())
        return mapped(NORMAL, lambda z: mean + sd * z, lambda x: (x - mean) / sd)


class Lognormal(Percentiles, kw_only=True, frozen=True, tag="lognormal"):
    """Positive, its logarithm a bell curve: by two percentiles, mean and sd, or mu and sigma of the log."""

    mean: float | None = None
    sd: float | None = None
    mu: float | None = None
    sigma: float | None = None

    def check(self) -> None:
        form = one_form(self, ("mean", "sd"), ("mu", "sigma"), percentiles=2)
        for word in (w for w in form if w != "mu"):
            positive(getattr(self, word), word)
        for word, value in self.percentiles.items():
            positive(value, word)

    def whole(self) -> Distribution:
        if self.sigma is not None:
            mu, sigma = self.mu, self.sigma
        elif self.sd is not None:
            variance = math.log1p((self.sd / self.mean) ** 2)
            mu, sigma = math.log(self.mean) - variance / 2, math.sqrt(variance)
        else:
            mu, sigma = line_through([(p, math.log(x)) for p, x in self.points()])
        return mapped(NORMAL, lambda z: np.exp(mu + sigma * z), lambda x: (np.log(x) - mu) / sigma)


class LogitNormal(Percentiles, kw_only=True, frozen=True, tag="logitnormal"):
    """A share between 0 and 1, its log-odds a bell curve: by two percentiles."""

    def check(self) -> None:
        one_form(self, percentiles=2)
        between_0_and_1(self.percentiles.items())

    def whole(self) -> Distribution:
        mu, sigma = line_through([(p, float(special.logit(x))) for p, x in self.points()])
        return mapped(NORMAL, lambda z: special.expit(mu + sigma * z), lambda x: (special.logit(x) - mu) / sigma)


class Peaked(Family, kw_only=True, frozen=True):
    """A family that rises from low to its mode and falls to high."""

    low: float
    mode: float
    high: float

    def check(self) -> None:
        below(self.low, self.high, "low", "high")
        if not self.low <= self.mode <= self.high:
            raise InputError(f"mode = {self.mode:g} must lie from low = {self.low:g} to high = {self.high:g}")

    @property
    def peak(self) -> float:
        return (self.mode - self.low) / (self.high - self.low)


class Triangular(Peaked, kw_only=True, frozen=True, tag="triangular"):
    """Straight up from low to the mode and straight down to high."""

    def whole(self) -> Distribution:
        return stretched(triangular(self.peak), self.low, self.high)


class Pert(Peaked, kw_only=True, frozen=True, tag="pert"):
    """A smooth hump from low to high with its mode stated: a beta whose mean is (low + 4 mode + high) / 6."""

    def whole(self) -> Distribution:
        return stretched(beta(1 + 4 * self.peak, 5 - 4 * self.peak), self.low, self.high)


class StudentT(Percentiles, kw_only=True, frozen=True, tag="student-t"):
    """A bell curve with heavy tails, the heavier the smaller df is: by df and two percentiles, or df, mean (where it
    is centred) and scale."""

    df: float
    mean: float | None = None
    scale: float | None = None

    def check(self) -> None:
        positive(self.df, "df")
        if one_form(self, ("mean", "scale"), percentiles=2):
            positive(self.scale, "scale")

    def whole(self) -> Distribution:
        standard = student_t(self.df)
        if self.scale is not None:
            return moved(standard, self.mean, self.scale)
        (p, x), (q, y) = self.points()
        low, high = standard.quantile(p), standard.quantile(q)
        scale = (y - x) / (high - low)
        return moved(standard, x - scale * low, scale)


class Gamma(Percentiles, kw_only=True, frozen=True, tag="gamma"):
    """Positive, skewed to the right, its tail lighter than a lognormal's: by two percentiles, mean and sd, or shape
    and scale."""

    mean: float | None = None
    sd: float | None = None
    shape: float | None = None
    scale: float | None = None

    def check(self) -> None:
        for word in one_form(self, ("mean", "sd"), ("shape", "scale"), percentiles=2):
            positive(getattr(self, word), word)
        for word, value in self.percentiles.items():
            positive(value, word)

    def whole(self) -> Distribution:
        if self.shape is not None:
            shape, scale = self.shape, self.scale
        elif self.sd is not None:
            shape, scale = (self.mean / self.sd) ** 2, self.sd**2 / self.mean
        else:
            shape, scale = gamma_through(self.points())
        return stretched(gamma(shape), 0.0, scale)


def gamma_through(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Shape and scale of the gamma with two (probability, value) on its curve."""
    (p, x), (q, y) = points

    def quantile(shape: float, p: float) -> float:
        return special.gammaincinv(shape, p) if p < 0.5 else special.gammainccinv(shape, 1 - p)

    def nearness(log_shape: np.ndarray) -> np.ndarray:
        """How near the two are to each other, as a logarithm: it rises with the shape."""
        shape = np.exp(log_shape)
        with np.errstate(divide="ignore"):
            return np.log(quantile(shape, p) / quantile(shape, q))

    ends = np.log(SHAPES)
    log_shape = float(crossing(nearness, math.log(x / y), *ends))
    if not ends[0] < log_shape < ends[1]:
        raise InputError("no gamma goes through these percentiles; a lognormal does")
    shape = math.exp(log_shape)
    return shape, y / float(quantile(shape, q))


FAMILIES: dict[str, type[Family]] = {
    family.__struct_config__.tag: family
    for family in (
        *(Value, Uniform, LogUniform, Normal, Lognormal, Triangular, Pert, Beta, LogitNormal),
        *(StudentT, Gamma, SkewNormal, Metalog, Mixture, Discrete, Empirical, Output, Dirichlet),
    )
}
