"""Sizes, colours, panels and axis marks of all figures."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount
from mcfrontier.outputs.figures.drawing import POINTS, Drawing

WIDTH = 6.69  # inches: the text width of the report, 17 cm
HALF = 3.25  # inches: a column, two to a page
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")  # Okabe and Ito (2008)
MIN_EXPONENT, MAX_EXPONENT = -307, 308  # of a power of ten that is a float
MAX_COORDINATE = 8e307  # twice as much is a float
LOG_FACTOR = 4  # ratio of the extremes above which an axis is logarithmic
SHARE_MARKS = ([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])  # of an axis from 0 to 1
MAX_ROWS = 16  # rows with a drawing each
LIGHT, INK, FAINT = "#56B4E9", "#222222", "#d5d5d5"
ABOVE, BELOW = 0.2, 0.24  # inches above a panel for its title and below it for the labels of its axis

FONT = "Libertinus Serif"  # that of the report
BASELINE = 0.37  # distance of the baseline from the middle of a text, as a share of the font size

Numbers: TypeAlias = Sequence[float] | Array
Align: TypeAlias = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Panel:
    """The panel of a drawing, `across` inches wide; its coordinates are x from `left` to `right` and y from `bottom` to
    `top`."""

    drawing: Drawing
    data: Affine2D
    across: float
    left: float
    right: float
    bottom: float
    top: float

    def curve(self, x: Numbers, y: Numbers, colour: str, width: float = 1.2) -> None:
        """A line through points."""
        self.drawing.lines.append(Line2D(x, y, transform=self.data, color=colour, linewidth=width))

    def dots(self, x: Numbers, y: Numbers, shape: str, colour: str, edge: str) -> None:
        """A mark at each point."""
        dots = Line2D(
            x, y, linestyle="", marker=shape, markersize=5.5, color=colour, markeredgecolor=edge, transform=self.data
        )
        self.drawing.lines.append(dots)

    def area(self, x: Array, y: Array, colour: str, alpha: float) -> None:
        """The area between a line and zero."""
        self.band(x, np.zeros_like(y), y, colour, alpha)

    def band(self, x: Array, low: Array, high: Array, colour: str, alpha: float) -> None:
        """The area between two lines."""
        outline = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])])
        self.drawing.artists.append(Polygon(outline, transform=self.data, color=colour, alpha=alpha, linewidth=0))

    def bars(self, rows: Numbers, start: Numbers, end: Numbers, colour: str, width: float) -> None:
        """A horizontal bar in each row, from start to end; `width` in points."""
        ends = [((a, row), (b, row)) for row, a, b in zip(rows, start, end, strict=True)]
        bars = LineCollection(ends, transform=self.data, colors=colour, linewidths=width, capstyle="butt")
        self.drawing.artists.append(bars)

    def grid_lines(self, marks: Sequence[float], labels: Sequence[str], size: float = 7) -> None:
        """A faint horizontal line at each mark, and its label on the left."""
        ends = [((self.left, mark), (self.right, mark)) for mark in marks]
        self.drawing.artists.append(LineCollection(ends, transform=self.data, colors=FAINT, linewidths=0.5))
        for mark, text in zip(marks, labels, strict=True):
            self.row_label(mark, text, size)

    def verticals(self, places: Numbers, colour: str, width: float) -> None:
        """A vertical line at each place."""
        ends = [((place, self.bottom), (place, self.top)) for place in places]
        self.drawing.artists.append(LineCollection(ends, transform=self.data, colors=colour, linewidths=width))

    def text(
        self, x: float, y: float, text: str, align: Align = "left", size: float = 8, colour: str = INK, right: float = 0
    ) -> None:
        """A text that starts at ("left"), ends at ("right") or is centred on ("center") a point moved `right` inches to
        the right."""
        place, below = self.data.transform((x, y)), BASELINE * size
        self._write(place[0] + right * POINTS, place[1] - below, text, align, size, colour)

    def _write(self, x: float, y: float, text: str, align: Align, size: float, colour: str) -> None:
        """A text with its baseline at y, in points."""
        font = FontProperties(family=FONT, size=size)
        self.drawing.texts.append(Text(x, y, text, color=colour, ha=align, fontproperties=font))

    def row_label(self, row: float, text: str, size: float = 8) -> None:
        """A label on the left of a row."""
        self.text(self.left, row, shorten(text), "right", size, right=-0.06)

    def end_labels(self, places: Numbers, texts: Sequence[str], colours: Sequence[str] = (), size: float = 7) -> None:
        """Labels on the right at some places, moved apart where they would overlap."""
        line = 1.15 * size / POINTS * (self.top - self.bottom) / self.inches
        for i, place in enumerate(separate(places, line, self.bottom, self.top)):
            self.text(self.right, place, texts[i], size=size, colour=colours[i] if colours else INK, right=0.05)

    @property
    def inches(self) -> float:
        """The height of the panel without its title and the labels of its axis."""
        return self.drawing.height / POINTS - ABOVE - BELOW

    def title(self, text: str) -> None:
        """A title above the panel."""
        self._write(0.01 * self.drawing.width, 0.99 * self.drawing.height - 6.5, shorten(text, 52), "left", 8.5, INK)

    def value_axis(self, unit: str, log: bool = False, grid: bool = False) -> None:
        """The horizontal axis, with round values in a unit; on a logarithmic axis, x are decimal logarithms."""
        places, labels = axis_marks(self.left, self.right, unit, self.across, log)
        if grid:
            self.verticals(places, FAINT, 0.5)
        self.axis(places, labels)

    def axis(self, places: Numbers, labels: Sequence[str]) -> None:
        """The horizontal axis, with marks and labels at some places."""
        inch = (self.bottom - self.top) / self.inches  # downwards
        self.curve([self.left, self.right], [self.bottom, self.bottom], INK, 0.7)
        marks = [((place, self.bottom), (place, self.bottom + 0.035 * inch)) for place in places]
        self.drawing.artists.append(LineCollection(marks, transform=self.data, colors=INK, linewidths=0.6))
        for place, text in zip(places, labels, strict=True):
            self.text(place, self.bottom + 0.13 * inch, text, "center", 7.5)


def panel(
    width: float, height: float, x: tuple[float, float], y: tuple[float, float], margins: tuple[float, float]
) -> Panel:
    """A new drawing with one panel, whose coordinates are `x` (left, right) and `y` (bottom, top).

    In inches: the width of the drawing, the height of the panel, and its margins on the left and right. Values beyond
    MAX_COORDINATE are outside of the panel.
    """
    x, y = in_range(*x), in_range(*y)
    across, up = (width - sum(margins)) / (x[1] - x[0]), height / (y[1] - y[0])
    data = Affine2D().translate(-x[0], -y[0]).scale(across, up).translate(margins[0], BELOW).scale(POINTS)
    return Panel(Drawing(width * POINTS, (height + ABOVE + BELOW) * POINTS), data, width - sum(margins), *x, *y)


def row_panel(
    title: str,
    labels: Sequence[str],
    x: tuple[float, float],
    values: Sequence[str] = (),
    *,
    width: float = HALF,
    row: float = 0.165,
    size: float = 7.5,
    left: float = 1.2,
    right: float = 0.42,
) -> Panel:
    """A panel with rows from the top, each with a label on the left and, if there are `values`, a text on the right.

    `row` is the height of a row, `left` the least margin on the left and `right` that on the right, in inches.
    """
    margins = (max(left, label_margin(labels, size)), right)
    made = panel(width, row * len(labels), x, (len(labels) - 0.45, -0.55), margins)
    if title:
        made.title(title)
    for place, text in enumerate(labels):
        made.row_label(place, text, size)
    for place, text in enumerate(values):
        made.text(made.right, place, text, "right", 7, right=right - 0.02)
    return made


def path_panel(
    labels: Sequence[str],
    y: tuple[float, float],
    marks: Sequence[float],
    mark_labels: Sequence[str],
    height: float,
    right: float,
) -> Panel:
    """A panel along labels that are numbers, such as years, with marks on the left and a margin of `right` inches for
    labels at the ends of the curves."""
    places, margins = [float(each) for each in labels], (label_margin(mark_labels, 7), right)
    room = 0.02 * (places[-1] - places[0])
    low, high = places[0] - room, places[-1] + room
    made = panel(HALF, height, (low, high), y, margins)
    made.grid_lines(marks, mark_labels)
    every = next(
        (k for k in range(1, len(labels)) if labels_fit(places[::k], labels[::k], low, high, made.across)), len(labels)
    )
    made.axis(places[::every], labels[::every])
    return made


def padded(x: Array, share: float = 0.04) -> tuple[float, float]:
    """The ends of an axis that shows all values, with a margin on either side."""
    room = share * np.ptp(x)
    return in_range(x.min() - room, x.max() + room)


def in_range(low: float, high: float) -> tuple[float, float]:
    """The ends of an axis, limited to MAX_COORDINATE on either side, and apart; an axis may run downwards."""
    low, high = (min(max(float(end), -MAX_COORDINATE), MAX_COORDINATE) for end in (low, high))
    return (low, high) if low != high else (low - (abs(low) / 2 or 1.0), high)


def needs_log_axis(x: Array) -> bool:
    """Whether all values are positive and span more than a factor of four."""
    return bool(x.min() > 0 and x.max() > LOG_FACTOR * x.min())


def separate(places: Numbers, least: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed to be `least` apart, in the same order, from low to high where there is room."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for before, i in zip([None, *order], order, strict=False):
        out[i] = max(out[i], low if before is None else out[before] + least)
    for after, i in zip([None, *order[::-1]], order[::-1], strict=False):
        out[i] = min(out[i], high if after is None else out[after] - least)
    return out


def shorten(text: str, most: int = 32) -> str:
    """A text cut to a number of characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def text_width(text: str, size: float = 7.5) -> float:
    """The approximate width of a text in the font of the report, in inches."""
    return 0.5 * size / POINTS * len(text)


