"""Convergence of percentiles: estimates from increasing numbers of draws, and their relative errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import MIN_DRAWS

MIN_CONVERGENCE_DRAWS = 2 * MIN_DRAWS  # draws of the first percentiles


def draw_counts(draws: int) -> list[int]:
    """The powers of two below a number of draws, and that number."""
    powers = range(MIN_CONVERGENCE_DRAWS.bit_length() - 1, (draws - 1).bit_length())
    return [*(1 << power for power in powers), draws]


def convergence(x: Array) -> Array:
    """p5, p50 and p95 of the first draws, for each of `draw_counts`, and their Monte Carlo errors: (counts, 3, 2)."""
    found = [estimates.with_errors(x[:count], estimates.SUMMARY_LEVELS) for count in draw_counts(x.size)]
    return np.stack([np.stack(each, axis=1)[2:] for each in found])


def relative_errors(found: Mapping[str, tuple[Array, Array]]) -> dict[tuple[str, str], float]:
    """The Monte Carlo errors of p5, p50 and p95 as shares of their values, by row and quantile name.

    `found` has the values and the errors of each row, (3,) both. The share is 0 where the error is 0, and infinite
    where the value is 0 and the error is not.
    """
    out = {}
    for row, pair in found.items():
        for level, value, error in zip(estimates.SUMMARY_LEVELS, *pair, strict=True):
            share = float(error / abs(value)) if value else float(np.inf)
            out[row, estimates.quantile_name(level)] = share if error else 0.0
    return out
