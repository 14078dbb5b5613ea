"""What an output hangs on: one input at a time, and rank correlations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mcfrontier.priors import Prior

ENDS = ("p5", "p95")
# the way from end to end, to see whether it turns
STEPS = np.array([0.05, 0.1625, 0.275, 0.3875, 0.5, 0.6125, 0.725, 0.8375, 0.95])
RANKED = 2**14  # draws that rank correlations are taken over


def one_at_a_time(
    priors: Sequence[Prior],
    place: Callable[[Prior, np.ndarray], np.ndarray],
    evaluate: Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    """All quantities with each input in turn led from its p5 to its p95, the others at their medians.

    `place` lays an input's values, shape (points,) or (labels, points), on the axes of the study. Each
    result is of shape (..., inputs, 9), or (..., 1, 1) where nothing varies.
    """
    moved = [prior for prior in priors if not prior.known]
    points = len(moved) * len(STEPS)
    given = {}
    for prior in priors:
        rows = np.repeat(np.array(prior.medians)[:, None], max(1, points), axis=1)
        if not prior.known:
            here = slice(moved.index(prior) * len(STEPS), (moved.index(prior) + 1) * len(STEPS))
            rows[:, here] = [row.quantile(STEPS) * prior.scale for row in prior.distributions]
        given[prior.name] = place(prior, rows if prior.labels else rows[0])
    values = evaluate(given)
    shape = (len(moved), len(STEPS))
    return {name: x.reshape(*x.shape[:-1], *(shape if x.shape[-1] == points else (1, 1))) for name, x in values.items()}


def monotone(x: np.ndarray) -> np.ndarray:
    """Whether values never turn back along their last axis: one truth for each of the rest."""
    steps = np.diff(x, axis=-1)
    return (steps >= 0).all(axis=-1) | (steps <= 0).all(axis=-1)


def ranks(x: np.ndarray) -> np.ndarray:
    """The rank of each of the first 16,384 draws, from -1/2 to 1/2, equal draws sharing the mean of theirs."""
    x = x[:RANKED]
    by_size = np.argsort(x)
    rising = x[by_size]
    place = np.arange(x.size, dtype=float)
    if (rising[1:] == rising[:-1]).any():
        place = (np.searchsorted(rising, rising, "left") + np.searchsorted(rising, rising, "right") - 1) / 2
    out = np.empty(x.size)
    out[by_size] = place
    return out / x.size - (x.size - 1) / (2 * x.size)


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's correlation from the ranks of two sets of draws; 0 where one does not vary."""
    norm = np.sqrt((one**2).sum() * (other**2).sum()) if one.size == other.size else 0.0
    return float((one * other).sum() / norm) if norm > 0 else 0.0
