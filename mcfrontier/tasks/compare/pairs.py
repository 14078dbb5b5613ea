"""Two runs on the same draws: each row on both sides, their difference and their ratio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.probability import Probability, probability
from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.arrays import Array
from mcfrontier.core.kinds import EVENT, PROBABILITY, QuantityKind, kind_of
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import representatives
from mcfrontier.runs.summary import Summary, event_summary, summarise


@dataclass(frozen=True)
class RowPair:
    """A row on both sides, in the unit of the first.

    kind          the kind of the row
    first, other  summaries of the two sides
    difference    summary of other minus first, draw by draw; of an event, difference of the two probabilities
    ratio         summary of other over first, draw by draw, not a number where a ratio has no meaning; of an event,
                  ratio of the two probabilities
    above, equal  the probabilities that the first lies above the other, and that the two are equal
    non_finite    the number of pairs of draws that are not finite and left out
    """

    kind: QuantityKind
    first: Summary
    other: Summary
    difference: Summary
    ratio: Summary
    above: Probability
    equal: Probability
    non_finite: int

    @property
    def central(self) -> str:
        """The statistic that is attributed to inputs: "median", or "probability" of an event."""
        return PROBABILITY if self.kind is EVENT else "median"


def kind_in_both(row: str, runs: tuple[RunCore, RunCore]) -> QuantityKind:
    """The kind of a row: an event if it is one on both sides."""
    return kind_of(runs[0].unit(row), event=all(run.kind(row) is EVENT for run in runs))


def row_pair(row: str, first: RunCore, other: RunCore) -> RowPair:
    """A row of two runs on the same draws."""
    unit, kind = first.unit(row), kind_in_both(row, (first, other))
    sides = [run.samples(row, unit) for run in (first, other)]
    shorter = min(max(side.size for side in sides), *(run.retained for run in (first, other)))  # of the draws left
    x, y = (side[:shorter] for side in sides)
    with np.errstate(all="ignore"):
        difference = y - x
        ratio = y / x if kind.logarithmic else np.full_like(difference, np.nan)
    finite, effective = np.isfinite(difference), min(first.effective, other.effective)
    if kind is EVENT:
        one, two, apart, times = event_summaries(sides[0], sides[1], unit, effective)
    else:
        one, two, apart = (summarise(draws, unit, kind) for draws in (*sides, difference))
        times = summarise(np.where(np.isfinite(ratio), ratio, np.nan), "1", kind_of("1"))
    return RowPair(
        kind=kind,
        first=one,
        other=two,
        difference=apart,
        ratio=times,
        above=probability(np.where(finite, x > y, np.nan), effective),
        equal=probability(np.where(finite, x == y, np.nan), effective),
        non_finite=int((~finite).sum()),
    )


def event_summaries(x: Array, y: Array, unit: str, effective: float) -> list[Summary]:
    """The probabilities of an event on two sides, their difference and their ratio.

    The error of the ratio is to first order, so that it is finite if the event does not happen in one of the
    randomisations.
    """
    (p, p_parts), (q, q_parts) = (estimates.by_parts(draws) for draws in (x, y))
    found = [probability(draws, effective) for draws in (x, y)]
    one, two = (each.error if each.is_bound else 0.0 for each in found)  # the spread of the randomisations has none
    with np.errstate(all="ignore"):
        ratio = q / p if p > 0 else np.nan
        ratio_parts = ratio + (q_parts - ratio * p_parts) / p
        beyond = np.hypot(one, two), np.hypot(ratio * one, two) / p
    sides = [event_summary(unit, each) for each in found]
    for whole, parts, least, own in ((q - p, q_parts - p_parts, beyond[0], unit), (ratio, ratio_parts, beyond[1], "1")):
        error = float(np.hypot(estimates.standard_error(np.asarray(whole), parts), least))
        sides.append(Summary(own, {PROBABILITY: float(whole)}, {PROBABILITY: error}))
    return sides


@dataclass(frozen=True)
class Pair:
    """The first study and another, run on the same draws.

    names       the names of the two
    runs        their runs
    rows        the rows of the targets that both have
    differing   the differences between the studies: the names that change sides together, by the name of the difference
    waterfalls  the attribution of each row; empty if the hybrids of the two could not be evaluated
    notes       warnings on the pair
    """

    names: tuple[str, str]
    runs: tuple[RunCore, RunCore] = field(repr=False)
    rows: tuple[str, ...] = field(repr=False)
    differing: Mapping[str, frozenset[str]] = field(repr=False)
    waterfalls: Mapping[str, Waterfall] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def headlines(self) -> list[str]:
        """The representative rows among the shared ones."""
        return representatives(self.runs[0], self.rows)

    @cached_property
    def by_row(self) -> dict[str, RowPair]:
        """Every shared row on both sides."""
        return {row: row_pair(row, *self.runs) for row in self.rows}
