"""Figure: attribution of the difference between the medians, or probabilities, of two studies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.formatting import amount, difference, label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing

MAX_BARS = 14  # bars in a drawing
ROW_INCHES = 0.165


def waterfall(
    found: Waterfall,
    row: str,
    unit: str,
    names: tuple[str, str],
    text: Callable[[float, str, float], str] = amount,
) -> Drawing:
    """From the median of a row in the first study (top) to that in the other (bottom), bar by bar, the largest first:
    increases are orange, decreases blue. For an event, its probability. Beyond fourteen bars the rest is one bar."""
    moving = [i for i, bar in enumerate(found.bars) if bar]
    shown, rest = (moving, []) if len(moving) <= MAX_BARS else (moving[: MAX_BARS - 1], moving[MAX_BARS - 1 :])
    bars = [*found.bars[shown], *([found.bars[rest].sum()] if rest else [])]
    errors = [
        *found.total_errors[shown],
        *([found.total_errors[rest].sum()] if rest else []),
    ]
    # the error of the rest is an upper bound
    labels = [label(found.names[i]).strip() for i in shown] + [f"{len(rest)} others"] * bool(rest)
    at = found.ends[0] + np.concatenate([[0.0], np.cumsum(bars)])
    span = np.ptp(at) or abs(at[0]) or 1.0
    low, high = at.min() - 0.06 * span, at.max() + 0.06 * span
    count, texts = len(bars) + 2, [names[0], *labels, names[1]]
    margins = (max(1.2, style.label_margin(texts, 7.5)), 0.62)
    panel = style.panel(style.WIDTH, ROW_INCHES * count, (low, high), style.row_limits(count), margins)
    panel.title(sentence(label(row)))
    panel.verticals([found.ends[0], found.ends[1]], style.FAINT, 0.7)
    for sign, colour in ((1, style.COLOURS[1]), (-1, style.COLOURS[0])):
        rows = [i for i, bar in enumerate(bars) if bar * sign > 0]
        panel.bars([i + 1 for i in rows], at[rows], at[[i + 1 for i in rows]], colour, 8)
    panel.dots(found.ends, (0, count - 1), "o", style.INK, "white")
    for place, row_text in enumerate(texts):
        panel.row_label(place, row_text, 7.5)
    first, last = (text(x, unit, e) for x, e in zip(found.ends, found.end_errors, strict=True))
    between = [difference(float(bar), unit, float(error)) for bar, error in zip(bars, errors, strict=True)]
    for place, number in enumerate([first, *between, last]):
        panel.text(high, place, number, "right", 7, right=0.6)
    panel.axis(*style.linear_marks(low, high, unit, style.WIDTH - sum(margins)))
    return panel.drawing
