"""Backtest of disclosed runs: chip-hours and length by reference classes, energy and costs by the study of all runs."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from mcfrontier.analysis.forecasts.cross_validation import LEVELS, product_quantiles, score_inverse
from mcfrontier.core.atomic import scratch_folder
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.reference import Reference, Sample
from mcfrontier.runs.backtest.figures import Figure, log_score
from mcfrontier.runs.backtest.tables import CHIPS, DISCLOSED, Known, rows_of
from mcfrontier.runs.calibration import HOURS_UNIT, REFERENCE, hours_of, input_of, reference_of
from mcfrontier.runs.load import load
from mcfrontier.runs.recipe import run
from mcfrontier.study import csv_table
from mcfrontier.study.prior import PriorsFile
from mcfrontier.study.tables import STATED

CLASSES = {"chip-hours": REFERENCE, "length": "length"}  # kinds of figures, and the inputs that predict them
HOURS = "chip-hours"
PAPER, FIXED = "paper", "6ND"  # rivals: by a distribution of the utilisation, and by one utilisation
RIVALS = {FIXED: "fixed_utilisation", PAPER: "fixed"}
STUDY = "runs"
QUANTITIES = {  # predicted by the study of all runs, and the heads of their outcomes
    "energy": "disclosed_energy [kWh]",
    "cloud_cost": "disclosed_cost [USD]",
    "amortised_cost": "disclosed_amortised [USD]",
}
KINDS = {"cloud_cost": "rent", "amortised_cost": "amortised cost"}
COMPUTE, HOURS_HEAD, LENGTH_HEAD = "training_compute [FLOP]", "chip_time [chip*h]", "training_time [day]"
UNREAD = ("family", "known_from", "known_until")  # classes have the rows of all families that are known
DRAWS = 2**12


def by_class(file: PriorsFile, kind: str, day: date) -> Iterator[Figure]:
    """The chip-hours or lengths that were disclosed after a day, by the reference class of the rows known on it."""
    entry, then = known_class(file, kind, day)
    now = entry.table
    later = [i for i, label in enumerate(now.labels) if label not in then.labels]
    outcomes = [now.values[i] for i in later]
    at_peak, paid = hours_of(file, [now.labels[i] for i in later]) if kind == HOURS else (outcomes, outcomes)
    predictions: dict[tuple[str, ...], Distribution] = {}  # by class
    for i, factor, outcome in zip(later, at_peak, paid, strict=True):
        levels = tuple(now.cells[column][i] for column in entry.offsets)
        if levels not in predictions:
            where = dict(zip(entry.offsets, levels, strict=True))
            predictions[levels] = replace(entry, where=where, sample=then, without={}).distribution()
        predicted = predictions[levels]
        row = (day, kind, now.labels[i], now.groups[i] or now.labels[i])
        if kind == HOURS:
            found = score_inverse(predicted, factor, outcome)
            rivals = rival_scores(file, factor, outcome)
            yield Figure(*row, HOURS_UNIT, found.quantiles, found.percentile, outcome, rivals)
        else:
            quantiles = tuple(predicted.ppf(np.array(LEVELS)).tolist())
            yield Figure(*row, entry.unit, quantiles, float(predicted.cdf(np.array([outcome]))[0]), outcome, {})


def known_class(file: PriorsFile, kind: str, day: date) -> tuple[Reference, Sample]:
    """A reference class, and its rows that were known on a day."""
    entry = reference_of(file, CLASSES[kind])
    known = Known(entry.file, day)
    values = known.numbers(entry.column, entry.unit).tolist()
    found = [i for i, value in enumerate(values) if not math.isnan(value)]
    texts = {name: [known.texts(name)[i] for i in found] for name in (*entry.offsets, entry.group)}
    groups = texts.pop(entry.group)
    sample = Sample([known.labels[i] for i in found], [values[i] for i in found], groups, texts)
    if len({*sample.values}) < 2:
        raise InputError("fewer than two figures known; state a later day")
    return entry, sample


def rival_scores(file: PriorsFile, at_peak: float, outcome: float) -> dict[str, float]:
    """The interval scores of chip-hours with a utilisation that does not come from the table."""
    found = {}
    for name, key in RIVALS.items():
        high, low = np.quantile(product_quantiles(input_of(file, key).distributions), (LEVELS[0], LEVELS[-1]))
        found[name] = log_score(at_peak / low, at_peak / high, outcome)
    return found


def by_study(file: PriorsFile, day: date) -> Iterator[Figure]:
    """The energy and costs that were disclosed after a day, by the study of all runs with the rows known on it.

    Of a run its class, its chip and its compute are given, and its chip-hours if no compute is disclosed.
    """
    rows = later_rows(day)
    if not rows:
        return
    known_class(file, HOURS, day)
    with scratch_folder() as folder:
        path = folder / "runs.csv"
        write_rows(path, rows)
        targets = [*QUANTITIES, *map(stated, QUANTITIES.values())]
        done = run(load(STUDY, targets=targets, as_of=day, table=path), draws=DRAWS)
    for quantity, head in QUANTITIES.items():
        for number, row in enumerate(rows, start=1):
            unit = csv_table.split_head(head)[1]
            outcome = float(done.samples(f"{stated(head)}[{number}]", unit)[0])
            if not math.isnan(outcome):
                x = done.samples(f"{quantity}[{number}]", unit)
                quantiles, percentile = tuple(np.quantile(x, LEVELS).tolist()), float((x < outcome).mean())
                kind = KINDS.get(quantity, quantity)
                yield Figure(
                    day, kind, row["run"], row["family"] or row["run"], unit, quantiles, percentile, outcome, {}
                )


def stated(head: str) -> str:
    """The quantity of a column in the study of all runs."""
    return csv_table.split_head(head)[0] + STATED


def later_rows(day: date) -> list[dict[str, str]]:
    """The rows with an energy or a cost that are not known on a day, on chips that are, without what is predicted."""
    known, known_chips, found = {*Known(DISCLOSED, day).labels}, Known(CHIPS, day).labels, []
    for row in rows_of(DISCLOSED):
        predictable = row["chip"] in known_chips and (row[COMPUTE] or row[HOURS_HEAD])
        if row["run"] not in known and predictable and any(row[head] for head in QUANTITIES.values()):
            found.append(row | dict.fromkeys((HOURS_HEAD, LENGTH_HEAD) if row[COMPUTE] else (), ""))
    return found


def write_rows(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write rows as a table of the study of all runs, numbered, and without the days on which they were known."""
    heads = [head for head in rows[0] if head not in UNREAD]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([[number, *(row[head] for head in heads[1:])] for number, row in enumerate(rows, start=1)])
