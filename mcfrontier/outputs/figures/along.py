"""Figure: targets along a dimension, row by row."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.formatting import label, sentence, split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import MAX_ROWS_EACH

ROW_INCHES = 0.15
MAX_ROWS = 64  # rows in a drawing
MAX_DRAWINGS = 12
LOG_FACTOR = 4  # ratio of the extremes above which the axis is logarithmic


def along(run: RunCore) -> list[Drawing]:
    """The rows of each target with many rows. Dot: p50; for an event, its probability. Line: p5 to p95. The axis is
    logarithmic where the rows span more than a factor of four. Shown are the first 64 rows of a target, and the first
    twelve targets."""
    names = [name for name in run.study.targets if run.study.dimensions_of[name] and not run.study.path(name)]
    rows = {name: run.known_rows(name)[:MAX_ROWS] for name in names}
    shown = [name for name in names if len(rows[name]) > MAX_ROWS_EACH and differ(run, rows[name])]
    return [draw_target(run, name, rows[name]) for name in shown[:MAX_DRAWINGS]]


def differ(run: RunCore, rows: list[str]) -> bool:
    """Whether the rows have different values."""
    return len({summary(run)[row].values[statistics(run, row)[1]] for row in rows}) > 1


def statistics(run: RunCore, row: str) -> tuple[str, ...]:
    """The statistics of a row that are drawn: start of the line, dot, end of the line."""
    return ("mean",) * 3 if run.kind(row) is EVENT else ("p5", "p50", "p95")


def draw_target(run: RunCore, name: str, rows: list[str]) -> Drawing:
    """The drawing of a target."""
    at = np.array([[summary(run)[row].values[word] for word in statistics(run, row)] for row in rows]).T
    log = run.study.kind(name) is not EVENT and at.min() > 0 and at.max() > LOG_FACTOR * at.min()
    at = np.log10(at) if log else at
    room = 0.04 * np.ptp(at)
    low, high = at.min() - room, at.max() + room
    names = [split_row(row)[1] for row in rows]
    margins = (style.label_margin(names, 7), 0.25)
    panel = style.panel(style.HALF, ROW_INCHES * len(rows), (low, high), style.row_limits(len(rows)), margins)
    panel.title(sentence(label(name)))
    marks_of = style.log_marks if log else style.linear_marks
    marks, mark_labels = marks_of(low, high, run.unit(rows[0]), style.HALF - sum(margins))
    places = range(len(rows))
    panel.verticals(marks, style.FAINT, 0.5)
    panel.bars(places, at[0], at[2], style.COLOURS[0], 1.2)
    panel.dots(at[1], places, "o", "white", style.INK)
    for place, text in zip(places, names, strict=True):
        panel.row_label(place, text, 7)
    panel.axis(marks, mark_labels)
    return panel.drawing
