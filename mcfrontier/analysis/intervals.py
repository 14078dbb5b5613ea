"""Mean, standard deviation and quantiles of draws, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mcfrontier.sampling import RANDOMISATIONS

NEAR = 1.5  # roots of a part's draws, three standard deviations at most of how many of them lie below a quantile
LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


def word(level: float) -> str:
    """The name of a quantile: p5 for 0.05, p2.5 for 0.025."""
    return f"p{round(100 * level, 10):.12g}"


STATISTICS = ("mean", "sd", *map(word, LEVELS))
BRIEF = (0.05, 0.50, 0.95)  # where there is one line for a row
BRIEF_WORDS = tuple(map(word, BRIEF))


class Estimate(NamedTuple):
    """A figure and its Monte Carlo standard error."""

    value: float
    error: float


def estimates(x: np.ndarray, levels: np.ndarray, shift: float = 0.0) -> np.ndarray:
    """Mean, sd and quantiles of each row: shape (rows, 2 + levels).

    Quantiles are linear between draws: numpy's default with a shift of 0, Hazen's with one of 1/2.
    """
    return beside_moments(x, of_rising(np.sort(x, axis=-1), levels, shift))


def beside_moments(x: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Mean and sd of each row, with its quantiles."""
    return np.column_stack([x.mean(axis=-1), x.std(axis=-1), quantiles])


def of_rising(rising: np.ndarray, levels: np.ndarray, shift: float = 0.0) -> np.ndarray:
    """Quantiles of each row of draws in rising order: shape (rows, levels)."""
    left, right, way = between(rising.shape[-1], levels, shift)
    return rising[:, left] + (rising[:, right] - rising[:, left]) * way


def between(draws: int, levels: np.ndarray, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which of so many draws in rising order quantiles lie between, and how far on the way."""
    last = draws - 1
    at = np.clip(levels * (last + 2 * shift) - shift, 0, last)
    left = np.floor(at).astype(int)
    return left, np.minimum(left + 1, last), at - left


def of_rising_parts(rising: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of all draws together, from equal parts of them that are each in rising order: shape (levels,).

    They are looked for near the same place of every part, which is several times as quick as to sort all. If what
    lies outside is not known to be outside of every quantile as well, all are sorted.
    """
    parts, size = rising.shape
    reach = int(NEAR * size**0.5) + 1
    width = 2 * reach + 2
    left, right, way = between(rising.size, levels)
    if 2 * width * levels.size >= size:  # as quick
        return of_rising(np.sort(rising, axis=None)[None], levels)[0]
    start = np.clip(left // parts - reach, 0, size - width)
    near = rising[:, start[:, None] + np.arange(width)].swapaxes(0, 1).reshape(levels.size, -1)
    near.sort(axis=1)
    low, high = (np.take_along_axis(near, (at - parts * start)[:, None], 1)[:, 0] for at in (left, right))
    before = np.where(start > 0, rising[:, start - 1].max(axis=0), -np.inf)
    after = np.where(start + width < size, rising[:, (start + width) % size].min(axis=0), np.inf)
    if (before > low).any() or (after < high).any():
        return of_rising(np.sort(rising, axis=None)[None], levels)[0]
    return low + (high - low) * way


def estimates_of_finite(x: np.ndarray, levels: np.ndarray, shift: float = 0.0) -> np.ndarray:
    """The same of one row, leaving out draws that are not finite; not numbers where no draw is."""
    x = x[np.isfinite(x)]
    return estimates(x[None], levels, shift)[0] if x.size else np.full(2 + levels.size, np.nan)


def with_errors(x: np.ndarray, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Mean, sd and quantiles of draws, and the standard error of each: two arrays (2 + levels,).

    Draw i belongs to randomisation i mod 16. The sixteen are independent under every sampler, so the error of the
    mean of their estimates is their spread over the root of sixteen, Sobol points or not. By how far that mean is
    from the estimate of all draws together, the bias of few draws and the grain of stratified ones, is part of the
    error too.
    """
    whole, parts = with_parts(x, levels)
    return whole, np.zeros_like(whole) if x.size == 1 else error(whole, parts)


def with_parts(x: np.ndarray, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Mean, sd and quantiles of draws, (2 + levels,), and those of each randomisation, (16, 2 + levels). The sixteen
    take Hazen's quantiles, which have no bias where draws are stratified."""
    levels = np.asarray(levels, float)
    if x.size == 1:
        known = np.full(2 + levels.size, x[0])
        known[1] = 0.0
        return known, np.broadcast_to(known, (RANDOMISATIONS, known.size))
    if x.size % RANDOMISATIONS == 0 and np.isfinite(x).all():
        dealt = np.ascontiguousarray(x.reshape(-1, RANDOMISATIONS).T)
        rising = np.sort(dealt, axis=1)
        parts = beside_moments(dealt, of_rising(rising, levels, 0.5))
        mean, sd = parts[:, :2].T  # of parts of one size: the variance is that within them and that between
        whole = [mean.mean(), np.sqrt((sd * sd).mean() + mean.var())]
        return np.concatenate([whole, of_rising_parts(rising, levels)]), parts
    parts = np.stack([estimates_of_finite(x[r::RANDOMISATIONS], levels, 0.5) for r in range(RANDOMISATIONS)])
    return estimates_of_finite(x, levels), parts


def error(whole: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """The standard error of an estimate from all draws, told by those from each randomisation, (16 or more, ...)."""
    return np.sqrt(parts.var(axis=0, ddof=1) / len(parts) + (whole - parts.mean(axis=0)) ** 2)


def by_parts(x: np.ndarray, statistic: Callable[[np.ndarray], float] = np.mean) -> tuple[float, np.ndarray]:
    """A statistic of the finite draws, and that of each randomisation, (16,): not a number where it has none."""
    x = np.broadcast_to(x, RANDOMISATIONS) if x.size == 1 else x
    rows = [row[np.isfinite(row)] for row in (x, *(x[r::RANDOMISATIONS] for r in range(RANDOMISATIONS)))]
    whole, *parts = (statistic(row) if row.size else np.nan for row in rows)
    return whole, np.array(parts)


def estimate(x: np.ndarray, statistic: Callable[[np.ndarray], float] = np.mean) -> Estimate:
    """A statistic of the finite draws, (draws,), or (1,) if nothing is uncertain, with its error."""
    whole, parts = by_parts(x, statistic)
    return Estimate(float(whole), float(error(whole, parts)))
