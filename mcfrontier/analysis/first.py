"""First indices from draws as they are: how far the mean of a target moves from bin to bin of an input.

The variance of the target's expectation given an input, over its variance: the first Sobol' index, read from the draws
of a run with no further evaluation, as in Plischke, Borgonovo and Smith (2013).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.analysis.variance import constant
from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray
BITS = 8  # of the bins of draws that are counted: 256
MOST = 2**17  # draws that indices are taken from


def bins_of(draws: int) -> int:
    """How many bins: an even number near the square root, measured to be few enough for noise and many enough for what
    they miss."""
    return 2 * max(1, round(math.sqrt(draws) / 2))


def indices(inputs: Iterable[Array], target: Array, scale: str) -> tuple[Array, Array]:
    """The first index of each input (inputs,) from its draws and those of the target (draws,), on the scale "log" or
    "raw" that the target is on, and its standard error. Draws that are not finite are left out."""
    finite = np.isfinite(target)
    taken = slice(None) if finite.all() else finite
    y, r = target[taken], np.arange(target.size)[taken] % RANDOMISATIONS
    if constant(y, scale):
        nothing = np.full((2, len(list(inputs))), 0.0 if y.size else np.nan)
        return nothing[0], nothing[1]
    y = y - y.mean()
    whole, found = variance(y, r), []
    for x in inputs:
        x = x[taken]
        if (own := np.isfinite(x)).all():
            found.append(index(x, y, r, whole))
        else:
            found.append(index(x[own], y[own], r[own], variance(y[own], r[own])))
    figures, errors = np.array(found).reshape(-1, 2).T
    return figures, errors


def index(x: Array, y: Array, r: Array, whole: Array) -> tuple[float, float]:
    """The first index of one input, and its standard error, from the draws of both, the randomisation of each draw, and
    the variance (17,) as told by `variance`.

    What bins miss falls with their number about as its inverse, so it is told from bins of twice the size, and added.
    The error is the jackknife's, by leaving out one of the sixteen randomisations at a time.
    """
    bins = bins_of(y.size)
    cell = places(x, bins) * RANDOMISATIONS + r
    return of_sums(*(np.bincount(cell, w, bins * RANDOMISATIONS).reshape(bins, -1) for w in (y, None)), whole)


def of_sums(sums: Array, counts: Array, whole: Array) -> tuple[float, float]:
    """The same from the sums of the draws by bin, their counts (bins, 16), and the variance."""
    pairs = in_pairs(sums, counts)
    number, total = without(counts.sum(axis=0)), without(sums.sum(axis=0))
    explained = 2 * squares(sums, counts) - squares(*pairs)
    found = quotient(explained - quotient(total**2, number), number * whole)
    parts = RANDOMISATIONS * found[-1] - (RANDOMISATIONS - 1) * found[:-1]
    return found[-1], intervals.error(found[-1], parts)


def of_many(sums: Array, counts: Array, whole: Array) -> tuple[float, float]:
    """The same of so many draws that noise may be less than what bins still miss: the error counts by how much bins of
    twice the size would move the index, too."""
    found, error = of_sums(sums, counts, whole)
    coarser, _ = of_sums(*in_pairs(sums, counts), whole)
    return found, float(np.hypot(error, found - coarser))


def in_pairs(*bins: Array) -> list[Array]:
    """Sums by bins of twice the size, from those by bin (bins, 16)."""
    return [each.reshape(-1, 2, RANDOMISATIONS).sum(axis=1) for each in bins]


def variance(y: Array, r: Array) -> Array:
    """The variance of draws of these randomisations without each of them in turn, and of all: (17,)."""
    return variance_of(np.array([np.bincount(r, w, RANDOMISATIONS) for w in (None, y, y * y)]))


def variance_of(sums: Array) -> Array:
    """The same from how many draws there are, their sum and that of their squares, (3, 16)."""
    number, total, squared = without(sums)
    return quotient(squared, number) - quotient(total, number) ** 2


def quotient(above: Array, below: Array) -> Array:
    """One over the other; 0 where nothing is below."""
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0)


def places(x: Array, bins: int) -> Array:
    """The bin of each draw of an input, of so many that hold as many draws each; draws that are equal are in one."""
    order = np.argsort(x)
    rising, out = x[order], np.empty(x.size, np.intp)
    by_rank = np.repeat(np.arange(bins), np.diff(np.arange(bins + 1) * x.size // bins))
    if (same := rising[1:] == rising[:-1]).any():
        first = np.arange(x.size)
        first[1:][same] = 0
        by_rank = by_rank[np.maximum.accumulate(first)]
    out[order] = by_rank
    return out


def without(parts: Array) -> Array:
    """The sum over randomisations (..., 16) without each of them in turn, and of all: (..., 17)."""
    whole = parts.sum(axis=-1, keepdims=True)
    return np.concatenate([whole - parts, whole], axis=-1)


def squares(sums: Array, counts: Array) -> Array:
    """The sum over bins of the draws in each times the square of their expected mean, (17,), without each randomisation
    in turn and of all; from the sums of the draws and their counts (bins, 16).

    The square of a mean is on average that of the expected mean and the variance of its error. This the randomisations
    tell, which are independent under every sampler while the draws of one are not.
    """
    number, total = without(counts), without(sums)
    mean = quotient(total, number)
    left = np.append(np.full(RANDOMISATIONS, RANDOMISATIONS - 1), RANDOMISATIONS)
    apart = without(sums**2) - 2 * mean * without(sums * counts) + mean**2 * without(counts**2)
    return (mean * total - quotient(apart, number) * left / (left - 1)).sum(axis=0)
