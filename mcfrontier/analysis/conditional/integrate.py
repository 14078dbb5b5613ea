"""Conditional estimates of percentiles: pre-integration of one input (conditional Monte Carlo).

Where a row is linear in a transform of one input (linear.py), the probability that it is at most v is known given the
other inputs Z. Its mean over draws of Z is the distribution function of the row, and percentiles are its roots. It is
smooth in Z, as the indicator of a draw is not, so Sobol points converge faster: Griewank, Kuo, Leövey and Sloan (2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcfrontier.analysis.conditional.linear import (
    EvaluationPoint,
    Line,
    evaluation_point,
    linear_rows,
    lines,
)
from mcfrontier.analysis.conditional.roots import first_ordered
from mcfrontier.analysis.conditional.rows import IntegratedRow, percentiles
from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.ranks import ranks
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.sampling import SAMPLERS, streams
from mcfrontier.sampling.plan import MIN_DRAWS, Sampler
from mcfrontier.study.describe import descendants
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Row, Study

# draws that are used: all, up to the first number; of a longer run the largest of these shares, each up to its number
ALL_DRAWS, RUN_SHARES = 2**14, ((1 / 2, 2**16), (1 / 4, 2**17), (1 / 8, 2**63))
MAX_DRAWS_IN_MEMORY, MAX_NUMBERS = 2**14, 2**21  # over which roots are found, and numbers of one quantity there
PILOT_DRAWS = 2**9  # draws over which the input to integrate out is chosen
INPUTS_TRIED = 2  # of the inputs with the largest rank correlations
DECISIVE_SHARE = 0.5  # a first input whose squared rank correlation is above it leaves less to any other
MAX_VARIANCE_LEFT = 0.5  # of the indicator; above it, order statistics of all draws are as good
MIN_ERROR_RATIO = 1.5  # by which errors must be smaller: which of two similar errors is smaller is chance
CHOICE_LEVELS = np.array([0.05, 0.5, 0.95])  # at which the remaining variance is computed
COMPARED_LEVELS = (0.01, 0.05, 0.5, 0.95, 0.99)  # at which errors are compared with those of order statistics


@dataclass(frozen=True, eq=False)
class Integrated:
    """Rows with an input integrated out, over the draws of a plan.

    `errors` has the errors of order statistics of each row at COMPARED_LEVELS, in its unit. `known` has percentiles and
    their errors by level and row; a further level is computed for all rows together.
    """

    study: Study
    plan: Sampler
    rows: dict[str, IntegratedRow] = field(default_factory=dict)
    errors: Mapping[str, Array] = field(default_factory=dict)
    known: dict[float, dict[str, tuple[float, float]]] = field(default_factory=dict)

    def at(self, levels: Sequence[float] | None = None) -> Integrated:
        """The rows with clearly smaller errors than order statistics, once the percentiles at `levels` are known: those
        of the files of a run, or any that are known already, if none are named. The first call drops all other rows."""
        if levels is None:
            levels = () if self.known else estimates.LEVELS
        first = () if self.known else COMPARED_LEVELS
        further = [level for level in dict.fromkeys((*first, *levels)) if level not in self.known]
        found = percentiles(self.study, self.plan, self.rows, further) if further else {}
        for place, level in enumerate(further):
            self.known[level] = {row: (values[place], errors[place]) for row, (values, errors) in found.items()}
        for row, (_, errors) in found.items():
            if first and not clearly_smaller(errors[: len(first)], self.errors[row]):
                del self.rows[row]
        return self

    def percentiles(self, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
        """Percentiles of a row and their standard errors, in its unit: (levels,) both; NaN where no root is found."""
        self.at(levels)
        values, errors = np.array([self.known[level][row] for level in levels]).reshape(-1, 2).T
        return values, errors


def integrated(
    study: Study,
    plan: Sampler,
    rows: Mapping[str, Row],
    errors: Mapping[str, Array],
    values: Mapping[str, Array] | None = None,
) -> Integrated:
    """Integrate an input out of the rows for which that may give smaller errors than order statistics.

    Parameters
    ----------
    plan : the sampler of the run; its first draws are used
    rows : the rows to estimate, by name
    errors : the errors of the percentiles of each row by order statistics, at COMPARED_LEVELS, in its unit
    values : the draws of the run, used where these are the draws that are evaluated
    """
    draws = conditional_draws(plan.draws)
    integrated = Integrated(study, replace(plan, draws=draws), {}, errors)
    inputs = [prior for prior in study.uncertain if integrable(study, prior)]
    if study.evidence or study.given or not inputs:
        return integrated
    limit, choices = max_variance_left(plan, draws), input_choices(study, tuple(rows))
    chosen = {row: choices[row].input for row in rows if choices[row].variance_left <= limit}
    if not chosen:
        return integrated
    in_memory = draws_in_memory(study, draws)
    if values is not None and in_memory == plan.draws:
        at = EvaluationPoint(study, values)
    else:
        at = evaluation_point(study, replace(plan, draws=in_memory))
    found: dict[str, IntegratedRow] = {}
    for prior in inputs:
        own = {row: rows[row] for row, name in chosen.items() if name == prior.name}
        for row, line in linear_rows(at, prior, own):
            name, index = rows[row]
            ordered, scale = first_ordered(line, at.values[name][index]), units.scale(study.unit(name))
            found[row] = IntegratedRow(prior, rows[row], line, ordered, scale)
    integrated.rows.update({row: found[row] for row in rows if row in found})
    return integrated


def integrable(study: Study, prior: Prior) -> bool:
    """Whether an input may be integrated out: it has one row, a continuous distribution, and no dependence."""
    return not (prior.labels or prior.distributions[0].discontinuous or study.dependence.group_of(prior.name))


def draws_in_memory(study: Study, draws: int) -> int:
    """The number of `draws` over which roots are found, all in memory: a power of two."""
    most = min(MAX_DRAWS_IN_MEMORY, MAX_NUMBERS // max(study.sizes, default=1))
    return power_of_two(max(min(draws, most), MIN_DRAWS))


def conditional_draws(draws: int) -> int:
    """The number of draws of a run that are used: a power of two."""
    return power_of_two(min(draws, max(ALL_DRAWS, *(min(draws * share, most) for share, most in RUN_SHARES))))


def power_of_two(number: float) -> int:
    """The largest power of two that is not above a number."""
    return 1 << (int(number).bit_length() - 1)


def max_variance_left(plan: Sampler, draws: int) -> float:
    """The share of the indicator's variance that may remain for an estimate over `draws` to have smaller errors than
    one over all: Sobol points gain from smoothness too, other samplers from the smaller variance alone."""
    most = 1.0 if SAMPLERS[plan.kind].quasi_random else draws / plan.draws / MIN_ERROR_RATIO**2
    return min(MAX_VARIANCE_LEFT, most)


def clearly_smaller(errors: Array, reference: Array) -> bool:
    """Whether errors are smaller than others by MIN_ERROR_RATIO, in the geometric mean over levels."""
    with np.errstate(all="ignore"):
        return bool(np.mean(np.log(reference / errors)) > np.log(MIN_ERROR_RATIO))


class InputChoice(NamedTuple):
    """The input to integrate out of a row, and the share of the indicator's variance that remains."""

    variance_left: float
    input: str


