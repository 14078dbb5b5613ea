"""The shape of a distribution, for the eye: its density and its exceedance."""

from __future__ import annotations

import numpy as np

from mcfrontier.distributions import Distribution

BINS = 300


def density(rising: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (BINS,) and the density there, of draws in rising order: a histogram over all but one draw in a
    thousand, smoothed by a bell curve a tenth of a standard deviation wide, or of Silverman's width if wider."""
    low, high = at(rising, np.array([0.0005, 0.9995]))
    edges = np.linspace(low, high, BINS + 1)
    step = edges[1] - edges[0]
    heights = np.diff(np.searchsorted(rising, edges)) / (rising.size * step)
    width = max(0.9 * rising.size**-0.2, 0.1) * rising.std() / step
    reach = np.arange(-int(4 * width) - 1, int(4 * width) + 2)
    bell = np.exp(-0.5 * (reach / width) ** 2)
    whole = np.convolve(np.pad(heights, reach.size // 2), bell / bell.sum(), "valid")
    return (edges[:-1] + edges[1:]) / 2, whole


def at(rising: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Quantiles of draws in rising order, to the nearest draw: enough for a picture."""
    return rising[np.rint(levels * (rising.size - 1)).astype(int)]


def exceedance(rising: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values, and the probability that each is exceeded, of draws in rising order."""
    levels = np.linspace(0.0005, 0.9995, 150)
    return at(rising, levels), 1 - levels


def outline(distribution: Distribution, points: int = 40) -> list[tuple[float, float]]:
    """The density of a prior as points of a curve, scaled to 0..1 both ways."""
    low, high = distribution.quantile(np.array([0.002, 0.998]))
    edges = np.linspace(low, high, points + 1)
    if distribution.rough:  # what is counted on the first edge is seen too
        edges[0] = np.nextafter(low, -np.inf)
    heights = np.diff(distribution.cdf(edges))
    return [((i + 0.5) / points, float(h / heights.max())) for i, h in enumerate(heights)]


def wide(rising: np.ndarray) -> bool:
    """Whether draws are positive and spread so far that a log axis shows them better."""
    low, high = at(rising, np.array([0.05, 0.95]))
    return bool(rising[0] > 0 and high > 4 * low)
