"""Families of counts: whole numbers from 0, stated by their mean, or by trials and the chance of success in each.

The probabilities are incomplete gamma and beta functions (NIST Digital Library of Mathematical Functions, 8.4.10 and
8.17.5). Quantiles are found by bisection of whole numbers, so that every value has exactly its probability.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.family import Truncatable, check_between, check_positive
from mcfrontier.distributions.grid import normal_scores

MAX_VALUES = 2**20  # of a distribution that is stated: its table needs them one by one
MAX_COUNT = 2.0**52  # floats beyond are not all whole numbers apart
SMALLEST = 2.0**-54  # probability of a tail beyond all draws


class Count(Truncatable, kw_only=True, frozen=True):
    """A family of whole numbers from 0."""

    def untruncated(self) -> Distribution:
        parameters = self.parameters()
        quantile = partial(count_quantiles, type(self), parameters=parameters)
        first, last = quantile(np.array([SMALLEST, 1.0]), np.array([1.0, SMALLEST])).tolist()
        if not last - first < MAX_VALUES:
            raise InputError(
                f"more than {MAX_VALUES:,} whole numbers are possible; take a normal, a gamma or a lognormal instead, "
                "which is as accurate where the numbers are large"
            )
        return Distribution(
            ppf=lambda p: quantile(p, 1 - np.asarray(p)),
            isf=lambda q: quantile(1 - np.asarray(q), q),
            cdf=lambda x: self.upto(np.floor(x), *parameters),
            sf=lambda x: self.above(np.floor(x), *parameters),
            low=0.0,
            high=float(self.most(*parameters)),
            discontinuous=True,
            atoms=np.arange(first, last + 1),
        )

    def parameters(self) -> tuple[Array, ...]:
        """The parameters, in the order of the arguments of the functions below."""
        raise NotImplementedError

    @staticmethod
    def most(*parameters: Array) -> Array:
        """The largest value."""
        return np.array(math.inf)

    @staticmethod
    def moments(*parameters: Array) -> tuple[Array, Array]:
        """Mean and variance; NaN where a parameter is outside its range."""
        raise NotImplementedError

    @staticmethod
    def upto(k: Array, *parameters: Array) -> Array:
        """The probability of whole numbers up to k."""
        raise NotImplementedError

    @staticmethod
    def above(k: Array, *parameters: Array) -> Array:
        """The probability of whole numbers above k."""
        raise NotImplementedError


class Poisson(Count, kw_only=True, frozen=True, tag="poisson"):
    """The number of independent events, by its mean, which is also its variance."""

    mean: float

    def check(self) -> None:
        check_positive(self.mean, "mean")

    def parameters(self) -> tuple[Array, ...]:
        return (np.array(self.mean),)

    @staticmethod
    def moments(*parameters: Array) -> tuple[Array, Array]:
        (mean,) = parameters
        mean = np.where(mean >= 0, mean, np.nan)
        return mean, mean

    @staticmethod
    def upto(k: Array, *parameters: Array) -> Array:
        return np.where(k < 0, 0.0, special.gammaincc(np.maximum(k, 0) + 1, *parameters))

    @staticmethod
    def above(k: Array, *parameters: Array) -> Array:
        return np.where(k < 0, 1.0, special.gammainc(np.maximum(k, 0) + 1, *parameters))


class NegativeBinomial(Count, kw_only=True, frozen=True, tag="negative-binomial"):
    """A count that varies more than a Poisson one: a Poisson whose mean has a gamma distribution. By its mean, and its
    dispersion, which is the squared ratio of the standard deviation of that gamma to its mean; the variance is
    mean + dispersion mean^2."""

    mean: float
    dispersion: float

    def check(self) -> None:
        check_positive(self.mean, "mean")
        check_positive(self.dispersion, "dispersion")

    def parameters(self) -> tuple[Array, ...]:
        return np.array(self.mean), np.array(self.dispersion)

    @staticmethod
    def moments(*parameters: Array) -> tuple[Array, Array]:
        mean, dispersion = parameters
        mean = np.where((mean >= 0) & (dispersion > 0), mean, np.nan)
        return mean, mean + dispersion * mean**2

    @staticmethod
    def upto(k: Array, *parameters: Array) -> Array:
        mean, dispersion = parameters
        rest = 1 / (1 + dispersion * mean)  # betaincc of 1 - rest, ten times as fast
        return np.where(k < 0, 0.0, special.betainc(1 / dispersion, np.maximum(k, 0) + 1, rest))

    @staticmethod
    def above(k: Array, *parameters: Array) -> Array:
        mean, dispersion = parameters
        share = dispersion * mean / (1 + dispersion * mean)
        return np.where(k < 0, 1.0, special.betainc(np.maximum(k, 0) + 1, 1 / dispersion, share))


class Binomial(Count, kw_only=True, frozen=True, tag="binomial"):
    """The number of successes in independent trials, by the number of trials and the chance of success in each."""

    trials: float
    chance: float

    def check(self) -> None:
        check_positive(self.trials, "trials")
        if self.trials != math.floor(self.trials):
            raise InputError(f"trials = {self.trials:g} must be a whole number")
        check_between([("chance", self.chance)])

    def parameters(self) -> tuple[Array, ...]:
        return np.array(self.trials), np.array(self.chance)

    @staticmethod
    def most(*parameters: Array) -> Array:
        return parameters[0]

    @staticmethod
    def moments(*parameters: Array) -> tuple[Array, Array]:
        trials, chance = parameters
        valid = (trials >= 0) & (trials == np.floor(trials)) & (chance >= 0) & (chance <= 1)
        mean = np.where(valid, trials * chance, np.nan)
        return mean, mean * (1 - chance)

    @staticmethod
    def upto(k: Array, *parameters: Array) -> Array:
        trials, chance = parameters
        inside = special.betainc(np.maximum(trials - k, 1), np.maximum(k, 0) + 1, 1 - chance)
        return np.where(k < 0, 0.0, np.where(k >= trials, 1.0, inside))

    @staticmethod
    def above(k: Array, *parameters: Array) -> Array:
        trials, chance = parameters
        inside = special.betainc(np.maximum(k, 0) + 1, np.maximum(trials - k, 1), chance)
        return np.where(k < 0, 1.0, np.where(k >= trials, 0.0, inside))


def count_quantiles(kind: type[Count], p: Array, q: Array, parameters: tuple[Array, ...]) -> Array:
    """The smallest whole numbers k with P(X <= k) >= p for p < 1/2, and P(X > k) <= q for the rest; NaN where a
    parameter is outside its range. Parameters may be arrays that broadcast with p and q = 1 - p."""
    p, q, *given = np.broadcast_arrays(np.asarray(p, float), q, *parameters)
    shape, p, q, given = p.shape, p.ravel(), q.ravel(), [np.array(each, float).ravel() for each in given]
    mean, variance = kind.moments(*given)
    known = np.isfinite(variance) & (mean < MAX_COUNT) & (p >= 0) & (p <= 1)
    out = np.where(known & (q <= 0), kind.most(*given), np.nan)
    at = np.flatnonzero(known & (q > 0))  # the probabilities not yet found

    def reached(k: Array, at: Array) -> Array:
        values, lower = np.empty(k.shape, bool), p[at] < 0.5
        below, above = at[lower], at[~lower]
        values[lower] = kind.upto(k[lower], *(each[below] for each in given)) >= p[below]
        values[~lower] = kind.above(k[~lower], *(each[above] for each in given)) <= q[above]
        return values

    sd = np.sqrt(variance[at])
    scores = np.clip(normal_scores(p[at]), -40, 40)
    high = np.maximum(np.floor(mean[at] + sd * scores), 0)
    low, steps = high - 1, np.maximum(np.floor(sd / 64), 1)
    short, step = np.arange(at.size), steps.copy()
    while (short := short[~reached(high[short], at[short])]).size:
        low[short], high[short] = high[short], high[short] + step[short]
        step[short] *= 2
    beyond, step = np.flatnonzero(low >= 0), steps
    while (beyond := beyond[reached(low[beyond], at[beyond])]).size:
        low[beyond], high[beyond] = np.maximum(low[beyond] - step[beyond], -1), low[beyond]
        step[beyond] *= 2
        beyond = beyond[low[beyond] >= 0]
    while at.size:
        done = high - low <= np.maximum(1, np.spacing(high))
        out[at[done]] = high[done]
        at, low, high = at[~done], low[~done], high[~done]
        middle = np.floor((low + high) / 2)
        upper = reached(middle, at)
        low, high = np.where(upper, low, middle), np.where(upper, middle, high)
    return out.reshape(shape)[()]
