"""How often intervals held what they should."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.analysis import calibration as analysis
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing

POINTS = 101


def calibration(percentiles: Sequence[float]) -> Drawing:
    """The share of outcomes that fell into the central interval of each level, beside the straight line of forecasts
    that are right. In the grey band the share lies by chance alone nine times in ten. Above the line intervals are
    wider than they need be, below it too narrow."""
    levels = np.linspace(0, 1, POINTS)
    count = len(percentiles)
    low, high = (hits / count for hits in analysis.likely(count, levels))
    panel = style.panel(style.HALF, 1.9, (0, 1), (0, 1.03), (0.42, 0.2))
    panel.title("Outcomes inside, by level of the interval")
    panel.band(levels, low, high, style.FAINT, 0.7)
    panel.curve([0, 1], [0, 1], style.INK, 0.7)
    needed = np.sort([analysis.needed(percentile) for percentile in percentiles])
    steps = np.repeat(np.arange(count + 1) / count, 2)
    panel.curve(np.concatenate([[0], np.repeat(needed, 2), [1]]), steps, style.COLOURS[0], 1.4)
    for share in (0, 0.5, 1):
        panel.row_label(share, f"{100 * share:.0f}%", 7)
    panel.axis(analysis.LEVELS[:3], [f"{100 * level:.0f}%" for level in analysis.LEVELS[:3]])
    return panel.figure
