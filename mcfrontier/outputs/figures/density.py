"""Figure: the distribution of each target, as density and exceedance curve."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import density as estimates
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import with_percentiles


def density(run: RunCore) -> list[Drawing]:
    """Blue area: probability density, dark between p5 and p95. Vertical line: median. Orange line: the probability (on
    the left) that a value is exceeded. The axis is logarithmic where p95 is more than four times p5."""
    return [drawing for row in with_percentiles(run)[: style.MAX_ROWS] for drawing in density_of(run, row)]


def density_of(run: RunCore, row: str) -> list[Drawing]:
    """The drawing of a row; none where its p1 and p99 are equal, or their distance is beyond the largest float."""
    x = run.samples(row)
    rising = np.sort(x[np.isfinite(x)])
    log = rising.size > 1 and estimates.needs_log_axis(rising)
    rising = np.log10(rising) if log else rising
    if rising.size < 2 or not 0 < width(rising, 0.01) <= width(rising, 0.0005) < np.inf:
        return []
    points, heights = estimates.density(rising)
    heights /= 1.05 * heights.max()
    low, middle, high = estimates.nearest_quantiles(rising, np.array([0.05, 0.5, 0.95]))
    inside = (points >= low) & (points <= high)

    panel = style.panel(style.HALF, 0.85, (points[0], points[-1]), (0, 1.02), (0.35, 0.3))
    panel.title(sentence(label(row)))
    panel.area(points, heights, style.LIGHT, 0.3)
    if inside.any():
        panel.area(points[inside], heights[inside], style.LIGHT, 0.7)
    panel.curve([middle, middle], [0, np.interp(middle, points, heights)], style.INK, 0.8)
    panel.curve(*estimates.exceedance(rising), style.COLOURS[4])
    for chance in (0, 0.5, 1):
        panel.row_label(chance, f"{100 * chance:.0f}%", 7)
    panel.value_axis(run.unit(row), log)
    return [panel.drawing]


def width(rising: Array, p: float) -> float:
    """The distance between two quantiles of draws in ascending order, each with a probability of p beyond it."""
    low, high = estimates.nearest_quantiles(rising, np.array([p, 1 - p])).tolist()
    return float(high - low)
