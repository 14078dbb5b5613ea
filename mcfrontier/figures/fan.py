"""Targets that are paths, such as those by year: a fan for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

HEIGHT, END = 1.25, 0.55  # inches of a panel, and on its right for what a path comes to
WIDE = 4  # beyond this factor the axis is logarithmic
WORDS = ("p5", "p25", "p50", "p75", "p95")
FIGURES = 16


def fan(run: Run) -> list[Drawing]:
    """Targets along a dimension whose labels are numbers, such as years: a panel for each label of the others. Line:
    p50. Dark band: p25 to p75. Light band: p5 to p95. On the right what p5, p50 and p95 come to in the end. The panels
    of a target share an axis, logarithmic where it goes over more than a factor of four."""
    names = [name for name in run.study.targets if not run.study.is_event(name)]
    return [drawn for name in names for drawn in panels(run, name)][:FIGURES]


def panels(run: Run, name: str) -> list[Drawing]:
    """The fans of a target, on one axis; none where it is no path, or nothing in it is uncertain."""
    found = {
        path: np.array([[run.summary[row].values[word] for row in rows.values()] for word in WORDS])
        for path, rows in run.by_path(name).items()
    }
    if not any(np.ptp(at, axis=0).any() for at in found.values()):
        return []
    every = np.concatenate([at.ravel() for at in found.values()])
    log = bool(every.min() > 0 and every.max() > WIDE * every.min())
    if log:
        every = np.log10(every)
    room = 0.04 * np.ptp(every)
    low, high = every.min() - room, every.max() + room
    steps = style.decades if log else style.round_steps
    marks, told = steps(low, high, run.study.unit(name), 3 * HEIGHT)
    out = []
    for path, labels in ((path, list(rows)) for path, rows in run.by_path(name).items()):
        panel = style.path_panel(labels, (low, high), marks, told, HEIGHT, END)
        panel.title(sentence(label(name)) + (f", {path}" if path else ""))
        y = np.log10(found[path]) if log else found[path]
        draw(panel, [float(each) for each in labels], y)
        ends = [amount(float(value), run.study.unit(name), digits=2) for value in found[path][::2, -1]]
        panel.ends(y[::2, -1], ends)
        out.append(panel.figure)
    return out


def draw(panel: style.Panel, places: Sequence[float], y: np.ndarray) -> None:
    """The bands of a fan and its median."""
    x = np.array(places)
    panel.band(x, y[0], y[4], style.LIGHT, 0.3)
    panel.band(x, y[1], y[3], style.LIGHT, 0.7)
    panel.curve(x, y[2], style.INK, 1)
