"""What all figures share: sizes, colours, and panels that carry no more than they must."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from mcfrontier.figures.drawing import POINTS, Drawing
from mcfrontier.wording import amount

WIDTH = 6.69  # inches: the text width of the report, 17 cm
HALF = 3.25  # of a column, two to a page
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9")  # Okabe and Ito (2008)
MOST = 16  # rows that are drawn one by one: a table of many would fill a book
LIGHT, INK, FAINT = "#56B4E9", "#222222", "#d5d5d5"
ABOVE, BELOW = 0.2, 0.24  # inches of a panel's figure for its title and for the labels of its axis

FONT = "Libertinus Serif"  # the report's
MIDDLE = 0.37  # of its size: how far below the middle of words their line runs


@dataclass(frozen=True)
class Panel:
    """A place to draw in, and its coordinates: x from `left` to `right`, y from `bottom` to `top`."""

    figure: Drawing
    data: Affine2D
    left: float
    right: float
    bottom: float
    top: float

    def curve(self, x: Sequence[float], y: Sequence[float], colour: str, width: float = 1.2) -> None:
        """A line through points."""
        self.figure.lines.append(Line2D(x, y, transform=self.data, color=colour, linewidth=width))

    def dots(self, x: Sequence[float], y: Sequence[float], shape: str, colour: str, edge: str) -> None:
        """A mark at each point."""
        look = {"marker": shape, "markersize": 5.5, "linestyle": "", "color": colour, "markeredgecolor": edge}
        self.figure.lines.append(Line2D(x, y, transform=self.data, **look))

    def area(self, x: np.ndarray, y: np.ndarray, colour: str, alpha: float) -> None:
        """The area between a line and zero."""
        self.band(x, np.zeros_like(y), y, colour, alpha)

    def band(self, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, alpha: float) -> None:
        """The area between two lines."""
        outline = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])])
        look = {"color": colour, "alpha": alpha, "linewidth": 0}
        self.figure.artists.append(Polygon(outline, transform=self.data, **look))

    def bars(
        self, rows: Sequence[float], start: Sequence[float], end: Sequence[float], colour: str, width: float
    ) -> None:
        """A bar lying in each row, from start to end; `width` in points."""
        ends = [((a, row), (b, row)) for row, a, b in zip(rows, start, end, strict=True)]
        look = {"colors": colour, "linewidths": width, "capstyle": "butt"}
        self.figure.artists.append(LineCollection(ends, transform=self.data, **look))

    def levels(self, marks: Sequence[float], labels: Sequence[str], size: float = 7) -> None:
        """A faint line across at each mark, and its label on the left."""
        ends = [((self.left, mark), (self.right, mark)) for mark in marks]
        self.figure.artists.append(LineCollection(ends, transform=self.data, colors=FAINT, linewidths=0.5))
        for mark, words in zip(marks, labels, strict=True):
            self.row_label(mark, words, size)

    def uprights(self, places: Sequence[float], colour: str, width: float) -> None:
        """A line from bottom to top at each place."""
        ends = [((place, self.bottom), (place, self.top)) for place in places]
        self.figure.artists.append(LineCollection(ends, transform=self.data, colors=colour, linewidths=width))

    def text(
        self, x: float, y: float, words: str, across: str = "left", size: float = 8, colour: str = INK, right: float = 0
    ) -> None:
        """Words at a point, which they begin at ("left"), end at ("right") or stand around ("center"), moved by
        some inches to the right."""
        place, below = self.data.transform((x, y)), MIDDLE * size
        self.words(place[0] + right * POINTS, place[1] - below, words, across, size, colour)

    def words(self, x: float, y: float, words: str, across: str, size: float, colour: str) -> None:
        """Words on the line at y, in points."""
        font = FontProperties(family=FONT, size=size)
        self.figure.texts.append(Text(x, y, words, color=colour, ha=across, fontproperties=font))

    def row_label(self, row: float, words: str, size: float = 8) -> None:
        """Words on the left of a row."""
        self.text(self.left, row, shortened(words), "right", size, right=-0.06)

    def ends(self, places: Sequence[float], words: Sequence[str], colours: Sequence[str] = (), size: float = 7) -> None:
        """Words on the right of some places, which are moved where they would stand on each other."""
        line = 1.15 * size / POINTS * (self.top - self.bottom) / self.inches
        for i, place in enumerate(apart(places, line, self.bottom, self.top)):
            self.text(self.right, place, words[i], size=size, colour=colours[i] if colours else INK, right=0.05)

    @property
    def inches(self) -> float:
        """The height of the panel, without its title and the labels of its axis."""
        return self.figure.height / POINTS - ABOVE - BELOW

    def title(self, words: str) -> None:
        """A line of words above the panel."""
        self.words(0.01 * self.figure.width, 0.99 * self.figure.height - 6.5, shortened(words, 52), "left", 8.5, INK)

    def axis(self, places: Sequence[float], labels: Sequence[str]) -> None:
        """A line below, with marks and labels at a few places."""
        inch = (self.bottom - self.top) / self.inches  # downwards
        self.curve([self.left, self.right], [self.bottom, self.bottom], INK, 0.7)
        marks = [((place, self.bottom), (place, self.bottom + 0.035 * inch)) for place in places]
        self.figure.artists.append(LineCollection(marks, transform=self.data, colors=INK, linewidths=0.6))
        for place, words in zip(places, labels, strict=True):
            self.text(place, self.bottom + 0.13 * inch, words, "center", 7.5)


def panel(
    width: float, height: float, x: tuple[float, float], y: tuple[float, float], margins: tuple[float, float]
) -> Panel:
    """A new figure with one panel: the panel's height and the figure's width in inches, the margins to its
    left and right, and its coordinates (left, right) and (bottom, top)."""
    across, up = (width - sum(margins)) / (x[1] - x[0]), height / (y[1] - y[0])
    data = Affine2D().translate(-x[0], -y[0]).scale(across, up).translate(margins[0], BELOW).scale(POINTS)
    return Panel(Drawing(width * POINTS, (height + ABOVE + BELOW) * POINTS), data, *x, *y)


def path_panel(
    labels: Sequence[str],
    y: tuple[float, float],
    marks: Sequence[float],
    told: Sequence[str],
    height: float,
    end: float,
) -> Panel:
    """A panel for what goes along labels that are numbers, such as years, with marks on the left and so many inches on
    the right for what it comes to."""
    places, margins = [float(each) for each in labels], (label_margin(told, 7), end)
    room = 0.02 * (places[-1] - places[0])
    low, high = places[0] - room, places[-1] + room
    made = panel(HALF, height, (low, high), y, margins)
    made.levels(marks, told)
    inches = HALF - sum(margins)
    every = next((k for k in range(1, len(labels)) if fits(places[::k], labels[::k], low, high, inches)), len(labels))
    made.axis(places[::every], labels[::every])
    return made


def rows(count: int) -> tuple[float, float]:
    """The y coordinates (bottom, top) of a panel with rows 0, 1, 2, ... from above."""
    return (count - 0.45, -0.55)


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places moved so little that they are `least` apart, in the same order, within two ends where there is room."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for before, i in zip([None, *order], order, strict=False):
        out[i] = max(out[i], low if before is None else out[before] + least)
    for after, i in zip([None, *order[::-1]], order[::-1], strict=False):
        out[i] = min(out[i], high if after is None else out[after] - least)
    return out


def shortened(words: str, most: int = 32) -> str:
    """Words cut to what there is room for."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def breadth(words: str, size: float = 7.5) -> float:
    """About how many inches words take in the report's font."""
    return 0.5 * size / 72 * len(words)


