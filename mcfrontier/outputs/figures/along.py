"""Figure: targets along a dimension, row by row."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.formatting import label, sentence, split_row
from mcfrontier.core.kinds import EVENT, SUMMARY_STATISTICS
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import MAX_ROWS_EACH
from mcfrontier.study.describe import path_of

ROW_INCHES = 0.15
MAX_ROWS = 64  # rows in a drawing
MAX_DRAWINGS = 12


def along(run: RunCore) -> list[Drawing]:
    """The rows of each target with many rows. Dot: p50; for an event, its probability. Line: p5 to p95. The axis is
    logarithmic where the rows span more than a factor of four. Shown are the first 64 rows of a target, and the first
    twelve targets."""
    names = [name for name in run.study.targets if run.study.dimensions_of[name] and not path_of(run.study, name)]
    names = [name for name in names if len(run.known_rows(name)) > MAX_ROWS_EACH and differ(run, first_rows(run, name))]
    return [drawing for name in names[:MAX_DRAWINGS] for drawing in along_of(run, name)]


def first_rows(run: RunCore, name: str) -> list[str]:
    """The rows of a quantity that are drawn."""
    return run.known_rows(name)[:MAX_ROWS]


def differ(run: RunCore, rows: list[str]) -> bool:
    """Whether the rows have different values."""
    return len({summary(run)[row].values[statistics(run, row)[1]] for row in rows}) > 1


def statistics(run: RunCore, row: str) -> tuple[str, ...]:
    """The statistics of a row that are drawn: start of the line, dot, end of the line."""
    return ("mean",) * 3 if run.kind(row) is EVENT else SUMMARY_STATISTICS


def along_of(run: RunCore, name: str) -> list[Drawing]:
    """The drawing of a quantity; none where it has no rows."""
    if not (rows := first_rows(run, name)):
        return []
    at = np.array([[summary(run)[row].values[word] for word in statistics(run, row)] for row in rows]).T
    log = run.study.kind(name) is not EVENT and style.needs_log_axis(at)
    at = np.log10(at) if log else at
    names, places = [split_row(row)[1] for row in rows], range(len(rows))
    title = sentence(label(name))
    panel = style.row_panel(title, names, style.padded(at), row=ROW_INCHES, size=7, left=0, right=0.25)
    panel.value_axis(run.unit(rows[0]), log, grid=True)
    panel.bars(places, at[0], at[2], style.COLOURS[0], 1.2)
    panel.dots(at[1], places, "o", "white", style.INK)
    return [panel.drawing]
