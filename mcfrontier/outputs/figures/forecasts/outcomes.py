"""Figure: outcomes in their predicted intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing

Quantiles = Sequence[Sequence[float]]  # of each prediction: p5, p25, p50, p75 and p95


def outcomes(
    title: str, labels: Sequence[str], quantiles: Quantiles, values: Sequence[float], ends: tuple[float, float]
) -> Drawing:
    """Dots: outcomes as multiples of their predicted medians. Bars: the predicted interval from p5 to p95, and within
    it that from p25 to p75. The axis is logarithmic."""
    bounds, found = log_ratios(quantiles, values)
    rows = np.arange(len(labels))
    panel = style.row_panel(title, labels, ends, row=0.15, size=7, right=0.2)
    panel.bars(rows, bounds[:, 0], bounds[:, 4], style.FAINT, 6)
    panel.bars(rows, bounds[:, 1], bounds[:, 3], style.LIGHT, 6)
    panel.verticals([0.0], style.INK, 0.6)
    panel.dots(found, rows, "o", style.COLOURS[4], "white")
    panel.value_axis("1", log=True)
    return panel.drawing


def ratio_ends(quantiles: Quantiles, values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis for all outcomes and intervals."""
    return style.padded(np.column_stack(log_ratios(quantiles, values)))


def log_ratios(quantiles: Quantiles, values: Sequence[float]) -> tuple[Array, Array]:
    """The decimal logarithms of quantiles and of outcomes over the predicted medians."""
    logs = np.log10(np.array(quantiles))
    return logs - logs[:, 2:3], np.log10(np.array(values)) - logs[:, 2]
