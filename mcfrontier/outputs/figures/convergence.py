"""Figure: percentiles from more and more draws."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates import convergence as analysis
from mcfrontier.analysis.estimates import density
from mcfrontier.core.formatting import label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.headlines import with_percentiles

HEIGHT = 1.0  # inches
ERRORS_SHOWN = 2  # standard errors to either side


def convergence(run: RunCore) -> list[Drawing]:
    """The first target's p5 (lowest curve), p50 and p95 (highest) from the first 64, 128, 256, ... draws, and from all
    draws. Vertical lines: two Monte Carlo standard errors to either side. The first draws are those of a shorter run,
    except with a Latin hypercube: a part of one is no better spread than random draws."""
    return [drawing for row in with_percentiles(run)[:1] for drawing in convergence_of(run, row)]


def convergence_of(run: RunCore, row: str) -> list[Drawing]:
    """The drawing of a row; none where it is certain."""
    x = run.samples(row)
    found, at = analysis.convergence(x), np.log2(analysis.draw_counts(x.size))
    known = np.isfinite(found).all(axis=(1, 2))  # the first draws may all be non-finite
    found, at = found[known], at[known]
    middle, error = found[..., 0], ERRORS_SHOWN * found[..., 1]
    ends = np.stack([middle - error, middle + error])
    if x.size == 1 or not ends.size or not np.ptp(ends):
        return []
    log = bool(ends.min() > 0 and density.needs_log_axis(np.sort(x[np.isfinite(x)])))
    middle, ends = (np.log10(each) if log else each for each in (middle, ends))
    low, high = style.padded(ends, 0.05)
    marks, mark_labels = style.axis_marks(low, high, run.unit(row), 6 * HEIGHT, log)
    margins = (style.label_margin(mark_labels, 7), 0.3)
    panel = style.panel(style.HALF, HEIGHT, (at[0] - 0.3, at[-1] + 0.3), (low, high), margins)
    panel.title(f"{sentence(label(row))}, p5, p50 and p95")
    for level, colour in enumerate((style.COLOURS[0], style.INK, style.COLOURS[4])):
        panel.curve(at, middle[:, level], colour, 0.8)
        for i, place in enumerate(at):
            panel.curve([place, place], ends[:, i, level], colour, 1.6)
    for mark, text in zip(marks, mark_labels, strict=True):
        panel.row_label(mark, text, 7)
    powers = list(range(6, int(at[-1]) + 1, 3))
    panel.axis(powers, [f"{2**power:,}" for power in powers])
    return [panel.drawing]