def label_margin(labels: Sequence[str], size: float = 8) -> float:
    """The margin in inches that row labels need on the left."""
    return 0.15 + max(text_width(shorten(label), size) for label in labels)


def labels_fit(places: Numbers, labels: Sequence[str], low: float, high: float, inches: float) -> bool:
    """Whether labels at places on an axis from low to high, of a length in inches, do not overlap."""
    at = [(place - low) / (high - low) * inches for place in places]
    room = zip(at, at[1:], labels, labels[1:], strict=False)
    return all(right - left > 0.08 + (text_width(one) + text_width(two)) / 2 for left, right, one, two in room)


def round_values(low: float, high: float) -> list[list[float]]:
    """Choices of round values from low to high, the most values first."""
    power = 10.0 ** math.floor(math.log10(high / 8 - low / 8))
    steps = (size * power for size in (1, 2, 5, 10, 20, 50, 100) if size * power < math.inf)
    return [[i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)] for step in steps]


def log_values(low: float, high: float) -> list[list[float]]:
    """Choices of values for a logarithmic axis between two decimal logarithms, the most values first."""
    powers = range(max(math.floor(low), MIN_EXPONENT), min(math.ceil(high), MAX_EXPONENT) + 1)
    choices = [[s * 10.0**p for p in powers for s in steps] for steps in ((1, 2, 5), (1, 3))]
    choices += [[10.0**p for p in powers if p % every == 0] for every in (1, 2, 3, 5, 10, 20, 50)]
    return [[value for value in choice if low <= math.log10(value) <= high] for choice in choices]


