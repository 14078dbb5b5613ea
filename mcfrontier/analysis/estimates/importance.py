"""Conditioning of draws on evidence: likelihood weights (importance resampling) and prior-data conflicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import special

from mcfrontier.core import units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import TooFewDraws
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study.schema import Evidence

MIN_EFFECTIVE = 800  # effective sample size that the evidence must leave: 50 in each randomisation
CONFLICT_PROBABILITY = 0.01  # tail probability below which an observation contradicts its prediction


@dataclass(frozen=True)
class Resampled:
    """Draws resampled by weight, or those left where all weights are 0 or 1.

    index (draws,): the prior draw that takes each place, shorter than the prior draws where draws are left out;
    effective: the effective sample size of the weights; effective_by: that of each piece of evidence or condition
    alone; conflicts: texts on pieces that contradict the priors or each other.
    """

    index: Array
    effective: float
    effective_by: dict[str, float]
    conflicts: tuple[str, ...]


def log_likelihood(x: Array, seen: Evidence, unit: str) -> Array:
    """The log-likelihood of an observation given each draw of its quantity, `x` in `unit`; -inf for non-finite draws.

    The error of the observation is normal about the true value, on its scale.
    """
    centre, sd = centre_and_sd(seen)
    residual = (on_scale(x, seen, unit) - centre) / sd
    logs = np.where(np.isfinite(residual), -0.5 * residual**2, -np.inf)
    if seen.chance_wrong:
        for r in range(RANDOMISATIONS):
            logs[r::RANDOMISATIONS] = possibly_wrong(logs[r::RANDOMISATIONS], seen.chance_wrong)
    return logs


def possibly_wrong(logs: Array, chance: float) -> Array:
    """The log-likelihood of an observation that is wrong with a probability, and then as likely in each draw as it is
    in their mean: the posterior is a mixture with the prior, which has this probability."""
    weights = from_logs(logs)
    return np.log(chance + (1 - chance) * weights / (weights.mean() or 1.0))


def on_scale(x: Array, seen: Evidence, unit: str) -> Array:
    """Draws in the unit of an observation and on its scale."""
    x = x * units.convert(1.0, unit, seen.unit)
    with np.errstate(all="ignore"):
        return np.log(x) if seen.logarithmic else x


def centre_and_sd(seen: Evidence) -> tuple[float, float]:
    """The centre of an observation, and the standard deviation of its error, on its scale."""
    low, high = np.log([seen.p5, seen.p95]) if seen.logarithmic else (seen.p5, seen.p95)
    return (low + high) / 2, (high - low) / (2 * special.ndtri(0.95))


def tail_probability(x: Array, weights: Array, seen: Evidence, unit: str) -> float:
    """The two-sided predictive p-value of an observation: the probability that weighted draws and the error of the
    observation yield a value at least as far out, on either side; 0 where no draw of any weight is finite."""
    centre, sd = centre_and_sd(seen)
    below = special.ndtr((centre - on_scale(x, seen, unit)) / sd)
    finite = np.isfinite(below)
    if not (total := weights[finite].sum()) > 0:
        return 0.0
    probability = float((below[finite] * weights[finite]).sum() / total)
    return 2 * min(probability, 1 - probability)


def effective_size(weights: Array) -> float:
    """Kish's effective sample size of weights."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def from_logs(logs: Array) -> Array:
    """Weights from their logarithms, the largest 1; all 0 where no logarithm is finite."""
    top = logs.max()
    return np.exp(logs - top) if np.isfinite(top) else np.zeros_like(logs)


