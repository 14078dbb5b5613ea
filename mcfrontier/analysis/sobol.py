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
    """First and total indices (2, inputs) from a target's blocks (blocks, points), their errors, and how many points
    were left out.

    With y and z the target in the first two blocks, and v and w where one input of y and of z comes from the other,
    the first index is the mean of 2 (w - z) (y - v) and the total that of (w - z)^2 + (y - v)^2, both over that of
    (y - z)^2 + (w - v)^2: the estimators of Azzini, Mara and Rosati (2021). No constant that is added moves them, an
    input that does nothing has exactly 0, and each index is told from its own four blocks.
    """
    (y, z), inputs = x[:2], (len(x) - 2) // 2
    whole_set = bool(np.isfinite(x).all())
    sums, lost = np.empty((3, inputs, RANDOMISATIONS)), [0]
    for i, (v, w) in enumerate(zip(x[2:], x[2 + inputs :], strict=False)):
        with np.errstate(all="ignore"):
            own, back, far, near = y - v, w - z, y - z, w - v
        if not whole_set:
            gone = ~(np.isfinite(own) & np.isfinite(back))
            lost.append(int(gone.sum()))
            for each in (own, back, far, near):
                each[gone] = 0.0
        own, back, far, near = (each.reshape(-1, RANDOMISATIONS) for each in (own, back, far, near))
        sums[:, i] = 2 * dot(back, own), dot(back, back) + dot(own, own), dot(far, far) + dot(near, near)
    figures, errors = ratio(sums[:2], sums[2])
    return figures, errors, max(lost)


def dot(one: Array, other: Array) -> Array:
    """The sum of products in each randomisation, (16,), of two arrays (points, 16)."""
    return np.einsum("pr,pr->r", one, other)
