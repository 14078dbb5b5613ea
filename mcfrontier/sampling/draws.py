"""Draws of an input from the points of its streams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.distributions.tables import Points, to_points
from mcfrontier.sampling.plan import Sampler
from mcfrontier.sampling.streams import streams
from mcfrontier.study.prior import Prior


def points(plan: Sampler, prior: Prior) -> Array:
    """The probabilities of an uncertain input: shape (draws,) or (labels, draws)."""
    return stacked(prior, [row(0, plan.draws) for row in streams(plan, prior)])


def stacked(prior: Prior, at: Sequence[Points]) -> Array:
    """The probabilities of an input from the points of its rows: shape (draws,) or (labels, draws)."""
    return np.stack([row.probabilities for row in at]) if prior.labels else at[0].probabilities


def values(prior: Prior, at: Array | None) -> Array:
    """The values of an input at probabilities (..., draws), in base units.

    The shape is (draws,) or (labels, draws), with a last axis of 1 if the input is known, whatever `at` is.
    """
    return values_at(prior, [] if prior.known or at is None else [to_points(row) for row in np.atleast_2d(at)])


def values_at(prior: Prior, at: Sequence[Points] = ()) -> Array:
    """The values of an input at the points of its rows; like `values`."""
    if prior.known:
        rows = [np.array([distribution.median]) for distribution in prior.distributions]
        return (np.stack(rows) if prior.labels else rows[0]) * prior.scale
    if prior.entry.joint:
        return prior.entry.joint_ppf(stacked(prior, at)) * prior.scale
    if not prior.labels:
        return prior.quantiles[0](at[0])
    return np.stack([row(here) for row, here in zip(prior.quantiles, at, strict=True)])
