"""Figure: the probabilities of events along a path, such as by year, and those that a target exceeds round values."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import density as estimates
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import by_path
from mcfrontier.study.describe import path_of

HEIGHT, END_INCHES = 1.2, 0.9  # inches of a panel, and of its right margin for the names of the lines
MIN_PROBABILITY = 0.01  # of exceeding a value that is drawn, over all draws; at most one minus this
MAX_LINES = len(style.COLOURS)  # lines in a panel
MAX_DRAWINGS = 8


def exceedance(run: RunCore) -> list[Drawing]:
    """Probabilities along a dimension whose labels are numbers, such as years. Each event: one line for each label of
    the other dimensions. The first target that is not an event: one panel for each of these labels, with the
    probability that the target exceeds round values."""
    paths = [name for name in run.study.targets if path_of(run.study, name)]
    events = [name for name in paths if run.study.kind(name) is EVENT]
    of_events = [drawing for name in events for drawing in exceedance_of(run, name)]
    names = [name for name in paths if name not in events]
    return [*of_events, *(drawing for name in names[:1] for drawing in exceedance_of(run, name))][:MAX_DRAWINGS]


def exceedance_of(run: RunCore, name: str) -> list[Drawing]:
    """The drawings of an event or of a quantity along a path; of a single row, its curve."""
    if name not in run.study.quantities or not path_of(run.study, name):
        return draw_curve(run, name)
    return (draw_event if run.study.kind(name) is EVENT else draw_target)(run, name)


def draw_curve(run: RunCore, row: str) -> list[Drawing]:
    """The probability that a row exceeds each value; none where it is certain."""
    rising = np.sort(run.samples(row))
    rising = rising[np.isfinite(rising)]
    if rising.size < 2 or not np.ptp(rising):
        return []
    log = estimates.needs_log_axis(rising)
    points, chances = estimates.exceedance(np.log10(rising) if log else rising)
    panel = style.panel(style.HALF, HEIGHT, (points[0], points[-1]), (0, 1.02), (0.35, 0.3))
    panel.title(sentence(label(row)))
    panel.curve(points, chances, style.COLOURS[0])
    for chance in (0, 0.5, 1):
        panel.row_label(chance, f"{100 * chance:.0f}%", 7)
    panel.value_axis(run.unit(row), log)
    return [panel.drawing]


def draw_event(run: RunCore, name: str) -> list[Drawing]:
    """The drawing of an event, with a line for each path; none where it is no path."""
    paths = by_path(run, name)
    lines = {
        path: (list(rows), np.array([summary(run)[row].values["mean"] for row in rows.values()]))
        for path, rows in list(paths.items())[:MAX_LINES]
    }
    return [draw_lines(sentence(label(name)), lines)] if lines else []


def draw_target(run: RunCore, name: str) -> list[Drawing]:
    """The drawings of a target, one for each path, with a line for each round value."""
    unit, out = run.study.unit(name), []
    for path, rows in by_path(run, name).items():
        draws = np.array([run.all_samples(row) for row in rows.values()])
        known = draws[np.isfinite(draws)]
        overall = {value: (known > value).mean() for value in powers_of_ten(known)}
        values = [value for value, share in overall.items() if MIN_PROBABILITY < share < 1 - MIN_PROBABILITY]
        chances = {value: (draws > value).mean(axis=1) for value in values[-MAX_LINES:]}
        lines = {f"above {amount(value, unit)}": (list(rows), chance) for value, chance in chances.items()}
        if lines:
            out.append(draw_lines(sentence(label(name)) + (f", {path}" if path else ""), lines))
    return out


def powers_of_ten(x: Array) -> list[float]:
    """The powers of ten in the range of values above 0; none where some are not."""
    if not x.size or x.min() <= 0:
        return []
    low, high = np.log10(x.min()), np.log10(x.max())
    return [10.0**power for power in range(int(np.ceil(low)), int(np.floor(high)) + 1)]


def draw_lines(title: str, lines: dict[str, tuple[list[str], Array]]) -> Drawing:
    """Probabilities by the labels of a path; each line has its name at its end."""
    labels = next(iter(lines.values()))[0]
    panel = style.path_panel(labels, (-0.02, 1.02), *style.SHARE_MARKS, HEIGHT, END_INCHES)
    panel.title(title)
    for i, (own, y) in enumerate(lines.values()):
        panel.curve([float(each) for each in own], y, style.COLOURS[i])
    ends = [y[-1] for _, y in lines.values()]
    panel.end_labels(ends, [style.shorten(name, 20) for name in lines], style.COLOURS)
    return panel.drawing
