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


def interval_reduction(run: RunCore) -> list[Drawing]:
    """The share by which the 90 % interval of the first target is expected to shrink if one input were known exactly
    (light, thick bar and number on the right) or to half its width (dark, thin bar). The width is measured on a log
    scale where the target is positive, else on its own scale. From the first 16,384 draws. Shown are the eight largest
    reductions, of those that exceed three times their Monte Carlo error."""
    return [drawing for row in with_percentiles(run)[:1] for drawing in interval_reduction_of(run, row)]


def interval_reduction_of(run: RunCore, target: str) -> list[Drawing]:
    """The drawing of a row, the largest reduction on top; none where no input would reduce its interval."""
    found = interval_gains(run, target, MAX_INPUTS)
    largest = [i for i, gain in enumerate(found.gains[:, 0]) if gain > MIN_ERRORS * found.errors[i, 0]][:MAX_BARS]
    if not largest:
        return []
    exactly, half = found.gains[largest].T
    places, high = range(len(largest)), max(exactly.max(), half.max())
    names = [label(found.inputs[i]) for i in largest]
    values = [amount(float(found.gains[i, 0]), "share", float(found.errors[i, 0]), 2) for i in largest]
    panel = style.row_panel(sentence(label(target)), names, (0, high), values)
    panel.bars(places, [0] * len(largest), exactly, style.LIGHT, 8)
    panel.bars(places, [0] * len(largest), half.clip(0), style.COLOURS[0], 3)
    panel.value_axis("share")
    return [panel.drawing]
