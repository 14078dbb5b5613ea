"""Sobol' indices: the shares of a target's variance by an input alone (first-order) and with interactions (total)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mcfrontier.analysis.sensitivity.pick_freeze import Design
from mcfrontier.analysis.sensitivity.variance import ratio
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler


def design(plan: Sampler, inputs: list[str], dependent: Collection[str]) -> Design:
    """The blocks A and B, and for each input AB (all but it from A) and BA (it alone from A)."""
    one = np.eye(len(inputs), dtype=bool)
    ends = np.array([True, False])[:, None].repeat(len(inputs), axis=1)
    from_a = np.concatenate([ends, ~one, one])[:, None].repeat(RANDOMISATIONS, axis=1)
    return Design(from_a, ("first", "total"), indices)


def indices(x: Array) -> tuple[Array, Array, int]:
    """First-order and total indices (2, inputs) from a target in the blocks (blocks, points), their errors, and the
    number of points that are left out because a value is not finite.

    With a and b the target in A and B, ab the target where one input of A is replaced by that of B, and ba vice versa,
    the first-order index is the mean of 2 (ba - b) (a - ab) and the total one that of (ba - b)^2 + (a - ab)^2, both
    over that of (a - b)^2 + (ba - ab)^2: the estimators of Azzini, Mara and Rosati (2021). They are invariant to an
    added constant, an input without effect has exactly 0, and each index uses its own four blocks.
    """
    (a, b), inputs = x[:2], (len(x) - 2) // 2
    all_finite = bool(np.isfinite(x).all())
    sums, non_finite = np.empty((3, inputs, RANDOMISATIONS)), [0]
    for i, (ab, ba) in enumerate(zip(x[2:], x[2 + inputs :], strict=False)):
        with np.errstate(all="ignore"):
            differences = (a - ab, ba - b, a - b, ba - ab)
        if not all_finite:
            excluded = ~(np.isfinite(differences[0]) & np.isfinite(differences[1]))
            non_finite.append(int(excluded.sum()))
            for each in differences:
                each[excluded] = 0.0
        in_a, in_b, whole, other = (each.reshape(-1, RANDOMISATIONS) for each in differences)
        sums[:, i] = 2 * dot(in_b, in_a), dot(in_b, in_b) + dot(in_a, in_a), dot(whole, whole) + dot(other, other)
    figures, errors = ratio(sums[:2], sums[2])
    return figures, errors, max(non_finite)


def dot(one: Array, other: Array) -> Array:
    """The sum of products in each randomisation, (16,), of two arrays (points, 16)."""
    values: Array = np.einsum("pr,pr->r", one, other)
    return values
