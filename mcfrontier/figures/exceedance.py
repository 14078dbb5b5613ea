"""How likely events are along a path, such as by year, and how likely a target is to go beyond round values."""

from __future__ import annotations

import numpy as np

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

HEIGHT, END = 1.2, 0.9  # inches of a panel, and on its right for the names of the lines
SURE = 0.01  # a value that is gone beyond with less probability than this anywhere, or more everywhere, tells nothing
MOST = len(style.COLOURS)  # lines in a panel
FIGURES = 8
MARKS = ([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])


def exceedance(run: Run) -> list[Drawing]:
    """Probabilities along a dimension whose labels are numbers, such as years. Events: a line for each label of the
    other dimensions. The first target along it that is none: a panel for each of these labels, and in it for round
    values the probability that the target lies above."""
    events = [name for name in run.study.targets if run.study.is_event(name)]
    drawn = [one for name in events for one in of_event(run, name)]
    names = [name for name in run.study.targets if run.study.path(name) and name not in events]
    return [*drawn, *(one for name in names[:1] for one in of_values(run, name))][:FIGURES]


def of_event(run: Run, name: str) -> list[Drawing]:
    """An event, a line a path; none where it is no path."""
    paths = run.by_path(name)
    lines = {
        path: (list(rows), np.array([run.summary[row].values["mean"] for row in rows.values()]))
        for path, rows in list(paths.items())[:MOST]
    }
    return [panel(sentence(label(name)), lines)] if lines else []


def of_values(run: Run, name: str) -> list[Drawing]:
    """A target against round values: a panel a path, a line a value; none where no value tells anything."""
    unit, out = run.study.unit(name), []
    for path, rows in run.by_path(name).items():
        draws = np.array([np.broadcast_to(run.told(row), run.held) for row in rows.values()])
        known = draws[np.isfinite(draws)]
        values = [value for value in round_values(known) if SURE < (known > value).mean() < 1 - SURE]
        chances = {value: (draws > value).mean(axis=1) for value in values[-MOST:]}
        lines = {f"above {amount(value, unit)}": (list(rows), chance) for value, chance in chances.items()}
        if lines:
            out.append(panel(sentence(label(name)) + (f", {path}" if path else ""), lines))
    return out


def round_values(x: np.ndarray) -> list[float]:
    """The powers of ten among values above 0; none where they go below."""
    if not x.size or x.min() <= 0:
        return []
    low, high = np.log10(x.min()), np.log10(x.max())
    return [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]


def panel(title: str, lines: dict[str, tuple[list[str], np.ndarray]]) -> Drawing:
    """Probabilities by the labels of a path, each line named at its end."""
    labels = next(iter(lines.values()))[0]
    made = style.path_panel(labels, (-0.02, 1.02), *MARKS, HEIGHT, END)
    made.title(title)
    for i, (own, y) in enumerate(lines.values()):
        made.curve([float(each) for each in own], y, style.COLOURS[i])
    ends = [y[-1] for _, y in lines.values()]
    made.ends(ends, [style.shortened(name, 20) for name in lines], style.COLOURS)
    return made.figure
