"""Figure: prices of chips over time, and the quotes that they are predicted from."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import label, sentence
from mcfrontier.distributions.chip_price import UNITS, Price
from mcfrontier.distributions.prices import DAYS_PER_YEAR, Quotes, Target, predict
from mcfrontier.outputs.figures import style
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.outputs.figures.fan import draw_fan
from mcfrontier.runs.core import RunCore
from mcfrontier.study import csv_table, locate
from mcfrontier.study.entry import rows_of
from mcfrontier.study.prior import Prior
from mcfrontier.study.samples import day_of, read_quotes

MAX_DRAWINGS = 6
CHIPS = 2  # of an input with a chip for each row
DAYS = 61  # at which a price is predicted
HEIGHT = 1.2  # inches
SCORES = np.array([-1.6448536269514722, -0.6744897501960817, 0, 0.6744897501960817, 1.6448536269514722])


def prices(run: RunCore) -> list[Drawing]:
    """Price of a chip by date, in money of each day. Line: p50 of the prediction. Dark band: p25 to p75. Light band: p5
    to p95. Full dots: quotes of the chip on the basis that is predicted. Open dots: its quotes on other bases, such as
    another term, which count as far as their effects are shared. Vertical line: the date of the input. Shown are the
    first six chips, of an input with a chip for each row its two most frequent."""
    tables = csv_table.Tables(locate.folders(), run.study.file.as_of)
    drawings: list[Drawing] = []
    for prior in run.study.inputs.values():
        if isinstance(entry := prior.entry, Price):
            with suppress(InputError):  # of a run that is repeated without its tables
                quotes = read_quotes(entry.what, tables)
                drawings += [draw_chip(prior, entry, chip, quotes) for chip in chips_of(prior)]
    return drawings[:MAX_DRAWINGS]


def chips_of(prior: Prior) -> list[str]:
    """The chip of an input, or the most frequent ones of its rows."""
    found = Counter(row["chip"] for row in rows_of(prior.stated, len(prior.distributions)))
    return [chip for chip, _ in found.most_common(CHIPS) if chip]


def draw_chip(prior: Prior, entry: Price, chip: str, quotes: Quotes) -> Drawing:
    """The drawing of a chip."""
    scale = units.convert(1.0, UNITS[entry.what], entry.unit)
    own = [quote for quote in quotes.quotes if quote.chip == chip]
    dates = [] if prior.labels else [day_of(entry.date, "date")]
    ends = [each.year + more for more, each in enumerate(end(dated(quotes, dates)) for end in (min, max))]
    first, last = (date(year, 1, 1) for year in ends)
    days = [first + (last - first) * i / (DAYS - 1) for i in range(DAYS)]
    made = predict(quotes, [Target(chip, day, entry.basis, entry.seller) for day in days])
    bands, levels = scale * np.exp(made.mean + SCORES[:, None] * made.sd), scale * np.array([one.price for one in own])
    values = np.append(bands, levels)
    if log := style.needs_log_axis(values):
        bands, levels, values = np.log10(bands), np.log10(levels), np.log10(values)
    low, high = style.padded(values)
    marks, mark_labels = style.vertical_marks(low, high, entry.unit, log)
    panel = style.path_panel(
        [str(year) for year in range(ends[0], ends[1] + 1)], (low, high), marks, mark_labels, HEIGHT, 0.2
    )
    panel.title(f"{sentence(label(prior.name))}: {entry.subject(chip).rstrip(',')}")
    draw_fan(panel, years_of(days), bands)
    panel.verticals(years_of(dates), style.INK, 0.6)
    on_basis = np.array([quote.basis == entry.basis for quote in own], bool)
    at = years_of([quote.day for quote in own])
    for which, colour, edge in ((~on_basis, "white", style.COLOURS[0]), (on_basis, style.COLOURS[0], "white")):
        panel.dots(at[which], levels[which], "o", colour, edge)
    return panel.drawing


def dated(quotes: Quotes, dates: list[date]) -> list[date]:
    """All days that a drawing shows."""
    return [*(quote.day for quote in quotes.quotes), *dates]


def years_of(days: list[date]) -> Array:
    """Days as years with decimals."""
    return np.array([day.year + (day - date(day.year, 1, 1)) / timedelta(DAYS_PER_YEAR) for day in days])
