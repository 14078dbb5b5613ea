"""To act or not: what acting pays, and what it would be worth to know more before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.analysis.worth import in_order, scores
from mcfrontier.distributions import Array
from mcfrontier.sampling import RANDOMISATIONS, SMALLEST
from mcfrontier.words import Decision

DEGREE = 5
WINDOWS = (64, 512)


@dataclass(frozen=True)
class Choice:
    """A decision as the draws have it; each figure with its standard error.

    right: the probability that acting pays; payoff: what acting pays on average; perfect: what it is worth on average
    to know everything before deciding; partial: to know an input, by its row, the worthiest first; act: whether
    acting is best as things are known.
    """

    right: tuple[float, float]
    payoff: tuple[float, float]
    perfect: tuple[float, float]
    partial: dict[str, tuple[float, float]]

    @property
    def act(self) -> bool:
        return self.payoff[0] > 0


def payoffs(x: Array, decision: Decision) -> Array:
    """What acting pays in each draw of the quantity, in the decision's unit; not acting pays nothing."""
    side = x - decision.threshold if decision.act == "above" else decision.threshold - x
    if decision.gain is None or decision.loss is None:
        return side
    return np.where(np.isnan(side), np.nan, np.where(side > 0, decision.gain, -decision.loss))


def choice(pays: Array, ranks: Mapping[str, Array]) -> Choice:
    """A decision from what acting pays in each draw, and the ranks of the first draws of each input that has a say in
    it. Draws that are not finite are left out."""
    partial = {name: worth_of_input(pays, rank) for name, rank in ranks.items()}
    first = sorted(partial, key=lambda name: -partial[name][0])
    return Choice(
        right=intervals.estimate(np.where(np.isfinite(pays), pays > 0, np.nan)),
        payoff=intervals.estimate(pays),
        perfect=worth_of_all(pays),
        partial={name: partial[name] for name in first},
    )


def worth_of_all(pays: Array) -> tuple[float, float]:
    """The expected value of perfect information: E max(0, payoff) - max(0, E payoff)."""
    both = zip(intervals.by_parts(np.maximum(0, pays)), intervals.by_parts(pays), strict=True)
    whole, parts = (best - np.maximum(0, mean) for best, mean in both)
    return float(whole), float(intervals.error(whole, parts))


def worth_of_input(pays: Array, ranks: Array) -> tuple[float, float]:
    """The expected value of knowing an input exactly: E max(0, E[payoff | input]) - max(0, E payoff).

    What to expect given the input is told by a polynomial in its normal score or by the means in windows of it,
    whichever foresees the draws best. Each randomisation is decided, draw by draw and as a whole, by what the fifteen
    others saw, so that nothing is won by fitting a decision to the draws that judge it.
    """
    pays = pays[: ranks.size]
    finite = np.flatnonzero(np.isfinite(pays))
    if finite.size < SMALLEST:
        return 0.0, 0.0
    order, _ = in_order(ranks[finite])
    pays, part = pays[finite][order], finite[order] % RANDOMISATIONS
    ways = [by_polynomial(pays, part), *(by_windows(pays, part, count) for count in WINDOWS)]
    expected = min(ways, key=lambda way: ((pays - way) ** 2).sum())
    paid, size = np.bincount(part, pays, RANDOMISATIONS), np.bincount(part, minlength=RANDOMISATIONS)
    act_anyway = paid.sum() - paid > 0
    won = np.bincount(part, pays * (expected > 0), RANDOMISATIONS) - paid * act_anyway
    each = RANDOMISATIONS * won / pays.size
    means = paid / np.maximum(1, size)
    doubt = np.maximum(0, means).mean() - max(0.0, means.mean())  # about what is best as things are known
    return float(each.mean()), float(np.hypot(each.std(ddof=1) / RANDOMISATIONS**0.5, doubt))


def by_polynomial(pays: Array, part: Array) -> Array:
    """What to expect of each draw, in the rising order of an input, from the draws of the other randomisations."""
    shapes = polynomials(pays.size)
    sums = np.array([np.bincount(part, pays * shape, RANDOMISATIONS) for shape in shapes])
    others = (sums.sum(axis=1, keepdims=True) - sums) / (pays.size - np.bincount(part, minlength=RANDOMISATIONS))
    return np.einsum("ij,ij->j", np.take(others, part, axis=1), shapes)


def by_windows(pays: Array, part: Array, count: int) -> Array:
    """The same from so many windows of equal number."""
    cell = part * count + np.arange(pays.size) * count // pays.size
    paid, size = (np.bincount(cell, weigh, RANDOMISATIONS * count).reshape(-1, count) for weigh in (pays, None))
    others = (paid.sum(axis=0) - paid) / np.maximum(1, size.sum(axis=0) - size)
    return others.ravel()[cell]


@lru_cache(maxsize=4)
def polynomials(draws: int) -> Array:
    """Polynomials of the normal scores of draws in rising order, at right angles to each other, the first 1, each
    with a mean square of 1: shape (DEGREE + 1, draws)."""
    powers = np.polynomial.hermite_e.hermevander(scores(draws), DEGREE)
    shapes, _ = np.linalg.qr(powers)
    return np.ascontiguousarray((shapes / shapes[0, 0]).T)
