"""Distributions as small pictures, for notebooks and lists of studies."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import density
from mcfrontier.core.arrays import Array

DRAWS, POINTS, SIZE = 2**14, 60, (96, 20)
MIDDLE, TAIL, MEDIAN = "#56B4E9", "#56B4E966", "currentColor"  # MEDIAN is readable on light and on dark


def small_density(x: Array, size: tuple[int, int] = SIZE) -> str:
    """The density of draws as SVG, its size in pixels, with the 90 % interval and the median; "" if they are certain.

    It has a log axis where the draws spread far.
    """
    rising = np.sort(x[:DRAWS][np.isfinite(x[:DRAWS])])
    if rising.size < 2 or not 0 < np.ptp(rising) < np.inf:
        return ""
    values = np.log10(rising) if density.needs_log_axis(rising) else rising
    points, heights = density.density(values)
    p5, p50, p95 = density.nearest_quantiles(values, np.array([0.05, 0.5, 0.95]))
    width, height = size

    def area(low: float, high: float, colour: str) -> str:
        at = np.linspace(low, high, POINTS)
        x = width * (at - points[0]) / (points[-1] - points[0])
        y = height * (1 - np.interp(at, points, heights) / heights.max())
        line = " ".join(f"{left:.1f},{top:.1f}" for left, top in zip(x, y, strict=True))
        return f'<polygon points="{x[0]:.1f},{height} {line} {x[-1]:.1f},{height}" fill="{colour}"/>'

    median = (p95 - p5) / 100
    areas = area(points[0], points[-1], TAIL), area(p5, p95, MIDDLE), area(p50 - median, p50 + median, MEDIAN)
    return picture("".join(areas), size, "density, its 90 % interval and its median")


def small_intervals(intervals: Array, size: tuple[int, int] = SIZE) -> str:
    """The p5, p50 and p95 of rows, (rows, 3), side by side as SVG, on a log axis where they spread far."""
    values = intervals[np.isfinite(intervals).all(axis=1)]
    if not 0 < np.ptp(values) < np.inf:
        return ""
    if density.needs_log_axis(np.sort(values, axis=None)):
        values = np.log10(values)
    width, height = size
    dot = 3 if len(values) <= width / 8 else 1
    y = dot + (height - 2 * dot) * (values.max() - values) / np.ptp(values)
    step = width / len(values)
    bar = min(0.6 * step, 3 * dot)
    bars = [
        f'<rect x="{(i + 0.5) * step - bar / 2:.1f}" y="{top:.1f}" width="{bar:.1f}" height="{bottom - top:.1f}" '
        f'fill="{MIDDLE}"/><circle cx="{(i + 0.5) * step:.1f}" cy="{middle:.1f}" r="{dot}" fill="{MEDIAN}"/>'
        for i, (bottom, middle, top) in enumerate(y)
    ]
    return picture("".join(bars), size, "90 % intervals and medians")


def picture(content: str, size: tuple[int, int], label: str) -> str:
    """A picture in SVG."""
    width, height = size
    frame = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg {frame} role="img" aria-label="{label}">{content}</svg>'
