"""The accounts of one run, side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mcfrontier.figures import style
from mcfrontier.study import Run
from mcfrontier.wording import label, sentence


def accounts(run: Run) -> list[Figure]:
    """The accounts of the same run. Dot: p50. Thick line: p25 to p75. Thin line: p5 to p95. Log axis."""
    rows = [(name, run.summary[name][1]) for name in run.study.accounts if name in run.summary]
    if len(rows) < 2 or any(not values["p5"] > 0 for _, values in rows):
        return []
    axes = style.panel(style.WIDTH, 0.24 * len(rows), left=1.3, right=0.3)
    places = range(len(rows))
    at = {word: np.log10([values[word] for _, values in rows]) for word in ("p5", "p25", "p50", "p75", "p95")}
    axes.hlines(places, at["p5"], at["p95"], color=style.COLOURS[0], linewidth=1)
    axes.hlines(places, at["p25"], at["p75"], color=style.COLOURS[0], linewidth=5)
    axes.plot(at["p50"], places, "o", color="white", markeredgecolor=style.INK, markersize=5)
    style.row_labels(axes, [sentence(label(name)) for name, _ in rows])
    low, high = 0.8 * 10 ** at["p5"].min(), 1.25 * 10 ** at["p95"].max()
    axes.set_xlim(np.log10(low), np.log10(high))
    style.ticks(axes, *style.decades(low, high, run.study.unit(rows[0][0]), most=9))
    axes.grid(axis="x", color=style.FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    return [axes.figure]
