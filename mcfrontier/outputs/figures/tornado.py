"""Figure: sensitivity to single inputs."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.sensitivity.one_at_a_time import bin_statistics
from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore, ranks_of
from mcfrontier.runs.headlines import with_percentiles
from mcfrontier.runs.sensitivity import rank_correlation, swing

MAX_BARS = 8  # inputs in a drawing
MAX_DRAWINGS = 5
ROW_INCHES = 0.165


def tornado(run: RunCore) -> list[Drawing]:
    """Bars: one input at a time (of an input with many rows, one row) varies from its p5 (blue end) to its p95 (orange
    end), with the others at their medians. Vertical line, and number in the title: all inputs at their medians. A star
    marks an input in which the target is not monotone; a thin line shows the range. Dots (conditional tornado): the
    median of the target over the draws in the lowest tenth (blue) and in the highest tenth (orange) of an input, with
    all others as sampled. Number on the right: Spearman's rank correlation of input and target. Dots and numbers are
    from the first 16,384 draws. The eight widest bars are shown. Given evidence, bars are before it, dots and numbers
    after it."""
    return [drawing for row in with_percentiles(run)[:MAX_DRAWINGS] for drawing in draw_row(run, row)]


def draw_row(run: RunCore, target: str) -> list[Drawing]:
    """The drawing of a row, the widest bar on top; none where no input changes it."""
    found, unit = swing(run, target), run.unit(target)
    names, ends, reach = found.inputs[:MAX_BARS], found.ends[:MAX_BARS], found.reach[:MAX_BARS]
    if not names:
        return []
    places, draws = range(len(names)), run.first_samples(target)
    tenths = np.array([bin_statistics(ranks_of(run, name), draws, 10, (0, 9))[:, 1] for name in names])
    span = np.concatenate([ends.ravel(), reach.ravel(), tenths.ravel(), [found.base]])
    low, high = span.min() - 0.04 * np.ptp(span), span.max() + 0.04 * np.ptp(span)
    labels = [label(name) + ("" if monotone else " *") for name, monotone in zip(names, found.monotone, strict=False)]
    margins = (max(1.2, style.label_margin(labels, 7.5)), 0.42)
    panel = style.panel(style.HALF, ROW_INCHES * len(names), (low, high), style.row_limits(len(names)), margins)
    panel.title(f"{sentence(label(target))}: {amount(found.base, unit)}")
    panel.bars(places, reach[:, 0], reach[:, 1], style.INK, 0.7)
    for end, colour in ((ends[:, 0], style.COLOURS[0]), (ends[:, 1], style.COLOURS[1])):
        panel.bars(places, [found.base] * len(names), end, colour, 8)
    panel.verticals([found.base], style.INK, 0.7)
    for tenth, colour in ((tenths[:, 0], style.COLOURS[0]), (tenths[:, 1], style.COLOURS[1])):
        panel.dots(tenth, places, "o", colour, "white")
    for place, name in enumerate(names):
        panel.row_label(place, labels[place], 7.5)
        correlation = f"{rank_correlation(run, name, target):+.2f}".replace("-", "−").replace("+nan", "")
        panel.text(high, place, correlation, "right", 7, right=0.4)
    panel.axis(*style.linear_marks(low, high, unit, style.HALF - sum(margins)))
    return [panel.drawing]
