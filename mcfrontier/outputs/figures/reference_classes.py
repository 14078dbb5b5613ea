"""Figure: the members of reference classes, and the priors derived from them."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.core.formatting import label, sentence
from mcfrontier.distributions.family import Family
from mcfrontier.distributions.reference import Reference
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.study.prior import Prior

MAX_DRAWINGS = 6
MAX_GROUPS = 32  # rows in a drawing
CELLS = 80  # of a density
MARGIN = 0.2  # of the axis beyond the members and p5 and p95, as a share of their distance


def reference_classes(run: RunCore) -> list[Drawing]:
    """Dots: the members of the reference class of an input, with a row for each group. Blue area: the probability
    density of the prior, which is the predictive distribution of one new member. Vertical lines: its p5, p50 and p95.
    Shown are the first six inputs with members, and 32 groups."""
    found = [(prior, groups_of(prior.entry)) for prior in run.study.inputs.values() if not prior.labels]
    return [draw_prior(prior, groups) for prior, groups in [each for each in found if each[1]][:MAX_DRAWINGS]]


def groups_of(entry: Family) -> list[tuple[str, list[float]]]:
    """The values of the members of a reference class by group, the group with the lowest median first; a member
    without a group is one by itself. None for other families."""
    if not isinstance(entry, Reference):
        return []
    found: dict[str, list[float]] = {}
    for i in entry.members:
        name = entry.table.groups[i] or entry.table.labels[i]
        found.setdefault(name, []).append(entry.table.values[i] * (entry.times or 1.0))
    return sorted(found.items(), key=lambda group: float(np.median(group[1])))[:MAX_GROUPS]


def draw_prior(prior: Prior, groups: list[tuple[str, list[float]]]) -> Drawing:
    """The drawing of an input."""
    distribution = prior.distributions[0]
    names, places = [name for name, _ in groups], [row for row, (_, values) in enumerate(groups) for _ in values]
    members, percentiles = (
        np.array([x for _, values in groups for x in values]),
        distribution.ppf(np.array(SUMMARY_LEVELS)),
    )
    log = style.needs_log_axis(percentiles)
    members, percentiles = (np.log10(x) if log else x for x in (members, percentiles))
    edges = np.linspace(*style.padded(np.append(members, percentiles), MARGIN), CELLS + 1)
    heights = np.diff(distribution.cdf(10**edges if log else edges))
    panel = style.row_panel(sentence(label(prior.name)), names, (edges[0], edges[-1]), row=0.15, size=7, right=0.25)
    tops = panel.bottom + (panel.top - panel.bottom) * heights / (1.05 * heights.max())
    panel.band((edges[1:] + edges[:-1]) / 2, np.full(CELLS, panel.bottom), tops, style.LIGHT, 0.4)
    panel.verticals(percentiles, style.INK, 0.6)
    panel.dots(members, places, "o", style.COLOURS[0], "white")
    panel.value_axis(prior.entry.unit, log)
    return panel.drawing
