"""Heavy tails: whether a mean and a standard deviation can be estimated from draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array

# tail index from which a sample mean does not converge in practice, Vehtari et al. (2024), and from which there is no
# variance, by the power of the distances that are summed: 1 for the mean, 2 for the standard deviation
MIN_HEAVY_INDEX = {1: 0.7, 2: 0.5}
MIN_FARTHEST_SHARE = 0.01  # of the sum of these: below it the farthest draw does not decide the figure
MIN_TAIL_DRAWS = 2**12  # draws from which a tail is estimated


class Tail(NamedTuple):
    """A heavy tail: the tail index of a generalised Pareto distribution fitted to the farthest draws (from 1 on there
    is no mean, from 1/2 on no variance), and the farthest draw's share of the total distance from the median, or of the
    sum of the squared distances."""

    tail_index: float
    share: float


def heavy_tail(x: Array, power: int = 1) -> Tail | None:
    """The tail of draws, (draws,), whose mean (power 1) or standard deviation (power 2) depends on a few of them; None
    where it is reliable."""
    if x.size < MIN_TAIL_DRAWS:
        return None
    low, high = float(x.min()), float(x.max())
    if not np.isfinite(high - low):
        finite = x[np.isfinite(x)]
        return heavy_tail(finite, power) if finite.size < x.size else None
    median = np.median(x[:MIN_TAIL_DRAWS])
    farthest, typical = max(high - median, median - low), np.median(np.abs(x[:MIN_TAIL_DRAWS] - median))
    # half of the draws are at least as far as typical
    if farthest**power <= MIN_FARTHEST_SHARE * typical**power * x.size / 2:
        return None
    distances = np.abs(x - median)
    share = float(farthest**power / (distances**power).sum())
    found = Tail(tail_index(distances), share) if share >= MIN_FARTHEST_SHARE else None
    return found if found and found.tail_index >= MIN_HEAVY_INDEX[power] else None


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
