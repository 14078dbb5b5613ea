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


def estimates(x: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Mean, sd and quantiles (linear between draws, as numpy's) of each row: shape (rows, 2 + levels)."""
    rising = np.sort(x, axis=-1)
    at = levels * (x.shape[-1] - 1)
    left = np.floor(at).astype(int)
    right = np.minimum(left + 1, x.shape[-1] - 1)
    quantiles = rising[:, left] + (rising[:, right] - rising[:, left]) * (at - left)
    return np.column_stack([x.mean(axis=-1), x.std(axis=-1), quantiles])


def estimates_of_finite(x: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The same of one row, leaving out draws that are not finite; not numbers where no draw is."""
    x = x[np.isfinite(x)]
    return estimates(x[None], levels)[0] if x.size else np.full(2 + levels.size, np.nan)


def with_errors(x: np.ndarray, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Mean, sd and quantiles of draws, and the standard error of each: two arrays (2 + levels,).

    Draw i belongs to randomisation i mod 16. The sixteen are independent under every sampler, so the
    error is the spread of their own estimates over the root of sixteen, Sobol points or not.
    """
    levels = np.asarray(levels, float)
    if x.size == 1:
        known = np.full(2 + levels.size, x[0])
        known[1] = 0.0
        return known, np.zeros_like(known)
    if x.size % RANDOMISATIONS == 0 and np.isfinite(x).all():
        parts = estimates(np.ascontiguousarray(x.reshape(-1, RANDOMISATIONS).T), levels)
    else:
        parts = np.stack([estimates_of_finite(x[r::RANDOMISATIONS], levels) for r in range(RANDOMISATIONS)])
    return estimates_of_finite(x, levels), parts.std(axis=0, ddof=1) / np.sqrt(RANDOMISATIONS)
