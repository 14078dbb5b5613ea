"""Standardised rank regression: least squares of a target's ranks on those of the inputs."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.ranks import ranks
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.sampling.plan import RANDOMISATIONS

MIN_DRAWS_EACH = 2  # draws for each coefficient in each randomisation


def regress(inputs: Array, target: Array) -> tuple[Array, Array]:
    """Regress a target's ranks (draws,) on those of inputs (inputs, draws), standardised; draws with NaN are left out.

    Returns the coefficients followed by R2, and their standard errors, (inputs + 1,) both. Too few draws are refused.
    """
    draws = np.flatnonzero(np.isfinite(target) & np.isfinite(inputs).all(axis=0))
    fewest = MIN_DRAWS_EACH * RANDOMISATIONS * (len(inputs) + 1)
    if draws.size < fewest:
        raise InputError(f"regression on {len(inputs)} inputs: {draws.size:,} draws; {fewest:,} or more are needed")
    if draws.size < target.size:
        inputs, target = (np.apply_along_axis(ranks, -1, each[..., draws]) for each in (inputs, target))
    whole = fit(inputs, target)
    parts = [draws % RANDOMISATIONS == r for r in range(RANDOMISATIONS)]
    return whole, estimates.standard_error(whole, np.array([fit(inputs[:, own], target[own]) for own in parts]))


def fit(inputs: Array, target: Array) -> Array:
    """The least-squares coefficients, and R2; 0 where nothing varies."""
    x, y = standardised(inputs), standardised(target)
    coefficients = np.linalg.lstsq(x.T, y)[0]
    residual = y - coefficients @ x
    return np.append(coefficients, (y @ y - residual @ residual) if y.any() else 0.0)


def standardised(x: Array) -> Array:
    """Rows less their mean, and of norm 1 where they vary."""
    x = x - x.mean(axis=-1, keepdims=True)
    norm = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    return x / np.where(norm > 0, norm, 1.0)
