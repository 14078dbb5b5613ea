"""Whether there were draws enough."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis import convergence as analysis
from mcfrontier.analysis import shape
from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import label, sentence

HEIGHT = 1.0
SURE = 2  # standard errors on either side


def convergence(run: Run) -> list[Drawing]:
    """p5, p50 and p95 of the first target from the first 64, 128, 256, ... draws, and from all of them. Upright lines:
    two Monte Carlo standard errors on either side. Under the samplers sobol and random the first draws are those of a
    shorter run; under lhs they are some of a hypercube's, and no better spread than random ones."""
    return [drawn for row in run.measured[:1] for drawn in one(run, row)]


def one(run: Run, row: str) -> list[Drawing]:
    """The figure of a row; none where nothing in it is uncertain."""
    x = run.told(row)
    found, at = analysis.convergence(x), np.log2(analysis.counts(x.size))
    known = np.isfinite(found).all(axis=(1, 2))  # of the first draws all may be lost
    found, at = found[known], at[known]
    middle, error = found[..., 0], SURE * found[..., 1]
    ends = np.stack([middle - error, middle + error])
    if x.size == 1 or not ends.size or not np.ptp(ends):
        return []
    log = bool(ends.min() > 0 and shape.wide(np.sort(x[np.isfinite(x)])))
    middle, ends = (np.log10(each) if log else each for each in (middle, ends))
    room = 0.05 * np.ptp(ends)
    low, high = ends.min() - room, ends.max() + room
    steps = style.decades if log else style.round_steps
    marks, told = steps(low, high, run.unit(row), 6 * HEIGHT)
    margins = (style.label_margin(told, 7), 0.3)
    panel = style.panel(style.HALF, HEIGHT, (at[0] - 0.3, at[-1] + 0.3), (low, high), margins)
    panel.title(f"{sentence(label(row))}, p5, p50 and p95")
    for level, colour in enumerate((style.COLOURS[0], style.INK, style.COLOURS[4])):
        panel.curve(at, middle[:, level], colour, 0.8)
        for i, place in enumerate(at):
            panel.curve([place, place], ends[:, i, level], colour, 1.6)
    for mark, words in zip(marks, told, strict=True):
        panel.row_label(mark, words, 7)
    powers = list(range(6, int(at[-1]) + 1, 3))
    panel.axis(powers, [f"{2**power:,}" for power in powers])
    return [panel.figure]
