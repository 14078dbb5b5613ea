"""Figure: fan charts of targets that are paths, such as those by year."""

from __future__ import annotations

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount, label, sentence, split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import by_path

HEIGHT = 1.2  # inches
STATISTICS = ("p5", "p25", "p50", "p75", "p95")
MAX_DRAWINGS = 16


def fan(run: RunCore) -> list[Drawing]:
    """Targets along a dimension whose labels are numbers, such as years: one panel for each label of the other
    dimensions. Line: p50. Dark band: p25 to p75. Light band: p5 to p95. Numbers on the right: p5, p50 and p95 at the
    end of the path. Dots: disclosed figures, and known figures of another target along the same labels. The panels of a
    target share an axis, logarithmic where it spans more than a factor of four."""
    names = [name for name in run.study.targets if run.study.kind(name) is not EVENT]
    return [drawing for name in names for drawing in fan_of(run, name)][:MAX_DRAWINGS]


def fan_of(run: RunCore, name: str) -> list[Drawing]:
    """The fans of a target on one axis; none where it is no path, or certain."""
    paths, unit = by_path(run, name), run.study.unit(name)
    found = {
        path: np.array([[summary(run)[row].values[word] for row in rows.values()] for word in STATISTICS])
        for path, rows in paths.items()
    }
    if not any(np.ptp(at, axis=0).any() for at in found.values()):
        return []
    dots = {path: dots_of(run, name, rows) for path, rows in paths.items()}
    values = np.concatenate([at.ravel() for at in found.values()] + [np.array(x[1]) for x in dots.values()])
    log = style.needs_log_axis(values)
    low, high = style.padded(np.log10(values) if log else values)
    marks, mark_labels = style.vertical_marks(low, high, unit, log)
    ends = {path: [amount(float(value), unit, digits=2) for value in at[::2, -1]] for path, at in found.items()}
    margin = style.label_margin([text for each in ends.values() for text in each], 7)
    out = []
    for path, at in found.items():
        labels = list(paths[path])
        panel = style.path_panel(labels, (low, high), marks, mark_labels, HEIGHT, margin)
        panel.title(sentence(label(name)) + (f", {path}" if path else ""))
        y = np.log10(at) if log else at
        draw_fan(panel, np.array([float(each) for each in labels]), y)
        years, figures = dots[path]
        panel.dots(years, np.log10(figures) if log else figures, "o", "white", style.INK)
        panel.end_labels(y[::2, -1], ends[path])
        out.append(panel.drawing)
    return out


def dots_of(run: RunCore, name: str, rows: dict[str, str]) -> tuple[list[float], list[float]]:
    """What is known beside a path, as labels and figures: disclosed figures of its rows, and the rows of other targets
    of the same unit along the same labels that are certain."""
    study = run.study
    disclosed = [seen for seen in study.file.disclosed.values() if split_row(seen.quantity)[0] == name]
    figures = [(seen.quantity, units.convert(seen.value, seen.unit, study.unit(name))) for seen in disclosed]
    found = [(float(at), value) for at, row in rows.items() for quantity, value in figures if quantity == row]
    for other in study.targets:
        same = study.dimensions_of[other] == study.dimensions_of[name] and study.unit(other) == study.unit(name)
        for at, row in next(iter(by_path(run, other).values()), {}).items() if same and other != name else ():
            values = summary(run)[row].values
            found += [(float(at), values["p50"])] * (values["p5"] == values["p95"])
    return [at for at, _ in found], [value for _, value in found]


def draw_fan(panel: style.Panel, x: Array, y: Array) -> None:
    """Draw the bands of a fan and its median."""
    panel.band(x, y[0], y[4], style.LIGHT, 0.3)
    panel.band(x, y[1], y[3], style.LIGHT, 0.7)
    panel.curve(x, y[2], style.INK, 1)
