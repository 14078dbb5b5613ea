"""Ranks, rank correlation and normal scores of draws."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array

RANKED_DRAWS = 2**14  # draws of which ranks are taken


def ranks(x: Array) -> Array:
    """The ranks of the first 16,384 draws from 0, ties averaged; NaN for non-finite draws."""
    x = x[:RANKED_DRAWS]
    out = np.full(x.size, np.nan)
    finite = np.flatnonzero(np.isfinite(x))
    by_size = finite[np.argsort(x[finite])]
    ordered = x[by_size]
    rank = np.arange(ordered.size, dtype=float)
    if (ordered[1:] == ordered[:-1]).any():
        rank = (np.searchsorted(ordered, ordered, "left") + np.searchsorted(ordered, ordered, "right") - 1) / 2
    out[by_size] = rank
    return out


def rank_correlation(one: Array, other: Array) -> float:
    """Spearman's correlation from the ranks of two sets of draws; 0 where one does not vary."""
    if one.size != other.size:
        return 0.0
    both = np.stack([one, other])
    finite = np.isfinite(both).all(axis=0)
    if not finite.all():
        both = np.stack([ranks(one[finite]), ranks(other[finite])])
    both = both - both.mean(axis=1, keepdims=True) if finite.any() else both
    norm = np.sqrt((both**2).sum(axis=1).prod())
    return float((both[0] * both[1]).sum() / norm) if norm > 0 else 0.0


def rank_order(ranks: Array) -> tuple[Array, Array]:
    """The indices that sort at most 2^16 draws by their ranks, and the position of each draw in that order."""
    short = np.nan_to_num(ranks).astype(np.uint16)  # sorted several times faster
    order = np.argsort(short, kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(order.size)
    return order, places


@lru_cache(maxsize=8)
def normal_scores(draws: int) -> Array:
    """The normal scores of a number of draws in ascending order: (draws,)."""
    values: Array = special.ndtri((np.arange(draws) + 0.5) / draws)
    return values
