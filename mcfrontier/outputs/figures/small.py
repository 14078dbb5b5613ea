"""A density as a small picture, for notebooks and lists of studies."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import density
from mcfrontier.core.arrays import Array

DRAWS, POINTS, SIZE = 2**14, 60, (96, 20)


def small_density(x: Array, size: tuple[int, int] = SIZE) -> str:
    """The density of draws as SVG, its size in pixels, on a log axis where they spread far; "" if they are certain."""
    rising = np.sort(x[:DRAWS][np.isfinite(x[:DRAWS])])
    if rising.size < 2 or not 0 < np.ptp(rising) < np.inf:
        return ""
    points, heights = density.density(np.log10(rising) if density.needs_log_axis(rising) else rising)
    width, height = size
    at = np.linspace(points[0], points[-1], POINTS)
    y = height * (1 - np.interp(at, points, heights) / heights.max())
    line = " ".join(f"{x:.1f},{value:.1f}" for x, value in zip(np.linspace(0, width, POINTS), y, strict=True))
    area = f'<polygon points="0,{height} {line} {width},{height}" fill="#56B4E9"/>'
    return f'<svg width="{width}" height="{height}" role="img" aria-label="density">{area}</svg>'
