"""The families of distributions: the words each takes in a priors file, and the curve they state.

A family is a class whose fields are its words. `distribution()` turns the words into a Distribution,
in the unit of the entry. FAMILIES, at the end, is the list of all.
"""

from __future__ import annotations

import math
from itertools import pairwise

import msgspec
import numpy as np
from scipy import special

from mcfrontier.distributions import (
    NORMAL,
    UNIFORM,
    Array,
    Distribution,
    beta,
    mapped,
    stretched,
    triangular,
    truncated,
)
from mcfrontier.errors import InputError


class Family(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="family"):
    """An entry of a priors file: what is believed of one quantity, in which unit, and on whose word.

    `by` is the dimension that it has a row for each label of, each row correlated with the next by `autocorrelation`;
    the other numbers are multiples of `times`.
    """

    unit: str
    source: str
    note: str = ""
    best: float | None = None
    by: str | None = None
    times: float | None = None
    autocorrelation: float | None = None

    def check(self) -> None:
        """Refuse words that state no distribution."""

    def shape(self) -> Distribution:
        """The distribution before truncation."""
        raise NotImplementedError

    def distribution(self) -> Distribution:
        """The distribution that the words state, in the unit of the entry."""
        self.check()
        return self.shape()


class Truncatable(Family, kw_only=True, frozen=True):
    """A family that may be cut at `low`, at `high` or at both; what is left is renormalised."""

    low: float | None = None
    high: float | None = None

    def distribution(self) -> Distribution:
        self.check()
        shape = self.shape()
        if self.low is None and self.high is None:
            return shape
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        below(low, high, "low", "high")
        return truncated(shape, low, high)


class Percentiles(Truncatable, kw_only=True, frozen=True):
    """A family that two percentiles state, of the distribution before truncation."""

    p1: float | None = None
    p5: float | None = None
    p10: float | None = None
    p25: float | None = None
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None

    def percentiles(self) -> list[tuple[float, float]]:
        """The percentiles stated, as (probability, value), lowest first."""
        names = Percentiles.__struct_fields__[-9:]
        stated = [(name, getattr(self, name)) for name in names if getattr(self, name) is not None]
        for (name, value), (next_name, next_value) in pairwise(stated):
            below(value, next_value, name, next_name)
        return [(int(name[1:]) / 100, value) for name, value in stated]


def below(low: float, high: float, low_word: str, high_word: str) -> None:
    """Refuse two words that are not in rising order."""
    if not low < high:
        raise InputError(f"{low_word} = {low:g} must lie below {high_word} = {high:g}")


def positive(value: float, word: str) -> None:
    """Refuse a word that is zero or less."""
    if not value > 0:
        raise InputError(f"{word} = {value:g} must be above 0")


def between_0_and_1(percentiles: list[tuple[float, float]]) -> None:
    """Refuse a percentile of a share that is none."""
    for probability, value in percentiles:
        if not 0 < value < 1:
            raise InputError(f"p{100 * probability:.0f} = {value:g} must lie between 0 and 1")


def one_form(family: Family, *forms: tuple[str, ...], percentiles: bool = False) -> tuple[str, ...]:
    """Which of the ways to state a family was used; () where two percentiles were. Others are refused."""
    words = {word for form in forms for word in form}
    stated = {word for word in words if getattr(family, word) is not None}
    count = len(family.percentiles()) if percentiles else 0
    if percentiles and count == 2 and not stated:
        return ()
    for form in forms:
        if stated == set(form) and not count:
            return form
    ways = (["two percentiles such as p5 and p95"] if percentiles else []) + [" and ".join(f) for f in forms]
    raise InputError(f"it takes {', or '.join(ways)}, one of these and no more")


