"""Figure: attribution of the difference between the medians, or probabilities, of two studies."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.formatting import difference, label, sentence
from mcfrontier.core.kinds import QuantityKind
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing

MAX_BARS = 14  # bars in a drawing


def waterfall(found: Waterfall, row: str, unit: str, names: tuple[str, str], kind: QuantityKind) -> Drawing:
    """From the median of a row in the first study (top) to that in the other (bottom), bar by bar, the largest first:
    increases are orange, decreases blue. For an event, its probability. Beyond fourteen bars the rest is one bar."""
    moving = [i for i, bar in enumerate(found.bars) if bar]
    largest, rest = (moving, []) if len(moving) <= MAX_BARS else (moving[: MAX_BARS - 1], moving[MAX_BARS - 1 :])
    bars = [*found.bars[largest], *([found.bars[rest].sum()] if rest else [])]
    errors = [*found.total_errors[largest], *([found.total_errors[rest].sum()] if rest else [])]
    # the error of the rest is an upper bound
    labels = [label(found.names[i]).strip() for i in largest] + [f"{len(rest)} others"] * bool(rest)
    at = found.ends[0] + np.concatenate([[0.0], np.cumsum(bars)])
    span = np.ptp(at) or abs(at[0]) or 1.0
    low, high = at.min() - 0.06 * span, at.max() + 0.06 * span
    first, last = (kind.text(x, unit, e) for x, e in zip(found.ends, found.end_errors, strict=True))
    between = [difference(float(bar), unit, float(error)) for bar, error in zip(bars, errors, strict=True)]
    texts, values = [names[0], *labels, names[1]], [first, *between, last]
    panel = style.row_panel(sentence(label(row)), texts, (low, high), values, width=style.WIDTH, right=0.62)
    panel.verticals([found.ends[0], found.ends[1]], style.FAINT, 0.7)
    for sign, colour in ((1, style.COLOURS[1]), (-1, style.COLOURS[0])):
        rows = [i for i, bar in enumerate(bars) if bar * sign > 0]
        panel.bars([i + 1 for i in rows], at[rows], at[[i + 1 for i in rows]], colour, 8)
    panel.dots(found.ends, (0, len(texts) - 1), "o", style.INK, "white")
    panel.value_axis(unit)
    return panel.drawing
