"""Figure: shares of variance."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.sensitivity.variance import Shares
from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.outputs.figures.tornado import MAX_BARS, ROW_INCHES
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.sensitivity import explained


def variance(run: RunCore) -> list[Drawing]:
    """Shares of a target's variance, or of that of its logarithm where the standard deviation (sd) is in orders of
    magnitude. Dark: the share that an input explains alone (first-order Sobol' index). Light, and number on the right:
    the share that it contributes to (total index). Thin line: one standard error to either side. Where inputs depend on
    each other there is one bar, the Shapley share, and the shares sum to 100 %. A star marks shares that are not
    reliable. The largest eight are shown. Given evidence, shares are before it."""
    return [drawing for row, found in explained(run).items() for drawing in draw_row(run, row, found)]


def variance_remarks(run: RunCore) -> list[str]:
    """Why shares are not reliable, one line for each row with a warning."""
    warnings = {row: found.warning for row, found in explained(run).items() if found.warning}
    return [f"* {sentence(label(row))}: {warning}." for row, warning in warnings.items()]


def draw_row(run: RunCore, row: str, found: Shares) -> list[Drawing]:
    """The drawing of a row, the largest share on top; none where no input has a share."""
    last = list(found.figures)[-1]
    shown = np.flatnonzero(found.figures[last] > 0)[:MAX_BARS]
    if not shown.size:
        return []
    names = [found.inputs[i] for i in shown]
    totals, errors = found.figures[last][shown], found.errors[last][shown]
    places, zeros = range(len(names)), np.zeros(len(names))
    margins = (max(1.2, style.label_margin([label(name) for name in names], 7.5)), 0.42)
    top = 1.04 * max(0.1, (totals + errors).max())
    panel = style.panel(style.HALF, ROW_INCHES * len(names), (0, top), style.row_limits(len(names)), margins)
    width = f"{found.sd:.2g} orders of magnitude" if found.scale == "log" else amount(found.sd, run.unit(row), digits=2)
    panel.title(f"{sentence(label(row))}: sd {width}{' *' if found.warning else ''}")
    panel.bars(places, zeros, totals, style.LIGHT if "first" in found.figures else style.COLOURS[2], 8)
    if "first" in found.figures:
        panel.bars(places, zeros, np.clip(found.figures["first"][shown], 0, None), style.COLOURS[0], 4)
    panel.bars(places, np.clip(totals - errors, 0, None), totals + errors, style.INK, 0.7)
    for place, name in enumerate(names):
        panel.row_label(place, label(name), 7.5)
        panel.text(top, place, amount(float(totals[place]), "share", float(errors[place]), 2), "right", 7, right=0.4)
    panel.axis(*style.linear_marks(0, top, "share", style.HALF - sum(margins)))
    return [panel.drawing]
