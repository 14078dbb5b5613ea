"""The named distributions of other languages, by the parameters that these take: p5 and p95; low, mode and high; ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.distributions.curves import (
    NORMAL,
    UNIFORM,
    Distribution,
    beta,
    gamma,
    location_scale,
    mapped,
    on_interval,
    student_t,
    triangular,
)
from mcfrontier.distributions.mixture import mixture

Z = float(special.ndtri(0.95))
ALL_DIGITS = 15
DIGITS = 4  # of a parameter, beside those that all draws have in common

Parameters = tuple[float, ...]


@dataclass(frozen=True)
class Draws:
    """The draws of a quantity in ascending order (`rising`), their quantiles at FIT_LEVELS (`points`), and the largest
    Monte Carlo error of their CDF at these (`error`)."""

    rising: Array
    points: Array
    error: float

    @property
    def ends(self) -> tuple[float, float, float]:
        """Their p5, their p95, and the width between."""
        low, high = float(self.points[9]), float(self.points[-10])
        return low, high, high - low

    @property
    def digits(self) -> int:
        """The number of significant digits that distinguish them."""
        low, high, width = self.ends
        return DIGITS + max(0, math.ceil(math.log10(max(abs(low), abs(high)) / width))) if width else ALL_DIGITS


class Kind(NamedTuple):
    """A named distribution.

    free          the number of free variables of the fit
    parameters    `parameters(free, draws)` returns its parameters; free variables of 0 are a first guess
    distribution  `distribution(*parameters)`
    accepts       whether it can have such draws
    weights       the number of its last parameters that are weights, which sum to one
    """

    free: int
    parameters: Callable[[Array, Draws], Parameters]
    distribution: Callable[..., Distribution]
    accepts: Callable[[Draws], bool]
    weights: int = 0


def anything(draws: Draws) -> bool:
    """Any draws."""
    return True


def positive(draws: Draws) -> bool:
    """Whether all draws are above 0."""
    return bool(draws.rising[0] > 0)


def within_0_and_1(draws: Draws) -> bool:
    """Whether all draws lie from 0 to 1."""
    return bool(draws.rising[0] >= 0 and draws.rising[-1] <= 1)


def normal(p5: float, p95: float) -> Distribution:
    """The normal with these percentiles."""
    return location_scale(NORMAL, (p5 + p95) / 2, (p95 - p5) / (2 * Z))


def lognormal(p5: float, p95: float) -> Distribution:
    """The lognormal with these percentiles."""
    return mapped(normal(np.log(p5), np.log(p95)), np.exp, np.log)


def pert(low: float, mode: float, high: float) -> Distribution:
    """The PERT distribution."""
    peak = (mode - low) / (high - low)
    return on_interval(beta(1 + 4 * peak, 5 - 4 * peak), low, high)


def triangle(low: float, mode: float, high: float) -> Distribution:
    """The triangular distribution."""
    return on_interval(triangular((mode - low) / (high - low)), low, high)


def shifted_t(centre: float, scale: float, df: float) -> Distribution:
    """Student's t with a centre and a scale."""
    return location_scale(student_t(df), centre, scale)


def two_ends(free: Array, draws: Draws, margin: float = 0.0) -> tuple[float, float]:
    """Two ends: p5 and p95, each moved outwards by `margin` times the width, then shifted and scaled."""
    low, _, width = draws.ends
    start = low - margin * width + width * free[0]
    return start, start + (1 + 2 * margin) * width * math.exp(free[1])


def two_ends_of_logs(free: Array, draws: Draws) -> Parameters:
    """The same for the logarithms."""
    low, high, _ = draws.ends
    ratio = math.log(high / low)
    start = math.log(low) + ratio * free[0]
    return float(np.exp(start)), float(np.exp(start + ratio * math.exp(free[1])))


def low_mode_high(free: Array, draws: Draws) -> Parameters:
    """Low, mode and high."""
    low, high = two_ends(free, draws, 0.25)
    return low, low + (high - low) * float(special.expit(free[2])), high


def beta_shapes(free: Array, draws: Draws) -> Parameters:
    """The two shapes of the beta with the mean and sd of the draws, scaled."""
    mean, variance = draws.points.mean(), draws.points.var()
    count = max(mean * (1 - mean) / variance - 1, 1e-3)
    return float(mean * count * math.exp(free[0])), float((1 - mean) * count * math.exp(free[1]))


def gamma_shape_scale(free: Array, draws: Draws) -> Parameters:
    """Shape and scale of the gamma, likewise."""
    mean, variance = draws.points.mean(), draws.points.var()
    return float(mean**2 / variance * math.exp(free[0])), float(variance / mean * math.exp(free[1]))


def t_parameters(free: Array, draws: Draws) -> Parameters:
    """Centre, scale and degrees of freedom, which are above one: with one or fewer there is no mean."""
    low, high, width = draws.ends
    return (low + high) / 2 + width * free[0], width / (2 * Z) * math.exp(free[1]), 1 + 5 * math.exp(free[2])


def mixture_kind(count: int, logs: bool) -> Kind:
    """A mixture of normals or lognormals; its parameters are p5 and p95 of each component, and then the weights."""
    component = lognormal if logs else normal

    def parameters(free: Array, draws: Draws) -> Parameters:
        points = np.log(draws.points) if logs else draws.points
        middles = np.quantile(points, (np.arange(count) + 0.5) / count)
        width = points[-10] - points[9]
        ends = []
        for i, middle in enumerate(middles):
            half = Z * width / (2 * count) * math.exp(free[2 * i + 1])
            ends += [middle + width * free[2 * i] - half, middle + width * free[2 * i] + half]
        weights = special.softmax(np.append(free[2 * count :], 0.0))
        return (*(np.exp(ends) if logs else np.array(ends)).tolist(), *weights.tolist())

    def distribution(*numbers: float) -> Distribution:
        ends, weights = numbers[: 2 * count], np.array(numbers[2 * count :])
        return mixture([component(*pair) for pair in zip(ends[::2], ends[1::2], strict=True)], weights / weights.sum())

    return Kind(3 * count - 1, parameters, distribution, positive if logs else anything, count)


KINDS: dict[str, Kind] = {
    "lognormal": Kind(2, two_ends_of_logs, lognormal, positive),
    "normal": Kind(2, two_ends, normal, anything),
    "beta": Kind(2, beta_shapes, beta, within_0_and_1),
    "gamma": Kind(2, gamma_shape_scale, lambda shape, scale: on_interval(gamma(shape), 0.0, scale), positive),
    "uniform": Kind(2, lambda free, draws: two_ends(free, draws, 1 / 18), partial(on_interval, UNIFORM), anything),
    "triangular": Kind(3, low_mode_high, triangle, anything),
    "pert": Kind(3, low_mode_high, pert, anything),
    "student-t": Kind(3, t_parameters, shifted_t, anything),
    "mixture of two lognormals": mixture_kind(2, logs=True),
    "mixture of two normals": mixture_kind(2, logs=False),
    "mixture of three lognormals": mixture_kind(3, logs=True),
    "mixture of three normals": mixture_kind(3, logs=False),
}
