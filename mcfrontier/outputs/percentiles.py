"""percentiles.csv and percentiles.json: statistics of every quantity, each with its Monte Carlo error; of an event its
probability first."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcfrontier.analysis import intervals
from mcfrontier.finished import FORMAT, Finished
from mcfrontier.outputs.text import json_text
from mcfrontier.results import Run, Summary

UNSTABLE = "not stable"  # of a mean, or sd, that is not to be told
SHARP = {*map(intervals.word, intervals.LEVELS)}  # all others are of the draws alone


def write_csv(run: Run, path: Path) -> None:
    """The statistics of all rows, as percentiles_csv gives them."""
    path.write_text(percentiles_csv(run), encoding="utf-8", newline="")


def write_json(run: Run, path: Path) -> None:
    """The same as JSON, in the shape that percentiles_json gives."""
    path.write_text(percentiles_json(run) + "\n", encoding="utf-8")


def percentiles_csv(run: Run | Finished, told: Mapping[str, Summary] | None = None) -> str:
    """Statistics as CSV, those of all rows, or those told: quantity, unit, statistic, value, mc_error, and in note "not
    stable" of a mean or sd that is not to be told."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["quantity", "unit", "statistic", "value", "mc_error", "note"])
    for name, (unit, values, errors) in (run.summary if told is None else told).items():
        notes = dict.fromkeys(("mean", "sd"), UNSTABLE) if name in run.unstable else {}
        for word, value in values.items():
            lines.writerow([name, unit, word, repr(value), repr(errors[word]), notes.get(word, "")])
    return text.getvalue()


def percentiles_json(run: Run | Finished, told: Mapping[str, Summary] | None = None) -> str:
    """Statistics as JSON text, those of all rows, or those told: {"format", "study", "seed", "draws", "integrated":
    {name: the input that is integrated out of its percentiles p1 ... p99}, "unstable_mean": [names whose mean is not to
    be told], "quantities": {name: {"unit", "mean", "sd", "p1" ... "p99", "mc_error": {statistic: standard error}}}}; a
    number that is not finite is null. An event has "probability" before its mean, which is it."""
    told = run.summary if told is None else told
    sharp = {row: name for row, name in run.integrated.items() if row in told and SHARP & told[row].values.keys()}
    quantities = {name: {"unit": each.unit, **statistics(each)} for name, each in told.items()}
    head = {"format": FORMAT, **run.head, "integrated": sharp}
    head |= {"unstable_mean": [row for row in run.unstable if row in told], "quantities": quantities}
    return json_text(head)


def statistics(told: Summary) -> dict[str, Any]:
    """The statistics of a row, and under mc_error their errors."""
    return {**told.values, "mc_error": told.errors}
