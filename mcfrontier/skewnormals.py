"""The skew normal of Azzalini: a bell curve whose density is leant to one side.

Its standard form has density 2 phi(z) Phi(a z) for shape a. Source: A. Azzalini, A class of distributions which
includes the normal ones, Scandinavian Journal of Statistics 12 (1985).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy import special

from mcfrontier.distributions import NORMAL, Array, Distribution, crossing, from_both_ends, moved
from mcfrontier.errors import InputError
from mcfrontier.family import Percentiles, one_form, positive

MOST = 1000.0  # shape: beyond, it is half a normal for every purpose
FAINT = 80.0  # twice the exponent that the integrand of a tail is followed down to
TURNS = np.linspace(-1, 1, 41)  # shapes to begin with, as turns: from -MOST to MOST
NODES = 64


class SkewNormal(Percentiles, kw_only=True, frozen=True, tag="skew-normal"):
    """A bell curve leant to one side: by three percentiles, or by location, scale and shape."""

    location: float | None = None
    scale: float | None = None
    shape: float | None = None

    def check(self) -> None:
        if one_form(self, ("location", "scale", "shape"), percentiles=3):
            positive(self.scale, "scale")
            if abs(self.shape) > MOST:
                raise InputError(f"shape = {self.shape:g} must lie from {-MOST:g} to {MOST:g}")

    def whole(self) -> Distribution:
        if self.shape is not None:
            return moved(skew_normal(self.shape), self.location, self.scale)
        return through(tuple(self.points()))


def lower(z: Array, a: float) -> Array:
    """P(Z <= z) of the standard form. Where the two terms of its closed form, Phi(z) - 2 T(z, a), would cancel, it is
    their difference as an integral of what is positive."""
    if a < 0:
        return special.ndtr(z) + 2 * special.owens_t(z, -a)
    out = special.ndtr(z) - 2 * special.owens_t(z, a)
    far = np.asarray(-z * max(a, 1.0) > 1)
    if far.any():
        out = np.where(far, faint_tail(np.where(far, -z, 1.0), a), out)
    return out


@cache
def gauss() -> tuple[Array, Array]:
    """Points from -1 to 1 and their weights, for integrals by Gauss and Legendre."""
    return np.polynomial.legendre.leggauss(NODES)


def faint_tail(h: Array, a: float) -> Array:
    """P(Z <= -h) for h and a above 0: the integral of exp(-h^2 / (2 sin^2 t)) / pi over t from 0 to arccot(a)."""
    h = np.minimum(h, 1e3)  # beyond, it is 0
    b = np.sqrt(a * a + FAINT / h**2)  # the cotangent of where the integrand has faded
    first = np.arctan(1 / b)
    width = np.arctan((FAINT / h**2) / (b + a) / (1 + a * b))
    nodes, weights = gauss()
    angle = first[..., None] + width[..., None] * (nodes + 1) / 2
    cotangent = 1 / np.tan(angle)
    fading = np.exp(-(h[..., None] ** 2) / 2 * (cotangent - a) * (cotangent + a))
    return width / 2 * (fading @ weights) * np.exp(-(h**2) / 2 * (1 + a * a)) / math.pi


def skew_normal(a: float) -> Distribution:
    """The skew normal of shape a, its location 0 and its scale 1."""
    if a == 0:
        return NORMAL

    def score(p: Array, a: float) -> Array:
        """The quantile: between those of the normal and of half a normal."""
        ends = (special.ndtri(p), special.ndtri((1 + p) / 2)) if a > 0 else (special.ndtri(p / 2), special.ndtri(p))
        with np.errstate(divide="ignore", invalid="ignore"):
            return crossing(lambda z: np.log(lower(z, a)), np.log(p), *ends)

    quantile, upper_quantile = from_both_ends(lambda p: score(p, a), lambda q: -score(q, -a))
    return Distribution(
        quantile=quantile,
        upper_quantile=upper_quantile,
        cdf=lambda z: lower(z, a),
        sf=lambda z: lower(-z, -a),
        low=-math.inf,
        high=math.inf,
        costly=True,
    )


@cache
def through(points: tuple[tuple[float, float], ...]) -> Distribution:
    """The skew normal with three (probability, value) on its curve, of several the least skewed."""
    levels, (x, y, z) = [p for p, _ in points], (value for _, value in points)
    wanted = math.log((z - y) / (y - x))

    def miss(turn: float) -> float:
        """How much further the third percentile is from the second than this from the first, against what is wanted."""
        first, second, third = quantiles(shape_of(turn), levels)
        return math.log((third - second) / (second - first)) - wanted

    misses = np.array([miss(turn) for turn in TURNS])
    pairs = np.flatnonzero(misses[:-1] * misses[1:] <= 0)
    turn = TURNS[np.abs(misses).argmin()]  # where half a normal is all but reached, further shapes change nothing
    if pairs.size:
        i = min(pairs, key=lambda i: abs(TURNS[i] + TURNS[i + 1]))
        sign = 1 if misses[i + 1] > misses[i] else -1
        turn = crossing(np.vectorize(lambda at: sign * miss(at), otypes=[float]), 0.0, TURNS[i], TURNS[i + 1])
    elif np.abs(misses).min() > 1e-12:
        raise InputError("its percentiles are too skewed for a skew normal; a metalog goes through them")
    shape = shape_of(float(turn))
    first, _, third = quantiles(shape, levels)
    scale = (z - x) / (third - first)
    return moved(skew_normal(shape), x - scale * first, scale)


def shape_of(turn: float) -> float:
    """The shape at a turn from -1 to 1."""
    return math.tan(turn * math.atan(MOST))


def quantiles(shape: float, levels: list[float]) -> list[float]:
    """The quantiles of the standard form."""
    return skew_normal(shape).quantile(np.array(levels)).tolist()
