"""percentiles.csv and percentiles.json: statistics of every quantity, each with its Monte Carlo error; for an event,
its probability first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from mcfrontier.analysis.estimates.estimates import LEVELS, STATISTICS, quantile_name
from mcfrontier.analysis.estimates.probability import INTERVAL_WORDS
from mcfrontier.core import limits
from mcfrontier.core.arrays import Array
from mcfrontier.core.csvtext import csv_cell, csv_text
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.kinds import PROBABILITY
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import unstable_statistics
from mcfrontier.runs.estimates import integrated, summary
from mcfrontier.runs.summary import Summary

Unstable = Mapping[str, tuple[str, ...]]  # the statistics that are not to be reported, by row
UNSTABLE = "not stable"  # the note of a mean or sd that is not to be reported
CONDITIONAL_WORDS = {*map(quantile_name, LEVELS)}  # the percentiles that conditional estimates are used for


class Percentiles(msgspec.Struct, frozen=True):
    """The keys of percentiles.json: see `percentiles_json`."""

    study: str
    seed: int
    draws: int
    integrated: dict[str, str]
    quantities: Annotated[dict[str, dict[str, Any]], msgspec.Meta(max_length=limits.ROWS)]
    unstable_mean: list[str] = []
    unstable_sd: list[str] = []

    @property
    def unstable(self) -> Unstable:
        """The statistics that are not to be reported, by row; the sd, where the mean is not, in older files too."""
        return dict.fromkeys(self.unstable_sd, ("sd",)) | dict.fromkeys(self.unstable_mean, ("mean", "sd"))

    def __post_init__(self) -> None:
        """Refuse a row without a unit or one of the statistics; the decoder adds the place."""
        for row, found in self.quantities.items():
            unit, errors = found.get("unit"), found.get("mc_error")
            if not isinstance(unit, str) or not 0 < len(unit) <= limits.UNIT_LENGTH:
                raise ValueError(f"{row} has no unit")
            if not isinstance(errors, dict) or not errors.keys() >= {*STATISTICS}:
                raise ValueError(f"{row} has not all statistics with their errors")
            for word, error in errors.items():
                if not (word in found and is_number(found[word]) and is_number(error) and (error or 0) >= 0):
                    raise ValueError(f"{row} has no {word} that is a number, or no error of it")
            if found.keys() >= {*INTERVAL_WORDS} and not (
                PROBABILITY in errors
                and all(is_number(found[word]) for word in ("low", "high"))
                and all(type(found[word]) is int for word in ("hits", "draws"))
            ):
                raise ValueError(f"{row} has an interval that is not that of an event")


def is_number(value: object) -> bool:
    """Whether a value of a JSON file is a number, or null for one that is not finite."""
    return value is None or (isinstance(value, float | int) and not isinstance(value, bool))


def write_csv(run: RunCore, path: Path) -> None:
    """Write the statistics of all rows as CSV."""
    path.write_text(percentiles_csv(summary(run), unstable_statistics(run)), encoding="utf-8", newline="")


def write_json(run: RunCore, path: Path) -> None:
    """Write the statistics of all rows as JSON."""
    path.write_text(run_json(run) + "\n", encoding="utf-8")


def run_json(run: RunCore) -> str:
    """The statistics of all rows as JSON text."""
    given = {"given": list(run.study.given), "effective_draws": run.effective} if run.study.given else {}
    return percentiles_json(run.head | given, summary(run), unstable_statistics(run), integrated(run))


def percentiles_csv(summaries: Mapping[str, Summary], unstable: Unstable) -> str:
    """Statistics as CSV text: quantity, unit, statistic, value, mc_error and note, "not stable" for a mean or sd that
    is not to be reported."""
    lines = [["quantity", "unit", "statistic", "value", "mc_error", "note"]]
    for name, found in summaries.items():
        unit, values, errors = found
        notes = dict.fromkeys(unstable.get(name, ()), UNSTABLE)
        if event := found.probability:
            notes[PROBABILITY] = f"{event.hits} of {event.draws} draws; 95 % interval {event.low!r} to {event.high!r}"
        for statistic, error in errors.items():
            texts = (csv_cell(name), csv_cell(unit), statistic)
            lines.append([*texts, repr(values[statistic]), repr(error), notes.get(statistic, "")])
    return csv_text(lines)


def percentiles_json(
    head: Mapping[str, Any], summaries: Mapping[str, Summary], unstable: Unstable, integrated: Mapping[str, str]
) -> str:
    """Statistics as JSON text: {"format", "study", "seed", "draws", and where there
    are conditions "given" and "effective_draws", "integrated": {row: the input integrated out of its
    percentiles p1 ... p99}, "unstable_mean" and "unstable_sd": [rows whose mean, or sd, is not to be reported],
    "quantities": {row: {"unit", "mean", "sd", "p1" ... "p99", "mc_error": {statistic: standard error}}}}. A number that
    is not finite is null. An event has before its mean, which is equal to it, "probability", "low" and "high", the ends
    of a 95 % confidence interval, and "hits" of "draws", the finite draws with the event and all of them."""
    conditional = {
        row: name
        for row, name in integrated.items()
        if row in summaries and CONDITIONAL_WORDS & summaries[row].values.keys()
    }
    quantities = {name: {"unit": each.unit, **statistics(each)} for name, each in summaries.items()}
    content: dict[str, Any] = {"format": FORMAT, **head, "integrated": conditional}
    for word in ("mean", "sd"):
        content[f"unstable_{word}"] = [row for row, words in unstable.items() if word in words and row in summaries]
    content["quantities"] = quantities
    return json_text(content)


def statistics(summary: Summary) -> dict[str, Any]:
    """The statistics of a row by name, and their errors under "mc_error"."""
    return {**summary.values, "mc_error": summary.errors}


def summary_at(
    summary: Summary, levels: Sequence[float], from_draws: Callable[[list[float]], tuple[Array, Array]]
) -> Summary:
    """Mean, sd and quantiles of a row at some levels.

    Those in the files of a run are taken from `summary`, so that a run and its folder agree; all others are computed by
    `from_draws`, which returns values and errors (2 + levels,).
    """
    unit, values, errors = summary
    requested = {quantile_name(level): level for level in levels}
    rest = {name: level for name, level in requested.items() if name not in values}
    if rest:
        found = (dict(zip(("mean", "sd", *rest), x.tolist(), strict=True)) for x in from_draws([*rest.values()]))
        values, errors = (computed | stated for computed, stated in zip(found, (values, errors), strict=True))
    words = (PROBABILITY, *INTERVAL_WORDS, "mean", "sd", *requested)
    values, errors = ({name: each[name] for name in words if name in each} for each in (values, errors))
    return Summary(unit, values, errors)
