"""Scores of outcomes as the cells of tables, as JSON and as a PDF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from mcfrontier.analysis.forecasts.coverage import Coverage, bias, coverage, median_log10_error, narrowest_interval
from mcfrontier.core import units
from mcfrontier.core.atomic import write_files
from mcfrontier.core.formatting import amount, label, sentence, signed
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.tasks.score.ledger import Row

PDF_FILE = "calibration.pdf"
LOG_CRPS = "CRPS of the log"
SHORT_HEAD = ("quantity", "outcome", "p50", "percentile", "inside", "CRPS", LOG_CRPS, "log score")  # of new outcomes
LEDGER_HEAD = ("study", "quantity", "outcome", "p50", "percentile", "inside", LOG_CRPS, "log score")  # of a ledger
PDF_HEAD = ("study", "quantity", "outcome", "p5", "p50", "p95", "percentile", "inside", "CRPS", LOG_CRPS, "log score")
LEVEL_HEAD = ("interval", "expected", "inside", "share inside", "95% confidence interval")
CAUTION = (
    "the confidence intervals and the p-value are for independent outcomes; outcomes of one run, and of runs with "
    "inputs in common, are not independent, so these intervals are too narrow and the p-value is too small"
)


def cells(row: Row, head: Sequence[str]) -> list[str]:
    """The cells of an outcome under a head, with no more digits than the Monte Carlo error allows. Of an event: whether
    it happened, and its probability."""
    found = {
        "study": row.study,
        "quantity": label(row.quantity),
        "outcome": amount(row.outcome, row.unit, digits=4),
        "p5": amount(row.p5, row.unit, finite_error(row.p5_error)),
        "p50": amount(row.p50, row.unit, finite_error(row.p50_error)),
        "p95": amount(row.p95, row.unit, finite_error(row.p95_error)),
        "percentile": percent(row),
        "inside": inside(row),
        "CRPS": amount(row.crps, row.unit, finite_error(row.crps_error)),
        LOG_CRPS: amount(row.crps_log, "1", finite_error(row.crps_log_error)),
        "log score": log_score(row),
    }
    if row.is_event:
        found |= dict.fromkeys(("p5", "p95", "percentile", "inside"), "–")
        found["outcome"] = "happened" if row.outcome else "did not happen"
        found["p50"] = f"probability {row.probability.text()}"
        found["CRPS"] = f"Brier {amount(row.crps, '1', finite_error(row.crps_error))}"
    return [found[name] for name in head]


def percent(row: Row) -> str:
    """The percentile of an outcome."""
    return amount(row.percentile, "%", finite_error(row.percentile_error)).removesuffix("%")


def inside(row: Row) -> str:
    """The narrowest central interval that contains an outcome."""
    level = narrowest_interval(row.percentile / 100)
    return "in none" if level is None else f"{100 * level:.0f}%"


def log_score(row: Row) -> str:
    """The log score; minus infinity if the outcome is outside of all draws."""
    return "−∞" if row.log_score == -math.inf else amount(row.log_score, "1", finite_error(row.log_score_error))


def finite_error(error: float) -> float:
    """An error; 0 if it is not finite."""
    return error if math.isfinite(error) else 0.0


def covered(rows: Sequence[Row]) -> list[Coverage]:
    """The coverage of the intervals of each level; empty if all outcomes are of events."""
    found = percentiles(rows)
    return coverage(found) if found else []


def percentiles(rows: Sequence[Row]) -> list[float]:
    """The percentiles of outcomes, from 0 to 1, without those of events."""
    return [row.percentile / 100 for row in rows if not row.is_event]


def level_cells(each: Coverage) -> list[str]:
    """The cells of a level under LEVEL_HEAD."""
    low, share, high = (f"{100 * x:.0f}%" for x in (each.low, each.share, each.high))
    expected = f"{each.level * each.count:.1f} of {each.count}"
    return [f"{100 * each.level:.0f}%", expected, str(each.inside), share, f"{low} to {high}"]


def bias_text(rows: Sequence[Row]) -> str:
    """The number of outcomes below their medians, with its p-value, and by how much."""
    found = bias(percentiles(rows))
    test = f"two-sided binomial p = {found.p_value:.2g}"
    error = log10_error(rows)
    size = f"; median log10 of outcome over p50 {signed(error, 3)}" if math.isfinite(error) else ""
    return f"{found.below} of {found.count} outcomes below the median, {found.count / 2:.1f} expected ({test}){size}"


def log10_error(rows: Sequence[Row]) -> float:
    """The median of the decimal logarithm of outcome over median, without events and dates; NaN where there are
    none."""
    used = [row for row in rows if not row.is_event and row.unit != units.DATE_UNIT]
    return median_log10_error([row.outcome for row in used], [row.p50 for row in used])


def row_json(row: Row) -> dict[str, Any]:
    """A row, with the narrowest interval "inside" which it is, and of an event the forecast "probability" with the ends
    "low" and "high" of its confidence interval and the "hits" of its draws."""
    found = msgspec.structs.asdict(row)
    if row.is_event:
        chance = row.probability
        return found | {"probability": chance.value, **chance.interval, "inside": None}
    return found | {"inside": narrowest_interval(row.percentile / 100)}


def rows_json(rows: Sequence[Row]) -> str:
    """A JSON list of rows."""
    return json_text([row_json(row) for row in rows])


def ledger_json(rows: Sequence[Row], **further: Any) -> str:
    """{"outcomes": the rows, "calibration": [{"level", "inside", "count", "low", "high", "share"}], "bias": {"below",
    "count", "p_value", "median_log10_error"}}, and further keys."""
    levels = [{**asdict(each), "share": each.share} for each in covered(rows)]
    below = asdict(bias(percentiles(rows))) | {"median_log10_error": log10_error(rows)}
    return json_text({"outcomes": [row_json(row) for row in rows], "calibration": levels, "bias": below, **further})


def write_pdf(rows: Sequence[Row], folder: Path) -> Path:
    """Write calibration.pdf into a folder: the figures, the coverage of each level, and every outcome."""
    from mcfrontier.outputs.figures.forecasts import coverage as coverage_figure
    from mcfrontier.outputs.figures.forecasts.pit import pit

    found = percentiles(rows)
    figures = {"pit": pit, "calibration": coverage_figure.coverage}
    data = {
        "captions": {name: " ".join((figure.__doc__ or "").split()) for name, figure in figures.items()},
        "count": len(rows),
        "events": len(rows) - len(found),
        "bias": sentence(bias_text(rows)),
        "caution": sentence(CAUTION),
        "level_head": LEVEL_HEAD,
        "levels": [level_cells(each) for each in covered(rows)],
        "head": PDF_HEAD,
        "rows": [cells(row, PDF_HEAD) for row in rows],
        "sources": [[row.study, label(row.quantity), row.source, row.note] for row in rows],
    }
    pictures = {f"{name}.svg": figure(found).svg() for name, figure in figures.items()}
    return write_files(folder, {PDF_FILE: typeset(Path(__file__).with_name("calibration.typ"), data, pictures)})[0]
