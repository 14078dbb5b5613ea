"""Probabilities of events, with confidence intervals that also hold where few draws or none have the event."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import Estimate
from mcfrontier.core.arrays import Array
from mcfrontier.core.digits import MAX_DIGITS
from mcfrontier.core.kinds import EVENT

INTERVAL_WORDS = ("low", "high", "hits", "draws")
TAIL = 0.025  # the probability beyond either end of a confidence interval
BOUND_DIGITS = 2  # significant digits of an upper or lower bound


class Probability(NamedTuple):
    """The probability of an event.

    value        the share of the finite draws with the event
    error        its Monte Carlo standard error; where no draw has the event, or all have, that of the interval
    low, high    the ends of the 95 % confidence interval
    hits, draws  the number of finite draws with the event, and of finite draws; 1 draw where nothing is uncertain
    effective    the number of independent draws that the interval is of
    """

    value: float
    error: float
    low: float
    high: float
    hits: int
    draws: int
    effective: float = math.nan

    @property
    def is_bound(self) -> bool:
        """Whether no draw has the event, or all have, so that only a bound of the probability is known."""
        return self.low == self.value < self.high or self.low < self.value == self.high

    def text(self, digits: int = MAX_DIGITS) -> str:
        """The value with no more digits than its error allows, or the bound: 12.3%, < 0.09%, > 99.91%."""
        if not self.is_bound:
            return EVENT.text(self.value, "share", self.error, digits)
        sign, end = ("<", self.high) if self.low == self.value else (">", self.low)
        return f"{sign} {EVENT.text(end, 'share', digits=BOUND_DIGITS)}"

    @property
    def interval(self) -> dict[str, float]:
        """The confidence interval and the counts, by name."""
        return {"low": self.low, "high": self.high, "hits": self.hits, "draws": self.draws}

    @property
    def odds(self) -> float:
        """The probability over that of the opposite; infinite where it is 1."""
        return self.value / (1 - self.value) if self.value != 1 else math.inf


def probability(x: Array, effective: float = math.inf) -> Probability:
    """The probability of an event from its draws, which are 1 or 0: (draws,), or (1,) if nothing is uncertain.

    `effective` is the effective sample size where draws are resampled.
    """
    return with_interval(estimates.estimate(x), int(np.isfinite(x).sum()), effective)


def with_interval(found: Estimate, draws: int, effective: float = math.inf) -> Probability:
    """A share of finite draws and its standard error, with the confidence interval."""
    value, error = found
    if not draws or not 0 <= value <= 1 or (draws == 1 and error == 0):  # nothing finite, no event, or known
        return Probability(value, error, value, value, round(value * draws) if draws else 0, draws, draws)
    hits = round(value * draws)
    size = independent_draws(hits / draws, min(draws, effective), error)
    low, high = probability_interval(hits / draws * size, size)
    if hits in (0, draws):
        error = (high - low) / (-2 * float(special.ndtri(TAIL)))
    return Probability(value, error, low, high, hits, draws, size)


def independent_draws(share: float, draws: float, error: float) -> float:
    """The number of independent draws whose share has a standard error of `error`, `draws` at most."""
    return min(draws, share * (1 - share) / error**2) if error > 0 else draws


def probability_interval(hits: float, draws: float) -> tuple[float, float]:
    """The Clopper-Pearson interval of 95 % of a probability, from independent draws."""
    low = special.betaincinv(hits, draws - hits + 1, TAIL) if hits > 0 else 0.0
    high = special.betaincinv(hits + 1, draws - hits, 1 - TAIL) if hits < draws else 1.0
    return float(low), float(high)