def line_through(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean and standard deviation of the normal with two (probability, value) on its curve."""
    (p, x), (q, y) = points
    sd = (y - x) / (special.ndtri(q) - special.ndtri(p))
    mean = x - sd * special.ndtri(p)
    return (0.0 if abs(mean) < 1e-12 * sd else mean), sd  # an interval about 0 has its mean there, not next to it


class Value(Family, kw_only=True, frozen=True, tag="value"):
    """A number that is taken as known."""

    value: float

    def shape(self) -> Distribution:
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

    def shape(self) -> Distribution:
        return stretched(UNIFORM, self.low, self.high)


class LogUniform(Family, kw_only=True, frozen=True, tag="loguniform"):
    """Anything from low to high, each order of magnitude alike."""

    low: float
    high: float

    def check(self) -> None:
        positive(self.low, "low")
        below(self.low, self.high, "low", "high")

    def shape(self) -> Distribution:
        logs = stretched(UNIFORM, math.log(self.low), math.log(self.high))
        return mapped(logs, lambda y: np.clip(np.exp(y), self.low, self.high), np.log)


class Normal(Percentiles, kw_only=True, frozen=True, tag="normal"):
    """The bell curve, by two percentiles or by mean and sd."""

    mean: float | None = None
    sd: float | None = None

    def check(self) -> None:
        if one_form(self, ("mean", "sd"), percentiles=True):
            positive(self.sd, "sd")

    def shape(self) -> Distribution:
        mean, sd = (self.mean, self.sd) if self.sd is not None else line_through(self.percentiles())
        return mapped(NORMAL, lambda z: mean + sd * z, lambda x: (x - mean) / sd)


class Lognormal(Percentiles, kw_only=True, frozen=True, tag="lognormal"):
    """Positive, its logarithm a bell curve: by two percentiles, mean and sd, or mu and sigma of the log."""

    mean: float | None = None
    sd: float | None = None
    mu: float | None = None
    sigma: float | None = None

    def check(self) -> None:
        form = one_form(self, ("mean", "sd"), ("mu", "sigma"), percentiles=True)
        for word in (w for w in form if w != "mu"):
            positive(getattr(self, word), word)
        for probability, value in self.percentiles():
            positive(value, f"p{100 * probability:.0f}")

    def shape(self) -> Distribution:
        if self.sigma is not None:
            mu, sigma = self.mu, self.sigma
        elif self.sd is not None:
            variance = math.log1p((self.sd / self.mean) ** 2)
            mu, sigma = math.log(self.mean) - variance / 2, math.sqrt(variance)
        else:
            mu, sigma = line_through([(p, math.log(x)) for p, x in self.percentiles()])
        return mapped(NORMAL, lambda z: np.exp(mu + sigma * z), lambda x: (np.log(x) - mu) / sigma)


class LogitNormal(Percentiles, kw_only=True, frozen=True, tag="logitnormal"):
    """A share between 0 and 1, its log-odds a bell curve: by two percentiles."""

    def check(self) -> None:
        one_form(self, percentiles=True)
        between_0_and_1(self.percentiles())

    def shape(self) -> Distribution:
        mu, sigma = line_through([(p, float(special.logit(x))) for p, x in self.percentiles()])
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

    def shape(self) -> Distribution:
        return stretched(triangular(self.peak), self.low, self.high)


class Pert(Peaked, kw_only=True, frozen=True, tag="pert"):
    """A smooth hump from low to high with its mode stated: a beta whose mean is (low + 4 mode + high) / 6."""

    def shape(self) -> Distribution:
        return stretched(beta(1 + 4 * self.peak, 5 - 4 * self.peak), self.low, self.high)


class Beta(Percentiles, kw_only=True, frozen=True, tag="beta"):
    """A share between 0 and 1: by two percentiles, mean and sd, or alpha and beta."""

    mean: float | None = None
    sd: float | None = None
    alpha: float | None = None
    beta: float | None = None

    def check(self) -> None:
        form = one_form(self, ("mean", "sd"), ("alpha", "beta"), percentiles=True)
        for word in form:
            positive(getattr(self, word), word)
        if "mean" in form and not (self.mean < 1 and self.sd**2 < self.mean * (1 - self.mean)):
            raise InputError(f"no beta has mean = {self.mean:g} and sd = {self.sd:g}; sd must be smaller")
        between_0_and_1(self.percentiles())

    def shape(self) -> Distribution:
        if self.alpha is not None:
            return beta(self.alpha, self.beta)
        if self.sd is not None:
            total = self.mean * (1 - self.mean) / self.sd**2 - 1
            return beta(self.mean * total, (1 - self.mean) * total)
        return beta(*beta_through(self.percentiles()))


def beta_through(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Alpha and beta of the beta with two (probability, value) on its curve."""
    from scipy.optimize import least_squares

    p, x = (np.array(column) for column in zip(*points, strict=True))

    def miss(logs: Array) -> Array:
        return special.logit(special.betainc(*np.exp(logs), x)) - special.logit(p)

    mu, sigma = line_through([(q, float(special.logit(y))) for q, y in points])
    share = special.expit(mu)
    total = 1 / (sigma**2 * share * (1 - share))  # a beta as wide as the logitnormal through the points
    start = np.clip(np.log([share * total, (1 - share) * total]), -6, 19)
    with np.errstate(all="ignore"):
        found = least_squares(miss, start, bounds=(-7, 20), xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if not np.abs(found.fun).max() < 1e-9:
        raise InputError("no beta goes through these percentiles; a logitnormal does")
    return tuple(float(v) for v in np.exp(found.x))


FAMILIES: dict[str, type[Family]] = {
    family.__struct_config__.tag: family
    for family in (Value, Uniform, LogUniform, Normal, Lognormal, Triangular, Pert, Beta, LogitNormal)
}
