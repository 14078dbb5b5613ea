"""The way from one study's median, or probability of an event, to another's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcfrontier.analysis.waterfall import Waterfall
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.wording import amount, label, moved, sentence

MOST = 14  # bars in a figure
ROW = 0.165


def waterfall(
    found: Waterfall, row: str, unit: str, names: tuple[str, str], tell: Callable[[float, str, float], str] = amount
) -> Drawing:
    """The median of a row in the first study, on top, moves to that in the other, below, bar by bar, what matters most
    first: up (orange) or down (blue). Of an event it is its probability. Beyond fourteen the rest is one bar."""
    moving = [i for i, bar in enumerate(found.bars) if bar]
    shown, rest = (moving, []) if len(moving) <= MOST else (moving[: MOST - 1], moving[MOST - 1 :])
    bars = [*found.bars[shown], *([found.bars[rest].sum()] if rest else [])]
    errors = [*found.all_errors[shown], *([found.all_errors[rest].sum()] if rest else [])]  # of the rest at most
    labels = [label(found.names[i]).strip() for i in shown] + [f"{len(rest)} others"] * bool(rest)
    at = found.ends[0] + np.concatenate([[0.0], np.cumsum(bars)])
    span = np.ptp(at) or abs(at[0]) or 1.0
    low, high = at.min() - 0.06 * span, at.max() + 0.06 * span
    count, texts = len(bars) + 2, [names[0], *labels, names[1]]
    margins = (max(1.2, style.label_margin(texts, 7.5)), 0.62)
    panel = style.panel(style.WIDTH, ROW * count, (low, high), style.rows(count), margins)
    panel.title(sentence(label(row)))
    panel.uprights([found.ends[0], found.ends[1]], style.FAINT, 0.7)
    for way, colour in ((1, style.COLOURS[1]), (-1, style.COLOURS[0])):
        rows = [i for i, bar in enumerate(bars) if bar * way > 0]
        panel.bars([i + 1 for i in rows], at[rows], at[[i + 1 for i in rows]], colour, 8)
    panel.dots(found.ends, (0, count - 1), "o", style.INK, "white")
    for place, words in enumerate(texts):
        panel.row_label(place, words, 7.5)
    first, last = (tell(x, unit, e) for x, e in zip(found.ends, found.end_errors, strict=True))
    between = [moved(float(bar), unit, float(error)) for bar, error in zip(bars, errors, strict=True)]
    for place, told in enumerate([first, *between, last]):
        panel.text(high, place, told, "right", 7, right=0.6)
    panel.axis(*style.round_steps(low, high, unit, style.WIDTH - sum(margins)))
    return panel.figure
