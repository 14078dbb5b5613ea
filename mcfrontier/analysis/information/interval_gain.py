"""Expected interval reduction: by how much a 90 % interval is expected to shrink if an input were known better.

All from existing draws. An input enters by the normal scores of its draws: their ranks on a standard normal scale, ties
in the order of the draws. Information on inputs that are correlated with it is included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.ranks import normal_scores, rank_order
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import MIN_DRAWS, RANDOMISATIONS

INTERVAL_ENDS = np.array([[0.05], [0.95]])  # probabilities
DENSITY_HALF_WIDTH = 0.03  # the density at an end is a difference of quantiles this far on either side of it
SHUFFLES = 4  # of the draws, for the baseline width in windows
POSTERIOR_SD = 0.5  # the standard deviation of a normal score that is known to half its width
QUADRATURE_NODES = 7  # of the posterior mean of that score


@dataclass(frozen=True)
class IntervalGains:
    """Expected reductions of the 90 % interval of a row, as shares of its width, the largest first.

    inputs (n,): rows of inputs; gains and errors (n, 2): with the input known exactly, and known to half its width;
    scale: of the interval, "log" where the row is positive, else "raw".
    """

    inputs: list[str]
    gains: Array
    errors: Array
    scale: str


@dataclass(frozen=True)
class Width:
    """The width of an interval, and the mean influence of each randomisation's draws on it: (16,)."""

    value: float
    influence: Array


def interval_gains(x: Array, ranks: Mapping[str, Array], index: Array | None = None) -> IntervalGains:
    """The expected interval reduction of a target by each input.

    The reduction with the input known exactly is 1 less the mean width in windows of the input over the baseline width
    in as many random windows. The difference to windows of twice the size is added to its error.

    Parameters
    ----------
    x : (draws,) of the target; non-finite draws are left out
    ranks : the ranks of the draws of each input, (draws,)
    index : (draws,) the prior draw of each resampled draw: windows are fewer, so that each has enough distinct draws
    """
    finite = np.flatnonzero(np.isfinite(x))
    x, part = x[finite], finite % RANDOMISATIONS
    scale = "log" if (x > 0).all() else "raw"
    if not ranks or x.size < MIN_DRAWS:
        return IntervalGains([], np.empty((0, 2)), np.empty((0, 2)), scale)
    x = np.log(x) if scale == "log" else x
    by_size = np.argsort(x)
    _, group, size = np.unique(finite if index is None else index[finite], return_inverse=True, return_counts=True)
    counts = window_counts(x.size**2 / (size**2).sum())  # by the effective sample size
    whole, *baselines = baseline_widths(x, part, group, counts)
    found = []
    for name, rank in ranks.items():
        order, places = rank_order(rank[finite])
        exact, coarse = (
            reduction(baseline, width_in_windows(x[order], part[order], count))
            for baseline, count in zip(baselines, counts, strict=True)
        )
        halved = reduction(whole, width_if_halved(x[by_size], part[by_size], places[by_size]))
        bias = exact[0] - coarse[0]  # of windows that are too wide, or have too few draws
        found.append((name, (exact[0], halved[0]), (np.hypot(exact[1], bias), halved[1])))
    found.sort(key=lambda each: -each[1][0])
    gains, errors = (np.array([each[i] for each in found]).reshape(-1, 2) for i in (1, 2))
    return IntervalGains([name for name, *_ in found], gains, errors, scale)


def most_influential(x: Array, ranks: Mapping[str, Array], most: int) -> dict[str, Array]:
    """The ranks of the `most` inputs in whose windows the mean and the variance of a target differ most: a fast
    screening before `interval_gains`."""
    finite = np.flatnonzero(np.isfinite(x))
    if not finite.size:
        return {}
    x = x[finite] - x[finite].mean()
    count = window_counts(x.size)[1]
    window = np.arange(x.size) * count // x.size
    scores = {}
    for name, rank in ranks.items():
        order, _ = rank_order(rank[finite])
        means = [np.bincount(window, each[order], count) / np.bincount(window) for each in (x, x * x)]
        scores[name] = sum(mean.var() / max(each.var(), 1e-300) for mean, each in zip(means, (x, x * x), strict=True))
    return {name: ranks[name] for name in sorted(scores, key=lambda name: -scores[name])[:most]}


def baseline_widths(x: Array, part: Array, group: Array, counts: Sequence[int]) -> list[Width]:
    """The width of all draws, and the mean width in each number of random windows, equal draws (of one `group`) in
    one window: the bias of quantiles of few draws is the same as in windows of an input."""
    rng = np.random.default_rng(0)
    orders = [np.argsort(rng.permutation(x.size)[group], kind="stable") for _ in range(SHUFFLES)]
    out = [width_in_windows(x, part, 1)]
    for count in counts:
        widths = [width_in_windows(x[order], part[order], count) for order in orders]
        influence = sum((each.influence for each in widths), np.zeros(RANDOMISATIONS))
        out.append(Width(sum(each.value for each in widths) / SHUFFLES, influence / SHUFFLES))
    return out


