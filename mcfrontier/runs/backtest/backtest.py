"""The backtest: forecasts from what was known on some days, their outcomes, and what still leaks into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from mcfrontier.core.errors import InputError
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs.backtest import disclosed, growth, tables
from mcfrontier.runs.backtest.figures import Figure
from mcfrontier.runs.calibration import column_of
from mcfrontier.study import priors_file
from mcfrontier.study.prior import PriorsFile

DAYS = tuple(date(year, 12, 31) for year in (2021, 2022, 2023, 2024))
TABLES = (tables.ESTIMATES, tables.DISCLOSED, tables.CHIPS, tables.PRICES)  # that are read as of a day

Found = TypeVar("Found")


@dataclass(frozen=True)
class Backtest:
    """Forecasts with their outcomes.

    growth_weights  of the models of growth
    window_weights  of the first year of their fit
    omitted         why kinds of figures are not predicted on a day
    earlier         the number of figures of runs that were released by the day, and published later
    undated         the number of rows without a day of publication, which count on every day, by table
    """

    figures: Sequence[Figure]
    growth_weights: dict[str, float]
    window_weights: dict[str, float]
    omitted: Sequence[str]
    earlier: int
    undated: dict[str, int]


def backtest(days: Iterable[date] = DAYS, progress: Progress = silent) -> Backtest:
    """Predict on each day what was published later."""
    file, parameters = priors_file.load(tables.STUDY), priors_file.load(growth.STUDY)
    later, found, omitted = list[growth.Later](), list[Figure](), list[str]()
    for day in progress(sorted({*days}), "days"):
        count, before = len(later) + len(found), len(omitted)
        for kind in growth.UNITS:
            later += attempt(partial(growth.later_maxima, parameters, kind, day), f"{day}: no {kind}", omitted)
        for kind in disclosed.CLASSES:
            found += attempt(partial(disclosed.by_class, file, kind, day), f"{day}: no {kind}", omitted)
        found += attempt(partial(disclosed.by_study, file, day), f"{day}: no energy, costs", omitted)
        if len(later) + len(found) == count:
            reasons = [*omitted[before:], f"{day}: no figure was published after it; state an earlier day"]
            raise InputError(f"as of {reasons[0]}")
    figures, weights = growth.figures_of(later) + found, growth.weights_of(later)
    windows, models = (growth.marginal(weights, place) for place in (0, 1))
    return Backtest(figures, models, windows, omitted, earlier_of(file, figures), undated())


def attempt(compute: Callable[[], Iterable[Found]], place: str, omitted: list[str]) -> list[Found]:
    """Compute figures; none where too little was known, with the reason appended to `omitted`."""
    try:
        return [*compute()]
    except InputError as problem:
        omitted.append(f"{place}: {problem}")
        return []


def earlier_of(file: PriorsFile, figures: Iterable[Figure]) -> int:
    """The number of figures of runs that were released by the day of the forecast."""
    days = dict(zip(file.dimensions["run"], column_of(file, "run", "released").texts, strict=True))
    return sum(days.get(each.subject, "9") <= each.as_of.isoformat() for each in figures)


def undated() -> dict[str, int]:
    """The number of rows of each table without a day of publication."""
    return {table: sum(not row.get("known_from", "").strip() for row in tables.rows_of(table)) for table in TABLES}
