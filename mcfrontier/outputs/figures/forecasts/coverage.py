"""Figure: coverage of central intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.analysis.forecasts import coverage as analysis
from mcfrontier.analysis.forecasts.scoring_rules import INTERVAL_LEVELS
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing

POINTS = 101


def coverage(percentiles: Sequence[float]) -> Drawing:
    """The share of outcomes inside the central interval of each level (blue). Straight line: calibrated forecasts.
    Grey band: for calibrated forecasts the share lies in it nine times in ten. Above the line intervals are wider than
    necessary, below it too narrow."""
    levels = np.linspace(0, 1, POINTS)
    count = len(percentiles)
    low, high = (hits / count for hits in analysis.hits_interval(count, levels))
    panel = style.panel(style.HALF, 1.9, (0, 1), (0, 1.03), (0.42, 0.2))
    panel.title("Outcomes inside the interval, by its level")
    panel.band(levels, low, high, style.FAINT, 0.7)
    panel.curve([0, 1], [0, 1], style.INK, 0.7)
    needed = np.sort([analysis.interval_level(percentile) for percentile in percentiles])
    steps = np.repeat(np.arange(count + 1) / count, 2)
    panel.curve(np.concatenate([[0], np.repeat(needed, 2), [1]]), steps, style.COLOURS[0], 1.4)
    for share in (0, 0.5, 1):
        panel.row_label(share, f"{100 * share:.0f}%", 7)
    panel.axis(INTERVAL_LEVELS[:3], [f"{100 * level:.0f}%" for level in INTERVAL_LEVELS[:3]])
    return panel.drawing
