"""Heavy tails: whether a mean can be estimated from draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array

MIN_HEAVY_INDEX = 0.7  # tail index from which a sample mean does not converge in practice: Vehtari et al. (2024)
MIN_FARTHEST_SHARE = 0.01  # of the total distance from the median: below it the farthest draw does not decide the mean
MIN_TAIL_DRAWS = 2**12  # draws from which a tail is estimated


class Tail(NamedTuple):
    """A heavy tail: the tail index of a generalised Pareto distribution fitted to the farthest draws (from 1 on there
    is no mean), and the farthest draw's share of the total distance from the median."""

    tail_index: float
    share: float


def heavy_tail(x: Array) -> Tail | None:
    """The tail of draws, (draws,), whose mean depends on a few of them; None where the mean is reliable."""
    if x.size < MIN_TAIL_DRAWS:
        return None
    low, high = float(x.min()), float(x.max())
    if not np.isfinite(high - low):
        finite = x[np.isfinite(x)]
        return heavy_tail(finite) if finite.size < x.size else None
    median = np.median(x[:MIN_TAIL_DRAWS])
    farthest, typical = max(high - median, median - low), np.median(np.abs(x[:MIN_TAIL_DRAWS] - median))
    if farthest <= MIN_FARTHEST_SHARE * typical * x.size / 2:  # half of the draws are at least as far as typical
        return None
    distances = np.abs(x - median)
    share = float(farthest / distances.sum())
    found = Tail(tail_index(distances), share) if share >= MIN_FARTHEST_SHARE else None
    return found if found and found.tail_index >= MIN_HEAVY_INDEX else None


def tail_index(distances: Array) -> float:
    """The tail index of distances from their 3 sqrt(n) largest, as Vehtari et al. (2024) do for importance ratios."""
    count = int(min(0.2 * distances.size, 3 * distances.size**0.5))
    largest = np.sort(np.partition(distances, distances.size - count - 1)[-count - 1 :])
    excess = largest[1:] - largest[0]
    excess = excess[excess > 0]
    return pareto_index(excess) if excess.size >= 10 and excess[0] < excess[-1] else -np.inf


def pareto_index(x: Array) -> float:
    """The shape parameter of a generalised Pareto distribution fitted to x > 0 in ascending order: the estimator of
    Zhang and Stephens (2009), shrunk towards 0.5 with the weight of ten observations (Vehtari et al., 2024)."""
    size = x.size
    points = np.arange(1, 31 + int(size**0.5)) - 0.5
    thetas = 1 / x[-1] + (1 - np.sqrt(points.size / points)) / (3 * x[int(size / 4 + 0.5) - 1])
    shapes = np.log1p(-thetas[:, None] * x).mean(axis=1)
    nonzero = shapes != 0
    thetas, shapes = thetas[nonzero], shapes[nonzero]
    fits = size * (np.log(-thetas / shapes) - shapes - 1)
    weights = np.exp(fits - fits.max())
    shape = np.log1p(-(weights @ thetas / weights.sum()) * x).mean()
    return float((size * shape + 10 * 0.5) / (size + 10))
