"""The named distributions that other languages know, by the words these take: p5 and p95, low, mode and high, ..."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.distributions import (
    NORMAL,
    UNIFORM,
    Distribution,
    beta,
    gamma,
    mapped,
    moved,
    stretched,
    student_t,
    triangular,
)
from mcfrontier.mixtures import mixture

Z = float(special.ndtri(0.95))
ALL_DIGITS = 15
DIGITS = 4  # of a word, beside those that all draws have in common

Words = tuple[float, ...]


@dataclass(frozen=True)
class Draws:
    """The draws of a quantity in rising order, `points` some quantiles of them, and `error`: the largest Monte Carlo
    error of their CDF at these."""

    rising: np.ndarray
    points: np.ndarray
    error: float

    @property
    def ends(self) -> tuple[float, float, float]:
        """Their p5, their p95, and from the one to the other."""
        low, high = float(self.points[9]), float(self.points[-10])
        return low, high, high - low

    @property
    def digits(self) -> int:
        """How many digits tell them apart."""
        low, high, width = self.ends
        return DIGITS + max(0, math.ceil(math.log10(max(abs(low), abs(high)) / width))) if width else ALL_DIGITS


class Kind(NamedTuple):
    """`words(free, draws)` are its words for free parameters, which are all 0 at a first guess; `curve(*words)` is its
    distribution; `takes(draws)` tells whether it can have such draws. So many of its last words are `weights`, which
    sum to one."""

    free: int
    words: Callable[[np.ndarray, Draws], Words]
    curve: Callable[..., Distribution]
    takes: Callable[[Draws], bool]
    weights: int = 0


def anything(draws: Draws) -> bool:
    """Whatever they are."""
    return True


def positive(draws: Draws) -> bool:
    """Whether they are all above 0."""
    return bool(draws.rising[0] > 0)


def shares_of_a_whole(draws: Draws) -> bool:
    """Whether they lie within 0 and 1."""
    return bool(draws.rising[0] >= 0 and draws.rising[-1] <= 1)


def normal(p5: float, p95: float) -> Distribution:
    """The normal through two percentiles."""
    return moved(NORMAL, (p5 + p95) / 2, (p95 - p5) / (2 * Z))


def lognormal(p5: float, p95: float) -> Distribution:
    """The lognormal through two percentiles."""
    return mapped(normal(np.log(p5), np.log(p95)), np.exp, np.log)


def pert(low: float, mode: float, high: float) -> Distribution:
    """A smooth hump of this mode."""
    peak = (mode - low) / (high - low)
    return stretched(beta(1 + 4 * peak, 5 - 4 * peak), low, high)


def tent(low: float, mode: float, high: float) -> Distribution:
    """Straight up to the mode and straight down."""
    return stretched(triangular((mode - low) / (high - low)), low, high)


def along(free: np.ndarray, draws: Draws, margin: float = 0.0) -> tuple[float, float]:
    """Two ends: p5 and p95 widened by part of what lies between them, then moved and stretched."""
    low, _, width = draws.ends
    start = low - margin * width + width * free[0]
    return start, start + (1 + 2 * margin) * width * math.exp(free[1])


def along_logs(free: np.ndarray, draws: Draws) -> Words:
    """The same of the logarithms."""
    low, high, _ = draws.ends
    ratio = math.log(high / low)
    start = math.log(low) + ratio * free[0]
    return float(np.exp(start)), float(np.exp(start + ratio * math.exp(free[1])))


def humped(free: np.ndarray, draws: Draws) -> Words:
    """Low, mode and high."""
    low, high = along(free, draws, 0.25)
    return low, low + (high - low) * float(special.expit(free[2])), high


def of_beta(free: np.ndarray, draws: Draws) -> Words:
    """The two shapes of the beta of their mean and sd, made larger or smaller."""
    mean, variance = draws.points.mean(), draws.points.var()
    count = max(mean * (1 - mean) / variance - 1, 1e-3)
    return float(mean * count * math.exp(free[0])), float((1 - mean) * count * math.exp(free[1]))


def of_gamma(free: np.ndarray, draws: Draws) -> Words:
    """Shape and scale, likewise."""
    mean, variance = draws.points.mean(), draws.points.var()
    return float(mean**2 / variance * math.exp(free[0])), float(variance / mean * math.exp(free[1]))


def of_t(free: np.ndarray, draws: Draws) -> Words:
    """Centre, scale and degrees of freedom; not less than one, where there is no mean, by much."""
    low, high, width = draws.ends
    return (low + high) / 2 + width * free[0], width / (2 * Z) * math.exp(free[1]), 1 + 5 * math.exp(free[2])


def several(parts: int, logs: bool) -> Kind:
    """A mixture of normals, or of lognormals: its words are the ends of each part, and then the weights."""
    one = lognormal if logs else normal

    def words(free: np.ndarray, draws: Draws) -> Words:
        points = np.log(draws.points) if logs else draws.points
        middles = np.quantile(points, (np.arange(parts) + 0.5) / parts)
        width = points[-10] - points[9]
        ends = []
        for part, middle in enumerate(middles):
            half = Z * width / (2 * parts) * math.exp(free[2 * part + 1])
            ends += [middle + width * free[2 * part] - half, middle + width * free[2 * part] + half]
        weights = special.softmax(np.append(free[2 * parts :], 0.0))
        return (*(np.exp(ends) if logs else np.array(ends)).tolist(), *weights.tolist())

    def curve(*told: float) -> Distribution:
        ends, weights = told[: 2 * parts], np.array(told[2 * parts :])
        return mixture([one(*pair) for pair in zip(ends[::2], ends[1::2], strict=True)], weights / weights.sum())

    return Kind(3 * parts - 1, words, curve, positive if logs else anything, parts)


KINDS: dict[str, Kind] = {
    "lognormal": Kind(2, along_logs, lognormal, positive),
    "normal": Kind(2, along, normal, anything),
    "beta": Kind(2, of_beta, beta, shares_of_a_whole),
    "gamma": Kind(2, of_gamma, lambda shape, scale: stretched(gamma(shape), 0.0, scale), positive),
    "uniform": Kind(2, lambda free, draws: along(free, draws, 1 / 18), partial(stretched, UNIFORM), anything),
    "triangular": Kind(3, humped, tent, anything),
    "pert": Kind(3, humped, pert, anything),
    "student-t": Kind(3, of_t, lambda centre, scale, df: moved(student_t(df), centre, scale), anything),
    "mixture of two lognormals": several(2, logs=True),
    "mixture of two normals": several(2, logs=False),
    "mixture of three lognormals": several(3, logs=True),
    "mixture of three normals": several(3, logs=False),
}
