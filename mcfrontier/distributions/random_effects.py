"""The predictive distribution of a new member of a class, from a linear model with random effects.

A value is the sum of a mean, an effect of its level in each of several columns, one of the combination of its levels,
one of its group, and a residual: all normal, with standard deviations r1 s of the effects of levels and combinations,
r2 s of those of groups, and s of the residual. The prior is flat in the mean and in log(s), and half-Cauchy with scale
1 in r1 and r2 (Gelman 2006). Given r1 and r2, the mean and s are integrated out in closed form, and the predictive is
Student's t (Searle, Casella and McCulloch 1992, Variance Components). It is averaged over a grid of r1 and r2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.distributions.curves import CELLS_PER_SD, Curve, Distribution, find_crossing, from_nearer_end, student_t

POINTS = 16  # of the grid of each ratio
RATIOS = np.tan(np.pi / 2 * (np.arange(POINTS) + 0.5) / POINTS)  # quantiles of the half-Cauchy distribution
MIN_WEIGHT = 1e-9  # of a component, as a share of all
BLOCK = 4096  # arguments of a function at a time: each takes a number for each component
CELLS, HEAVY_DF = 8, 20  # per standard deviation, of a table of its quantiles; with heavier tails, CELLS_PER_SD


class Components(NamedTuple):
    """A mixture of Student's t distributions with the same degrees of freedom: their weights, which sum to one, and
    their locations and scales."""

    df: int
    weights: Array
    locations: Array
    scales: Array


class Effects(NamedTuple):
    """The effects of levels and combinations: which of them each row has (rows, effects) and which of them the new
    member has (effects,), as 0 and 1, and the number of effects that the new member has and no row."""

    rows: Array
    member: Array
    new: int


def predictive(values: Array, groups: Array, levels: Array, at: Array) -> Distribution:
    """The distribution of one new member of a new group.

    Parameters
    ----------
    values : (n,), not all equal; equal ones of the same group and the same levels count once
    groups : (n,) whole numbers; rows of the same group have the same
    levels : (columns, n) whole numbers, the level of each row in each column
    at : (columns,) the levels of the new member; one that no row has is a new level
    """
    groups, *distinct, values = np.unique(np.vstack([groups, levels, values]), axis=1)
    return mixture_of_t(components(values, groups, np.reshape(distinct, (len(at), len(values))), at))


def components(values: Array, groups: Array, levels: Array, at: Array) -> Components:
    """The predictive distribution given each pair of ratios, weighted by the marginal likelihood of the values."""
    centre, width = values.mean(), np.ptp(values)
    effects = effects_of(levels, at)
    columns = np.column_stack([np.ones(len(values)), (values - centre) / width, effects.rows])
    place = np.unique(groups, return_inverse=True)[1]
    by_group = np.zeros((place.max() + 1, columns.shape[1]))
    np.add.at(by_group, place, columns)
    first = RATIOS if effects.member.size or effects.new else np.zeros(1)
    second = RATIOS if len(by_group) < len(values) else np.zeros(1)  # of no two rows, it is part of the residual
    found = [given_ratios(columns.T @ columns, by_group, effects, first, ratio) for ratio in second]
    log_weights, locations, scales = np.concatenate(found, axis=1)
    weights = np.exp(log_weights - log_weights.max())
    used = weights > MIN_WEIGHT * weights.sum()
    weights = weights[used] / weights[used].sum()
    return Components(len(values) - 1, weights, centre + width * locations[used], width * scales[used])


def effects_of(levels: Array, at: Array) -> Effects:
    """The effects of the levels of each column and, if there are several, of their combinations. A column in which all
    rows have the level of the new member has no effect, which would be part of the mean."""
    differ = (levels != at[:, None]).any(axis=1)
    levels, at = levels[differ], at[differ]
    columns = [(levels[i : i + 1], at[i : i + 1]) for i in range(len(at))]
    columns += [(levels, at)] if len(at) > 1 else []
    rows, member = [np.empty((levels.shape[1], 0))], [np.empty(0)]
    for keys, own in columns:
        distinct, place = np.unique(keys, axis=1, return_inverse=True)
        rows.append(np.eye(distinct.shape[1])[place.ravel()])
        member.append((distinct == own[:, None]).all(axis=0).astype(float))
    return Effects(np.hstack(rows), np.concatenate(member), sum(not each.any() for each in member[1:]))


def given_ratios(products: Array, by_group: Array, effects: Effects, first: Array, second: float) -> Array:
    """The log of the marginal likelihood, and location and scale of the predictive, (3, ratios), for each ratio r1 of
    the effects and one ratio r2 of the groups, from the products of the columns 1, y and Z and their sums by group.

    With the covariance W = 1 + r2^2 G of groups and residual, that of all rows is V = W + r1^2 Z Z'. Sums by group give
    the products of the columns in the metric of W, and a spectral decomposition of Z' W^-1 Z those in the metric of V.
    """
    sizes = by_group[:, 0]
    df, shrinkage = sizes.sum() - 1, second**2 / (1 + second**2 * sizes)
    products = products - by_group.T @ (shrinkage[:, None] * by_group)
    eigenvalues, vectors = np.linalg.eigh(products[2:, 2:])
    data, own = vectors.T @ products[2:, :2], vectors.T @ effects.member
    determinants = 1 + np.outer(first**2, np.maximum(eigenvalues, 0))
    inverse = first[:, None] ** 2 / determinants  # the eigenvalues (ratios, effects) of r1^2 (1 + r1^2 Z' W^-1 Z)^-1
    ones, mixed, squares = (products[i, j] - inverse @ (data[:, i] * data[:, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    mean = mixed / ones
    residual = squares - mean * mixed
    of_ones, of_values = inverse @ (own * data[:, 0]), inverse @ (own * data[:, 1])
    variance = 1 + second**2 + first**2 * effects.new + inverse @ own**2 + (1 - of_ones) ** 2 / ones
    log_determinants = np.log(determinants).sum(axis=1) + np.log1p(second**2 * sizes).sum()
    log_weights = -(log_determinants + np.log(ones) + df * np.log(residual)) / 2
    return np.array([log_weights, of_values + mean * (1 - of_ones), np.sqrt(residual / df * variance)])


def in_blocks(curve: Curve) -> Curve:
    """A function that is evaluated for blocks of its arguments, which limits its memory."""

    def evaluate(x: Array) -> Array:
        x = np.asarray(x, float)
        out, flat = np.empty(x.size), x.ravel()
        for start in range(0, x.size, BLOCK):
            out[start : start + BLOCK] = curve(flat[start : start + BLOCK])
        return out.reshape(x.shape)[()]

    return evaluate


def mixture_of_t(mixed: Components) -> Distribution:
    """A mixture of Student's t distributions."""
    base, (df, weights, _, scales) = student_t(mixed.df), mixed

    def lower_tail(locations: Array) -> tuple[Curve, Curve]:
        """The distribution function, and the quantile function for probabilities below 1/2."""

        def cdf(x: Array) -> Array:
            each = base.cdf((x[:, None] - locations) / scales)
            values: Array = (weights * each).sum(axis=-1)  # rounded in the same way in arrays of any size
            return values

        def quantile(p: Array) -> Array:
            ends = locations + scales * base.ppf(p)[:, None]
            with extremes_allowed():  # of probability 0
                return find_crossing(lambda x: np.log(cdf(x)), np.log(p), ends.min(axis=-1), ends.max(axis=-1))

        return in_blocks(cdf), in_blocks(quantile)

    def quantiles(p: Array) -> Array:
        """Those of the components."""
        values: Array = mixed.locations[:, None] + scales[:, None] * base.ppf(p)
        return values

    cdf, lower = lower_tail(mixed.locations)
    mirrored_cdf, mirrored = lower_tail(-mixed.locations)
    return Distribution(
        *from_nearer_end(lower, lambda q: -mirrored(q)),
        cdf,
        lambda x: mirrored_cdf(-np.asarray(x)),
        tabulate=CELLS if df >= HEAVY_DF else CELLS_PER_SD,
        components=(weights, quantiles, lambda q: 2 * mixed.locations[:, None] - quantiles(q)),
        mean_exists=df > 1,
    )
