"""Cross-validation of a reference class: each row is predicted from the rows of the other groups, and scored.

Rows of a group are dependent, so a group counts once: statistics are means over groups of the means of their rows.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
from msgspec.structs import replace

from mcfrontier.analysis.forecasts.coverage import hits_interval, inside
from mcfrontier.analysis.forecasts.scoring_rules import crps
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.reference import Reference

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)  # of the quantiles of a prediction
TAIL, NODES = 1e-4, 64  # of the integral of a CRPS: the probability beyond its ends, and the nodes on either side
MIDPOINTS = 2000, 200  # levels of quantiles, of one distribution and of each factor of a product
RESAMPLES, SEED = 2**14, 1  # of a bootstrap
BINOMIAL_LEVEL = 0.98  # of the interval of the share of groups inside, if the intervals are calibrated


@dataclass(frozen=True)
class Validation:
    """The prediction of a positive outcome, and its scores.

    quantiles     at LEVELS
    percentile    of the outcome in the prediction, of 0 to 1
    crps          of the decimal logarithm
    log10_error   the decimal logarithm of the outcome over the median
    """

    quantiles: tuple[float, ...]
    percentile: float
    crps: float
    log10_error: float


@lru_cache(maxsize=4)
def predict_each(entry: Reference) -> tuple[Distribution, ...]:
    """The predictive distribution of each row of a reference class, from the rows of other groups and its levels in
    the columns of `offsets` alone."""
    table = entry.table
    groups = table.group_numbers([*range(len(table.labels))])
    levels = [tuple(table.cells[name][i] for name in entry.offsets) for i in range(len(groups))]
    found: dict[tuple[int, tuple[str, ...]], Distribution] = {}
    for i, key in enumerate(zip(groups.tolist(), levels, strict=True)):
        if key not in found:
            rest = np.flatnonzero(groups != groups[i]).tolist()
            if len({table.values[k] for k in rest}) < 2:
                name = table.groups[i] or table.labels[i]
                raise InputError(
                    f"without {name}, fewer than two different figures are left to predict it from; add rows of other "
                    "groups, or state a later day"
                )
            where = dict(zip(entry.offsets, levels[i], strict=True))
            with located(table.labels[i]):
                found[key] = replace(entry, where=where, sample=table.rows(rest), without={}).distribution()
    return tuple(found[key] for key in zip(groups.tolist(), levels, strict=True))


@lru_cache(maxsize=512)
def score_inverse(distribution: Distribution, factor: float, outcome: float) -> Validation:
    """Score the prediction of factor / X, for a positive X of a distribution."""
    at, quantiles = factor / outcome, factor / distribution.isf(np.array(LEVELS))
    percentile = float(distribution.sf(np.array([at]))[0])
    error = math.log10(outcome / quantiles[LEVELS.index(0.5)])
    return Validation(tuple(quantiles.tolist()), percentile, log_crps(distribution, at), error)


def log_crps(distribution: Distribution, outcome: float) -> float:
    """The CRPS of the decimal logarithm of a positive X, which is also that of the logarithm of a number over X.

    The integral of the squared difference between the distribution functions of forecast and outcome, by Gauss-Legendre
    quadrature on either side of the outcome.
    """
    low, high = (max(float(tail(np.array(TAIL))), sys.float_info.min) for tail in (distribution.ppf, distribution.isf))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    total, at = 0.0, math.log10(outcome)
    for end, tail in ((min(low, outcome), distribution.cdf), (max(high, outcome), distribution.sf)):
        half = (math.log10(end) - at) / 2
        total += abs(half) * float(weights @ tail(10 ** (at + half * (1 + nodes))) ** 2)
    return total


def product_quantiles(factors: Sequence[Distribution]) -> Array:
    """The products of quantiles of independent factors at the middles of equal steps of probability."""
    count = MIDPOINTS[len(factors) > 1]
    levels = (np.arange(count) + 0.5) / count
    products: Array = reduce(np.multiply.outer, [each.ppf(levels) for each in factors]).ravel()
    return products


def sample_log_crps(x: Array, outcome: float) -> float:
    """The CRPS of the decimal logarithm of a sample."""
    return crps(np.log10(x), math.log10(outcome))


def group_means(values: Sequence[float], groups: Sequence[str]) -> Array:
    """The mean of the values of each group."""
    _, place = np.unique(groups, return_inverse=True)
    means: Array = np.bincount(place, values) / np.bincount(place)
    return means


def group_weights(groups: Sequence[str]) -> list[float]:
    """The weight of each row: those of a group sum to 1."""
    _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    weights: list[float] = (1 / counts[place]).tolist()
    return weights


def share_inside(percentiles: Sequence[float], groups: Sequence[str], level: float) -> float:
    """The share of outcomes inside the central interval of a level; a group counts once."""
    return float(group_means([inside(each, level) for each in percentiles], groups).mean())


def binomial_interval(level: float, count: int) -> tuple[float, float]:
    """The ends of the central interval of the share of independent outcomes inside the interval of a level."""
    low, high = hits_interval(count, np.array([level]), BINOMIAL_LEVEL)
    return float(low[0] / count), float(high[0] / count)


def p_value(differences: Array) -> float:
    """The share of resamples of some groups in which the mean difference is not above 0: a bootstrap, one-sided."""
    places = np.random.default_rng(SEED).integers(0, len(differences), (RESAMPLES, len(differences)))
    return float((differences[places].mean(axis=1) <= 0).mean())
