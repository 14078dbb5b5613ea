"""Weights of models by their log predictive densities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.core.arrays import Array

RESAMPLES, SEED = 2**14, 1


def pseudo_bma(scores: Array, groups: Sequence[str]) -> Array:
    """Weights of models by pseudo-BMA+: Yao, Vehtari, Simpson and Gelman (2018), section 3.4.

    Weights in proportion to the exponential of the summed log density, averaged over a Bayesian bootstrap of the
    outcomes. Few outcomes say little of which model is best, and leave the weights near those of equal models.

    Parameters
    ----------
    scores : array, (models, figures)
        Log predictive density of each figure.
    groups : sequence of str
        Outcome that each figure is a forecast of: forecasts of one outcome count once, by their mean.
    """
    names = sorted({*groups})
    by_group = np.array([scores[:, [group == name for group in groups]].mean(axis=1) for name in names])
    shares = np.random.default_rng(SEED).dirichlet(np.ones(len(names)), RESAMPLES)
    totals = len(names) * shares @ by_group
    likelihood = np.exp(totals - totals.max(axis=1, keepdims=True))
    weights: Array = (likelihood / likelihood.sum(axis=1, keepdims=True)).mean(axis=0)
    return weights
