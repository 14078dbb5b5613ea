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


def tornado(run: RunCore) -> list[Drawing]:
    """Bars: one input at a time (of an input with many rows, one row) varies from its p5 (blue end) to its p95 (orange
    end), with the others at their medians. Vertical line, and number in the title: all inputs at their medians. A star
    marks an input in which the target is not monotone; a thin line shows the range. Dots (conditional tornado): the
    median of the target over the draws in the lowest tenth (blue) and in the highest tenth (orange) of an input, with
    all others as sampled. Number on the right: Spearman's rank correlation of input and target. Dots and numbers are
    from the first 16,384 draws. The eight widest bars are shown. Given evidence or conditions, bars are
    before them, dots and numbers after them."""
    return [drawing for row in with_percentiles(run)[:MAX_DRAWINGS] for drawing in tornado_of(run, row)]


def tornado_of(run: RunCore, target: str) -> list[Drawing]:
    """The drawing of a row, the widest bar on top; none where no input changes it."""
    found, unit = swing(run, target), run.unit(target)
    names, ends, reach = found.inputs[:MAX_BARS], found.ends[:MAX_BARS], found.reach[:MAX_BARS]
    if not names:
        return []
    places, draws = range(len(names)), run.first_samples(target)
    tenths = np.array([bin_statistics(ranks_of(run, name), draws, 10, (0, 9))[:, 1] for name in names])
    span = np.concatenate([ends.ravel(), reach.ravel(), tenths.ravel(), [found.base]])
    labels = [label(name) + ("" if monotone else " *") for name, monotone in zip(names, found.monotone, strict=False)]
    correlations = [f"{rank_correlation(run, name, target):+.2f}" for name in names]
    values = [text.replace("-", "−").replace("+nan", "") for text in correlations]
    title = f"{sentence(label(target))}: {amount(found.base, unit)}"
    panel = style.row_panel(title, labels, style.padded(span), values)
    panel.bars(places, reach[:, 0], reach[:, 1], style.INK, 0.7)
    for end, colour in ((ends[:, 0], style.COLOURS[0]), (ends[:, 1], style.COLOURS[1])):
        panel.bars(places, [found.base] * len(names), end, colour, 8)
    panel.verticals([found.base], style.INK, 0.7)
    for tenth, colour in ((tenths[:, 0], style.COLOURS[0]), (tenths[:, 1], style.COLOURS[1])):
        panel.dots(tenth, places, "o", colour, "white")
    panel.value_axis(unit)
    return [panel.drawing]
