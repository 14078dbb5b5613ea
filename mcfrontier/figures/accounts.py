"""The accounts of one run, side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mcfrontier.figures import style
from mcfrontier.results import Run
from mcfrontier.wording import label, sentence


def accounts(run: Run) -> list[Figure]:
    """The accounts of the same run. Dot: p50. Thick line: p25 to p75. Thin line: p5 to p95. Log axis."""
    rows = [(name, run.summary[name][1]) for name in run.accounts]
    if len(rows) < 2 or any(not values["p5"] > 0 for _, values in rows):
        return []
    at = {word: np.log10([values[word] for _, values in rows]) for word in ("p5", "p25", "p50", "p75", "p95")}
    low, high = at["p5"].min() - 0.1, at["p95"].max() + 0.1
    panel = style.panel(style.WIDTH, 0.24 * len(rows), (low, high), style.rows(len(rows)), (1.3, 0.3))
    marks, told = style.decades(10**low, 10**high, run.study.unit(rows[0][0]), most=9)
    places = range(len(rows))
    panel.uprights(marks, style.FAINT, 0.5)
    panel.bars(places, at["p5"], at["p95"], style.COLOURS[0], 1)
    panel.bars(places, at["p25"], at["p75"], style.COLOURS[0], 5)
    panel.dots(at["p50"], places, "o", "white", style.INK)
    for place, (name, _) in enumerate(rows):
        panel.row_label(place, sentence(label(name)))
    panel.axis(marks, told)
    return [panel.figure]
