"""The calibration of predicted chip-hours as the cells of tables, as lines, as JSON and as a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier.analysis.forecasts.cross_validation import BINOMIAL_LEVEL, LEVELS, binomial_interval, group_weights
from mcfrontier.core.atomic import write_files
from mcfrontier.core.formatting import amount, sentence, signed, whole_percent
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.runs.calibration import (
    COMPARED,
    COVERAGE_LEVELS,
    HOURS_UNIT,
    REFERENCE,
    PredictedRun,
    Summary,
    summarise,
)

JSON_FILE, PDF_FILE = "calibration.json", "runs.pdf"
CLASS_HEAD = ("class", "runs", "families", "median", "in 90%", "error", "CRPS", "(a)", "(b)")
LEVEL_HEAD = ("interval", "families inside", f"{100 * BINOMIAL_LEVEL:.0f}% binomial interval")
RUN_HEAD = ("run", "family", "class", "chip-hours", "p5", "p50", "p95", "percentile", "CRPS")
WORDS = {"0": "dense", "1": "MoE"}  # of the column moe
LEGEND = (
    "each family counts once; median: of the utilisation of paid time; error: median log10 of outcome over p50; "
    "CRPS: of log10 of the chip-hours, by the reference class, (a) by a fixed utilisation, (b) by that of Claude-Next; "
    "p: that the reference class is no better, by a bootstrap over families"
)


def class_name(kind: Sequence[str]) -> str:
    """The class of a run as text: hopper MoE fp8."""
    return " ".join(WORDS.get(level, level or "unknown") for level in kind)


def by_class(runs: Sequence[PredictedRun]) -> dict[str, list[PredictedRun]]:
    """The runs of each class, that of the most runs first."""
    found: dict[str, list[PredictedRun]] = {}
    for run in runs:
        found.setdefault(class_name(run.kind), []).append(run)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def class_cells(name: str, runs: Sequence[PredictedRun]) -> list[str]:
    """The cells of a class under CLASS_HEAD."""
    found = summarise(runs)
    median = float(np.median([run.utilisation for run in runs]))
    scores = [f"{found.crps[each]:.3f}" for each in (REFERENCE, *COMPARED)]
    counts, inside = [str(len(runs)), str(found.families)], whole_percent(found.coverage[COVERAGE_LEVELS[-1]])
    return [name, *counts, whole_percent(median), inside, signed(found.median_log10_error, 2), *scores]


def class_rows(runs: Sequence[PredictedRun]) -> list[list[str]]:
    """The rows of the table of classes, and that of all runs."""
    return [class_cells(*each) for each in [*by_class(runs).items(), ("all", list(runs))]]


def level_rows(found: Summary) -> list[list[str]]:
    """The rows of the table of levels under LEVEL_HEAD."""
    rows = []
    for level in COVERAGE_LEVELS:
        ends = " to ".join(map(whole_percent, binomial_interval(level, found.families)))
        rows.append([whole_percent(level), whole_percent(found.coverage[level]), ends])
    return rows


def bias_line(found: Summary) -> str:
    """The bias of the medians."""
    factor = amount(10**found.median_log10_error, "1", digits=2)
    return f"bias: outcomes are {factor} times p50 in the median (log10 {signed(found.median_log10_error, 3)})"


def score_line(found: Summary) -> str:
    """The mean scores, with their p-values."""
    first, second = (f"{found.crps[name]:.4f} (p = {found.p_values[name]:.2g})" for name in COMPARED)
    return f"CRPS {found.crps[REFERENCE]:.4f}; (a) {first}, (b) {second}"


def short_lines(runs: Sequence[PredictedRun]) -> list[str]:
    """The calibration in two lines, for commands that report more than this."""
    found = summarise(runs)
    inside = ", ".join(
        f"{whole_percent(share)} inside {whole_percent(level)}" for level, share in found.coverage.items()
    )
    return [
        f"calibrate: chip-hours of {found.families} families, each predicted from the rest: {inside}",
        f"calibrate: {bias_line(found)}",
    ]


def content(runs: Sequence[PredictedRun]) -> dict[str, Any]:
    """{"format", "families", "runs", "coverage", "crps", "p_values", "median_log10_error"}."""
    found = short_content(runs)
    return {"format": FORMAT, "families": found.pop("families"), "runs": [run_content(run) for run in runs], **found}


def short_content(runs: Sequence[PredictedRun]) -> dict[str, Any]:
    """{"families", "coverage", "crps", "p_values", "median_log10_error"}."""
    found = summarise(runs)
    return {
        "families": found.families,
        "coverage": {f"{100 * level:.0f}": share for level, share in found.coverage.items()},
        "crps": found.crps,
        "p_values": found.p_values,
        "median_log10_error": found.median_log10_error,
    }


def run_content(run: PredictedRun) -> dict[str, Any]:
    """A run in JSON."""
    found = run.prediction
    quantiles = {f"p{100 * level:.0f}": x for level, x in zip(LEVELS, found.quantiles, strict=True)}
    scores = {"pit": found.percentile, "crps": found.crps, "log10_error": found.log10_error}
    return {"run": run.run, "family": run.family, "hours": run.hours, **quantiles, **scores}


def run_cells(run: PredictedRun) -> list[str]:
    """The cells of a run under RUN_HEAD."""
    found = run.prediction
    hours = [amount(x, HOURS_UNIT).removesuffix(" chip-hours") for x in (run.hours, *found.quantiles[::2])]
    percentile = f"{100 * found.percentile:.1f}"
    return [run.run, run.family, class_name(run.kind), *hours, percentile, f"{found.crps:.3f}"]


def write(runs: Sequence[PredictedRun], folder: Path) -> list[Path]:
    """Write calibration.json and runs.pdf into a folder."""
    files = {JSON_FILE: f"{json_text(content(runs))}\n".encode(), PDF_FILE: pdf(runs)}
    return write_files(folder, files)


def pdf(runs: Sequence[PredictedRun]) -> bytes:
    """The report: calibration by level and by class, the PIT histogram, and each run in its predicted interval."""
    from mcfrontier.outputs.figures.forecasts.outcomes import outcomes, ratio_ends
    from mcfrontier.outputs.figures.forecasts.pit import pit

    found, classes = summarise(runs), by_class(runs)
    ends = ratio_ends([run.prediction.quantiles for run in runs], [run.hours for run in runs])
    drawings = [
        outcomes(
            name, [run.run for run in of], [run.prediction.quantiles for run in of], [run.hours for run in of], ends
        )
        for name, of in classes.items()
    ]
    histogram = pit([run.prediction.percentile for run in runs], group_weights([run.family for run in runs]))
    data = {
        "families": found.families,
        "count": len(runs),
        "level_head": LEVEL_HEAD,
        "levels": level_rows(found),
        "class_head": CLASS_HEAD,
        "classes": class_rows(runs),
        "lines": [sentence(line) for line in (bias_line(found), score_line(found), LEGEND)],
        "captions": [" ".join((figure.__doc__ or "").split()) for figure in (pit, outcomes)],
        "pictures": [f"class{i}.svg" for i in range(len(drawings))],
        "head": RUN_HEAD,
        "rows": [run_cells(run) for members in classes.values() for run in members],
    }
    pictures = {f"class{i}.svg": drawing.svg() for i, drawing in enumerate(drawings)} | {"pit.svg": histogram.svg()}
    return typeset(Path(__file__).with_name("calibrate.typ"), data, pictures)
