"""Figure: expected reduction of a target's interval by knowing one input."""

from __future__ import annotations

from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import with_percentiles
from mcfrontier.runs.sensitivity import interval_gains

MAX_BARS = 8  # inputs in a drawing
MAX_INPUTS = 24  # inputs that are estimated
MIN_ERRORS = 3  # standard errors by which a reduction exceeds 0, rarely by chance
ROW_INCHES = 0.165


def interval_reduction(run: RunCore) -> list[Drawing]:
    """The share by which the 90 % interval of the first target is expected to shrink if one input were known exactly
    (light, thick bar and number on the right) or to half its width (dark, thin bar). The width is measured on a log
    scale where the target is positive, else on its own scale. From the first 16,384 draws. Shown are the eight largest
    reductions, of those that exceed three times their Monte Carlo error."""
    return [drawing for row in with_percentiles(run)[:1] for drawing in draw_row(run, row)]


def draw_row(run: RunCore, target: str) -> list[Drawing]:
    """The drawing of a row, the largest reduction on top; none where no input would reduce its interval."""
    found = interval_gains(run, target, MAX_INPUTS)
    shown = [i for i, gain in enumerate(found.gains[:, 0]) if gain > MIN_ERRORS * found.errors[i, 0]][:MAX_BARS]
    if not shown:
        return []
    exactly, half = found.gains[shown].T
    places, high = range(len(shown)), max(exactly.max(), half.max())
    names = [label(found.inputs[i]) for i in shown]
    margins = (max(1.2, style.label_margin(names, 7.5)), 0.42)
    panel = style.panel(style.HALF, ROW_INCHES * len(shown), (0, high), style.row_limits(len(shown)), margins)
    panel.title(sentence(label(target)))
    panel.bars(places, [0] * len(shown), exactly, style.LIGHT, 8)
    panel.bars(places, [0] * len(shown), half.clip(0), style.COLOURS[0], 3)
    for place, name in enumerate(names):
        panel.row_label(place, name, 7.5)
        error = float(found.errors[shown[place], 0])
        panel.text(high, place, amount(float(exactly[place]), "share", error, 2), "right", 7, right=0.4)
    panel.axis(*style.linear_marks(0, high, "share", style.HALF - sum(margins)))
    return [panel.drawing]
