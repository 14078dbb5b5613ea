"""Figure: histogram of the percentiles of outcomes (probability integral transform)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.analysis.forecasts import coverage
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing


def pit(percentiles: Sequence[float], weights: Sequence[float] | None = None) -> Drawing:
    """The number of outcomes in each tenth of the percentiles of their forecasts. For calibrated forecasts the bars
    have equal heights, except for chance: nine in ten end between the dashes. High bars in the middle mean that
    intervals are too wide, high bars at the ends that they are too narrow. Line: the expected number."""
    counts, _ = np.histogram(percentiles, coverage.HISTOGRAM_BINS, (0, 1), weights=weights)
    total = round(counts.sum())
    low, high = (float(x[0]) for x in coverage.hits_interval(total, np.array([1 / coverage.HISTOGRAM_BINS])))
    top = 1.08 * max(counts.max(), high, 1)
    panel = style.panel(style.HALF, 1.9, (0, 100), (0, top), (0.3, 0.2))
    panel.title("Percentiles of the outcomes in their forecasts")
    width = 100 / coverage.HISTOGRAM_BINS
    for i, count in enumerate(counts):
        panel.area(np.array([i + 0.06, i + 0.94]) * width, np.array([count, count]), style.LIGHT, 0.7)
    for i in range(coverage.HISTOGRAM_BINS):
        for end in {low, high}:
            panel.curve([(i + 0.2) * width, (i + 0.8) * width], [end, end], style.INK, 0.8)
    panel.curve([0, 100], [total / coverage.HISTOGRAM_BINS] * 2, style.COLOURS[4], 0.8)
    for mark in sorted({0, round(top / 2.2), int(top)}):
        panel.row_label(mark, str(mark), 7)
    panel.axis([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100th"])
    return panel.drawing
