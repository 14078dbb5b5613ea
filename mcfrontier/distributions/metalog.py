"""The metalog: a distribution fitted to percentiles, exactly or by least squares.

Its quantile function is a sum of terms in L = ln(p / (1 - p)) and c = p - 1/2: 1, L, c L, c, c^2, c^2 L, c^3, ...
Source: T. Keelin, The Metalog Distributions, Decision Analysis 13 (2016).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Curve, Distribution, find_crossing, mapped
from mcfrontier.distributions.family import PercentilePoints, Percentiles, check_order

MAX_DEFAULT_TERMS = 5  # unless more are requested
MAX_LOGIT = 745.0  # the logit of the smallest probability that a float can represent
# with three terms the slope depends on c + p (1 - p) L, which is largest where L tanh(L / 2) = 2
MAX_SLOPE_LOGIT = 2.399357280515468
MAX_SLOPE = math.tanh(MAX_SLOPE_LOGIT / 2) / 2 + MAX_SLOPE_LOGIT / (4 * math.cosh(MAX_SLOPE_LOGIT / 2) ** 2)


class Metalog(Percentiles, kw_only=True, frozen=True, tag="metalog"):
    """A smooth distribution by three or more percentiles, with `terms` terms: by default as many as percentiles, but at
    most five. With fewer terms than percentiles it is a least-squares fit. `low` and `high` are the ends of its
    support: with one of them it is Keelin's log metalog, with both his logit metalog."""

    terms: int | None = None

    def check(self) -> None:
        count = len(self.points())
        if count < 3:
            raise InputError("it takes three percentiles or more, such as p10, p50 and p90")
        if self.terms is not None and not 2 <= self.terms <= count:
            raise InputError(f"terms = {self.terms} must lie from 2 to the number of percentiles, {count}")
        if self.low is not None and self.high is not None:
            check_order(self.low, self.high, "low", "high")
        for key, value in self.percentiles.items():
            if self.low is not None:
                check_order(self.low, value, "low", key)
            if self.high is not None:
                check_order(value, self.high, key, "high")

    def distribution(self) -> Distribution:
        self.check()
        return self.untruncated()

    def untruncated(self) -> Distribution:
        to_line, from_line = between(self.low, self.high)
        points = tuple((p, float(to_line(np.array(x)))) for p, x in self.points())
        terms = self.terms or min(MAX_DEFAULT_TERMS, len(points))
        weights = fit_weights(points, terms)
        if not is_increasing(weights):
            fewer = next((n for n in range(terms - 1, 1, -1) if is_increasing(fit_weights(points, n))), None)
            if fewer is None:  # that of two terms increases, but for rounding
                raise ArithmeticError
            raise InputError(
                f"the metalog of {terms} terms through these percentiles has a density that is not positive "
                f"everywhere; take terms = {fewer}, which comes close to them, state its end, such as low = 0, or "
                "take a lognormal"
            )
        made = metalog(weights)
        if self.low is None and self.high is None:
            return made
        lower, upper = tail_slopes(weights)
        open_tails = [upper] * (self.high is None) + [lower] * (self.low is None)  # exponentials of a logistic tail
        return replace(mapped(made, from_line, to_line), mean_exists=all(slope < 1 for slope in open_tails))


def between(low: float | None, high: float | None) -> tuple[Curve, Curve]:
    """An increasing function from a support to all numbers, and its inverse."""
    if low is not None and high is not None:
        start, width = low, high - low
        return (
            lambda x: np.log(x - start) - np.log(start + width - x),
            lambda y: np.clip(start + width * special.expit(y), low, high),
        )
    if low is not None:
        return lambda x: np.log(x - low), lambda y: low + np.exp(y)
    if high is not None:
        return lambda x: -np.log(high - x), lambda y: high - np.exp(-y)
    return lambda x: x, lambda y: y


def tail_slopes(weights: Array) -> tuple[float, float]:
    """The slopes of the quantile function in the logit of the probability, far out in both tails."""
    lower, upper = np.polynomial.polynomial.polyval(np.array([-0.5, 0.5]), polynomials(weights)[1]).tolist()
    return lower, upper


def polynomials(weights: Array) -> tuple[Array, Array]:
    """The coefficients of the two polynomials in c: of the terms without L, and of those with it."""
    positions = {0: (0, 0), 1: (1, 0), 2: (1, 1), 3: (0, 1)}
    coefficients = np.zeros((2, len(weights)))
    for k, weight in enumerate(weights):
        coefficients[positions.get(k, (k % 2, k // 2))] = weight
    return coefficients[0], coefficients[1]


def quantile_at(y: Array, weights: Array) -> Array:
    """The quantile function at the logit y of the probability."""
    plain, logs = polynomials(weights)
    c = np.tanh(y / 2) / 2
    return np.polynomial.polynomial.polyval(c, plain) + y * np.polynomial.polynomial.polyval(c, logs)


def slope_at(y: Array, weights: Array) -> Array:
    """The derivative of the quantile function in y, which is p (1 - p) over the density."""
    poly = np.polynomial.polynomial
    plain, logs = polynomials(weights)
    c = np.tanh(y / 2) / 2
    spread = special.expit(y) * special.expit(-y)
    values: Array = spread * (
        poly.polyval(c, poly.polyder(plain)) + y * poly.polyval(c, poly.polyder(logs))
    ) + poly.polyval(c, logs)
    return values


def fit_weights(points: PercentilePoints, terms: int) -> Array:
    """The weights of the terms that fit the percentiles best, by least squares."""
    p, x = (np.array(column) for column in zip(*points, strict=True))
    columns = [quantile_at(special.logit(p), unit) for unit in np.eye(terms)]
    values: Array = np.linalg.lstsq(np.stack(columns, axis=1), x, rcond=None)[0]
    return values


def is_increasing(weights: Array) -> bool:
    """Whether the quantile function is increasing: for three terms by the smallest slope; with more terms on a dense
    grid of logits, where the slope between two points can be lower by no more than its second difference there."""
    if len(weights) <= 3:
        skew = abs(weights[2]) if len(weights) == 3 else 0.0
        return bool(weights[1] > skew * MAX_SLOPE)
    slope = slope_at(np.linspace(-45, 45, 9001), weights)  # beyond, the slope is that at the ends
    curvature = np.abs(np.diff(slope, 2))
    return bool((slope > 0).all() and (slope[1:-1] > curvature).all())


def metalog(weights: Array) -> Distribution:
    """The metalog with these weights of its terms."""

    def logit_of(x: Array) -> Array:
        return find_crossing(lambda y: quantile_at(y, weights), x, -MAX_LOGIT, MAX_LOGIT)

    return Distribution(
        ppf=lambda p: quantile_at(special.logit(p), weights),
        isf=lambda q: quantile_at(-special.logit(q), weights),
        cdf=lambda x: special.expit(logit_of(x)),
        sf=lambda x: special.expit(-logit_of(x)),
    )
