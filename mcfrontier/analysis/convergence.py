"""Whether the draws were enough: percentiles from more and more of them, and how well they are known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.sampling import SMALLEST

FIRST = 2 * SMALLEST  # draws that the first percentiles are taken from


def counts(draws: int) -> list[int]:
    """The powers of two below a number of draws, and that number."""
    powers = range(FIRST.bit_length() - 1, (draws - 1).bit_length())
    return [*(1 << power for power in powers), draws]


def convergence(x: np.ndarray) -> np.ndarray:
    """p5, p50 and p95 of the first draws, for each of `counts`, and their Monte Carlo errors: (counts, 3, 2)."""
    found = [intervals.with_errors(x[:count], intervals.BRIEF) for count in counts(x.size)]
    return np.stack([np.stack(each, axis=1)[2:] for each in found])


def relative_errors(found: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> dict[tuple[str, str], float]:
    """The Monte Carlo error of p5, p50 and p95 of each row, told as values and errors, as a share of it: 0 where the
    row is known, infinite where the percentile is 0 and not known to be."""
    out = {}
    for row, pair in found.items():
        for level, value, error in zip(intervals.BRIEF, *pair, strict=True):
            share = float(error / abs(value)) if value else float(np.inf)
            out[row, intervals.word(level)] = share if error else 0.0
    return out
