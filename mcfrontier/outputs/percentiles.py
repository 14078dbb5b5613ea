"""percentiles.csv and percentiles.json: statistics of every quantity, each with its Monte Carlo error; of an event its
probability first."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from mcfrontier.finished import FORMAT
from mcfrontier.results import Run, Summary


def write_csv(run: Run, path: Path) -> None:
    """A row a quantity and statistic: quantity, unit, statistic, value, mc_error."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["quantity", "unit", "statistic", "value", "mc_error"])
        for name in run.summary:
            unit, values, errors = statistics(run, name)
            rows.writerows([name, unit, word, repr(values[word]), repr(errors[word])] for word in values)


def write_json(run: Run, path: Path) -> None:
    """The same as JSON, in the shape that percentiles_json gives."""
    path.write_text(percentiles_json(run) + "\n", encoding="utf-8")


def percentiles_json(run: Run) -> str:
    """Statistics as JSON text: {"format", "study", "seed", "draws", "integrated": {name: the input that is integrated
    out of its percentiles}, "quantities": {name: {"unit", "mean", "sd", "p1" ... "p99", "mc_error": {statistic:
    standard error}}}}; a number that is not finite is null. An event has "probability" before its mean, which is it."""
    quantities = {
        name: {"unit": told.unit, **finite(told.values), "mc_error": finite(told.errors)}
        for name, told in ((name, statistics(run, name)) for name in run.summary)
    }
    told = {"format": FORMAT, "study": run.study.name, "seed": run.sampler.seed, "draws": run.sampler.draws}
    told["integrated"] = run.integrated
    return json.dumps(told | {"quantities": quantities}, indent=1, ensure_ascii=False, allow_nan=False)


def statistics(run: Run, row: str) -> Summary:
    """What the files tell of a row."""
    found = run.summary[row]
    if not run.is_event(row):
        return found
    values, errors = ({"probability": each["mean"], **each} for each in (found.values, found.errors))
    return Summary(found.unit, values, errors)


def finite(numbers: dict[str, float]) -> dict[str, float | None]:
    """Numbers as JSON can hold them."""
    return {word: number if math.isfinite(number) else None for word, number in numbers.items()}
