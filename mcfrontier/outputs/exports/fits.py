"""The simplest named distribution that is close to the draws of a quantity.

A distribution is fitted to 199 quantiles by least squares of the CDF, its parameters are rounded to the digits that are
exported, and only then is it compared with all draws.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.arrays import Array
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.empirical import discrete_distribution, normalised_weights
from mcfrontier.outputs.exports.kinds import ALL_DIGITS, KINDS, Draws, Parameters
from mcfrontier.sampling.plan import RANDOMISATIONS

MAX_DISTANCE = 0.01  # distance of the CDFs that is accepted in any case
CLOSE_SHARE = 0.1  # of a value: where p5 and p95 are closer, errors are shares of p95 - p5
FIT_LEVELS = np.arange(1, 200) / 200
MIN_WIDTH = 1e-100  # of p5 to p95: squares and cubes of smaller widths underflow
VALUE_COUNT = 1000  # values of equal probability, where no named distribution fits


@dataclass(frozen=True)
class Fit:
    """A distribution close to some draws.

    kind        its name in KINDS, or "values"
    parameters  its parameters, or the values of equal probability
    distance    the largest difference of its CDF from that of the draws
    misses      the differences of its p5, p50 and p95, as shares of those of the draws; where p5 and p95 have different
                signs or are close to each other, as shares of p95 - p5
    """

    kind: str
    parameters: Parameters
    distance: float
    misses: tuple[float, ...]


def ordered(x: Array) -> Draws:
    """The finite draws, prepared for fits."""
    rising = finite(x)
    points = np.quantile(rising, FIT_LEVELS, method="hazen")
    parts = np.stack([below(finite(x[r::RANDOMISATIONS]), points) for r in range(RANDOMISATIONS)])
    return Draws(rising, points, float(estimates.standard_error(below(rising, points), parts).max()))


def finite(x: Array) -> Array:
    """The finite draws in ascending order."""
    return np.sort(x[np.isfinite(x)])


def below(rising: Array, points: Array) -> Array:
    """The share of draws at or below each point."""
    return np.searchsorted(rising, points, side="right") / max(rising.size, 1)


def nearest(draws: Draws, known: Collection[str]) -> Fit:
    """The simplest of the `known` kinds within the distance `allowed`, and the nearest of those with as few parameters;
    if there is none, values of equal probability."""
    named = MIN_WIDTH < draws.ends[2] < 1 / MIN_WIDTH
    for free in sorted({kind.free for kind in KINDS.values()}) if named else ():
        names = [name for name, kind in KINDS.items() if kind.free == free and name in known and kind.accepts(draws)]
        fits = sorted((fitted(name, draws) for name in names), key=lambda fit: fit.distance)
        if fits and fits[0].distance <= allowed(draws):
            return fits[0]
    values = np.quantile(draws.rising, (np.arange(VALUE_COUNT) + 0.5) / VALUE_COUNT, method="inverted_cdf")
    # compared before they are rounded: a value shared by many draws would differ in its last digit
    fit = compared("values", (), discrete_distribution(values, normalised_weights(None, VALUE_COUNT)), draws)
    return replace(fit, parameters=tuple(rounded(values.tolist(), draws.digits)))


def allowed(draws: Draws) -> float:
    """The accepted distance of the CDFs: 1 %, or two Monte Carlo errors if that is more."""
    return max(MAX_DISTANCE, 2 * draws.error)


def fitted(name: str, draws: Draws) -> Fit:
    """A kind, fitted to the draws and compared with them."""
    kind = KINDS[name]

    def misses(free: Array) -> Array:
        return np.nan_to_num(kind.distribution(*kind.parameters(free, draws)).cdf(draws.points) - FIT_LEVELS, nan=1.0)

    with np.errstate(all="ignore"):
        found = optimize.least_squares(misses, np.zeros(kind.free), bounds=(-6, 6))
        parameters = rounded(kind.parameters(found.x, draws), draws.digits)
        if kind.weights:  # rounded weights would not sum to 1
            parameters[-1] = round(1 - sum(parameters[-kind.weights : -1]), ALL_DIGITS)
        return compared(name, tuple(parameters), kind.distribution(*parameters), draws)


def rounded(numbers: Sequence[float], digits: int) -> list[float]:
    """Numbers rounded to some significant digits."""
    return [float(f"{number:.{digits}g}") for number in numbers]


def compared(name: str, parameters: Parameters, distribution: Distribution, draws: Draws) -> Fit:
    """A distribution with its distances from the draws, taken on both sides of every step of their CDF."""
    values, first = np.unique(draws.rising, return_index=True)
    before, upto = first / draws.rising.size, np.append(first[1:], draws.rising.size) / draws.rising.size
    distance = max(
        np.abs(distribution.cdf(values) - upto).max(),
        np.abs(distribution.cdf(np.nextafter(values, -math.inf)) - before).max(),
    )
    of_draws, of_fit = (
        np.quantile(draws.rising, estimates.SUMMARY_LEVELS, method="hazen"),
        distribution.ppf(np.array(estimates.SUMMARY_LEVELS)),
    )
    low, high, width = draws.ends
    apart = low * high > 0 and width > CLOSE_SHARE * max(abs(low), abs(high))  # not so for dates, for example
    misses = (of_fit - of_draws) / (np.abs(of_draws) if apart else max(width, math.ulp(0.0)))
    return Fit(name, parameters, float(np.nan_to_num(distance, nan=1.0)), tuple(misses.tolist()))
