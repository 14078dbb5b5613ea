"""First-order Sobol' indices from given data: the variance of a target's means in bins of an input, over its variance.

They are estimated from the draws of a run without further evaluations, as in Plischke, Borgonovo and Smith (2013).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.sensitivity.variance import constant
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS

BIN_BITS = 8  # of the bins of draws that are counted: 256
MAX_DRAWS = 2**17  # draws from which indices are computed


def bin_count(draws: int) -> int:
    """The number of bins: an even number near the root of the draws, which was found to balance noise and bias."""
    return 2 * max(1, round(math.sqrt(draws) / 2))


def indices(inputs: Iterable[Array], target: Array, scale: str) -> tuple[Array, Array]:
    """The first-order index of each input and its standard error: (inputs,) both.

    Parameters
    ----------
    inputs, target : draws, (draws,) each; non-finite ones are left out
    scale : "log" or "raw", the scale that the draws of the target are on
    """
    finite = np.isfinite(target)
    selected = slice(None) if finite.all() else finite
    y, r = target[selected], np.arange(target.size)[selected] % RANDOMISATIONS
    if constant(y, scale):
        nothing = np.full((2, len(list(inputs))), 0.0 if y.size else np.nan)
        return nothing[0], nothing[1]
    y = y - y.mean()
    total, found = variance(y, r), []
    for x in inputs:
        x = x[selected]
        if (own := np.isfinite(x)).all():
            found.append(first_order_index(x, y, r, total))
        else:
            found.append(first_order_index(x[own], y[own], r[own], variance(y[own], r[own])))
    figures, errors = np.array(found).reshape(-1, 2).T
    return figures, errors


def first_order_index(x: Array, y: Array, r: Array, total_variance: Array) -> tuple[float, float]:
    """The first-order index of one input, and its standard error.

    The bias of bins is about inversely proportional to their number. It is estimated with bins of twice the size, and
    removed. The error is that of the jackknife over the 16 randomisations.

    Parameters
    ----------
    x, y : draws of the input and of the target
    r : the randomisation of each draw
    total_variance : (17,), as `variance` returns it
    """
    bins = bin_count(y.size)
    cell = bin_of_draws(x, bins) * RANDOMISATIONS + r
    sums, counts = (np.bincount(cell, each, bins * RANDOMISATIONS).reshape(bins, -1) for each in (y, None))
    return index_from_sums(sums, counts, total_variance)


def index_from_sums(sums: Array, counts: Array, total_variance: Array) -> tuple[float, float]:
    """The same from the sums of the target by bin, the counts of draws (bins, 16 both), and its variance (17,)."""
    number, total = leave_one_out(counts.sum(axis=0)), leave_one_out(sums.sum(axis=0))
    explained = 2 * squared_means(sums, counts) - squared_means(merge_pairs(sums), merge_pairs(counts))
    found = quotient(explained - quotient(total**2, number), number * total_variance)
    parts = RANDOMISATIONS * found[-1] - (RANDOMISATIONS - 1) * found[:-1]
    return float(found[-1]), float(estimates.standard_error(found[-1], parts))


def index_from_counted(sums: Array, counts: Array, total_variance: Array) -> tuple[float, float]:
    """The same for large numbers of draws, where the remaining bias of bins may exceed the noise: the change of the
    index with bins of twice the size is added to the error."""
    found, error = index_from_sums(sums, counts, total_variance)
    coarser, _ = index_from_sums(merge_pairs(sums), merge_pairs(counts), total_variance)
    return found, float(np.hypot(error, found - coarser))


def merge_pairs(bins: Array) -> Array:
    """Sums by bins of twice the size, from those by bin (bins, 16)."""
    values: Array = bins.reshape(-1, 2, RANDOMISATIONS).sum(axis=1)
    return values


def variance(y: Array, r: Array) -> Array:
    """The variance of draws `y` of randomisations `r`, without each randomisation in turn, and of all: (17,)."""
    return variance_from_sums(np.array([np.bincount(r, each, RANDOMISATIONS) for each in (None, y, y * y)]))


def variance_from_sums(sums: Array) -> Array:
    """The same from the number of draws, their sum and the sum of their squares, (3, 16)."""
    number, total, squared = leave_one_out(sums)
    values: Array = quotient(squared, number) - quotient(total, number) ** 2
    return values


def quotient(numerator: Array, denominator: Array) -> Array:
    """One over the other; 0 where the denominator is not positive."""
    return np.divide(numerator, denominator, out=np.zeros(numerator.shape), where=denominator > 0)


def bin_of_draws(x: Array, bins: int) -> Array:
    """The bin of each draw of an input, of `bins` with equal numbers of draws; equal draws are in the same bin."""
    order = np.argsort(x)
    ordered, out = x[order], np.empty(x.size, np.intp)
    by_rank = np.repeat(np.arange(bins), np.diff(np.arange(bins + 1) * x.size // bins))
    if (same := ordered[1:] == ordered[:-1]).any():
        first = np.arange(x.size)
        first[1:][same] = 0
        by_rank = by_rank[np.maximum.accumulate(first)]
    out[order] = by_rank
    return out


def leave_one_out(parts: Array) -> Array:
    """The sum over randomisations (..., 16) without each of them in turn, and of all: (..., 17)."""
    total = parts.sum(axis=-1, keepdims=True)
    return np.concatenate([total - parts, total], axis=-1)


def squared_means(sums: Array, counts: Array) -> Array:
    """An unbiased estimate of the sum over bins of count times squared expectation, without each randomisation in turn
    and of all (17,), from the sums of the draws and their counts (bins, 16).

    The expectation of a squared mean is the squared expectation plus the variance of the mean. The latter is estimated
    from the randomisations, which are independent under every sampler while the draws of one are not.
    """
    number, total = leave_one_out(counts), leave_one_out(sums)
    mean = quotient(total, number)
    used = np.append(np.full(RANDOMISATIONS, RANDOMISATIONS - 1), RANDOMISATIONS)  # randomisations
    squares = leave_one_out(sums**2) - 2 * mean * leave_one_out(sums * counts) + mean**2 * leave_one_out(counts**2)
    values: Array = (mean * total - quotient(squares, number) * used / (used - 1)).sum(axis=0)
    return values
