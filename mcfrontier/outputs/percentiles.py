"""percentiles.csv and percentiles.json: statistics of every quantity, each with its Monte Carlo error."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from mcfrontier.finished import FORMAT
from mcfrontier.results import Run


def write_csv(run: Run, path: Path) -> None:
    """A row a quantity and statistic: quantity, unit, statistic, value, mc_error, and in note "not stable" of a mean or
    sd that is not to be told."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["quantity", "unit", "statistic", "value", "mc_error", "note"])
        for name, (unit, values, errors) in run.summary.items():
            notes = dict.fromkeys(("mean", "sd"), "not stable") if name in run.unstable else {}
            for word, value in values.items():
                rows.writerow([name, unit, word, repr(value), repr(errors[word]), notes.get(word, "")])


def write_json(run: Run, path: Path) -> None:
    """The same as JSON, in the shape that percentiles_json gives."""
    path.write_text(percentiles_json(run) + "\n", encoding="utf-8")


def percentiles_json(run: Run) -> str:
    """Statistics as JSON text: {"format", "study", "seed", "draws", "integrated": {name: the input that is integrated
    out of its percentiles}, "unstable_mean": [names whose mean is not to be told], "quantities": {name: {"unit",
    "mean", "sd", "p1" ... "p99", "mc_error": {statistic: standard error}}}}; a number that is not finite is null."""
    quantities = {
        name: {"unit": unit, **finite(values), "mc_error": finite(errors)}
        for name, (unit, values, errors) in run.summary.items()
    }
    told = {"format": FORMAT, "study": run.study.name, "seed": run.sampler.seed, "draws": run.sampler.draws}
    told |= {"integrated": run.integrated, "unstable_mean": list(run.unstable)}
    return json.dumps(told | {"quantities": quantities}, indent=1, ensure_ascii=False, allow_nan=False)


def finite(numbers: dict[str, float]) -> dict[str, float | None]:
    """Numbers as JSON can hold them."""
    return {word: number if math.isfinite(number) else None for word, number in numbers.items()}
