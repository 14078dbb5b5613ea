"""Backtest of the largest published compute, cost and rent of each later year.

The record of published estimates and the parameters are those of the priors file; the growth is forecast by three
models, which are pooled by their log predictive densities.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeAlias

import numpy as np

from mcfrontier.analysis.forecasts.cross_validation import LEVELS
from mcfrontier.analysis.forecasts.maxima import GROWTH_MODELS, Maximum, Parameters, Record, forecast
from mcfrontier.analysis.forecasts.model_weights import pseudo_bma
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import split_row
from mcfrontier.model.forecasts import record
from mcfrontier.runs.backtest.figures import Figure, log_score
from mcfrontier.runs.backtest.tables import ESTIMATES, Known
from mcfrontier.runs.calibration import input_of
from mcfrontier.runs.load import load
from mcfrontier.runs.recipe import run
from mcfrontier.study.prior import PriorsFile

STUDY = "frontier-2026"  # which has the parameters
COMPUTE, COST = "largest compute", "largest cost"  # kinds of figures
UNITS = {COMPUTE: "FLOP", COST: "USD"}
COLUMNS = {
    "published_compute": "FLOP",
    "published_cost": "USD",
    "published_rent": "USD",
    "published_deflator": "1",
    "record_date": "AD",
}
SHARES = {COMPUTE: "reported_share", COST: "cost_reported_share"}  # the inputs of the late share
DRAWS, SEED = 2**12, 1
RIVAL, RIVAL_COST, RIVAL_DRAWS = "frontier-cost", "trend_cost", 2**12
RIVAL_DAY = date(2023, 12, 31)  # from what was known at the end of 2023

Model: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class Later:
    """A later maximum, with its forecast by each model: the first year of the fit, and the model of growth."""

    as_of: date
    kind: str
    year: int
    outcome: float
    models: Mapping[Model, Maximum]

    @cached_property
    def scores(self) -> list[float]:
        """The log predictive density of the outcome by each model."""
        return [model.log_density(self.outcome) for model in self.models.values()]


def read_record(kind: str, first: int, last: date, as_of: date | None, rent_multiple: Array) -> Record:
    """The largest estimates of the years from `first` to that of a day, from the table as of a day."""
    table = Known(ESTIMATES, as_of)
    compute, cost, rent, deflator, times = (table.numbers(*each)[:, np.newaxis] for each in COLUMNS.items())
    with np.errstate(all="ignore"):  # an amount of 0 or less is none
        sizes = record.record_size(1 + (kind == COST), compute, cost, rent, deflator, rent_multiple, 1.0, 1.0)
    years = np.arange(float(first), last.year + 1)[np.newaxis, :, np.newaxis]
    maxima = record.largest_within(sizes[:, np.newaxis], times[:, np.newaxis], years, np.ones((1, 1, 1)))
    return Record(first, maxima, units.year_of(*last.timetuple()[:3]))


def draws_of(file: PriorsFile, kind: str) -> tuple[Parameters, Array]:
    """Draws of the parameters, independent of each other, and of the rent over the amortised cost."""
    random = np.random.default_rng(SEED)

    def draw(name: str) -> Array:
        rows = input_of(file, SHARES[kind] if name == "late_share" else name)
        row = rows.distributions[[*UNITS].index(kind) if rows.entry.by else 0]
        values = row.ppf(random.random(DRAWS))
        return values * units.convert(1.0, rows.entry.unit, "year") if name == "report_lag" else values

    return Parameters(**{name: draw(name) for name in Parameters.__dataclass_fields__}), draw("rent_multiple")


def later_maxima(file: PriorsFile, kind: str, day: date) -> list[Later]:
    """The maxima of years after a day that are published now, with their forecasts."""
    parameters, multiple = draws_of(file, kind)
    windows, today = np.unique(parameters.window_start), file.stated.date
    if today is None:
        raise InputError(f"{file.where}: has no date, up to which outcomes are known; add date = ...")
    first = int(windows[0])
    known, now = read_record(kind, first, day, day, multiple), read_record(kind, first, today, None, multiple)
    if not np.isfinite(known.maxima).any():
        raise InputError("no estimate known; state a later day")
    found = []
    for year, outcome in enumerate(np.median(now.maxima, axis=-1).tolist(), start=first):
        if year > day.year and not math.isnan(outcome):
            models = {
                (int(start), name): forecast(known, replace(parameters, window_start=start), name, year, now.known)
                for start in windows
                for name in GROWTH_MODELS
            }
            found.append(Later(day, kind, year, outcome, models))
    return found


def weights_of(later: Sequence[Later], year: int | None = None) -> dict[Model, float]:
    """The weights of the models by their forecasts of compute, without a year; equal ones if none is left."""
    models = list(later[0].models) if later else []
    scored = [each for each in later if each.kind == COMPUTE and each.year != year]
    if not scored:
        return dict.fromkeys(models, 1 / max(len(models), 1))
    weights = pseudo_bma(np.array([each.scores for each in scored]).T, [str(each.year) for each in scored])
    return dict(zip(models, weights.tolist(), strict=True))


def marginal(weights: Mapping[Model, float], place: int) -> dict[str, float]:
    """The weights of first years (place 0), or of models of growth (1)."""
    names = dict.fromkeys(str(model[place]) for model in weights)
    return {name: sum(w for model, w in weights.items() if str(model[place]) == name) for name in names}


def figures_of(later: Sequence[Later]) -> list[Figure]:
    """Later maxima as figures, each with weights of the models from the maxima of other years."""
    weights = {year: weights_of(later, year) for year in {each.year for each in later}}
    costs = cost_intervals() if any(has_rival(each) for each in later) else {}
    return [figure(each, weights[each.year], costs.get(each.year) if has_rival(each) else None) for each in later]


def figure(each: Later, weights: Mapping[Model, float], rival: tuple[float, float] | None) -> Figure:
    """A later maximum as a figure, with the models pooled by weights."""
    random = np.random.default_rng(SEED)
    x = np.concatenate([model.sample(random).ravel() for model in each.models.values()])
    shares = np.repeat([weights[model] for model in each.models], len(x) // len(each.models))
    quantiles = tuple((10 ** np.quantile(x, LEVELS, weights=shares, method="inverted_cdf")).tolist())
    percentile = float(shares @ (x < each.outcome) / shares.sum())
    rivals = {} if rival is None else {RIVAL: log_score(*rival, 10**each.outcome)}
    unit, outcome = UNITS[each.kind], float(f"{10**each.outcome:.12g}")
    return Figure(each.as_of, each.kind, str(each.year), str(each.year), unit, quantiles, percentile, outcome, rivals)


def has_rival(each: Later) -> bool:
    """Whether the forecast of 2023 is of the same figure, and was made by the day."""
    return each.kind == COST and each.as_of >= RIVAL_DAY


def cost_intervals() -> dict[int, tuple[float, float]]:
    """The 90 % interval of the cost of the largest run of each year, by the forecast of 2023."""
    done = run(load(RIVAL, targets=[RIVAL_COST]), draws=RIVAL_DRAWS)
    found = {}
    for row in done.known_rows(RIVAL_COST):
        low, high = np.quantile(done.samples(row, UNITS[COST]), (LEVELS[0], LEVELS[-1])).tolist()
        found[int(split_row(row)[1])] = low, high
    return found
