"""Where outcomes fell in what was foretold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.analysis import calibration
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing


def pit(percentiles: Sequence[float]) -> Drawing:
    """How many outcomes fell into each tenth of the percentiles. Of forecasts that are right the bars are of equal
    height, but for chance: nine in ten of the bars end between the dashes. High in the middle means that intervals are
    too wide, high at the ends that they are too narrow."""
    counts = calibration.histogram(percentiles)
    low, high = (float(x[0]) for x in calibration.likely(len(percentiles), np.array([1 / calibration.TENTHS])))
    top = 1.08 * max(counts.max(), high, 1)
    panel = style.panel(style.HALF, 1.9, (0, 100), (0, top), (0.3, 0.2))
    panel.title("Percentiles that the outcomes fell in")
    width = 100 / calibration.TENTHS
    for i, count in enumerate(counts):
        panel.area(np.array([i + 0.06, i + 0.94]) * width, np.array([count, count]), style.LIGHT, 0.7)
    for i in range(calibration.TENTHS):
        for end in {low, high}:
            panel.curve([(i + 0.2) * width, (i + 0.8) * width], [end, end], style.INK, 0.8)
    panel.curve([0, 100], [len(percentiles) / calibration.TENTHS] * 2, style.COLOURS[4], 0.8)
    for mark in sorted({0, round(top / 2.2), int(top)}):
        panel.row_label(mark, str(mark), 7)
    panel.axis([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100th"])
    return panel.figure
