"""The predictive distribution of a new member of a class, from a linear model with random effects.

A value is the sum of a mean, an effect of its level in each of several columns, one of the combination of its levels,
one of its group, and a residual: all normal, with standard deviations r1 s of the effects of levels and combinations,
r2 s of those of groups, and s of the residual. The prior is flat in the mean and in log(s), and half-Cauchy with scale
1 in r1 and r2 (Gelman 2006). Given r1 and r2, the mean and s are integrated out in closed form, and the predictive is
Student's t (Searle, Casella and McCulloch 1992, Variance Components). It is averaged over a grid of r1 and r2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.distributions.curves import CELLS_PER_SD, Curve, Distribution, find_crossing, from_nearer_end, student_t

CELLS = 16  # of equal prior probability, of which a grid of each ratio has the medians
EDGES = np.arange(CELLS + 1) / CELLS
# groups of near copies have ratios far in the tail, which has further cells, each with 2/3 of the probability above it
TAIL_EDGES = np.concatenate([EDGES[:-2], 1 - (1 - EDGES[-3]) * (2 / 3) ** np.arange(1, 17), EDGES[-1:]])
MIN_WEIGHT = 1e-9  # of a component, as a share of all
BLOCK = 4096  # arguments of a function at a time: each takes a number for each component
TABLE_CELLS, HEAVY_DF = 8, 20  # per standard deviation, of a table of its quantiles; with heavier tails, CELLS_PER_SD
NO_EFFECT = np.zeros(1), np.ones(1)  # the grid of the ratio of effects that there are not


class Components(NamedTuple):
    """A mixture of Student's t distributions with the same degrees of freedom: their weights, which sum to one, and
    their locations and scales."""

    df: int
    weights: Array
    locations: Array
    scales: Array


class Spectrum(NamedTuple):
    """The rows for a ratio r2: degrees of freedom, r2, its prior probability, the products (2, 2) of 1 and y, the
    eigenvalues and eigenvectors of the products of the effects, the products of these with 1 and y, and the log
    determinant of groups and residual."""

    df: int
    second: float
    prior: float
    products: Array
    eigenvalues: Array
    vectors: Array
    data: Array
    log_determinant: float


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


def grid(edges: Array) -> tuple[Array, Array]:
    """The medians of the cells of a ratio between `edges`, in probability, and the prior probabilities of the cells."""
    return np.tan(np.pi / 4 * (edges[1:] + edges[:-1])), np.diff(edges)


def components(values: Array, groups: Array, levels: Array, at: Array) -> Components:
    """The predictive distribution given each pair of ratios, weighted by the marginal likelihood of the values."""
    differ = (levels != at[:, None]).any(axis=1)  # else the effect of the column would be part of the mean
    levels, at = levels[differ], at[differ]
    centre, width = values.mean(), np.ptp(values)
    member, new = effects_of(levels, at)
    first, shares = grid(EDGES) if member.size or new else NO_EFFECT
    found = [
        given_ratios(each, member, new, first, shares)
        for each in spectra(((values - centre) / width).tobytes(), groups.tobytes(), levels.tobytes())
    ]
    log_weights, locations, scales = np.concatenate(found, axis=1)
    weights = np.exp(log_weights - log_weights.max())
    used = weights > MIN_WEIGHT * weights.sum()
    weights = weights[used] / weights[used].sum()
    return Components(len(values) - 1, weights, centre + width * locations[used], width * scales[used])


def effects_of(levels: Array, at: Array) -> tuple[Array, int]:
    """The effects that the new member has, as 0 and 1, (effects,), and the number that it has and no row."""
    own = [
        (keys == key[:, None]).all(axis=0).astype(float) for keys, key in zip(effects(levels), parts(at), strict=True)
    ]
    return np.concatenate([np.empty(0), *own]), sum(not each.any() for each in own)


def effects(levels: Array) -> list[Array]:
    """The distinct levels of each column and, if there are several, their combinations: arrays (columns, effects)."""
    return [np.unique(each, axis=1) for each in parts(levels)]


def parts(levels: Array) -> list[Array]:
    """Each column by itself and, if there are several, all of them."""
    return [levels[i : i + 1] for i in range(len(levels))] + ([levels] if len(levels) > 1 else [])


@lru_cache(maxsize=64)
def spectra(values: bytes, groups: bytes, levels: bytes) -> list[Spectrum]:
    """The spectrum of the rows for each ratio r2 of the groups. New members of all classes of a table share it."""
    y = np.frombuffer(values)
    keys = np.frombuffer(levels).reshape(-1, y.size)
    own = [
        (distinct[:, None] == each[:, :, None]).all(axis=0).astype(float)
        for distinct, each in zip(effects(keys), parts(keys), strict=True)
    ]
    columns = np.column_stack([np.ones(y.size), y, *own])
    place = np.unique(np.frombuffer(groups), return_inverse=True)[1]
    by_group = np.zeros((place.max() + 1, columns.shape[1]))
    np.add.at(by_group, place, columns)
    ratios = grid(TAIL_EDGES) if len(by_group) < y.size else NO_EFFECT  # of no two rows, it is part of the residual
    return [spectrum(columns.T @ columns, by_group, *each) for each in zip(*ratios, strict=True)]


def spectrum(products: Array, by_group: Array, second: float, prior: float) -> Spectrum:
    """The products of the columns 1, y and Z and their sums by group, in the metric of the covariance W = 1 + r2^2 G of
    groups and residual, with the spectral decomposition of Z' W^-1 Z."""
    sizes = by_group[:, 0]
    shrinkage = second**2 / (1 + second**2 * sizes)
    products = products - by_group.T @ (shrinkage[:, None] * by_group)
    eigenvalues, vectors = np.linalg.eigh(products[2:, 2:])
    log_determinant = float(np.log1p(second**2 * sizes).sum())
    data = vectors.T @ products[2:, :2]
    return Spectrum(
        sizes.sum() - 1, second, prior, products[:2, :2], np.maximum(eigenvalues, 0), vectors, data, log_determinant
    )


def given_ratios(rows: Spectrum, member: Array, new: int, first: Array, shares: Array) -> Array:
    """The log of prior times marginal likelihood, and location and scale of the predictive, (3, ratios), for each ratio
    r1 of the effects, whose prior probabilities are `shares`, from the spectrum of the rows for a ratio r2: the
    covariance of all rows is V = W + r1^2 Z Z'."""
    df, second, prior, products, eigenvalues, vectors, data, log_determinant = rows
    own = vectors.T @ member
    determinants = 1 + np.outer(first**2, eigenvalues)
    inverse = first[:, None] ** 2 / determinants  # the eigenvalues (ratios, effects) of r1^2 (1 + r1^2 Z' W^-1 Z)^-1
    ones, mixed, squares = (products[i, j] - inverse @ (data[:, i] * data[:, j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    mean = mixed / ones
    residual = squares - mean * mixed
    of_ones, of_values = inverse @ (own * data[:, 0]), inverse @ (own * data[:, 1])
    variance = 1 + second**2 + first**2 * new + inverse @ own**2 + (1 - of_ones) ** 2 / ones
    log_weights = -(np.log(determinants).sum(axis=1) + log_determinant + np.log(ones) + df * np.log(residual)) / 2
    log_weights += np.log(prior * shares)
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
        tabulate=TABLE_CELLS if df >= HEAVY_DF else CELLS_PER_SD,
        components=(weights, quantiles, lambda q: 2 * mixed.locations[:, None] - quantiles(q)),
        mean_exists=df > 1,
    )