def vertical_marks(low: float, high: float, unit: str, log: bool, most: int = 6) -> tuple[list[float], list[str]]:
    """At most `most` marks of a vertical axis, and their labels; on a logarithmic axis ends and places are decimal
    logarithms."""
    choices = log_values(low, high) if log else round_values(low, high)
    chosen = next((choice for choice in choices if 1 < len(choice) <= most), choices[0][:most])
    return [math.log10(value) if log else value for value in chosen], [amount(value, unit) for value in chosen]


def axis_marks(low: float, high: float, unit: str, inches: float, log: bool) -> tuple[list[float], list[str]]:
    """Round values on an axis from low to high, as many as fit into its length in inches, and their labels.

    On a logarithmic axis, ends and places are decimal logarithms. Where units take too much room only the last label
    has one; if that does not fit either, only the two ends of a choice are marked; at worst, one value.
    """
    choices = log_values(low, high) if log else [each for each in round_values(low, high) if len(each) <= 7]
    place = math.log10 if log else float
    ends = [[choice[0], choice[-1]] for choice in choices if len(choice) > 2]
    attempts: list[tuple[Callable[[float], str], Sequence[list[float]]]] = [
        (lambda value: amount(value, unit), choices),
        (lambda value: without_unit(amount(value, unit)), [*choices, *ends]),
    ]
    for to_text, candidates in attempts:
        for choice in candidates:
            places, labels = [place(value) for value in choice], [to_text(value) for value in choice]
            labels = [*labels[:-1], *(amount(value, unit) for value in choice[-1:])]
            if len(places) > 1 and labels_fit(places, labels, low, high, inches):
                return places, labels
    last = next((choice for choice in choices if choice), [])[:1]
    return [place(value) for value in last], [amount(value, unit) for value in last]


def without_unit(text: str) -> str:
    """A formatted number without its unit; the sign of a currency stays."""
    number = re.match(r"[−$€\d.,×⁰¹²³⁴⁵⁶⁷⁸⁹⁻ ]*", text)
    return (number[0].strip() if number else "") or text
