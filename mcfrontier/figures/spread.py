"""How targets are spread: density and exceedance."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis import shape
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import label, sentence


def spread(run: Run) -> list[Drawing]:
    """Hump: the density, dark between p5 and p95, the vertical line at the median. Falling line: the
    probability, on the left, that a value is exceeded. The axis is logarithmic where p95 is more than four
    times p5."""
    return [drawn for row in run.measured[: style.MOST] for drawn in one(run, row)]


def one(run: Run, row: str) -> list[Drawing]:
    """The figure of a row; none where next to nothing in it is uncertain."""
    x, unit = run.told(row), run.unit(row)
    rising = np.sort(x[np.isfinite(x)])
    log = rising.size > 1 and shape.wide(rising)
    rising = np.log10(rising) if log else rising
    if rising.size < 2 or not np.ptp(shape.at(rising, np.array([0.01, 0.99]))):
        return []
    points, heights = shape.density(rising)
    heights /= 1.05 * heights.max()
    low, middle, high = shape.at(rising, np.array([0.05, 0.5, 0.95]))
    inside = (points >= low) & (points <= high)

    left, right, margins = points[0], points[-1], (0.35, 0.3)
    panel = style.panel(style.HALF, 0.85, (left, right), (0, 1.02), margins)
    panel.title(sentence(label(row)))
    panel.area(points, heights, style.LIGHT, 0.3)
    if inside.any():
        panel.area(points[inside], heights[inside], style.LIGHT, 0.7)
    panel.curve([middle, middle], [0, np.interp(middle, points, heights)], style.INK, 0.8)
    panel.curve(*shape.exceedance(rising), style.COLOURS[4])
    for chance in (0, 0.5, 1):
        panel.row_label(chance, f"{100 * chance:.0f}%", 7)
    steps = style.decades if log else style.round_steps
    panel.axis(*steps(left, right, unit, style.HALF - sum(margins)))
    return [panel.figure]
