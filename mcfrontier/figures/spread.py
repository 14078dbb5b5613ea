"""How targets are spread: density and exceedance."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mcfrontier.analysis import shape
from mcfrontier.figures import style
from mcfrontier.study import Run
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
    rising = np.sort(x[np.isfinite(x)]) if x.ndim == 1 and x.size > 1 and unit != "share" else np.zeros(0)
    if not rising.size or rising[0] == rising[-1]:
        return []
    log = shape.wide(rising)
    rising = np.log10(rising) if log else rising
    points, heights = shape.density(rising)
    heights /= 1.05 * heights.max()
    low, middle, high = shape.at(rising, np.array([0.05, 0.5, 0.95]))
    inside = (points >= low) & (points <= high)

    axes = style.panel(style.HALF, 0.85, left=0.35, top=0.25)
    axes.fill_between(points, heights, color=style.LIGHT, alpha=0.25, linewidth=0)
    axes.fill_between(points[inside], heights[inside], color=style.LIGHT, alpha=0.6, linewidth=0)
    axes.plot([middle, middle], [0, np.interp(middle, points, heights)], color=style.INK, linewidth=0.8)
    levels = np.linspace(0.0005, 0.9995, 150)
    axes.plot(shape.at(rising, levels), 1 - levels, color=style.COLOURS[4], linewidth=1.2)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(points[0], points[-1])
    places = (
        style.decades(10 ** points[0], 10 ** points[-1], unit, most=6)
        if log
        else style.round_steps(points[0], points[-1], unit, most=4)
    )
    style.ticks(axes, *places)
    axes.set_title(sentence(label(name)), fontsize=9, loc="left", pad=5)
    return [axes.figure]
