"""Calibration of predicted chip-hours: each disclosed run is predicted from the runs of other families.

The chip-hours of a run are its compute over utilisation and peak rate. priors/calibration/chip-hours.toml states the
reference class that predicts the utilisation, the tables of runs and chips, and the distributions it is compared with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mcfrontier.analysis.forecasts import cross_validation
from mcfrontier.analysis.forecasts.cross_validation import Validation, group_means, share_inside
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.printable import echo
from mcfrontier.distributions.reference import Reference
from mcfrontier.study import priors_file
from mcfrontier.study.csv_table import Column
from mcfrontier.study.prior import Prior, PriorsFile

STUDY = "calibration/chip-hours"  # the priors file
REFERENCE = "reference"
COMPARED = {"fixed": ("fixed",), "claude_next": ("claude_next_mfu", "claude_next_goodput")}  # products of inputs
HOURS_UNIT, RATE_UNIT, SECONDS = "chip*h", "FLOP/s/chip", 3600.0  # seconds of an hour
COVERAGE_LEVELS = (0.5, 0.8, 0.9)


@dataclass(frozen=True)
class PredictedRun:
    """A disclosed run with its prediction.

    kind         its levels in the columns of the reference class
    utilisation  of its paid time
    hours        its paid chip-hours
    crps         of the decimal logarithm of the hours: of the reference class and of the distributions in COMPARED
    """

    run: str
    family: str
    kind: tuple[str, ...]
    utilisation: float
    hours: float
    prediction: Validation
    crps: Mapping[str, float]


@dataclass(frozen=True)
class Summary:
    """Statistics of predicted runs, in which a family counts once.

    coverage            the share of outcomes inside the central interval of each level
    crps                mean scores
    p_values            of the hypothesis that the reference class is no better than each of COMPARED
    median_log10_error  the median over families of the mean decimal logarithm of outcome over median
    """

    families: int
    coverage: Mapping[float, float]
    crps: Mapping[str, float]
    p_values: Mapping[str, float]
    median_log10_error: float


def predict(as_of: date | None = None) -> list[PredictedRun]:
    """Predict the chip-hours of each disclosed run without its family, from tables as of a day."""
    file = priors_file.load(STUDY, as_of)
    entry = reference_of(file, REFERENCE)
    table = entry.table
    factors, hours = hours_of(file, table.labels)
    with located(f"{file.where}: {REFERENCE}"):
        distributions = cross_validation.predict_each(entry)
    compared = {
        name: cross_validation.product_quantiles([input_of(file, each).distributions[0] for each in inputs])
        for name, inputs in COMPARED.items()
    }
    found = []
    for i, label in enumerate(table.labels):
        prediction = cross_validation.score_inverse(distributions[i], factors[i], hours[i])
        crps = {name: cross_validation.sample_log_crps(x, factors[i] / hours[i]) for name, x in compared.items()}
        kind = tuple(table.cells[name][i] for name in entry.offsets)
        row = (label, table.groups[i] or label, kind, table.values[i], hours[i])
        found.append(PredictedRun(*row, prediction, {REFERENCE: prediction.crps, **crps}))
    return found


def reference_of(file: PriorsFile, name: str) -> Reference:
    """A reference class of the priors file."""
    entry = input_of(file, name).entry
    if not isinstance(entry, Reference):
        raise InputError(f"{file.where}: {name}: its family is not reference; state the one of the package")
    return entry


def input_of(file: PriorsFile, name: str) -> Prior:
    """An input of the priors file."""
    if name not in file.priors:
        raise InputError(f"{file.where}: {name}: is missing; add [inputs.{name}]")
    return file.priors[name]


def hours_of(file: PriorsFile, runs: Sequence[str]) -> tuple[list[float], list[float]]:
    """The chip-hours of runs at a utilisation of 1, and the paid ones."""
    rows = places_of(file, "run", runs)
    names = column_of(file, "run", "chip").texts
    chips = places_of(file, "chip", [names[i] for i in rows])
    paid = figures(file, "run", "chip_time", HOURS_UNIT, rows)
    at_peak = figures(file, "run", "training_compute", "FLOP", rows) / figures(
        file, "chip", "bf16_rate", RATE_UNIT, chips
    )
    return (at_peak / SECONDS).tolist(), paid.tolist()


def places_of(file: PriorsFile, table: str, labels: Sequence[str]) -> list[int]:
    """The places of labels in a table."""
    known = {label: i for i, label in enumerate(file.dimensions.get(table, []))}
    if strange := [label for label in labels if label not in known]:
        raise InputError(f"{file.where}: tables.{table}: has no '{echo(strange[0])}'; add it")
    return [known[label] for label in labels]


def column_of(file: PriorsFile, table: str, name: str, unit: str = "") -> Column:
    """A column of a table, of numbers if it has a unit."""
    column = file.columns.get((table, name))
    if column is None or not (units.same_kind(column.unit, unit) if unit and column.unit else column.unit == unit):
        raise InputError(f"{file.where}: tables.{table}: has no column {name}{f' [{unit}]' * bool(unit)}; add it")
    return column


def figures(file: PriorsFile, table: str, name: str, unit: str, places: list[int]) -> Array:
    """The numbers of a column in some rows, all above 0."""
    column = column_of(file, table, name, unit).rows(places)
    for i, value in zip(places, column.values, strict=True):
        if not value > 0:
            raise InputError(
                f"{file.where}: tables.{table}: {file.dimensions[table][i]}: {name}: a number above 0 is needed"
            )
    return np.array([units.convert(value, column.unit, unit) for value in column.values])


def summarise(runs: Sequence[PredictedRun]) -> Summary:
    """Statistics of some runs."""
    families = [run.family for run in runs]
    percentiles = [run.prediction.percentile for run in runs]
    errors = group_means([run.prediction.log10_error for run in runs], families)
    crps = {name: group_means([run.crps[name] for run in runs], families) for name in (REFERENCE, *COMPARED)}
    return Summary(
        len(errors),
        {level: share_inside(percentiles, families, level) for level in COVERAGE_LEVELS},
        {name: float(scores.mean()) for name, scores in crps.items()},
        {name: cross_validation.p_value(crps[name] - crps[REFERENCE]) for name in COMPARED},
        float(np.median(errors)),
    )
