"""The simplest named distribution that a quantity's draws come near to.

A kind is fitted to 199 quantiles by least squares of the CDF, told with the digits that it will be written with, and
only then measured against all draws.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from mcfrontier.analysis import intervals
from mcfrontier.distributions import Distribution
from mcfrontier.exports.kinds import ALL_DIGITS, KINDS, Draws, Words
from mcfrontier.samples import counted, shares
from mcfrontier.sampling import RANDOMISATIONS

NEAR = 0.01  # the distance of the CDFs that passes in any case
CLOSE = 0.1  # of a value: p5 and p95 that lie nearer are told apart by the way between them
FITTED = np.arange(1, 200) / 200
SMALLEST = 1e-100  # way from p5 to p95, of which squares and cubes still are numbers
VALUES = 1000  # that stand for a distribution which has no name


@dataclass(frozen=True)
class Fit:
    """A distribution near to some draws.

    `words` are what its kind is told by; `distance` is the largest difference of its CDF to theirs, `misses` that of
    its p5, p50 and p95, as a share of theirs, or of the way from p5 to p95 if these have not the same sign.
    """

    kind: str
    words: Words
    distance: float
    misses: tuple[float, ...]


def ordered(x: np.ndarray) -> Draws:
    """Draws, made ready for fits: those that are finite."""
    rising = finite(x)
    points = np.quantile(rising, FITTED)
    parts = np.stack([below(finite(x[r::RANDOMISATIONS]), points) for r in range(RANDOMISATIONS)])
    return Draws(rising, points, float(intervals.error(below(rising, points), parts).max()))


def finite(x: np.ndarray) -> np.ndarray:
    """The draws that are finite, in rising order."""
    return np.sort(x[np.isfinite(x)])


def below(rising: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The share of draws that are not above each point."""
    return np.searchsorted(rising, points, side="right") / max(rising.size, 1)


def nearest(draws: Draws, known: Collection[str]) -> Fit:
    """The simplest of some kinds that is within `allowed`, the nearest of those as simple; else equal-probability
    values."""
    named = SMALLEST < draws.ends[2] < 1 / SMALLEST
    for free in sorted({kind.free for kind in KINDS.values()}) if named else ():
        names = [name for name, kind in KINDS.items() if kind.free == free and name in known and kind.takes(draws)]
        fits = sorted((fitted(name, draws) for name in names), key=lambda fit: fit.distance)
        if fits and fits[0].distance <= allowed(draws):
            return fits[0]
    values = np.quantile(draws.rising, (np.arange(VALUES) + 0.5) / VALUES, method="inverted_cdf")
    # measured before they are cut: to a CDF, a value that many draws share is another one in its last digit
    fit = measured("values", (), counted(values, shares(None, VALUES)), draws)
    return replace(fit, words=tuple(told(values.tolist(), draws.digits)))


def allowed(draws: Draws) -> float:
    """The distance of the CDFs that passes: 1 %, or what Monte Carlo error may make, if that is more."""
    return max(NEAR, 2 * draws.error)


def fitted(name: str, draws: Draws) -> Fit:
    """A kind, fitted and measured."""
    kind = KINDS[name]

    def misses(free: np.ndarray) -> np.ndarray:
        return np.nan_to_num(kind.curve(*kind.words(free, draws)).cdf(draws.points) - FITTED, nan=1.0)

    with np.errstate(all="ignore"):
        found = optimize.least_squares(misses, np.zeros(kind.free), bounds=(-6, 6))
        words = told(kind.words(found.x, draws), draws.digits)
        if kind.weights:  # what is cut off them would be left to no part
            words[-1] = round(1 - sum(words[-kind.weights : -1]), ALL_DIGITS)
        words = tuple(words)
        return measured(name, words, kind.curve(*words), draws)


def told(words: Sequence[float], digits: int) -> list[float]:
    """Numbers cut to some digits."""
    return [float(f"{word:.{digits}g}") for word in words]


def measured(name: str, words: Words, curve: Distribution, draws: Draws) -> Fit:
    """How near a distribution is to the draws: on both sides of every step of their CDF."""
    values, first = np.unique(draws.rising, return_index=True)
    before, upto = first / draws.rising.size, np.append(first[1:], draws.rising.size) / draws.rising.size
    distance = max(
        np.abs(curve.cdf(values) - upto).max(),
        np.abs(curve.cdf(np.nextafter(values, -math.inf)) - before).max(),
    )
    theirs, its = np.quantile(draws.rising, intervals.BRIEF), curve.quantile(np.array(intervals.BRIEF))
    low, high, width = draws.ends
    apart = low * high > 0 and width > CLOSE * max(abs(low), abs(high))  # dates, say, are not
    misses = (its - theirs) / (np.abs(theirs) if apart else max(width, math.ulp(0.0)))
    return Fit(name, words, float(np.nan_to_num(distance, nan=1.0)), tuple(misses.tolist()))
