"""What each account hangs on."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from mcfrontier.figures import style
from mcfrontier.results import Run
from mcfrontier.wording import figure as told
from mcfrontier.wording import label, sentence

MOST = 8  # inputs in a figure
ROW = 0.165


def tornado(run: Run) -> list[Figure]:
    """One input at a time goes from its p5 (blue) to its p95 (orange) with the others at their medians; the
    vertical line is the target with all inputs at their medians. A star marks an input in which the target turns
    back on the way, so that its ends understate it. The number on the right is Spearman's rank correlation of
    input and target over the draws. The widest eight are shown."""
    names = run.accounts or [name for name in run.study.targets[:1] if name in run.summary]
    return [drawn for name in names for drawn in one(run, name)]


def one(run: Run, target: str) -> list[Figure]:
    """The tornado of a target, the widest input on top; none where nothing moves it."""
    names, ends, straight, base = run.swings(target)
    if not names:
        return []
    names, ends, unit = names[:MOST], ends[:MOST], run.study.unit(target)
    span = np.append(ends, base)
    low, high = span.min() - 0.04 * np.ptp(span), span.max() + 0.04 * np.ptp(span)
    panel = style.panel(style.HALF, ROW * len(names), (low, high), style.rows(len(names)), (1.2, 0.42))
    panel.title(f"{sentence(label(target))}, {told(base, unit)} at the medians")
    for end, colour in ((ends[:, 0], style.COLOURS[0]), (ends[:, 1], style.COLOURS[1])):
        panel.bars(range(len(names)), [base] * len(names), end, colour, 8)
    panel.uprights([base], style.INK, 0.7)
    for place, (name, even) in enumerate(zip(names, straight, strict=False)):
        panel.row_label(place, label(name) + ("" if even else " *"), 7.5)
        correlation = f"{run.rank_correlation(name, target):+.2f}".replace("-", "−").replace("+nan", "")
        panel.text(high, place, correlation, "right", 7, right=0.4)
    panel.axis(*style.round_steps(low, high, unit, most=4))
    return [panel.figure]
