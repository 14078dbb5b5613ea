"""Standardised rank regression: a target's ranks as a sum of those of the inputs."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis import intervals, tornado
from mcfrontier.errors import InputError
from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray
FEWEST = 2  # draws for each coefficient in each randomisation


def regress(inputs: Array, target: Array) -> tuple[Array, Array]:
    """The coefficients of a target's ranks (draws,) on those of inputs (inputs, draws), all scaled to a variance of 1,
    with R2 as the last figure; and the standard error of each. Draws that have no rank are left out."""
    draws = np.flatnonzero(np.isfinite(target) & np.isfinite(inputs).all(axis=0))
    fewest = FEWEST * RANDOMISATIONS * (len(inputs) + 1)
    if draws.size < fewest:
        raise InputError(f"regression on {len(inputs)} inputs: {draws.size:,} draws; {fewest:,} or more are needed")
    if draws.size < target.size:
        inputs, target = (np.apply_along_axis(tornado.ranks, -1, each[..., draws]) for each in (inputs, target))
    whole = fit(inputs, target)
    parts = [draws % RANDOMISATIONS == r for r in range(RANDOMISATIONS)]
    return whole, intervals.error(whole, np.array([fit(inputs[:, own], target[own]) for own in parts]))


def fit(inputs: Array, target: Array) -> Array:
    """The coefficients of least squares and R2; 0 where nothing varies."""
    x, y = scaled(inputs), scaled(target)
    coefficients = np.linalg.lstsq(x.T, y)[0]
    left = y - coefficients @ x
    return np.append(coefficients, (y @ y - left @ left) if y.any() else 0.0)


def scaled(x: Array) -> Array:
    """Rows less their mean, and of length 1 where they vary."""
    x = x - x.mean(axis=-1, keepdims=True)
    length = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    return x / np.where(length > 0, length, 1.0)
