"""Where the money goes."""

from __future__ import annotations

from mcfrontier.figures import style
from mcfrontier.figures.drawing import Drawing
from mcfrontier.results import Run
from mcfrontier.wording import label, sentence

INSIDE = ("white", style.INK, "white", style.INK, "white", style.INK)  # of text on each of the colours


def shares(run: Run) -> list[Drawing]:
    """Where the money of each account goes: the mean share of each part over the draws, so that the parts of
    a bar add up to the whole."""
    bars = {name: parts for name, parts in run.study.parts.items() if {*parts.values()} <= run.rows.keys()}
    if not bars:
        return []
    kinds = list(dict.fromkeys(kind for parts in bars.values() for kind in parts))
    margins = (style.label_margin([label(account) for account in bars]), 0.3)
    panel = style.panel(style.WIDTH, 0.28 * len(bars), (0, 1), style.rows(len(bars)), margins)
    for place, (account, parts) in enumerate(bars.items()):
        start = 0.0
        for kind, name in parts.items():
            mean, which = run.summary[name].values["mean"], kinds.index(kind) % len(style.COLOURS)
            panel.bars([place], [start], [start + mean], style.COLOURS[which], 13)
            if mean > 0.04:
                panel.text(start + mean / 2, place, f"{100 * mean:.0f}%", "center", 7.5, INSIDE[which])
            start += mean
        panel.row_label(place, sentence(label(account)))
    for place, kind in enumerate(kinds):
        panel.dots([0.01 + place * 0.18], [-0.9], "s", style.COLOURS[place % 6], style.COLOURS[place % 6])
        panel.text(0.03 + place * 0.18, -0.9, label(kind))
    panel.axis([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    return [panel.figure]
