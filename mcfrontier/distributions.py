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

EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Distribution:
    """A distribution by its four curves, each precise in its own tail, and its support.

    quantile(p) and upper_quantile(q) give x with P(X <= x) = p and P(X > x) = q; cdf(x) and sf(x) give
    those probabilities back. `costly`: the quantiles are slow enough to be worth a table. `rough`: they may
    jump or have kinks, as where values are counted or modes lie apart. `knots`: values between which the probability
    goes straight, if it does so all the way.
    """

    quantile: Curve
    upper_quantile: Curve
    cdf: Curve
    sf: Curve
    low: float
    high: float
    costly: bool = False
    rough: bool = False
    knots: Array | None = None

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


def gamma(a: float) -> Distribution:
    """The gamma distribution of shape a, its scale 1."""
    return Distribution(
        quantile=partial(special.gammaincinv, a),
        upper_quantile=partial(special.gammainccinv, a),
        cdf=lambda x: special.gammainc(a, np.maximum(x, 0)),
        sf=lambda x: special.gammaincc(a, np.maximum(x, 0)),
        low=0.0,
        high=math.inf,
        costly=a >= 0.5,
    )


def student_t(df: float) -> Distribution:
    """Student's t about 0, its scale 1."""
    return Distribution(
        quantile=partial(special.stdtrit, df),
        upper_quantile=lambda q: -special.stdtrit(df, q),
        cdf=partial(special.stdtr, df),
        sf=lambda x: special.stdtr(df, -x),
        low=-math.inf,
        high=math.inf,
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
        rough=base.rough,
    )


def stretched(base: Distribution, low: float, high: float) -> Distribution:
    """A distribution on 0 to 1, laid over `low` to `high`."""
    width = high - low
    return mapped(base, lambda x: low + width * x, lambda x: (x - low) / width)


def moved(base: Distribution, location: float, scale: float) -> Distribution:
    """A distribution made `scale` times as wide and moved by `location`."""
    return mapped(base, lambda x: location + scale * x, lambda x: (x - location) / scale)


def truncated(base: Distribution, low: float, high: float) -> Distribution:
    """X given low <= X <= high: the density between the bounds, renormalised.

    The probability is counted from whichever tail is nearer, so that a cut far out keeps its digits.
    """
    low, high = max(low, base.low), min(high, base.high)
    start = np.nextafter(low, -math.inf) if base.rough else np.float64(low)  # what is counted at `low` stays in
    below, above = base.cdf(start), base.sf(np.float64(high))
    mass = base.cdf(np.float64(high)) - below if below < 0.5 else base.sf(start) - above
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
        rough=base.rough,
    )


def from_both_ends(quantile: Curve, upper_quantile: Curve) -> tuple[Curve, Curve]:
    """The two quantile functions, each taken from the end that is nearer, where it is precise."""

    def at(p: Array, q: Array) -> Array:
        p, q = np.asarray(p, float), np.asarray(q, float)
        out, lower = np.empty(p.shape), p < 0.5
        out[lower] = quantile(p[lower])
        out[~lower] = upper_quantile(q[~lower])
        return out[()]

    return lambda p: at(p, 1 - p), lambda q: at(1 - q, q)


def crossing(curve: Curve, target: Array, low: Array, high: Array) -> Array:
    """Where a rising curve comes to a target between `low` and `high`, to double precision, target by target.

    Where it jumps over the target that is the upper side of the jump; where it is above it at `low`, it is `low`.
    Method: Chandrupatla (1997), inverse quadratic steps where they are safe and halving elsewhere.
    """
    target, low, high = (np.array(x, float) for x in np.broadcast_arrays(target, low, high))
    out, shape = high.ravel(), target.shape
    target, low, high = target.ravel(), low.ravel(), high.ravel()
    with np.errstate(invalid="ignore"):
        at_low, at_high = curve(low) - target, curve(high) - target
    out[~(at_low < 0)] = low[~(at_low < 0)]
    left = np.flatnonzero((at_low < 0) & (at_high > 0))  # the targets that are still looked for
    target, smallest = target[left], 1e-30 * (high[left] - low[left])
    a, b, fa, fb = high[left], low[left], at_high[left], at_low[left]  # a is tried last, the crossing is between them
    c, fc, t = b, fb, np.full(left.shape, 0.5)
    while left.size:
        x = a + t * (b - a)
        fx = curve(x) - target
        same = (fx >= 0) == (fa >= 0)
        b, fb, c, fc = (np.where(same, *pair) for pair in ((b, a), (fb, fa), (a, b), (fa, fb)))
        a, fa = x, fx
        width = np.abs(b - a)
        least = 2 * EPSILON * np.minimum(np.abs(a), np.abs(b)) + smallest
        found = (width <= 2 * least) | (fa == 0) | ~np.isfinite(x)
        out[left[found]] = np.where(fa >= 0, a, b)[found]
        with np.errstate(all="ignore"):
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
            edge = np.minimum(least / width, 0.5)
            t = np.clip(np.where(safe & np.isfinite(step), step, 0.5), edge, 1 - edge)
        kept = (left, target, smallest, a, b, c, fa, fb, fc, t)
        left, target, smallest, a, b, c, fa, fb, fc, t = (x[~found] for x in kept)
    return out.reshape(shape)[()]
