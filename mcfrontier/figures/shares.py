"""Where the money goes."""

from __future__ import annotations

from matplotlib.figure import Figure

from mcfrontier.figures import style
from mcfrontier.study import Run
from mcfrontier.wording import label, sentence

INSIDE = ("white", style.INK, "white", style.INK, "white", style.INK)  # of text on each of the colours


def shares(run: Run) -> list[Figure]:
    """Where the money of each account goes: the mean share of each part over the draws, so that the parts of
    a bar add up to the whole."""
    bars = run.study.parts
    if not bars:
        return []
    kinds = list(dict.fromkeys(kind for parts in bars.values() for kind in parts))
    axes = style.panel(style.WIDTH, 0.28 * len(bars), left=1.3, right=0.3, top=0.3)
    for place, parts in enumerate(bars.values()):
        start = 0.0
        for kind, name in parts.items():
            mean, which = run.summary[name][1]["mean"], kinds.index(kind) % len(style.COLOURS)
            axes.barh([place], [mean], left=start, height=0.66, color=style.COLOURS[which], edgecolor="white")
            if mean > 0.04:
                middle = start + mean / 2
                axes.text(middle, place, f"{100 * mean:.0f}%", ha="center", va="center", color=INSIDE[which])
            start += mean
    style.row_labels(axes, [sentence(label(account)) for account in bars])
    for place, kind in enumerate(kinds):
        axes.plot([0.01 + place * 0.18], [-0.85], "s", color=style.COLOURS[place % 6], markersize=6, clip_on=False)
        axes.text(0.03 + place * 0.18, -0.85, label(kind), va="center", fontsize=8)
    axes.set_xlim(0, 1)
    style.ticks(axes, [0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    return [axes.figure]
