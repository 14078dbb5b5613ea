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
    names, places = [sentence(label(row)) for row in rows], range(len(rows))
    panel = style.row_panel("", names, (low, high), width=style.WIDTH, row=0.24, size=8, left=0, right=0.3)
    panel.value_axis(run.unit(rows[0]), log=True, grid=True)
    panel.bars(places, at["p5"], at["p95"], style.COLOURS[0], 1)
    panel.bars(places, at["p25"], at["p75"], style.COLOURS[0], 5)
    panel.dots(at["p50"], places, "o", "white", style.INK)
    return [panel.drawing]
