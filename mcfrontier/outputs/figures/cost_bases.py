"""Figure: the cost on each basis."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.formatting import label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs import headlines
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary


def cost_bases(run: RunCore) -> list[Drawing]:
    """The cost on each basis, from the same draws. Dot: p50. Thick line: p25 to p75. Thin line: p5 to p95. The axis is
    logarithmic."""
    rows = headlines.cost_bases(run)
    values = [summary(run)[row].values for row in rows]
    if not 2 <= len(rows) <= style.MAX_ROWS or any(not value["p5"] > 0 for value in values):
        return []
    at = {word: np.log10([value[word] for value in values]) for word in ("p5", "p25", "p50", "p75", "p95")}
    low, high = at["p5"].min() - 0.1, at["p95"].max() + 0.1
    names = [sentence(label(row)) for row in rows]
    margins = (style.label_margin(names), 0.3)
    panel = style.panel(style.WIDTH, 0.24 * len(rows), (low, high), style.row_limits(len(rows)), margins)
    marks, mark_labels = style.log_marks(low, high, run.unit(rows[0]), style.WIDTH - sum(margins))
    places = range(len(rows))
    panel.verticals(marks, style.FAINT, 0.5)
    panel.bars(places, at["p5"], at["p95"], style.COLOURS[0], 1)
    panel.bars(places, at["p25"], at["p75"], style.COLOURS[0], 5)
    panel.dots(at["p50"], places, "o", "white", style.INK)
    for place, name in enumerate(names):
        panel.row_label(place, name)
    panel.axis(marks, mark_labels)
    return [panel.drawing]