@lru_cache(maxsize=64)
def input_choices(study: Study, names: tuple[str, ...]) -> Mapping[str, InputChoice]:
    """The input to integrate out of each row: of those with the largest rank correlations, the one that leaves least
    variance over pilot draws. Independent of the draws of a run, so it is computed once for a study."""
    inputs, rows = [prior for prior in study.uncertain if integrable(study, prior)], {n: study.rows[n] for n in names}
    sampled = [prior.name for prior in study.uncertain if not prior.labels]
    at = evaluation_point(study, streams.sampler("sobol", 1, PILOT_DRAWS, sampled))
    own = {prior.name: centred_ranks(at.draws_of(prior)) for prior in inputs}
    affected = {prior.name: {prior.name, *descendants(study, prior.name)} for prior in inputs}
    tried: dict[str, list[str]] = {}
    decisive: dict[str, bool] = {}
    for row, (name, index) in rows.items():
        y = centred_ranks(at.values[name][index])
        strength = {n: abs(x @ y) if y.size == x.size else 0.0 for n, x in own.items() if name in affected[n]}
        tried[row] = sorted(strength, key=strength.__getitem__, reverse=True)[:INPUTS_TRIED]
        decisive[row] = bool(max(strength.values(), default=0.0) ** 2 > DECISIVE_SHARE)
    best = dict.fromkeys(rows, InputChoice(np.inf, ""))
    for place in range(INPUTS_TRIED):
        for prior in inputs:
            near = {row: rows[row] for row, names in tried.items() if names[place : place + 1] == [prior.name]}
            for row, found in lines(at, prior, near):
                if line := next(found, None):
                    best[row] = min(best[row], InputChoice(variance_left(line), prior.name))
        tried = {row: names for row, names in tried.items() if not (best[row].input and decisive[row])}
    return best


def centred_ranks(x: Array) -> Array:
    """The ranks of draws less their mean, of norm 1; zeros where they do not vary or are not finite."""
    centred = ranks(x) - (x.size - 1) / 2
    norm = np.sqrt((centred * centred).sum())
    return centred / norm if norm > 0 else np.zeros(x.size)


def variance_left(line: Line) -> float:
    """The variance of the conditional probabilities over that of the indicator, averaged over p5, p50 and p95 of the
    row. The probabilities are shares of the draws of the input."""
    t, (low, high, own) = line.candidate.t, line.z
    at = estimates.quantiles_of_sorted(np.sort(own)[None], CHOICE_LEVELS).T
    ordered, ends, falling = np.sort(t[2:-1]), t[0] + (at - low) * line.inverse_slope, high < low
    below = [
        np.searchsorted(ordered, np.sort(ends[:, each])) for each in (~falling, falling)
    ]  # sorted: searched faster
    variances = (np.concatenate([below[0], own.size - below[1]], axis=1) / own.size).var(axis=1)
    return float(np.mean(variances / (CHOICE_LEVELS * (1 - CHOICE_LEVELS))))
