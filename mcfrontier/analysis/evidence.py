"""Draws conditioned on evidence: weights by how likely each draw makes what was observed, and draws anew by weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import special

from mcfrontier import units
from mcfrontier.errors import TooFewDraws
from mcfrontier.sampling import RANDOMISATIONS
from mcfrontier.words import Evidence

FEWEST = 800  # draws that the evidence must leave: fifty in each randomisation
STRANGE = 0.01  # a chance below which an observation contradicts what it is told of


@dataclass(frozen=True)
class Weighed:
    """What evidence makes of the draws: the index of the draw that stands in each place from now on (draws,), how many
    equal draws the weights are worth, how many each piece alone leaves, and what contradicts what."""

    index: np.ndarray
    left: float
    left_by: dict[str, float]
    strange: tuple[str, ...]


def log_likelihood(x: np.ndarray, seen: Evidence, unit: str) -> np.ndarray:
    """The logarithm of how likely each draw of a quantity, in its unit, makes the observation; none where a draw is
    not finite. The error of the observation is a bell curve about the truth, on its scale."""
    miss = (scored(x, seen, unit) - middle(seen)) / spread(seen)
    return np.where(np.isfinite(miss), -0.5 * miss**2, -np.inf)


def scored(x: np.ndarray, seen: Evidence, unit: str) -> np.ndarray:
    """Draws in the observation's unit and on its scale."""
    x = x * units.convert(1.0, unit, seen.unit)
    with np.errstate(all="ignore"):
        return np.log(x) if seen.logarithmic else x


def middle(seen: Evidence) -> float:
    """The centre of an observation on its scale."""
    ends = np.log([seen.p5, seen.p95]) if seen.logarithmic else (seen.p5, seen.p95)
    return (ends[0] + ends[1]) / 2


def spread(seen: Evidence) -> float:
    """The standard deviation of an observation's error on its scale."""
    ends = np.log([seen.p5, seen.p95]) if seen.logarithmic else (seen.p5, seen.p95)
    return (ends[1] - ends[0]) / (2 * special.ndtri(0.95))


def chance(x: np.ndarray, weights: np.ndarray, seen: Evidence, unit: str) -> float:
    """How far out in what the draws foresee an observation lies: the chance of one as far out or further, on either
    side, its error counted."""
    below = special.ndtr((middle(seen) - scored(x, seen, unit)) / spread(seen))
    finite = np.isfinite(below)
    inside = float((below[finite] * weights[finite]).sum() / weights[finite].sum())
    return 2 * min(inside, 1 - inside)


def effective(weights: np.ndarray) -> float:
    """How many equal draws some weights are worth: Kish's effective sample size."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def from_logs(logs: np.ndarray) -> np.ndarray:
    """Weights from their logarithms, the largest 1; nothing where none is finite."""
    top = logs.max()
    return np.exp(logs - top) if np.isfinite(top) else np.zeros_like(logs)


def weigh(
    evidence: Mapping[str, Evidence],
    draws: Mapping[str, np.ndarray],
    unit_of: Mapping[str, str],
    rng: np.random.Generator,
) -> Weighed:
    """Weigh draws (by quantity, in its unit) by all pieces of evidence together, and choose anew by weight.

    Each randomisation is chosen from itself, at even steps from a random offset and in random order, so that the
    sixteen stay independent and errors keep their meaning. Refused where too few draws are left.
    """
    logs = {key: log_likelihood(draws[seen.quantity], seen, unit_of[seen.quantity]) for key, seen in evidence.items()}
    alone = {key: from_logs(log) for key, log in logs.items()}
    left_by = {key: effective(weights) for key, weights in alone.items()}
    strange = contradictions(evidence, draws, unit_of, alone)
    whole = sum(logs.values())
    left = effective(from_logs(whole))
    if left < FEWEST:
        told = ", ".join(f"{key} alone leaves {count:,.0f}" for key, count in left_by.items())
        why = f"; {'; '.join(strange)}" if strange else ""
        raise TooFewDraws(
            f"evidence: {left:,.0f} draws' worth of {whole.size:,} is left ({told}), fewer than {FEWEST}{why}; take "
            "more draws, widen the observation or the priors, or leave a piece out"
        )
    index = np.empty(whole.size, dtype=np.intp)
    for r in range(RANDOMISATIONS):
        here = np.arange(r, whole.size, RANDOMISATIONS)
        weights = from_logs(whole[here])
        rising = np.cumsum(weights)
        if not rising[-1] > 0:
            raise TooFewDraws("evidence: one of the sixteen randomisations has no draw left; take more draws")
        steps = (np.arange(here.size) + rng.random()) / here.size * rising[-1]
        chosen = here[np.minimum(np.searchsorted(rising, steps), here.size - 1)]
        index[here] = chosen[np.argsort(rng.random(here.size))]  # or equal draws would stand side by side
    return Weighed(index, left, left_by, strange)


def contradictions(
    evidence: Mapping[str, Evidence],
    draws: Mapping[str, np.ndarray],
    unit_of: Mapping[str, str],
    alone: Mapping[str, np.ndarray],
) -> tuple[str, ...]:
    """Which pieces lie far out in what the priors foresee, and which in what they foresee given another piece."""

    def chance_of(key: str, weights: np.ndarray) -> float:
        seen = evidence[key]
        return chance(draws[seen.quantity], weights, seen, unit_of[seen.quantity])

    even = {key: chance_of(key, np.ones_like(alone[key])) for key in evidence}
    told = [f"{key} contradicts the priors (a chance of {even[key]:.1g})" for key in evidence if even[key] < STRANGE]
    pairs = [
        (one, other) for one, other in permutations(evidence, 2) if even[one] >= STRANGE and even[other] >= STRANGE
    ]
    seen_pairs = set()
    for one, other in pairs:
        if frozenset((one, other)) in seen_pairs or effective(alone[one]) < RANDOMISATIONS:
            continue
        given = chance_of(other, alone[one])
        if given < STRANGE:
            seen_pairs.add(frozenset((one, other)))
            told.append(f"{one} and {other} contradict each other (a chance of {given:.1g})")
    return tuple(told)
