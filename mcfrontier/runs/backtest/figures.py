"""Forecast figures with their outcomes, and their statistics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mcfrontier.analysis.forecasts.cross_validation import LEVELS, group_means, share_inside
from mcfrontier.analysis.forecasts.scoring_rules import interval_score

COVERAGE_LEVELS = (0.5, 0.9)


@dataclass(frozen=True)
class Figure:
    """A figure that was forecast, and the outcome that was published later.

    as_of       the day of whose tables the forecast is made
    kind        what is forecast, such as chip-hours
    subject     of which run, or of which year
    family      the family of the run: rows of one family are dependent
    quantiles   of the forecast, at LEVELS
    percentile  of the outcome in the forecast, of 0 to 1
    rivals      interval scores of other forecasts of the same figure, by name
    """

    as_of: date
    kind: str
    subject: str
    family: str
    unit: str
    quantiles: tuple[float, ...]
    percentile: float
    outcome: float
    rivals: Mapping[str, float]

    @property
    def name(self) -> str:
        """The figure as text."""
        return f"{self.kind} of {self.subject}"

    @property
    def group(self) -> str:
        """Figures of a kind and a family count once."""
        return f"{self.kind} of {self.family}"

    @property
    def log10_error(self) -> float:
        """The decimal logarithm of the outcome over the median."""
        return math.log10(self.outcome / self.quantiles[LEVELS.index(0.5)])

    @property
    def interval_score(self) -> float:
        """The interval score of the 90 % interval of the decimal logarithm."""
        return log_score(self.quantiles[0], self.quantiles[-1], self.outcome)


@dataclass(frozen=True)
class Summary:
    """Statistics of figures, in which the figures of a kind and a family count once.

    coverage        the share of outcomes inside the central interval of each level
    log10_error     the mean decimal logarithm of outcome over median
    interval_score  the mean
    rivals          the mean score of each rival, and that of the forecast for the same figures
    """

    figures: int
    families: int
    coverage: Mapping[float, float]
    log10_error: float
    interval_score: float
    rivals: Mapping[str, tuple[float, float]]


def log_score(low: float, high: float, outcome: float) -> float:
    """The interval score of a 90 % interval of a decimal logarithm, from the ends of the interval."""
    return interval_score(math.log10(low), math.log10(high), math.log10(outcome))


def summarise(figures: Sequence[Figure]) -> Summary:
    """Statistics of some figures."""

    def mean(values: Sequence[float], of: Sequence[Figure] = figures) -> float:
        return float(group_means(values, [each.group for each in of]).mean())

    rivals = {}
    for name in dict.fromkeys(name for each in figures for name in each.rivals):
        of = [each for each in figures if name in each.rivals]
        rivals[name] = mean([each.rivals[name] for each in of], of), mean([each.interval_score for each in of], of)
    groups, percentiles = [each.group for each in figures], [each.percentile for each in figures]
    return Summary(
        len(figures),
        len({*groups}),
        {level: share_inside(percentiles, groups, level) for level in COVERAGE_LEVELS},
        mean([each.log10_error for each in figures]),
        mean([each.interval_score for each in figures]),
        rivals,
    )