@extremes_allowed()
def resample(
    evidence: Mapping[str, Evidence],
    given: Mapping[str, Array],
    draws: Mapping[str, Array],
    unit_of: Mapping[str, str],
    rng: np.random.Generator,
) -> Resampled:
    """Weight draws by the likelihood of all pieces of evidence and conditions together, and resample them.

    Each randomisation is resampled from its own draws, systematically (even steps from a random offset) and in random
    order, so that the 16 stay independent and standard errors remain valid. Conditions alone, whose likelihood is 0 or
    1, leave the draws that meet them. TooFewDraws is raised if the effective sample size is below `MIN_EFFECTIVE`, or 0
    in a randomisation.

    Parameters
    ----------
    evidence : observations, by name
    given : (draws,) of each condition, whether the draw meets it
    draws : (draws,) of each observed quantity, in its unit
    unit_of : the units of the observed quantities
    """
    logs = {key: log_likelihood(draws[seen.quantity], seen, unit_of[seen.quantity]) for key, seen in evidence.items()}
    alone = {key: from_logs(log) for key, log in logs.items()}
    conflicts = conflicts_of(evidence, draws, unit_of, alone)
    logs |= {text: np.where(holds, 0.0, -np.inf) for text, holds in given.items()}
    effective_by = {key: effective_size(from_logs(log)) for key, log in logs.items()}
    joint: Array = np.asarray(sum(logs.values()))
    size = effective_size(from_logs(joint))
    if size < MIN_EFFECTIVE:
        sizes = ", ".join(f"{key} alone leaves {count:,.0f}" for key, count in effective_by.items())
        why = f"; {'; '.join(conflicts)}" if conflicts else ""
        raise TooFewDraws(
            f"evidence: the effective sample size is {size:,.0f} of {joint.size:,} draws ({sizes}), fewer than "
            f"{MIN_EFFECTIVE}{why}; take more draws, widen the observation or the priors, or leave a piece out"
        )
    if not evidence:
        return Resampled(arranged(joint == 0), size, effective_by, conflicts)
    index = np.empty(joint.size, dtype=np.intp)
    for r in range(RANDOMISATIONS):
        own = np.arange(r, joint.size, RANDOMISATIONS)
        weights = from_logs(joint[own])
        cumulative = np.cumsum(weights)
        if not cumulative[-1] > 0:
            raise TooFewDraws(
                "evidence: one of the 16 randomisations has no draw with a positive weight; take more draws"
            )
        steps = (np.arange(own.size) + rng.random()) / own.size * cumulative[-1]
        chosen = own[np.minimum(np.searchsorted(cumulative, steps), own.size - 1)]
        index[own] = chosen[np.argsort(rng.random(own.size))]  # shuffled, or equal draws would be adjacent
    return Resampled(index, size, effective_by, conflicts)


def arranged(holds: Array) -> Array:
    """The indices of the draws that meet conditions, (draws left,), such that place i is of randomisation i mod 16.

    Where a randomisation has more draws left than places, the last ones take places of those that have fewer: under
    Sobol points a few in a thousand of all.
    """
    own = [np.arange(r, holds.size, RANDOMISATIONS)[holds[r::RANDOMISATIONS]] for r in range(RANDOMISATIONS)]
    index = np.full(sum(map(len, own)), -1)
    for r, left in enumerate(own):
        places = index[r::RANDOMISATIONS]
        places[: left.size] = left[: places.size]
    index[index < 0] = np.setdiff1d(np.concatenate(own), index)
    return index


def conflicts_of(
    evidence: Mapping[str, Evidence], draws: Mapping[str, Array], unit_of: Mapping[str, str], alone: Mapping[str, Array]
) -> tuple[str, ...]:
    """Texts on prior-data conflicts: pieces of evidence that the priors, or the priors given another piece, predict
    with a probability below `CONFLICT_PROBABILITY`. `alone` has the weights of each piece, (draws,)."""

    def probability_of(key: str, weights: Array) -> float:
        seen = evidence[key]
        return tail_probability(draws[seen.quantity], weights, seen, unit_of[seen.quantity])

    prior = {key: probability_of(key, np.ones_like(alone[key])) for key in evidence}
    texts = [f"{key} contradicts the priors (p = {p:.1g})" for key, p in prior.items() if p < CONFLICT_PROBABILITY]
    consistent = [key for key in evidence if prior[key] >= CONFLICT_PROBABILITY]
    reported = set()
    for one, other in permutations(consistent, 2):
        if frozenset((one, other)) in reported or effective_size(alone[one]) < RANDOMISATIONS:
            continue
        given = probability_of(other, alone[one])
        if given < CONFLICT_PROBABILITY:
            reported.add(frozenset((one, other)))
            texts.append(f"{one} and {other} contradict each other (p = {given:.1g})")
    return tuple(texts)
