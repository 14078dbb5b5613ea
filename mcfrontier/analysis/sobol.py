"""Sobol' indices: what an input explains of a target's variance alone, and what together with the others."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mcfrontier.analysis.freeze import Way
from mcfrontier.analysis.variance import ratio
from mcfrontier.sampling import RANDOMISATIONS, Sampler

Array = np.ndarray


def way(plan: Sampler, inputs: list[str], tied: Collection[str]) -> Way:
    """By a block that keeps all inputs, one that keeps none, for each input one that keeps all but it, and for each
    one that keeps it alone. None may be tied to others."""
    one = np.eye(len(inputs), dtype=bool)
    ends = np.array([True, False])[:, None].repeat(len(inputs), axis=1)
    kept = np.concatenate([ends, ~one, one])[:, None].repeat(RANDOMISATIONS, axis=1)
    return Way(kept, ("first", "total"), indices)


def indices(x: Array) -> tuple[Array, Array, int]:
    """First and total indices (2, inputs), their errors, and how many points were left out.

    With y and z the target in the first two blocks, and v and w where one input of y and of z comes from the other,
    the first index is the mean of 2 (w - z) (y - v) and the total that of (w - z)^2 + (y - v)^2, both over that of
    (y - z)^2 + (w - v)^2: the estimators of Azzini, Mara and Rosati (2021). No constant that is added moves them, an
    input that does nothing has exactly 0, and each index is told from its own four blocks.
    """
    y, z = x[:2]
    v, w = np.split(x[2:], 2)
    finite = np.isfinite(y) & np.isfinite(z) & np.isfinite(v) & np.isfinite(w)
    with np.errstate(all="ignore"):
        own, back = y - v, w - z
        sums = [2 * back * own, back**2 + own**2, (y - z) ** 2 + (w - v) ** 2]
        first, total, whole = (np.where(finite, each, 0.0).sum(axis=-1) for each in sums)
    figures, errors = ratio(np.stack([first, total]), whole)
    return figures, errors, int((~finite).sum(axis=(1, 2)).max(initial=0))
