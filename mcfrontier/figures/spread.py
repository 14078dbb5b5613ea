"""How targets are spread: density and exceedance."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mcfrontier.analysis import shape
from mcfrontier.figures import style
from mcfrontier.results import Run
from mcfrontier.wording import label, sentence


def spread(run: Run) -> list[Figure]:
    """Hump: the density, dark between p5 and p95, the vertical line at the median. Falling line: the
    probability, on the left, that a value is exceeded. The axis is logarithmic where p95 is more than four
    times p5."""
    return [drawn for name in run.study.targets for drawn in one(run, name)]


def one(run: Run, name: str) -> list[Figure]:
    """The figure of a target. None of a share, which has a figure of its own, of a known value, or of a
    quantity with many rows."""
    x, unit = run.told(name), run.study.unit(name)
    rising = np.sort(x[np.isfinite(x)]) if name in run.summary and unit != "share" else np.zeros(0)
    if not rising.size or rising[0] == rising[-1]:
        return []
    log = shape.wide(rising)
    rising = np.log10(rising) if log else rising
    points, heights = shape.density(rising)
    heights /= 1.05 * heights.max()
    low, middle, high = shape.at(rising, np.array([0.05, 0.5, 0.95]))
    inside = (points >= low) & (points <= high)

    left, right = points[0], points[-1]
    panel = style.panel(style.HALF, 0.85, (left, right), (0, 1.02), (0.35, 0.1))
    panel.title(sentence(label(name)))
    panel.area(points, heights, style.LIGHT, 0.3)
    panel.area(points[inside], heights[inside], style.LIGHT, 0.7)
    panel.curve([middle, middle], [0, np.interp(middle, points, heights)], style.INK, 0.8)
    levels = np.linspace(0.0005, 0.9995, 150)
    panel.curve(shape.at(rising, levels), 1 - levels, style.COLOURS[4])
    for chance in (0, 0.5, 1):
        panel.row_label(chance, f"{100 * chance:.0f}%", 7)
    if log:
        panel.axis(*style.decades(10**left, 10**right, unit, most=6))
    else:
        panel.axis(*style.round_steps(left, right, unit, most=4))
    return [panel.figure]
