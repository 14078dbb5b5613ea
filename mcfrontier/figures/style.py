"""What all figures share: size, colours, and axes that carry no more than they must.

matplotlib is used without pyplot. Text stays text in the SVG, and the report sets it in its own font.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcfrontier.wording import figure as told

WIDTH = 6.69  # inches: the text width of the report, 17 cm
HALF = 3.25  # of a column, two to a page
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")  # Okabe and Ito (2008)
LIGHT, INK, FAINT = "#56B4E9", "#222222", "#d5d5d5"

mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "mcfrontier", "font.size": 8, "axes.linewidth": 0.6})


def panel(width: float, height: float, left: float = 0.1, right: float = 0.1, top: float = 0.05) -> Axes:
    """The axes of a new figure, all in inches, with room for tick labels below: a line there and no more."""
    whole = height + top + 0.27
    figure = Figure(figsize=(width, whole))
    place = (left / width, 0.27 / whole, (width - left - right) / width, height / whole)
    axes = figure.add_axes(place)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    return axes


def ticks(axes: Axes, places: Sequence[float], labels: Sequence[str]) -> None:
    """Ticks below, few and labelled."""
    axes.set_xticks(places, labels, fontsize=7.5)
    axes.tick_params(axis="x", length=2.5, width=0.6, pad=2)


def row_labels(axes: Axes, labels: Sequence[str], size: float = 8) -> None:
    """The labels of rows 0, 1, 2, ... counted from above, on the left."""
    axes.set_yticks(range(len(labels)), labels, fontsize=size)
    axes.tick_params(axis="y", length=0, pad=3)
    axes.set_ylim(len(labels) - 0.45, -0.55)


def round_steps(low: float, high: float, unit: str, most: int) -> tuple[list[float], list[str]]:
    """Round values between two ends, no more than `most`, and how they are told."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for size in (1, 2, 5, 10, 20, 50):
        step = size * power
        count = range(math.ceil(low / step), math.floor(high / step) + 1)
        if len(count) <= most:
            break
    return [i * step for i in count], [told(i * step, unit) for i in count]


def decades(low: float, high: float, unit: str, most: int) -> tuple[list[float], list[str]]:
    """The logarithms of round values between two positive ends, about `most`, and how the values are told."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        places = [s * 10.0**p for p in powers for s in steps if low <= s * 10.0**p <= high]
        if len(places) <= most:
            break
    return [math.log10(place) for place in places], [told(place, unit) for place in places]
