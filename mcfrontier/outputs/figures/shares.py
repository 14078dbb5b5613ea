"""Figure: components of cost."""

from __future__ import annotations

from mcfrontier.core.formatting import label, sentence
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.study.describe import cost_components

TEXT_COLOURS = ("white", style.INK, "white", style.INK, "white", style.INK)  # of text on each of style.COLOURS
LEGEND_STEP = 0.18  # width of a legend entry, as a share of the axis
MIN_LABELLED = 0.04  # share below which a component has no number


def shares(run: RunCore) -> list[Drawing]:
    """The components of the cost on each basis: the mean share of each over the draws. Means, unlike medians, add up to
    100 %."""
    bars = {name: parts for name, parts in cost_components(run.study).items() if {*parts.values()} <= run.rows.keys()}
    if not bars:
        return []
    components = list(dict.fromkeys(component for parts in bars.values() for component in parts))
    names = [sentence(label(base)) for base in bars]
    panel = style.row_panel("", names, (0, 1), width=style.WIDTH, row=0.28, size=8, left=0, right=0.3)
    for place, parts in enumerate(bars.values()):
        start = 0.0
        for component, name in parts.items():
            mean, colour = summary(run)[name].values["mean"], components.index(component) % len(style.COLOURS)
            panel.bars([place], [start], [start + mean], style.COLOURS[colour], 13)
            if mean > MIN_LABELLED:
                panel.text(start + mean / 2, place, f"{100 * mean:.0f}%", "center", 7.5, TEXT_COLOURS[colour])
            start += mean
    for place, component in enumerate(components):
        shade = style.COLOURS[place % len(style.COLOURS)]
        panel.dots([0.01 + place * LEGEND_STEP], [-0.9], "s", shade, shade)
        panel.text(0.03 + place * LEGEND_STEP, -0.9, label(component))
    panel.axis(*style.SHARE_MARKS)
    return [panel.drawing]
