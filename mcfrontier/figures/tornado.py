"""What each answer hangs on."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.tornado import in_bins
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

MOST = 8  # inputs in a figure
FIGURES = 5
ROW = 0.165


def tornado(run: Run) -> list[Drawing]:
    """Bars, the swing: one input at a time, of one with many rows one row, goes from its p5 (blue) to its p95 (orange)
    with the others at their medians; the vertical line is the target with all inputs at their medians. A star marks
    an input in which the target turns back on the way: a thin line shows how far it comes. Dots, the conditional
    tornado: the median of the target over the draws in the lowest (blue) and in the highest tenth (orange) of an
    input, all others as they were drawn. The number on the right is Spearman's rank correlation of input and target.
    Dots and number are over the first 16,384 draws. The widest eight are shown. Given evidence, bars are
    before it, dots and number after."""
    return [drawn for row in run.measured[:FIGURES] for drawn in one(run, row)]


def one(run: Run, target: str) -> list[Drawing]:
    """The tornado of a row, the widest input on top; none where nothing moves it."""
    swing, unit = run.swing(target), run.unit(target)
    names, ends, reach = swing.inputs[:MOST], swing.ends[:MOST], swing.reach[:MOST]
    if not names:
        return []
    places, draws = range(len(names)), run.first_draws(target)
    tenths = np.array([in_bins(run.ranks(name), draws, 10, (0, 9))[:, 1] for name in names])
    span = np.concatenate([ends.ravel(), reach.ravel(), tenths.ravel(), [swing.base]])
    low, high = span.min() - 0.04 * np.ptp(span), span.max() + 0.04 * np.ptp(span)
    labels = [label(name) + ("" if even else " *") for name, even in zip(names, swing.monotone, strict=False)]
    margins = (max(1.2, style.label_margin(labels, 7.5)), 0.42)
    panel = style.panel(style.HALF, ROW * len(names), (low, high), style.rows(len(names)), margins)
    panel.title(f"{sentence(label(target))}: {amount(swing.base, unit)}")
    panel.bars(places, reach[:, 0], reach[:, 1], style.INK, 0.7)
    for end, colour in ((ends[:, 0], style.COLOURS[0]), (ends[:, 1], style.COLOURS[1])):
        panel.bars(places, [swing.base] * len(names), end, colour, 8)
    panel.uprights([swing.base], style.INK, 0.7)
    for tenth, colour in ((tenths[:, 0], style.COLOURS[0]), (tenths[:, 1], style.COLOURS[1])):
        panel.dots(tenth, places, "o", colour, "white")
    for place, name in enumerate(names):
        panel.row_label(place, labels[place], 7.5)
        correlation = f"{run.rank_correlation(name, target):+.2f}".replace("-", "−").replace("+nan", "")
        panel.text(high, place, correlation, "right", 7, right=0.4)
    panel.axis(*style.round_steps(low, high, unit, style.HALF - sum(margins)))
    return [panel.figure]
