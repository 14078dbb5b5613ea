"""Sobol' indices: the shares of a target's variance by an input alone (first-order) and with interactions (total)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mcfrontier.analysis.sensitivity.pick_freeze import Design, Target, base_blocks, dot
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import Sampler


def design(plan: Sampler, inputs: list[str], dependent: Collection[str]) -> Design:
    """The blocks A and B, and for each input AB, all but it from A."""
    return Design(base_blocks(len(inputs)), ("first", "total"), variances)


def variances(target: Target) -> tuple[Array, Array]:
    """The variances of a target by an input alone and with interactions, (2, inputs, 16), and its variance, (16,).

    With a and b the target in A and B, and ab the target where one input of A is replaced by that of B, the first is
    the mean of b (ab - a) and the second that of (ab - a)^2 / 2: the estimators of Saltelli et al. (2010) and Jansen
    (1999). Each product is less that of the surrogate, whose mean is known, and less what has a mean of 0 by itself.
    An input without effect has exactly 0, one that alone has an effect exactly the whole.
    """
    (a, b), ga, inputs = target.remainder[:2], target.surrogate[0], len(target.remainder) - 2
    alone, part, _ = target.known.variances(inputs)
    found, whole = np.stack([alone, part]), np.empty((2, *part.shape))
    squares = [dot(g + h / 2, h) for g, h in zip(target.surrogate, target.remainder, strict=True)]
    for i, (ab, g) in enumerate(zip(target.remainder[2:], target.surrogate[2:], strict=True)):
        own, missed = g - ga, ab - a
        found[0, i] += dot(own, b) + dot(target.known.main_effect(i) + b, missed)
        found[1, i] += dot(own + missed / 2, missed)
        whole[:, i] = target.known.variance + squares[2 + i] + np.stack([squares[1], squares[0]])
    with_effect = found[1].any(axis=1)
    if with_effect.sum() == 1:
        found[:, with_effect] = whole[:, with_effect]
    return found, whole
