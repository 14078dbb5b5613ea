"""The metalog: a distribution drawn through percentiles, or as near to them as its terms allow.

Its quantile function is a sum of terms in L = ln(p / (1 - p)) and c = p - 1/2: 1, L, c L, c, c^2, c^2 L, c^3, ...
Source: T. Keelin, The Metalog Distributions, Decision Analysis 13 (2016).
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from mcfrontier.distributions import Array, Distribution, crossing
from mcfrontier.errors import InputError
from mcfrontier.family import Percentiles

MOST = 5  # terms, unless more are asked for
FAR = 745.0  # the logit of a probability that a float just holds
# c + p (1 - p) L, which decides the slope of three terms, is greatest where L tanh(L / 2) = 2
TURN = 2.399357280515468
GREATEST = math.tanh(TURN / 2) / 2 + TURN / (4 * math.cosh(TURN / 2) ** 2)


class Metalog(Percentiles, kw_only=True, frozen=True, tag="metalog"):
    """A smooth curve through three or more percentiles, of `terms` terms: as many as percentiles, but at most five,
    if left out; with fewer terms than percentiles it is the nearest one by least squares."""

    terms: int | None = None

    def check(self) -> None:
        count = len(self.points())
        if count < 3:
            raise InputError("it takes three percentiles or more, such as p10, p50 and p90")
        if self.terms is not None and not 2 <= self.terms <= count:
            raise InputError(f"terms = {self.terms} must lie from 2 to the number of percentiles, {count}")

    def whole(self) -> Distribution:
        points = self.points()
        terms = self.terms or min(MOST, len(points))
        weights = through(points, terms)
        if not rises(weights):
            fewer = next(count for count in range(terms - 1, 1, -1) if rises(through(points, count)))
            raise InputError(
                f"the metalog of {terms} terms through these percentiles has a density that is not positive "
                f"everywhere; take terms = {fewer}, which is near them, or a lognormal"
            )
        return metalog(weights)


def parts(weights: Array) -> tuple[Array, Array]:
    """The weights of the terms as two polynomials in c: of those without L, and of those with it."""
    order = {0: (0, 0), 1: (1, 0), 2: (1, 1), 3: (0, 1)}
    made = np.zeros((2, len(weights)))
    for k, weight in enumerate(weights):
        made[order.get(k, (k % 2, k // 2))] = weight
    return made[0], made[1]


def terms_at(y: Array, weights: Array) -> Array:
    """The quantile function of the logit y of its probability."""
    plain, logs = parts(weights)
    c = np.tanh(y / 2) / 2
    return np.polynomial.polynomial.polyval(c, plain) + y * np.polynomial.polynomial.polyval(c, logs)


def slope_at(y: Array, weights: Array) -> Array:
    """Its slope in y, which is p (1 - p) over the density."""
    poly = np.polynomial.polynomial
    plain, logs = parts(weights)
    c = np.tanh(y / 2) / 2
    spread = special.expit(y) * special.expit(-y)
    return spread * (poly.polyval(c, poly.polyder(plain)) + y * poly.polyval(c, poly.polyder(logs))) + poly.polyval(
        c, logs
    )


def through(points: list[tuple[float, float]], terms: int) -> Array:
    """The weights of the terms that come nearest to the points (probability, value), by least squares."""
    p, x = (np.array(column) for column in zip(*points, strict=True))
    columns = [terms_at(special.logit(p), unit) for unit in np.eye(terms)]
    return np.linalg.lstsq(np.stack(columns, axis=1), x, rcond=None)[0]


def rises(weights: Array) -> bool:
    """Whether the quantile function rises everywhere: by its slope's least value for three terms; beyond, on a dense
    grid of logits, of which what lies between two points can fall short by no more than the curve bends there."""
    if len(weights) <= 3:
        lean = abs(weights[2]) if len(weights) == 3 else 0.0
        return bool(weights[1] > lean * GREATEST)
    slope = slope_at(np.linspace(-45, 45, 9001), weights)  # beyond, it is what it is at the ends
    bend = np.abs(np.diff(slope, 2))
    return bool((slope > 0).all() and (slope[1:-1] > bend).all())


def metalog(weights: Array) -> Distribution:
    """The metalog of these weights of its terms."""

    def logit_of(x: Array) -> Array:
        return crossing(lambda y: terms_at(y, weights), x, -FAR, FAR)

    return Distribution(
        quantile=lambda p: terms_at(special.logit(p), weights),
        upper_quantile=lambda q: terms_at(-special.logit(q), weights),
        cdf=lambda x: special.expit(logit_of(x)),
        sf=lambda x: special.expit(-logit_of(x)),
        low=-math.inf,
        high=math.inf,
    )
