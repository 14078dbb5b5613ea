"""Distributions by their curves: the standard ones, and what is made of them by mapping and truncation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import special

from mcfrontier.errors import InputError

Array = np.ndarray
Curve = Callable[[Array], Array]


@dataclass(frozen=True)
class Distribution:
    """A distribution by its four curves, each precise in its own tail, and its support.

    quantile(p) and upper_quantile(q) give x with P(X <= x) = p and P(X > x) = q; cdf(x) and sf(x) give
    those probabilities back. `costly`: the quantiles are slow enough to be worth a table.
    """

    quantile: Curve
    upper_quantile: Curve
    cdf: Curve
    sf: Curve
    low: float
    high: float
    costly: bool = False

    @property
    def median(self) -> float:
        return float(self.quantile(np.float64(0.5)))


NORMAL = Distribution(
    quantile=special.ndtri,
    upper_quantile=lambda q: -special.ndtri(q),
    cdf=special.ndtr,
    sf=lambda x: special.ndtr(-x),
    low=-math.inf,
    high=math.inf,
)

UNIFORM = Distribution(
    quantile=lambda p: p,
    upper_quantile=lambda q: 1 - q,
    cdf=lambda x: np.clip(x, 0, 1),
    sf=lambda x: np.clip(1 - x, 0, 1),
    low=0.0,
    high=1.0,
)


def beta(a: float, b: float) -> Distribution:
    """The beta distribution on 0 to 1."""
    return Distribution(
        quantile=partial(special.betaincinv, a, b),
        upper_quantile=partial(special.betainccinv, a, b),
        cdf=lambda x: special.betainc(a, b, np.clip(x, 0, 1)),
        sf=lambda x: special.betaincc(a, b, np.clip(x, 0, 1)),
        low=0.0,
        high=1.0,
        costly=min(a, b) >= 0.5,  # a table serves where the density does not shoot up at an end
    )


def triangular(peak: float) -> Distribution:
    """The triangle on 0 to 1 with its top at `peak`."""

    def rising(p: Array) -> Array:
        return np.sqrt(p * peak)

    def falling(q: Array) -> Array:
        return 1 - np.sqrt(q * (1 - peak))

    def below(x: Array) -> Array:
        return x * x / peak if peak > 0 else x * 0.0

    def above(x: Array) -> Array:
        return (1 - x) ** 2 / (1 - peak) if peak < 1 else x * 0.0

    def cdf(x: Array) -> Array:
        x = np.clip(x, 0, 1)
        return np.where(x <= peak, below(x), 1 - above(x))

    def sf(x: Array) -> Array:
        x = np.clip(x, 0, 1)
        return np.where(x <= peak, 1 - below(x), above(x))

    return Distribution(
        quantile=lambda p: np.where(p <= peak, rising(p), falling(1 - p)),
        upper_quantile=lambda q: np.where(q >= 1 - peak, rising(1 - q), falling(q)),
        cdf=cdf,
        sf=sf,
        low=0.0,
        high=1.0,
    )


def mapped(base: Distribution, forward: Curve, inverse: Curve) -> Distribution:
    """The distribution of forward(X), for an increasing `forward`; `inverse` undoes it."""
    low, high = forward(np.float64(base.low)), forward(np.float64(base.high))

    def inside(x: Array) -> Array:
        with np.errstate(divide="ignore"):  # the end of a support maps to infinity, and that is right
            return inverse(np.clip(x, low, high))

    return Distribution(
        quantile=lambda p: forward(base.quantile(p)),
        upper_quantile=lambda q: forward(base.upper_quantile(q)),
        cdf=lambda x: base.cdf(inside(x)),
        sf=lambda x: base.sf(inside(x)),
        low=float(low),
        high=float(high),
        costly=base.costly,
    )


def stretched(base: Distribution, low: float, high: float) -> Distribution:
    """A distribution on 0 to 1, laid over `low` to `high`."""
    width = high - low
    return mapped(base, lambda x: low + width * x, lambda x: (x - low) / width)


def truncated(base: Distribution, low: float, high: float) -> Distribution:
    """X given low <= X <= high: the density between the bounds, renormalised.

    The probability is counted from whichever tail is nearer, so that a cut far out keeps its digits.
    """
    low, high = max(low, base.low), min(high, base.high)
    below, above = base.cdf(np.float64(low)), base.sf(np.float64(high))
    mass = base.cdf(np.float64(high)) - below if below < 0.5 else base.sf(np.float64(low)) - above
    if not mass > 0:
        raise InputError(f"low = {low:g} and high = {high:g} leave nothing of the distribution")

    def at(p: Array, q: Array) -> Array:
        from_below, from_above = below + p * mass, above + q * mass
        lower = from_below < 0.5
        x = np.where(
            lower,
            base.quantile(np.where(lower, from_below, 0.5)),
            base.upper_quantile(np.where(lower, 0.5, from_above)),
        )
        return np.clip(x, low, high)

    def cdf(x: Array) -> Array:
        x = np.clip(x, low, high)
        return np.clip(np.where(x < base.median, base.cdf(x) - below, mass - base.sf(x) + above) / mass, 0, 1)

    def sf(x: Array) -> Array:
        x = np.clip(x, low, high)
        return np.clip(np.where(x < base.median, mass - base.cdf(x) + below, base.sf(x) - above) / mass, 0, 1)

    return Distribution(
        quantile=lambda p: at(p, 1 - p),
        upper_quantile=lambda q: at(1 - q, q),
        cdf=cdf,
        sf=sf,
        low=low,
        high=high,
        costly=base.costly,
    )
