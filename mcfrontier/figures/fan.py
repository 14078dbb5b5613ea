"""Targets that are paths, such as those by year: a fan for each."""

from __future__ import annotations

import numpy as np

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

HEIGHT = 1.2
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
    paths, unit = run.by_path(name), run.study.unit(name)
    found = {
        path: np.array([[run.summary[row].values[word] for row in rows.values()] for word in WORDS])
        for path, rows in paths.items()
    }
    if not any(np.ptp(at, axis=0).any() for at in found.values()):
        return []
    every = np.concatenate([at.ravel() for at in found.values()])
    log = bool(every.min() > 0 and every.max() > WIDE * every.min())
    every = np.log10(every) if log else every
    room = 0.04 * np.ptp(every)
    low, high = every.min() - room, every.max() + room
    marks, told = style.rungs(low, high, unit, log)
    ends = {path: [amount(float(value), unit, digits=2) for value in at[::2, -1]] for path, at in found.items()}
    margin = style.label_margin([words for each in ends.values() for words in each], 7)
    out = []
    for path, at in found.items():
        labels = list(paths[path])
        panel = style.path_panel(labels, (low, high), marks, told, HEIGHT, margin)
        panel.title(sentence(label(name)) + (f", {path}" if path else ""))
        y = np.log10(at) if log else at
        draw(panel, np.array([float(each) for each in labels]), y)
        panel.ends(y[::2, -1], ends[path])
        out.append(panel.figure)
    return out


def draw(panel: style.Panel, x: np.ndarray, y: np.ndarray) -> None:
    """The bands of a fan and its median."""
    panel.band(x, y[0], y[4], style.LIGHT, 0.3)
    panel.band(x, y[1], y[3], style.LIGHT, 0.7)
    panel.curve(x, y[2], style.INK, 1)
