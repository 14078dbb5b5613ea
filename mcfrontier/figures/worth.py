"""What is worth learning."""

from __future__ import annotations

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import amount, label, sentence

MOST = 8  # inputs in a figure,
CLOSELY = 24  # and so many that are looked at closely
SURE = 3  # standard errors that a gain is above 0, which few of many inputs are by chance
ROW = 0.165


def worth(run: Run) -> list[Drawing]:
    """By what share the 90 % interval of a target is expected to shrink, were one input known better: exactly (light
    and thick, and the number on the right) or to half its width (dark and thin). The width is measured on a log scale
    where the target is positive, else as it is. From the first 16,384 draws; the widest eight, of those whose gain is
    more than three times its Monte Carlo error, for the first target."""
    return [drawn for row in run.measured[:1] for drawn in one(run, row)]


def one(run: Run, target: str) -> list[Drawing]:
    """The gains of a row, the widest on top; none where nothing would narrow it."""
    found = run.worth(target, CLOSELY)
    sure = [i for i, gain in enumerate(found.gains[:, 0]) if gain > SURE * found.errors[i, 0]][:MOST]
    if not sure:
        return []
    exactly, half = found.gains[sure].T
    places, high = range(len(sure)), max(exactly.max(), half.max())
    names = [label(found.inputs[i]) for i in sure]
    margins = (max(1.2, style.label_margin(names, 7.5)), 0.42)
    panel = style.panel(style.HALF, ROW * len(sure), (0, high), style.rows(len(sure)), margins)
    panel.title(f"{sentence(label(target))}: a narrower interval")
    panel.bars(places, [0] * len(sure), exactly, style.LIGHT, 8)
    panel.bars(places, [0] * len(sure), half.clip(0), style.COLOURS[0], 3)
    for place, name in enumerate(names):
        panel.row_label(place, name, 7.5)
        error = float(found.errors[sure[place], 0])
        panel.text(high, place, amount(float(exactly[place]), "share", error, 2), "right", 7, right=0.4)
    panel.axis(*style.round_steps(0, high, "share", style.HALF - sum(margins)))
    return [panel.figure]
