"""One-at-a-time sensitivity: a target along the range of each input (tornado), and in bins of an input's own draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study.study import Study
from mcfrontier.study.values import evaluate, expand

SWING_ENDS = ("p5", "p95")
# probabilities from one end to the other, which show whether a target is monotone between them
SWING_PROBABILITIES = np.array([0.05, 0.1625, 0.275, 0.3875, 0.5, 0.6125, 0.725, 0.8375, 0.95])


def one_at_a_time(study: Study, rows_varied: Sequence[str]) -> dict[str, Array]:
    """Evaluate all quantities with each of some rows of inputs in turn varied from p5 to p95, the rest at the medians:
    arrays (..., rows, 9), or (..., 1, 1) where nothing varies.

    Rows of a joint input that are not varied are scaled, so that all still sum to one.
    """
    named = {name: (p.name, i) for p in study.uncertain for i, name in enumerate(p.row_names)}
    varied, steps = {named[name]: place for place, name in enumerate(rows_varied)}, len(SWING_PROBABILITIES)
    points = len(varied) * steps
    given = {}
    for prior in study.inputs.values():
        medians = np.array(prior.medians)
        medians = medians * prior.scale / medians.sum() if prior.entry.joint else medians
        rows = np.repeat(medians[:, None], max(1, points), axis=1)
        for i, distribution in enumerate(prior.distributions):
            if (prior.name, i) in varied:
                own = slice(varied[prior.name, i] * steps, (varied[prior.name, i] + 1) * steps)
                rows[i, own] = distribution.ppf(SWING_PROBABILITIES) * prior.scale
                if prior.entry.joint:
                    rest = np.arange(len(rows)) != i
                    rows[rest, own] = np.outer(rows[rest, 0] / rows[rest, 0].sum(), prior.scale - rows[i, own])
        given[prior.name] = expand(study, prior, rows if prior.labels else rows[0])
    values = evaluate(study, given)
    shape = (len(varied), steps)
    return {name: x.reshape(*x.shape[:-1], *(shape if x.shape[-1] == points else (1, 1))) for name, x in values.items()}


@dataclass(frozen=True)
class Swing:
    """The swing of a target by input, the widest first.

    inputs (n,); ends (n, 2): the target with that input at its p5 and p95; reach (n, 2): its lowest and highest value
    in between; monotone (n,): whether it is monotone; base: the target at the medians.
    """

    inputs: list[str]
    ends: Array
    reach: Array
    monotone: Array
    base: float


def swing(inputs: Sequence[str], paths: Array) -> Swing:
    """A target's swing from its paths (inputs, 9); inputs without effect are left out."""
    finite = np.isfinite(paths).all(axis=1, keepdims=True)
    bounded = np.where(finite, paths, 0.0)  # a path that is not finite has no bar
    steps = np.diff(bounded, axis=1)
    monotone: Array = np.asarray((steps >= 0).all(axis=1) | (steps <= 0).all(axis=1))
    reach = np.column_stack([bounded.min(axis=1), bounded.max(axis=1)])
    width = reach[:, 1] - reach[:, 0]
    rounding = 1e-12 * np.abs(bounded).max(initial=0.0)
    widest = [int(i) for i in np.argsort(-width, kind="stable") if width[i] > rounding]
    base = float(paths.flat[len(SWING_PROBABILITIES) // 2]) if paths.size > 1 else float(paths.flat[0])
    names = [inputs[i] for i in widest]
    return Swing(names, paths[widest][:, [0, -1]], reach[widest], monotone[widest], base)


def bin_statistics(ranks: Array, target: Array, bins: int, selected: Sequence[int]) -> Array:
    """Mean and median of a target in bins of an input, and the standard error of the mean: (selected, 3).

    Parameters
    ----------
    ranks : of the input's draws; `bins` have equal numbers of them, plus all that equal the ends of a bin
    target : draws
    selected : the bins, from 0
    """
    draws = np.flatnonzero(np.isfinite(ranks) & np.isfinite(target[: ranks.size]))
    if not draws.size:
        return np.full((len(selected), 3), np.nan)
    known, out = ranks[draws], []
    ordered = np.sort(known)
    for each in selected:
        start = draws.size * each // bins
        end = max(start, draws.size * (each + 1) // bins - 1)
        inside = draws[(known >= ordered[start]) & (known <= ordered[end])]
        x, r = target[inside], inside % RANDOMISATIONS
        with np.errstate(invalid="ignore"):  # the error is NaN where a randomisation has no draw in the bin
            parts = np.bincount(r, x, RANDOMISATIONS) / np.bincount(r, minlength=RANDOMISATIONS)
        out.append((x.mean(), np.median(x), estimates.standard_error(x.mean(), parts)))
    return np.array(out)
