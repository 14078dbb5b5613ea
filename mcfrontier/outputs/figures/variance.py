"""Figure: shares of variance."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.outputs.figures.tornado import MAX_BARS
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.sensitivity import explained, shares


def variance(run: RunCore) -> list[Drawing]:
    """Shares of a target's variance, or of that of its logarithm where the standard deviation (sd) is in orders of
    magnitude. Dark: the share that an input explains alone (first-order Sobol' index). Light, and number on the right:
    the share that it contributes to (total index). Thin line: one standard error to either side. Where inputs depend on
    each other there is one bar, the Shapley share, and the shares sum to 100 %. A star marks shares that are not
    reliable. The largest eight are shown. Given evidence or conditions, shares are before them."""
    return [drawing for row in explained(run) for drawing in variance_of(run, row)]


def variance_remarks(run: RunCore) -> list[str]:
    """Why shares are not reliable, one line for each row with a warning."""
    warnings = {row: found.warning for row, found in explained(run).items() if found.warning}
    return [f"* {sentence(label(row))}: {warning}." for row, warning in warnings.items()]


def variance_of(run: RunCore, row: str) -> list[Drawing]:
    """The drawing of a row, the largest share on top; none where no input has a share."""
    found = shares(run, row)
    last = list(found.figures)[-1]
    largest = np.flatnonzero(found.figures[last] > 0)[:MAX_BARS]
    if not largest.size:
        return []
    totals, errors = found.figures[last][largest], found.errors[last][largest]
    places, zeros = range(largest.size), np.zeros(largest.size)
    top = 1.04 * max(0.1, (totals + errors).max())
    values = [amount(total, "share", error, 2) for total, error in zip(totals.tolist(), errors.tolist(), strict=True)]
    width = f"{found.sd:.2g} orders of magnitude" if found.scale == "log" else amount(found.sd, run.unit(row), digits=2)
    title = f"{sentence(label(row))}: sd {width}{' *' if found.warning else ''}"
    panel = style.row_panel(title, [label(found.inputs[i]) for i in largest], (0, top), values)
    panel.bars(places, zeros, totals, style.LIGHT if "first" in found.figures else style.COLOURS[2], 8)
    if "first" in found.figures:
        panel.bars(places, zeros, np.clip(found.figures["first"][largest], 0, None), style.COLOURS[0], 4)
    panel.bars(places, np.clip(totals - errors, 0, None), totals + errors, style.INK, 0.7)
    panel.value_axis("share")
    return [panel.drawing]
