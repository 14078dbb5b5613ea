"""Percentiles with one input integrated out: from a mean of smooth probabilities instead of a count of draws.

Where a row is a line in one input (lines.py), the probability that it is at most v is known given the other inputs Z.
Its mean over draws of Z is the distribution function of the row, and percentiles are where that comes to their levels.
It is smooth in Z, as a count of draws is not, so Sobol points get it right to more digits. This is conditional Monte
Carlo, or pre-integration: Griewank, Kuo, Leövey and Sloan (2018).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mcfrontier import sampling, units
from mcfrontier.analysis import intervals, tornado
from mcfrontier.analysis.lines import READINGS, Line, Row, ground, lines, moved_by
from mcfrontier.analysis.roots import roots, told
from mcfrontier.priors import Prior
from mcfrontier.sampling import Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
METHODS = ("auto", "order")  # integrate where it makes percentiles surer, or order statistics alone
FROM = 2**16  # draws of a run: of fewer it takes longer than they do
FEWEST, SHARE, MOST, MOST_NUMBERS = 2**12, 8, 2**14, 2**21  # draws, of those of the run; numbers of one quantity
LONG, LONG_MOST = 2**21, 2**18  # a run of so many draws takes more of them
PILOT, TRIED = 2**9, 2  # draws that choose an input, of so many that the row hangs on most
COARSE = 2**6  # scores of an input that are passed over while it is chosen
LEFT, LONG_LEFT = 0.3, 0.5  # of the variance of a count: where more is left, order statistics of all draws do as well
GAIN = 1.5  # how much smaller errors must be: which of two that are much alike is smaller is chance


@dataclass(frozen=True, eq=False)
class Traced:
    """A row as a line in an input: at the first draws of the others, and with its own draws there as the line has them,
    in rising order. `scale` is the number of base units in its unit."""

    input: Prior
    place: Row
    line: Line
    rising: Array
    scale: float


@dataclass(frozen=True, eq=False)
class Sharp:
    """A row with an input integrated out: its percentiles at intervals.LEVELS and their errors, (9,) both, in its
    unit, over so many draws."""

    draws: int
    traced: Traced
    values: Array
    errors: Array

    @property
    def input(self) -> str:
        return self.traced.input.name

    def percentiles(self, levels: Sequence[float]) -> tuple[Array, Array]:
        """Percentiles at any levels and their errors, (levels,) both; not numbers where there are none."""
        if {*levels} <= {*intervals.LEVELS}:
            at = [intervals.LEVELS.index(level) for level in levels]
            return self.values[at], self.errors[at]
        (own,) = told_of({"": self.traced}, levels).values()
        return own


def sharpened(study: Study, plan: Sampler, rows: Mapping[str, Row], errors: Mapping[str, Array]) -> dict[str, Sharp]:
    """Those of the rows whose percentiles are surer with an input integrated out than by order statistics, which have
    these errors at intervals.LEVELS, (9,), in the unit of the row."""
    inputs = [prior for prior in study.drawn if may_go(study, prior)]
    if study.evidence or not inputs:
        return {}
    draws = points_of(study, plan.draws)
    most, known = most_left(plan, draws), choices(study, inputs, rows)
    wanted = {row: known[row].input for row in rows if known[row].left <= most}
    if not wanted:
        return {}
    plan = replace(plan, draws=draws)
    at, traced = ground(study, plan), {}
    for prior in inputs:
        own = {row: rows[row] for row, name in wanted.items() if name == prior.name}
        for row, line in lines(at, prior, own):
            name, index = rows[row]
            rising = np.sort(READINGS[line.reading].forward(at.values[name][index]))
            traced[row] = Traced(prior, rows[row], line, rising, units.scale(study.unit(name)))
    found = told_of(traced, intervals.LEVELS)
    sharp = {row: Sharp(draws, traced[row], *own) for row, own in found.items()}
    return {row: sharp[row] for row in rows if row in sharp and surer(sharp[row].errors, errors[row])}


def may_go(study: Study, prior: Prior) -> bool:
    """Whether an input may be integrated out: it has one row, no jumps, and no other depends on it."""
    return not (prior.labels or prior.distributions[0].rough or study.dependence.group_of(prior.name))


def points_of(study: Study, draws: int) -> int:
    """How many draws of a run are taken, all at once."""
    most, numbers = (MOST, MOST_NUMBERS) if draws < LONG else (LONG_MOST, LONG_MOST // MOST * MOST_NUMBERS)
    most = min(draws, max(FEWEST, draws // SHARE), most, numbers // max(study.sizes, default=1))
    return power_of_two(max(most, sampling.SMALLEST))


def power_of_two(draws: int) -> int:
    """The largest that is no more."""
    return 1 << (draws.bit_length() - 1)


def most_left(plan: Sampler, draws: int) -> float:
    """How much of the variance of a count may be left for so many draws to do better than all: Sobol points gain by
    smoothness too, others by what is left alone."""
    most = LEFT if plan.draws < LONG else LONG_LEFT
    return most if plan.kind == "sobol" else min(most, draws / plan.draws / GAIN**2)


def surer(ours: Array, theirs: Array) -> bool:
    """Whether our errors are clearly smaller than theirs, taken over all levels."""
    with np.errstate(all="ignore"):
        return bool(np.mean(np.log(theirs / ours)) > np.log(GAIN))


class Choice(NamedTuple):
    """What share of the variance of a count is left where an input is integrated out, and which that is."""

    left: float
    input: str


def choices(study: Study, inputs: Sequence[Prior], rows: Mapping[str, Row]) -> dict[str, Choice]:
    """The input to integrate out of each row: of those that it hangs on most, the one that leaves least. The same
    whatever the draws of a run, and worked out once."""
    rows = {row: place for row, place in rows.items() if row not in study.choices}
    if rows:
        study.choices.update(chosen(study, inputs, rows))
    return study.choices


def chosen(study: Study, inputs: Sequence[Prior], rows: Mapping[str, Row]) -> dict[str, Choice]:
    """The choices for rows, by a few draws."""
    at = ground(study, sampling.sampler("sobol", 1, PILOT, [prior.name for prior in study.drawn if not prior.labels]))
    own = {prior.name: standing(at.draws_of(prior)) for prior in inputs}
    reached = {prior.name: {prior.name, *moved_by(study, prior.name)} for prior in inputs}
    tried: dict[str, list[str]] = {}
    for row, (name, index) in rows.items():
        whole = standing(at.values[name][index])
        pull = {n: abs(x @ whole) if whole.size == x.size else 0.0 for n, x in own.items() if name in reached[n]}
        tried[row] = sorted(pull, key=pull.get, reverse=True)[:TRIED]
    best = dict.fromkeys(rows, Choice(np.inf, ""))
    for prior in inputs:
        near = {row: rows[row] for row, names in tried.items() if prior.name in names}
        for row, line in lines(at, prior, near, COARSE):
            name, index = rows[row]
            best[row] = min(best[row], Choice(left_over(line, at.values[name][index]), prior.name))
    return best


def standing(x: Array) -> Array:
    """The ranks of draws about their mean, of length 1; zeros where they do not vary or are not finite."""
    off = tornado.ranks(x) - (x.size - 1) / 2
    length = np.sqrt((off * off).sum())
    return off / length if length > 0 else np.zeros(x.size)


def left_over(line: Line, y: Array) -> float:
    """The variance of the probabilities given the other inputs, of that of a count, at p5, p50 and p95 of the draws."""
    levels = np.array([0.05, 0.5, 0.95])
    at = intervals.of_rising(np.sort(READINGS[line.reading].forward(y))[None], levels)[0]
    return float(np.mean([line.given_others(v).var() for v in at] / (levels * (1 - levels))))


def told_of(traced: Mapping[str, Traced], levels: Sequence[float]) -> dict[str, tuple[Array, Array]]:
    """Percentiles of rows and their standard errors, (levels,) both, in the unit of each."""
    return {
        row: told(each.line, roots(each.line, each.rising, levels), each.scale, levels) for row, each in traced.items()
    }
