"""Targets along a dimension, row by row."""

from __future__ import annotations

import numpy as np

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import FEW, Run
from mcfrontier.wording import label, parts, sentence

ROW = 0.15
MOST = 64  # rows in a figure
FIGURES = 12


def along(run: Run) -> list[Drawing]:
    """Each row of a target with many rows. Dot: p50. Line: p5 to p95. The axis is logarithmic where the rows go over
    more than a factor of four. Of an event the dot is its probability. Of a target the first 64 rows are shown, and the
    first twelve targets."""
    names = [name for name in run.study.targets if run.study.dimensions_of[name] and not run.study.path(name)]
    many = [(name, run.known_rows(name)[:MOST]) for name in names]
    return [one(run, name, rows) for name, rows in many if len(rows) > FEW and varied(run, rows)][:FIGURES]


def varied(run: Run, rows: list[str]) -> bool:
    """Whether there is anything to see: rows that differ."""
    return len({run.summary[row].values[statistics(run, row)[1]] for row in rows}) > 1


def statistics(run: Run, row: str) -> tuple[str, ...]:
    """The statistics of a row that are drawn."""
    return ("mean",) * 3 if run.is_event(row) else ("p5", "p50", "p95")


def one(run: Run, name: str, rows: list[str]) -> Drawing:
    """The rows of a target, one below the other."""
    at = np.array([[run.summary[row].values[word] for word in statistics(run, row)] for row in rows]).T
    log = not run.study.is_event(name) and at.min() > 0 and at.max() > 4 * at.min()
    at = np.log10(at) if log else at
    room = 0.04 * np.ptp(at)
    low, high = at.min() - room, at.max() + room
    names = [parts(row)[1] for row in rows]
    margins = (style.label_margin(names, 7), 0.25)
    panel = style.panel(style.HALF, ROW * len(rows), (low, high), style.rows(len(rows)), margins)
    panel.title(sentence(label(name)))
    steps = style.decades if log else style.round_steps
    marks, told = steps(low, high, run.unit(rows[0]), style.HALF - sum(margins))
    places = range(len(rows))
    panel.uprights(marks, style.FAINT, 0.5)
    panel.bars(places, at[0], at[2], style.COLOURS[0], 1.2)
    panel.dots(at[1], places, "o", "white", style.INK)
    for place, words in zip(places, names, strict=True):
        panel.row_label(place, words, 7)
    panel.axis(marks, told)
    return panel.figure
