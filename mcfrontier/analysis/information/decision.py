"""A decision to act or not: expected payoff, and the expected value of perfect and of partial perfect information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.probability import Probability, probability
from mcfrontier.analysis.estimates.ranks import normal_scores, rank_order
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import MIN_DRAWS, RANDOMISATIONS
from mcfrontier.study.schema import Decision

POLYNOMIAL_DEGREE = 5
WINDOW_COUNTS = (64, 512)


@dataclass(frozen=True)
class DecisionValue:
    """A decision evaluated over draws; each figure with its standard error.

    right: the probability that acting pays; payoff: the expected payoff of acting; evpi: the expected value of perfect
    information; evppi: the expected value of partial perfect information on each input, by row, the largest first;
    act: whether acting is the best decision without further information.
    """

    right: Probability
    payoff: tuple[float, float]
    evpi: tuple[float, float]
    evppi: dict[str, tuple[float, float]]

    @property
    def act(self) -> bool:
        """Whether the expected payoff of acting is above 0, that of not acting."""
        return self.payoff[0] > 0


def payoffs(x: Array, decision: Decision) -> Array:
    """The payoff of acting in each draw of the quantity, `x` in the decision's unit; that of not acting is 0."""
    margin = x - decision.threshold if decision.act == "above" else decision.threshold - x
    if decision.gain is None or decision.loss is None:
        return margin
    return np.where(np.isnan(margin), np.nan, np.where(margin > 0, decision.gain, -decision.loss))


def decision_value(payoff: Array, ranks: Mapping[str, Array], effective: float = np.inf) -> DecisionValue:
    """Evaluate a decision.

    Parameters
    ----------
    payoff : (draws,), of acting; non-finite draws are left out
    ranks : the ranks of the first draws of each input that the payoff depends on, by row
    effective : the effective sample size where draws are resampled
    """
    partial = {name: evppi(payoff, rank) for name, rank in ranks.items()}
    order = sorted(partial, key=lambda name: -partial[name][0])
    return DecisionValue(
        right=probability(np.where(np.isfinite(payoff), payoff > 0, np.nan), effective),
        payoff=estimates.estimate(payoff),
        evpi=evpi(payoff),
        evppi={name: partial[name] for name in order},
    )


def evpi(payoff: Array) -> tuple[float, float]:
    """The expected value of perfect information, E max(0, payoff) - max(0, E payoff), and its standard error."""
    (informed, informed_parts), (mean, mean_parts) = map(estimates.by_parts, (np.maximum(0, payoff), payoff))
    whole, parts = informed - np.maximum(0, mean), informed_parts - np.maximum(0, mean_parts)
    return float(whole), float(estimates.standard_error(whole, parts))


def evppi(payoff: Array, ranks: Array) -> tuple[float, float]:
    """The expected value of partial perfect information on an input, and its standard error.

    E max(0, E[payoff | input]) - max(0, E payoff). The conditional expectation is a regression on the input: a
    polynomial in its normal score, or means in windows of it, whichever has the smallest squared error. It is
    cross-fitted: the draws of each randomisation are decided by a regression on the 15 other ones, and so is the
    decision without information, so that no gain comes from fitting a decision to the draws that evaluate it.
    """
    payoff = payoff[: ranks.size]
    finite = np.flatnonzero(np.isfinite(payoff))
    if finite.size < MIN_DRAWS:
        return 0.0, 0.0
    order, _ = rank_order(ranks[finite])
    payoff, part = payoff[finite][order], finite[order] % RANDOMISATIONS
    fits = [polynomial_fit(payoff, part), *(window_fit(payoff, part, count) for count in WINDOW_COUNTS)]
    expected = min(fits, key=lambda fit: float(((payoff - fit) ** 2).sum()))
    total, size = np.bincount(part, payoff, RANDOMISATIONS), np.bincount(part, minlength=RANDOMISATIONS)
    act_uninformed = total.sum() - total > 0
    gain = np.bincount(part, payoff * (expected > 0), RANDOMISATIONS) - total * act_uninformed
    each = RANDOMISATIONS * gain / payoff.size
    means = total / np.maximum(1, size)
    bias = np.maximum(0, means).mean() - max(0.0, means.mean())  # where randomisations differ in the best decision
    return float(each.mean()), float(np.hypot(each.std(ddof=1) / RANDOMISATIONS**0.5, bias))


def polynomial_fit(payoff: Array, part: Array) -> Array:
    """The expected payoff at each draw, in ascending order of an input, by a polynomial fitted to the draws of the
    other randomisations than its own, `part`."""
    basis = polynomials(payoff.size)
    sums = np.array([np.bincount(part, payoff * each, RANDOMISATIONS) for each in basis])
    rest = (sums.sum(axis=1, keepdims=True) - sums) / (payoff.size - np.bincount(part, minlength=RANDOMISATIONS))
    values: Array = np.einsum("ij,ij->j", np.take(rest, part, axis=1), basis)
    return values


def window_fit(payoff: Array, part: Array, count: int) -> Array:
    """The same by means in `count` windows of equal numbers of draws."""
    cell = part * count + np.arange(payoff.size) * count // payoff.size
    total, size = (np.bincount(cell, each, RANDOMISATIONS * count).reshape(-1, count) for each in (payoff, None))
    rest = (total.sum(axis=0) - total) / np.maximum(1, size.sum(axis=0) - size)
    values: Array = rest.ravel()[cell]
    return values


@lru_cache(maxsize=4)
def polynomials(draws: int) -> Array:
    """Orthogonal polynomials of the normal scores of draws in ascending order, the first 1, each with a mean square
    of 1: shape (POLYNOMIAL_DEGREE + 1, draws)."""
    powers = np.polynomial.hermite_e.hermevander(normal_scores(draws), POLYNOMIAL_DEGREE)
    basis, _ = np.linalg.qr(powers)
    return np.ascontiguousarray((basis / basis[0, 0]).T)