def label_margin(labels: Sequence[str], size: float = 8) -> float:
    """The margin in inches that row labels need on the left."""
    return 0.15 + max(breadth(shortened(label), size) for label in labels)


def fits(places: Sequence[float], labels: Sequence[str], low: float, high: float, inches: float) -> bool:
    """Whether labels at places between two ends stand clear of each other."""
    at = [(place - low) / (high - low) * inches for place in places]
    room = zip(at, at[1:], labels, labels[1:], strict=False)
    return all(right - left > 0.08 + (breadth(one) + breadth(two)) / 2 for left, right, one, two in room)


def round_steps(low: float, high: float, unit: str, inches: float) -> tuple[list[float], list[str]]:
    """Round values between two ends, as many as have room in so many inches, and how they are told."""
    choices = [places for places in round_values(low, high) if len(places) <= 7]
    return with_room(choices, lambda x: x, unit, low, high, inches)


def round_values(low: float, high: float) -> list[list[float]]:
    """Choices of round values between two ends, the most first."""
    power = 10.0 ** math.floor(math.log10((high - low) / 8))
    steps = (size * power for size in (1, 2, 5, 10, 20, 50, 100))
    return [[i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)] for step in steps]


def decades(low: float, high: float, unit: str, inches: float) -> tuple[list[float], list[str]]:
    """The same on a logarithmic axis from `low` to `high`, which are logarithms, as are the places."""
    return with_room(decade_values(low, high), math.log10, unit, low, high, inches)


def decade_values(low: float, high: float) -> list[list[float]]:
    """Choices of values between two ends, told as logarithms, of a logarithmic axis, the most first."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    choices = [[s * 10.0**p for p in powers for s in steps] for steps in ((1, 2, 5), (1, 3))]
    choices += [[10.0**p for p in powers if p % every == 0] for every in (1, 2, 3, 5, 10, 20, 50)]
    return [[value for value in choice if low <= math.log10(value) <= high] for choice in choices]


def rungs(low: float, high: float, unit: str, log: bool, most: int = 6) -> tuple[list[float], list[str]]:
    """Marks of an upright axis, so many at most, and how they are told; of a logarithmic one ends and places are
    logarithms."""
    choices = decade_values(low, high) if log else round_values(low, high)
    chosen = next((choice for choice in choices if 1 < len(choice) <= most), choices[0][:most])
    return [math.log10(value) if log else value for value in chosen], [amount(value, unit) for value in chosen]


def with_room(
    choices: Sequence[list[float]], place: Callable[[float], float], unit: str, low: float, high: float, inches: float
) -> tuple[list[float], list[str]]:
    """The first choice of values whose labels have room, two at least; bare numbers but for the last where units take
    too much of it, the two ends of a choice where all do, and at worst one value."""
    ends = [[choice[0], choice[-1]] for choice in choices if len(choice) > 2]
    for told, from_these in (
        (lambda value: amount(value, unit), choices),
        (lambda value: bare(amount(value, unit)), [*choices, *ends]),
    ):
        for choice in from_these:
            places, labels = [place(value) for value in choice], [told(value) for value in choice]
            labels = [*labels[:-1], *(amount(value, unit) for value in choice[-1:])]
            if len(places) > 1 and fits(places, labels, low, high, inches):
                return places, labels
    last = next((choice for choice in choices if choice), [])[:1]
    return [place(value) for value in last], [amount(value, unit) for value in last]


def bare(told: str) -> str:
    """A figure without its unit, but for the sign of a currency."""
    return re.match(r"[−$€\d.,×⁰¹²³⁴⁵⁶⁷⁸⁹⁻ ]*", told)[0].strip() or told
