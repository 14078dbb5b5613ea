"""How heavy tails are: whether a mean can be told from draws, and whether there is one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mcfrontier.distributions import Distribution

HEAVY = 0.7  # tail index from which on a mean does not settle: Vehtari et al. (2024)
SHARE = 0.01  # of the distance of all draws from the middle, which the farthest must have for its mean to hang on it
LEAST = 2**12  # draws that a tail is told from
FAR = 1e-30, 1e-15  # probabilities at which the tail of a distribution is seen
BEYOND = 1e150  # about where scipy's quantiles of a t end


class Tail(NamedTuple):
    """How heavy a tail is: the index of the generalised Pareto through the farthest draws (at 1 or more there is no
    mean), and the farthest draw's share of the distance of all from the middle."""

    index: float
    share: float


def heavy(x: np.ndarray) -> Tail | None:
    """The tail of draws, (draws,), whose mean hangs on a few of them; None where the mean is to be trusted."""
    if x.size < LEAST:
        return None
    low, high = float(x.min()), float(x.max())
    if not np.isfinite(high - low):
        kept = x[np.isfinite(x)]
        return heavy(kept) if kept.size < x.size else None
    middle = np.median(x[:LEAST])
    farthest, usual = max(high - middle, middle - low), np.median(np.abs(x[:LEAST] - middle))
    if farthest <= SHARE * usual * x.size / 2:  # half of the draws are as far as usual: the share is smaller
        return None
    off = np.abs(x - middle)
    share = float(farthest / off.sum())
    found = Tail(index_of(off), share) if share >= SHARE else None
    return found if found and found.index >= HEAVY else None


def index_of(off: np.ndarray) -> float:
    """The tail index of distances: of the 3 sqrt(n) largest, as Vehtari et al. (2024) take for importance ratios."""
    count = int(min(0.2 * off.size, 3 * off.size**0.5))
    largest = np.sort(np.partition(off, off.size - count - 1)[-count - 1 :])
    beyond = largest[1:] - largest[0]
    beyond = beyond[beyond > 0]
    return pareto_index(beyond) if beyond.size >= 10 and beyond[0] < beyond[-1] else -np.inf


def pareto_index(x: np.ndarray) -> float:
    """The shape of a generalised Pareto distribution through x > 0 in rising order: the estimate of Zhang and Stephens
    (2009), drawn to 0.5 as by ten more values (Vehtari et al., 2024)."""
    size = x.size
    points = np.arange(1, 31 + int(size**0.5)) - 0.5
    thetas = 1 / x[-1] + (1 - np.sqrt(points.size / points)) / (3 * x[int(size / 4 + 0.5) - 1])
    shapes = np.log1p(-thetas[:, None] * x).mean(axis=1)
    kept = shapes != 0
    thetas, shapes = thetas[kept], shapes[kept]
    fits = size * (np.log(-thetas / shapes) - shapes - 1)
    weights = np.exp(fits - fits.max())
    shape = np.log1p(-(weights @ thetas / weights.sum()) * x).mean()
    return float((size * shape + 10 * 0.5) / (size + 10))


def endless(distribution: Distribution) -> bool:
    """Whether a distribution has no mean: its quantiles grow as 1 / p or faster, far out."""
    at = np.array(FAR)
    ends = [(distribution.low, distribution.quantile), (distribution.high, distribution.upper_quantile)]
    with np.errstate(all="ignore"):
        sizes = [np.abs(curve(at)) for end, curve in ends if np.isinf(end)]
    slope = 0.995 * np.log(FAR[1] / FAR[0])
    return any(not far < BEYOND or (near > 0 and np.log(far / near) >= slope) for far, near in sizes)
