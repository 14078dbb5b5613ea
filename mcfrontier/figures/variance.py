"""How much of the spread of each answer comes from which input."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.variance import Shares
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.figures.tornado import MOST, ROW
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence


def variance(run: Run) -> list[Drawing]:
    """Shares of a target's variance, of its logarithm where that is told in orders of magnitude. Dark: what an input
    explains alone (first Sobol' index). Light: what it has a part in (total index, the number on the right); the thin
    line is one standard error to either side. Where inputs depend on each other there is one bar, Shapley's share,
    and the shares sum to 100 %. A star marks shares that are not to be trusted. The largest eight are
    shown. Given evidence, this is before it."""
    return [drawn for row, found in run.explained.items() for drawn in one(run, row, found)]


def one(run: Run, row: str, found: Shares) -> list[Drawing]:
    """The shares of a row, the largest on top; none where nothing moves it."""
    last = list(found.figures)[-1]
    shown = np.flatnonzero(found.figures[last] > 0)[:MOST]
    if not shown.size:
        return []
    names = [found.inputs[i] for i in shown]
    whole, errors = found.figures[last][shown], found.errors[last][shown]
    places, zeros = range(len(names)), np.zeros(len(names))
    margins = (max(1.2, style.label_margin([label(name) for name in names], 7.5)), 0.42)
    top = 1.04 * max(0.1, (whole + errors).max())
    panel = style.panel(style.HALF, ROW * len(names), (0, top), style.rows(len(names)), margins)
    width = f"{found.sd:.2g} orders of magnitude" if found.scale == "log" else amount(found.sd, run.unit(row), digits=2)
    panel.title(f"{sentence(label(row))}: sd {width}{' *' if found.warning else ''}")
    panel.bars(places, zeros, whole, style.LIGHT if "first" in found.figures else style.COLOURS[2], 8)
    if "first" in found.figures:
        panel.bars(places, zeros, np.clip(found.figures["first"][shown], 0, None), style.COLOURS[0], 4)
    panel.bars(places, np.clip(whole - errors, 0, None), whole + errors, style.INK, 0.7)
    for place, name in enumerate(names):
        panel.row_label(place, label(name), 7.5)
        panel.text(top, place, amount(whole[place], "share", errors[place], 2), "right", 7, right=0.4)
    panel.axis(*style.round_steps(0, top, "share", style.HALF - sum(margins)))
    return [panel.figure]
