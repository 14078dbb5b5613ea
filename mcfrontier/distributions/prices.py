"""The predictive distribution of the price of a chip on a day, from dated quotes: a Gaussian process of its log.

The log of a quote is the sum of
- the level of its basis: an effect of each column of the basis (such as term and tier) and of their combination;
- the level of its chip: a line in the logs of the chip's features (such as BF16 rate and memory), an effect of its
  generation and one of the chip, so that a chip without quotes has the level of its class;
- two random walks in time without drift, one of the tier (the last column of the basis), one of the chip;
- effects of its seller, of the seller on this basis, and of the seller for this chip on this basis, which last: ten
  equal quotes of one seller are not ten independent ones;
- a residual, and the error of a quote that is stated as an interval of 90 %.

All are normal. The prior is flat in the mean, and as in SLOPE and LEVEL_SD for the slopes and the columns of the basis.
The standard deviations of the other effects, for walks those after a year, have half-Cauchy priors (Gelman 2006) with
the scales in SCALES, so that few quotes never make one zero. Each is set to its posterior mean by a normal
approximation to the logs of all, at their mode with the expected information.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import PIECE, Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution, log_normal

SCALES = {
    "basis": 0.2,
    "generation": 0.2,
    "chip": 0.2,
    "walk of tier": 0.2,
    "walk of chip": 0.2,
    "seller": 0.2,
    "seller on basis": 0.1,
    "seller for chip": 0.1,
    "residual": 0.1,
}
OF_MARKET = np.arange(len(SCALES)) < list(SCALES).index("seller")  # the effects that are not of one seller
SLOPE = 0.5, 0.5  # mean and sd of the slope of each feature: a chip with twice of both has twice the price
LEVEL_SD = 1.0  # of a column of the basis, and of a chip with an unknown feature
FLAT_SD = 10.0  # of the mean, about the median
LOG_BOUNDS = -7.0, 2.0  # of the standard deviations
DIGITS = 6  # of a prediction: beyond the rounding errors of linear algebra, which depend on threads and processors
SDS_OF_INTERVAL = 2 * 1.6448536269514722  # of 90 %
DAYS_PER_YEAR = 365.25
BLOCK = 64  # rows of a matrix that is inverted at once, without threads, which wait for each other


class Chip(NamedTuple):
    """A chip: its generation, and its features, None where one is unknown; all chips have as many."""

    name: str
    generation: str
    features: tuple[float | None, ...]


class Quote(NamedTuple):
    """A quote: a price and, if it is stated as an interval of 90 %, the ratio of its ends. An unknown `seller`, "",
    differs from all sellers. All quotes have as many columns of the basis."""

    price: float
    chip: str
    day: date
    basis: tuple[str, ...]
    seller: str = ""
    ratio: float = 1.0


class Target(NamedTuple):
    """A price to predict: of a new seller, unless one of the sellers of the quotes is named."""

    chip: str
    day: date
    basis: tuple[str, ...]
    seller: str = ""


@dataclass(frozen=True)
class Quotes:
    """Quotes on bases that can be compared, and the chips whose class is known."""

    quotes: tuple[Quote, ...]
    chips: tuple[Chip, ...]

    def __post_init__(self) -> None:
        if not self.quotes:
            raise InputError("no quote is left to predict a price from; choose other rows, or a later day")
        for quote in self.quotes:
            if not (0 < quote.price < np.inf and 1 <= quote.ratio < np.inf):
                problem = (
                    f"price = {quote.price:g} must be above 0, and ratio = {quote.ratio:g} at least 1; both finite"
                )
                raise InputError(f"{quote.chip} on {quote.day}: {problem}")


class Predicted(NamedTuple):
    """Predicted prices: mean and standard deviation of their logs, the number of quotes of the chip and of those on the
    basis, and whether the class of the chip is known. Without quotes of the chip, its level is that of its class; if
    this is unknown, that of all chips, with LEVEL_SD."""

    mean: Array
    sd: Array
    of_chip: Array
    of_basis: Array
    class_known: Array

    def distribution(self, i: int) -> Distribution:
        """The distribution of one of the prices."""
        return log_normal(float(self.mean[i]), float(self.sd[i]))


class Rows(NamedTuple):
    """Quotes or targets as arrays. Times are in years since the first quote; features are in logs, minus their means,
    and 0 for a chip with an unknown one."""

    chip: Array
    generation: Array
    basis: Array
    combination: Array
    seller: Array
    time: Array
    features: Array
    unknown: Array

    def as_column(self) -> Rows:
        """The rows along the first of two axes."""
        return Rows(*(each[:, None] for each in self))


class Fit(NamedTuple):
    """What predicts prices: the standard deviations, the rows of the quotes, their chips, first day, and the means of
    the features and logs that are subtracted; the inverse of the Cholesky factor of their covariance, and its product
    with the residuals of the logs."""

    sds: Array
    rows: Rows
    chips: dict[str, Chip]
    start: date
    centre: Array
    median: float
    whitener: Array
    white: Array


def predict(quotes: Quotes, targets: Sequence[Target], *, market: bool = False) -> Predicted:
    """The distributions of prices.

    By default each is one new quote, which is what one buyer pays. With `market` it is the level of the market, without
    the effects of the seller and the residual, for totals over many purchases, such as those of an industry. It is
    the price of the median seller; the mean of all is larger by half the variance between them, a few percent.
    """
    fit = fitted(quotes)
    at, column = arrays(targets, fit.chips, fit.start, fit.centre), fit.rows.as_column()
    variances = fit.sds**2 * (OF_MARKET | (not market))
    white = product(fit.whitener, covariance(column, at, variances))
    mean = fit.median + SLOPE[0] * at.features.sum(axis=-1) + np.einsum("ij,i->j", white, fit.white)
    variance = covariance(at, at, variances) + variances[-1] - (white**2).sum(axis=0)
    counts = ((column.chip == at.chip).sum(axis=0), (column.combination == at.combination).sum(axis=0))
    return Predicted(mean.round(DIGITS), np.sqrt(variance).round(DIGITS), *counts, ~at.unknown)


@lru_cache(maxsize=32)
def fitted(quotes: Quotes) -> Fit:
    """The fit to quotes, in any order."""
    from scipy.optimize import minimize

    ordered, chips = sorted(quotes.quotes), {chip.name: chip for chip in quotes.chips}
    start = min(quote.day for quote in ordered)
    uncentred = arrays(ordered, chips, start, np.zeros(1))
    distinct = np.unique(uncentred.features[~uncentred.unknown], axis=0)
    centre = distinct.mean(axis=0) if len(distinct) else np.zeros(1)
    rows, logs = arrays(ordered, chips, start, centre), np.log([quote.price for quote in ordered])
    values = logs - np.median(logs) - SLOPE[0] * rows.features.sum(axis=-1)
    parts = np.array([*components(rows.as_column(), rows), np.eye(len(values))])
    errors = np.log([quote.ratio for quote in ordered]) / SDS_OF_INTERVAL
    fixed = fixed_covariance(rows.as_column(), rows) + np.diag(errors**2)
    scales = np.array([*SCALES.values()])
    found = minimize(
        negative_log_posterior,
        np.log(scales),
        (values, fixed, parts),
        jac=True,
        method="L-BFGS-B",
        bounds=[LOG_BOUNDS] * len(scales),
    )
    spread = np.diag(np.linalg.inv(information(found.x, fixed, parts)))
    sds = np.exp((found.x + spread / 2).round(2))  # rounded, so that no error of the optimiser remains
    whitener = whitened(fixed + weighted(sds**2, parts))
    white = np.einsum("ij,j->i", whitener, values)
    return Fit(sds, rows, chips, start, centre, float(np.median(logs)), whitener, white)


def negative_log_posterior(logs: Array, values: Array, fixed: Array, parts: Array) -> tuple[float, Array]:
    """Minus the log of the posterior density of the logs of the standard deviations, and its gradient."""
    variances, ratios = np.exp(2 * logs), np.exp(2 * logs) / np.array([*SCALES.values()]) ** 2
    inverse, log_determinant = inverted(fixed + weighted(variances, parts))
    weights = np.einsum("ij,j->i", inverse, values)
    value = (values @ weights + log_determinant) / 2 - (logs - np.log1p(ratios)).sum()
    slopes = variances * np.einsum("kij,ij->k", parts, inverse - np.outer(weights, weights))
    return float(value), slopes - (1 - ratios) / (1 + ratios)


def inverted(matrix: Array) -> tuple[Array, float]:
    """The inverse of a positive definite matrix, and the log of its determinant."""
    whitener = whitened(matrix)
    return product(whitener.T, whitener), -2 * float(np.log(np.diag(whitener)).sum())


def whitened(matrix: Array) -> Array:
    """The inverse of the Cholesky factor of a positive definite matrix, by halves."""
    if (half := len(matrix) // 2) < BLOCK // 2:
        return np.tril(np.linalg.inv(np.linalg.cholesky(matrix)))
    first = whitened(matrix[:half, :half])
    shared = product(first, matrix[:half, half:])
    rest = whitened(matrix[half:, half:] - product(shared.T, shared))
    return np.block([[first, np.zeros_like(shared)], [-product(rest, product(shared.T, first)), rest]])


def product(one: Array, other: Array) -> Array:
    """The product of two matrices, in pieces."""
    step = max(1, PIECE // other.size)
    return np.concatenate([one[i : i + step] @ other for i in range(0, len(one), step)])


def weighted(weights: Array, parts: Array) -> Array:
    """The weighted sum of matrices."""
    found: Array = np.einsum("k,kij->ij", weights, parts)
    return found


def information(logs: Array, fixed: Array, parts: Array) -> Array:
    """The expected information on the logs of the standard deviations, with that of their priors, which is 1/2 on
    average: at least this much."""
    variances, ratios = np.exp(2 * logs), np.exp(2 * logs) / np.array([*SCALES.values()]) ** 2
    inverse = inverted(fixed + weighted(variances, parts))[0]
    changes = np.array([product(inverse, variance * part) for variance, part in zip(variances, parts, strict=True)])
    of_quotes: Array = 2 * np.einsum("kij,lji->kl", changes, changes)
    return of_quotes + np.diag(np.maximum(4 * ratios / (1 + ratios) ** 2, 0.5))


def covariance(a: Rows, b: Rows, variances: Array) -> Array:
    """The covariance of rows, without residuals."""
    found = fixed_covariance(a, b)
    for variance, part in zip(variances[:-1], components(a, b), strict=True):
        found = found + variance * part
    return found


def fixed_covariance(a: Rows, b: Rows) -> Array:
    """The covariance from the mean, the columns of the basis, the slopes of the features and unknown features."""
    levels = (a.basis == b.basis).sum(axis=-1) + a.unknown * (a.chip == b.chip)
    found: Array = FLAT_SD**2 + LEVEL_SD**2 * levels + SLOPE[1] ** 2 * (a.features * b.features).sum(axis=-1)
    return found


def components(a: Rows, b: Rows) -> list[Array]:
    """The correlations of the effects in SCALES but the residual; the covariance, of a walk."""
    chip, basis, seller = a.chip == b.chip, a.combination == b.combination, a.seller == b.seller
    walk = (np.abs(a.time) + np.abs(b.time) - np.abs(a.time - b.time)) / 2
    tier = a.basis[..., -1] == b.basis[..., -1]
    on_basis = seller & basis
    return [basis, a.generation == b.generation, chip, tier * walk, chip * walk, seller, on_basis, on_basis & chip]


def arrays(rows: Sequence[Quote | Target], chips: dict[str, Chip], start: date, centre: Array) -> Rows:
    """Quotes or targets as arrays. An unknown seller or generation becomes one of its own."""
    kind, wide = type(rows[0]).__name__, max((len(chip.features) for chip in chips.values()), default=1)
    known = [chips.get(row.chip, Chip(row.chip, "", (None,) * wide)) for row in rows]
    features = np.log(np.array([chip.features for chip in known], float).reshape(len(rows), wide)) - centre
    unknown = np.isnan(features).any(axis=1)
    bases = [row.basis for row in rows]
    return Rows(
        np.array([row.chip for row in rows]),
        np.array([chip.generation or f"\n{chip.name}" for chip in known]),
        np.array(bases),
        np.array(["\n".join(basis) for basis in bases]),
        np.array([row.seller or f"\n{kind} {i}" for i, row in enumerate(rows)]),
        np.array([(row.day - start).days / DAYS_PER_YEAR for row in rows]),
        np.where(unknown[:, None], 0, features),
        unknown,
    )
