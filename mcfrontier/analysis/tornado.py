"""What an output hangs on: one input at a time, by rank correlations, and in bins of an input's own draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.priors import Prior
from mcfrontier.sampling import RANDOMISATIONS

ENDS = ("p5", "p95")
# the way from end to end, to see whether it turns
STEPS = np.array([0.05, 0.1625, 0.275, 0.3875, 0.5, 0.6125, 0.725, 0.8375, 0.95])
RANKED = 2**14  # draws that rank correlations are taken over


def one_at_a_time(
    priors: Sequence[Prior],
    place: Callable[[Prior, np.ndarray], np.ndarray],
    evaluate: Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]],
) -> dict[str, np.ndarray]:
    """All quantities with each input in turn, row by row, led from its p5 to its p95, the others at their medians.

    `place` lays an input's values, shape (points,) or (labels, points), on the axes of the study. Each
    result is of shape (..., rows, 9), or (..., 1, 1) where nothing varies; `moved` names the rows.
    """
    moved = rows_moved(priors)
    points = len(moved) * len(STEPS)
    given = {}
    for prior in priors:
        middle = np.array(prior.medians)
        middle = middle * prior.scale / middle.sum() if prior.entry.joint else middle
        rows = np.repeat(middle[:, None], max(1, points), axis=1)
        for i, row in enumerate(prior.distributions):
            if (prior.name, i) in moved:
                here = moved[prior.name, i] * len(STEPS)
                rows[i, here : here + len(STEPS)] = row.quantile(STEPS) * prior.scale
                if prior.entry.joint:  # the others shrink in proportion, so that all still sum to one
                    others = np.arange(len(rows)) != i
                    rest = prior.scale - rows[i, here : here + len(STEPS)]
                    rows[others, here : here + len(STEPS)] = np.outer(rows[others, 0] / rows[others, 0].sum(), rest)
        given[prior.name] = place(prior, rows if prior.labels else rows[0])
    values = evaluate(given)
    shape = (len(moved), len(STEPS))
    return {name: x.reshape(*x.shape[:-1], *(shape if x.shape[-1] == points else (1, 1))) for name, x in values.items()}


def rows_moved(priors: Sequence[Prior]) -> dict[tuple[str, int], int]:
    """The rows of uncertain inputs that have a figure, (name, row), and the place of each."""
    drawn = [prior for prior in priors if not prior.known]
    rows = [(p.name, i) for p in drawn for i, row in enumerate(p.distributions) if np.isfinite(row.median)]
    return {row: place for place, row in enumerate(rows)}


@dataclass(frozen=True)
class Swing:
    """What moves a target, the widest input first.

    inputs (n,); ends (n, 2): the target with that input at its p5 and p95; reach (n, 2): the lowest and highest
    it comes to on the way; monotone (n,): whether it never turns back; base: the target at the medians.
    """

    inputs: list[str]
    ends: np.ndarray
    reach: np.ndarray
    monotone: np.ndarray
    base: float


def swing(inputs: Sequence[str], paths: np.ndarray) -> Swing:
    """A target's swing from its paths (inputs, 9); an input that does not move it is left out."""
    finite = np.isfinite(paths).all(axis=1, keepdims=True)
    steady = np.where(finite, paths, 0.0)  # a path that is not finite has no bar; its draws are counted elsewhere
    steps = np.diff(steady, axis=1)
    monotone = (steps >= 0).all(axis=1) | (steps <= 0).all(axis=1)
    reach = np.column_stack([steady.min(axis=1), steady.max(axis=1)])
    width = reach[:, 1] - reach[:, 0]
    rounding = 1e-12 * np.abs(steady).max(initial=0.0)
    widest = [int(i) for i in np.argsort(-width, kind="stable") if width[i] > rounding]
    base = float(paths.flat[len(STEPS) // 2]) if paths.size > 1 else float(paths.flat[0])
    names = [inputs[i] for i in widest]
    return Swing(names, paths[widest][:, [0, -1]], reach[widest], monotone[widest], base)


def ranks(x: np.ndarray) -> np.ndarray:
    """The rank of each of the first 16,384 draws, equal draws sharing the mean of theirs; a draw that is not finite
    has none."""
    x = x[:RANKED]
    out = np.full(x.size, np.nan)
    finite = np.flatnonzero(np.isfinite(x))
    by_size = finite[np.argsort(x[finite])]
    rising = x[by_size]
    place = np.arange(rising.size, dtype=float)
    if (rising[1:] == rising[:-1]).any():
        place = (np.searchsorted(rising, rising, "left") + np.searchsorted(rising, rising, "right") - 1) / 2
    out[by_size] = place
    return out


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's correlation from the ranks of two sets of draws; 0 where one does not vary."""
    if one.size != other.size:
        return 0.0
    both = np.stack([one, other])
    finite = np.isfinite(both).all(axis=0)
    if not finite.all():
        both = np.stack([ranks(one[finite]), ranks(other[finite])])
    both = both - both.mean(axis=1, keepdims=True) if finite.any() else both
    norm = np.sqrt((both**2).sum(axis=1).prod())
    return float((both[0] * both[1]).sum() / norm) if norm > 0 else 0.0


def in_bins(ranks: np.ndarray, target: np.ndarray, bins: int, which: Sequence[int]) -> np.ndarray:
    """Mean and median of a target over the draws in some of so many bins of an input, told by its ranks, and the
    standard error of the mean: (which, 3). A bin has as many draws as any other, and all that are equal to its ends."""
    draws = np.flatnonzero(np.isfinite(ranks) & np.isfinite(target[: ranks.size]))
    if not draws.size:
        return np.full((len(which), 3), np.nan)
    known, out = ranks[draws], []
    rising = np.sort(known)
    for one in which:
        start = draws.size * one // bins
        end = max(start, draws.size * (one + 1) // bins - 1)
        inside = draws[(known >= rising[start]) & (known <= rising[end])]
        x, r = target[inside], inside % RANDOMISATIONS
        with np.errstate(invalid="ignore"):  # no error is known where a randomisation has no draw in the bin
            parts = np.bincount(r, x, RANDOMISATIONS) / np.bincount(r, minlength=RANDOMISATIONS)
        out.append((x.mean(), np.median(x), intervals.error(x.mean(), parts)))
    return np.array(out)