def window_counts(draws: float) -> tuple[int, int]:
    """The number of windows for an effective number of draws, 64 for 16,384, and half of it."""
    fine = max(1, int(draws**0.5 / 2))
    return fine, max(1, fine // 2)


def reduction(before: Width, after: Width) -> tuple[float, float]:
    """The share by which a width shrinks, with its standard error (delta method); 0 where the width is 0."""
    if not before.value > 0:
        return 0.0, 0.0
    share = after.value / before.value
    influence = (after.influence - share * before.influence) / before.value
    return 1 - share, float(influence.std(ddof=1)) / RANDOMISATIONS**0.5


def width_in_windows(x: Array, part: Array, count: int) -> Width:
    """The mean 90 % width in `count` windows of equal numbers of draws.

    `x` and the randomisations `part` are in ascending order of an input, so this is the expected width with the input
    known. In each window a parabola in the input's normal score is subtracted: the effect of the input within the
    window. The influence of a draw on a quantile needs the density there, a difference of quantiles on either side.
    """
    used, *basis = windows(x.size, count)
    x, part = x[used].reshape(count, -1), part[used]
    for each in basis:
        x = x - np.einsum("ij,ij->i", x, each)[:, None] * each
    ordered = np.sort(x, axis=1)
    low, high = estimates.quantiles_of_sorted(ordered, INTERVAL_ENDS[:, 0]).T[..., None]
    levels = np.concatenate([INTERVAL_ENDS[:, 0] - DENSITY_HALF_WIDTH, INTERVAL_ENDS[:, 0] + DENSITY_HALF_WIDTH])
    near = estimates.quantiles_of_sorted(ordered, levels)
    slope_low, slope_high = ((near[:, i + 2] - near[:, i])[:, None] / (2 * DENSITY_HALF_WIDTH) for i in (0, 1))
    effect = slope_high * (INTERVAL_ENDS[1] - (x <= high)) - slope_low * (INTERVAL_ENDS[0] - (x <= low))
    influence = np.bincount(part, effect.ravel(), RANDOMISATIONS) * RANDOMISATIONS / x.size
    return Width(float((high - low).mean()), influence)


@lru_cache(maxsize=8)
def windows(draws: int, count: int) -> tuple[Array, ...]:
    """The indices of the sorted draws that are divided into windows, and a linear and a quadratic function of the
    normal scores in each window, (windows, size), orthonormal and orthogonal to a constant; none for one window."""
    size = draws // count
    used = np.linspace(0, draws - 1, count * size).round().astype(int)
    if count == 1 or size < 4:
        return (used,)
    z = normal_scores(draws)[used].reshape(count, size)
    basis = [np.ones_like(z) / size**0.5]
    for power in (z, z * z):
        for each in basis:
            power = power - (power * each).sum(axis=1, keepdims=True) * each
        basis.append(power / np.sqrt((power**2).sum(axis=1, keepdims=True)))
    return used, basis[1], basis[2]


def width_if_halved(x: Array, part: Array, places: Array) -> Width:
    """The expected 90 % width with an input known to half its width.

    `x` is in ascending order; `part` and `places` are the randomisation of each draw and its place in the order of the
    input. The posterior of the input's score is normal with a standard deviation of 1/2 about a mean, and that mean is
    a priori normal with a variance of 3/4. Draws are weighted by the ratio of the posterior to the prior density.
    """
    probabilities, table = posterior_weights(x.size)
    weights = np.take(table, places, axis=1)
    middle = np.cumsum(weights, axis=1)
    middle -= weights / 2
    low_level, high_level = INTERVAL_ENDS[:, 0]
    levels = np.concatenate([INTERVAL_ENDS[:, 0] + step for step in (-DENSITY_HALF_WIDTH, 0.0, DENSITY_HALF_WIDTH)])
    found = np.array([weighted_quantiles(x, row, levels) for row in middle])
    effect = np.empty_like(weights)
    for row, probability, at in zip(effect, probabilities, found, strict=True):
        slope_low, slope_high = (at[4:] - at[:2]) / (2 * DENSITY_HALF_WIDTH)
        low, high = np.searchsorted(x, at[2:4], "right")
        row[:low] = probability * (slope_high * (high_level - 1) - slope_low * (low_level - 1))
        row[low:high] = probability * (slope_high * (high_level - 1) - slope_low * low_level)
        row[high:] = probability * (slope_high * high_level - slope_low * low_level)
    influence = np.bincount(part, np.einsum("ij,ij->j", weights, effect), RANDOMISATIONS) * RANDOMISATIONS
    return Width(float(probabilities @ (found[:, 3] - found[:, 2])), influence)


@lru_cache(maxsize=4)
def posterior_weights(draws: int) -> tuple[Array, Array]:
    """The Gauss-Hermite weights of the posterior means (means,), and the weights of draws in ascending order given each
    mean, which sum to 1: (means, draws)."""
    nodes, probabilities = np.polynomial.hermite_e.hermegauss(QUADRATURE_NODES)
    means = nodes[:, None] * (1 - POSTERIOR_SD**2) ** 0.5
    z = normal_scores(draws)
    weights = np.exp(0.5 * z * z - 0.5 * ((z - means) / POSTERIOR_SD) ** 2)
    return probabilities / probabilities.sum(), weights / weights.sum(axis=1, keepdims=True)


def weighted_quantiles(x: Array, middle: Array, levels: Array) -> Array:
    """Quantiles of draws in ascending order, linear between the midpoints `middle` of their cumulative weights."""
    right = np.clip(np.searchsorted(middle, levels), 1, x.size - 1)
    fraction = (levels - middle[right - 1]) / (middle[right] - middle[right - 1])
    values: Array = x[right - 1] + (x[right] - x[right - 1]) * np.clip(fraction, 0, 1)
    return values
