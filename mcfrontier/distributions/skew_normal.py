"""The skew normal distribution. Its standard form has density 2 phi(z) Phi(a z) for shape a.

Source: A. Azzalini, A class of distributions which
includes the normal ones, Scandinavian Journal of Statistics 12 (1985).
"""

from __future__ import annotations

import math
from functools import cache, lru_cache

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import (
    CELLS_PER_SD,
    NORMAL,
    Distribution,
    find_crossing,
    from_nearer_end,
    location_scale,
)
from mcfrontier.distributions.family import PercentilePoints, Percentiles, check_positive

MAX_SHAPE = 1000.0  # beyond, it is a half-normal distribution for every purpose
TAIL_EXPONENT = 80.0  # twice the exponent at which the integral of a tail is cut off
SHAPE_ANGLES = np.linspace(-1, 1, 41)  # starting grid of shapes from -MAX_SHAPE to MAX_SHAPE, see `shape_at`
QUADRATURE_NODES = 64


class SkewNormal(Percentiles, kw_only=True, frozen=True, tag="skew-normal"):
    """A normal distribution with skewness: by three percentiles, or by location, scale and shape."""

    location: float | None = None
    scale: float | None = None
    shape: float | None = None

    def check(self) -> None:
        if form := self.stated_form(3, ("location", "scale", "shape")):
            check_positive(form["scale"], "scale")
            if abs(form["shape"]) > MAX_SHAPE:
                raise InputError(f"shape = {form['shape']:g} must lie from {-MAX_SHAPE:g} to {MAX_SHAPE:g}")

    def untruncated(self) -> Distribution:
        if self.location is not None and self.scale is not None and self.shape is not None:
            return location_scale(skew_normal(self.shape), self.location, self.scale)
        return skew_normal_through(self.points())


def lower_tail(z: Array, a: float) -> Array:
    """P(Z <= z) of the standard form, in closed form; where its two terms, Phi(z) - 2 T(z, a), would cancel, by an
    integral of a positive function."""
    out: Array
    if a < 0:
        out = special.ndtr(z) + 2 * special.owens_t(z, -a)
        return out
    out = special.ndtr(z) - 2 * special.owens_t(z, a)
    far = np.asarray(-z * max(a, 1.0) > 1)
    if far.any():
        out = np.where(far, integrated_tail(np.where(far, -z, 1.0), a), out)
    return out


@cache
def gauss_legendre() -> tuple[Array, Array]:
    """Nodes from -1 to 1 and weights of a Gauss-Legendre quadrature."""
    return np.polynomial.legendre.leggauss(QUADRATURE_NODES)


def integrated_tail(h: Array, a: float) -> Array:
    """P(Z <= -h) for h and a above 0: the integral of exp(-h^2 / (2 sin^2 t)) / pi over t from 0 to arccot(a)."""
    h = np.minimum(h, 1e3)  # beyond, it is 0
    b = np.sqrt(a * a + TAIL_EXPONENT / h**2)  # cotangent of the angle where the integrand is negligible
    first = np.arctan(1 / b)
    width = np.arctan((TAIL_EXPONENT / h**2) / (b + a) / (1 + a * b))
    nodes, weights = gauss_legendre()
    angle = first[..., None] + width[..., None] * (nodes + 1) / 2
    cotangent = 1 / np.tan(angle)
    decay = np.exp(-(h[..., None] ** 2) / 2 * (cotangent - a) * (cotangent + a))
    values: Array = width / 2 * (decay @ weights) * np.exp(-(h**2) / 2 * (1 + a * a)) / math.pi
    return values


def skew_normal(a: float) -> Distribution:
    """The skew normal distribution with shape a, location 0 and scale 1."""
    if a == 0:
        return NORMAL

    def quantile(p: Array, a: float) -> Array:
        """The quantile, which lies between those of the normal and of the half-normal distribution."""
        ends = (special.ndtri(p), special.ndtri((1 + p) / 2)) if a > 0 else (special.ndtri(p / 2), special.ndtri(p))
        with np.errstate(divide="ignore", invalid="ignore"):
            return find_crossing(lambda z: np.log(lower_tail(z, a)), np.log(p), *ends)

    ppf, isf = from_nearer_end(lambda p: quantile(p, a), lambda q: -quantile(q, -a))
    return Distribution(ppf, isf, lambda z: lower_tail(z, a), lambda z: lower_tail(-z, -a), tabulate=CELLS_PER_SD)


@lru_cache(maxsize=512)
def skew_normal_through(points: PercentilePoints) -> Distribution:
    """The skew normal distribution with three given percentiles; of several, the least skewed."""
    levels, (x, y, z) = [p for p, _ in points], (value for _, value in points)
    target = math.log((z - y) / (y - x))

    def residual(angle: float) -> float:
        """The logarithm of the ratio of the upper to the lower distance between the percentiles, minus its target."""
        first, second, third = standard_quantiles(shape_at(angle), levels)
        return math.log((third - second) / (second - first)) - target

    residuals = np.array([residual(angle) for angle in SHAPE_ANGLES])
    changes = np.flatnonzero(residuals[:-1] * residuals[1:] <= 0).tolist()  # the intervals that contain a root
    angle = float(SHAPE_ANGLES[np.abs(residuals).argmin()])  # near a half-normal, larger shapes change nothing
    if changes:
        i = min(changes, key=lambda i: abs(SHAPE_ANGLES[i] + SHAPE_ANGLES[i + 1]))
        sign = 1 if residuals[i + 1] > residuals[i] else -1
        increasing = np.vectorize(lambda angle: sign * residual(angle), otypes=[float])
        angle = float(find_crossing(increasing, 0.0, SHAPE_ANGLES[i], SHAPE_ANGLES[i + 1]))
    elif np.abs(residuals).min() > 1e-12:
        raise InputError("its percentiles are too skewed for a skew normal; a metalog goes through them")
    shape = shape_at(angle)
    first, _, third = standard_quantiles(shape, levels)
    scale = (z - x) / (third - first)
    return location_scale(skew_normal(shape), x - scale * first, scale)


def shape_at(angle: float) -> float:
    """The shape at an angle from -1 to 1, in units of arctan(MAX_SHAPE)."""
    return math.tan(angle * math.atan(MAX_SHAPE))


def standard_quantiles(shape: float, levels: list[float]) -> list[float]:
    """Quantiles of the standard form."""
    values: list[float] = skew_normal(shape).ppf(np.array(levels)).tolist()
    return values
