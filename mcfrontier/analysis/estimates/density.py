"""Densities and exceedance curves of draws and of priors, for figures."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.distributions.curves import Distribution

DENSITY_BINS = 300


def density(x: Array) -> tuple[Array, Array]:
    """Points (DENSITY_BINS,) and the density there, of draws in ascending order.

    A histogram of all but one draw in a thousand, smoothed by a Gaussian kernel of a tenth of a standard deviation, or
    of Silverman's bandwidth if wider. The standard deviation is at most half of the range of the histogram, as that of
    all values in it.
    """
    low, high = nearest_quantiles(x, np.array([0.0005, 0.9995]))
    edges = np.linspace(low, high, DENSITY_BINS + 1)
    step = edges[1] - edges[0] or (high - low) / DENSITY_BINS
    with np.errstate(over="ignore", invalid="ignore"):
        sd = np.fmin(x.std(), (high - low) / 2)
    heights = np.diff(np.searchsorted(x, edges)) / (x.size * step)
    bandwidth = max(0.9 * x.size**-0.2, 0.1) * sd / step
    offsets = np.arange(-int(4 * bandwidth) - 1, int(4 * bandwidth) + 2)
    kernel = np.exp(-0.5 * (offsets / bandwidth) ** 2)
    smooth = np.convolve(np.pad(heights, offsets.size // 2), kernel / kernel.sum(), "valid")
    return (edges[:-1] + edges[1:]) / 2, smooth


def nearest_quantiles(x: Array, levels: Array) -> Array:
    """Quantiles of draws in ascending order, to the nearest draw: exact enough for a figure."""
    values: Array = x[np.rint(levels * (x.size - 1)).astype(int)]
    return values


def exceedance(x: Array) -> tuple[Array, Array]:
    """Values, and the probability that each is exceeded, of draws in ascending order."""
    levels = np.linspace(0.0005, 0.9995, 150)
    return nearest_quantiles(x, levels), 1 - levels


def prior_density(distribution: Distribution, points: int = 40) -> list[tuple[float, float]]:
    """The density of a prior as points of a curve, both coordinates scaled to 0..1.

    There are none where the prior is narrower than the resolution of floats, or wider than their range.
    """
    low, high = distribution.ppf(np.array([0.002, 0.998]))
    edges = np.linspace(low, high, points + 1)
    if distribution.discontinuous:  # include the probability of the first edge itself
        edges[0] = np.nextafter(low, -np.inf)
    heights = np.diff(distribution.cdf(edges))
    if not 0 < heights.max() < np.inf:
        return []
    return [((i + 0.5) / points, float(h / heights.max())) for i, h in enumerate(heights)]


def needs_log_axis(x: Array) -> bool:
    """Whether draws in ascending order are positive and spread so far that a log axis shows them better."""
    low, high = nearest_quantiles(x, np.array([0.05, 0.95]))
    return bool(x[0] > 0 and high > 4 * low)
