"""Mean, standard deviation and quantiles of draws, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.sampling import RANDOMISATIONS

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


def word(level: float) -> str:
    """The name of a quantile: p5 for 0.05, p2.5 for 0.025."""
    return f"p{round(100 * level, 10):g}"


STATISTICS = ("mean", "sd", *(word(level) for level in LEVELS))


def quantiles_of_sorted(x: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of an array in rising order, linear between draws (numpy's default definition)."""
    at = levels * (x.size - 1)
    left = np.floor(at).astype(int)
    right = np.minimum(left + 1, x.size - 1)
    return x[left] + (x[right] - x[left]) * (at - left)


def estimates(x: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Mean, sd and quantiles of the finite draws; not numbers where there are none."""
    x = x[np.isfinite(x)]
    if not x.size:
        return np.full(2 + len(levels), np.nan)
    return np.concatenate([[x.mean(), x.std()], quantiles_of_sorted(np.sort(x), np.asarray(levels, float))])


def with_errors(x: np.ndarray, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Mean, sd and quantiles of draws, and the standard error of each: two arrays (2 + levels,).

    Draw i belongs to randomisation i mod 16. The sixteen are independent under every sampler, so the
    error is the spread of their own estimates over the root of sixteen, Sobol points or not.
    """
    if x.size == 1:
        known = np.full(2 + len(levels), x[0])
        known[1] = 0.0
        return known, np.zeros_like(known)
    parts = np.stack([estimates(x[r::RANDOMISATIONS], levels) for r in range(RANDOMISATIONS)])
    return estimates(x, levels), parts.std(axis=0, ddof=1) / np.sqrt(RANDOMISATIONS)
