"""Statistics of a row, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS, Estimate
from mcfrontier.analysis.estimates.probability import INTERVAL_WORDS, Probability, probability
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount
from mcfrontier.core.kinds import DATE, PROBABILITY, SUMMARY_STATISTICS, QuantityKind, date_digits, kind_of
from mcfrontier.runs.core import RunCore, remembered, unknown


class Summary(NamedTuple):
    """The statistics of a row.

    `unit`; `values` by name (mean, sd, p1 ... p99; of an event first the probability, with the ends of its confidence
    interval and its counts) and `errors`, the Monte Carlo standard error of each but these, in that unit.
    """

    unit: str
    values: dict[str, float]
    errors: dict[str, float]

    @property
    def kind(self) -> QuantityKind:
        """The kind of the row."""
        return kind_of(self.unit, event=PROBABILITY in self.values)

    @property
    def probability(self) -> Probability | None:
        """The probability of an event; None of another row, or where its interval is not known."""
        if not self.values.keys() >= {*INTERVAL_WORDS}:
            return None
        low, high, hits, draws = (self.values[word] for word in INTERVAL_WORDS)
        return Probability(*self.central, low, high, int(hits), int(draws))

    def text(self, word: str) -> str:
        """A statistic, formatted."""
        if word == PROBABILITY and self.probability:
            return self.probability.text()
        if self.kind is not DATE:
            return self.kind.text(self.values[word], self.unit, self.errors[word])
        stated = [value for key, value in self.values.items() if key in SUMMARY_STATISTICS]
        digits = date_digits(max(stated, default=0.0) - min(stated, default=0.0))
        return DATE.text(self.values[word], self.unit, self.errors[word], digits)

    def error_text(self, word: str) -> str:
        """The error of a statistic, formatted; empty where the text of the statistic is a bound."""
        bound = word == PROBABILITY and self.probability and self.probability.is_bound
        return "" if bound else amount(self.errors[word], self.unit, digits=1)

    @property
    def central(self) -> Estimate:
        """The median, or the probability of an event, with its error."""
        word = self.kind.central
        return Estimate(self.values[word], self.errors[word])


def summarise(x: Array, unit: str, kind: QuantityKind, effective: float = np.inf) -> Summary:
    """Summarise draws in a unit by p5, p50 and p95; those of an event by its probability alone.

    `effective` is the effective sample size where draws are resampled.
    """
    if kind.statistics == (PROBABILITY,):
        return event_summary(unit, probability(x, effective))
    parts = (part[2:].tolist() for part in estimates.with_errors(x, SUMMARY_LEVELS))
    values, errors = (dict(zip(kind.statistics, part, strict=True)) for part in parts)
    return Summary(unit, values, errors)


def event_summary(unit: str, found: Probability) -> Summary:
    """The summary of an event."""
    return Summary(unit, {PROBABILITY: found.value, **found.interval}, {PROBABILITY: found.error})


@dataclass(frozen=True, eq=False)
class Summaries(Mapping[str, Summary]):
    """The statistics of rows, each computed when it is first read."""

    rows: Mapping[str, object]
    compute: Callable[[str], Summary]
    computed: dict[str, Summary] = field(default_factory=dict)

    def __getitem__(self, row: str) -> Summary:
        if not isinstance(row, str) or row not in self.rows:
            raise unknown(row, self.rows)
        if row not in self.computed:
            self.computed[row] = self.compute(row)
        return self.computed[row]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def from_draws(run: RunCore, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
    """Mean, sd and quantiles of a row in its unit, and their Monte Carlo errors: two arrays of shape (2 + levels,).

    They are order statistics of the draws, or come from counts in bins where draws are not retained.
    """
    if run.counted is None or row not in run.counted:
        return estimates.with_errors(run.samples(row), levels)
    whole, parts = run.counted.estimates(row, np.asarray(levels, float))
    errors, scale = estimates.standard_error(whole, parts), units.scale(run.unit(row))
    farthest = run.counted.accumulator.farthest(row)
    errors[:2] = np.hypot(errors[:2], estimates.tail_errors(farthest, whole[:2], finite_draws(run, row)))
    return whole / scale, errors / scale


def finite_draws(run: RunCore, row: str) -> int:
    """The number of finite draws of a row, of all draws; 1 of a known row."""
    if run.counted is None or row not in run.counted:
        return int(np.isfinite(run.samples(row)).sum())
    return run.sampler.draws - run.counted.non_finite.get(row, 0)


@remembered
def order_statistics(run: RunCore, row: str) -> tuple[Array, Array]:
    """Mean, sd and quantiles of a row at the levels of a run's files: see `from_draws`."""
    return from_draws(run, row, estimates.LEVELS)
