"""Outcomes and what was foretold of them: as cells of tables, as JSON, and as a page of PDF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from mcfrontier.analysis.calibration import Coverage, coverage, narrowest
from mcfrontier.figures.calibration import calibration
from mcfrontier.figures.pit import pit
from mcfrontier.ledger import Row
from mcfrontier.outputs.text import json_text
from mcfrontier.outputs.typeset import typeset
from mcfrontier.wording import amount, label, probability, sentence
from mcfrontier.writing import put

NAME = "calibration.pdf"
LOGARITHM = "CRPS of the log"
ONE = ("quantity", "outcome", "p50", "percentile", "inside", "CRPS", LOGARITHM, "log score")  # of a few outcomes
ALL = ("study", "quantity", "outcome", "p50", "percentile", "inside", LOGARITHM, "log score")  # of a ledger's
PAGE = ("study", "quantity", "outcome", "p5", "p50", "p95", "percentile", "inside", "CRPS", LOGARITHM, "log score")
LEVEL_HEAD = ("interval", "expected", "fell inside", "as a share", "what would fit, 95%")
CAUTION = (
    "the shares that would fit are for outcomes that have nothing to do with each other; those of one run, and of runs "
    "believed on the same inputs, have, so they say less than their number"
)


def cells(row: Row, head: Sequence[str]) -> list[str]:
    """An outcome as it is told in some columns: no more digits than the Monte Carlo error allows. Of an event it is
    whether it happened, beside the probability."""
    found = {
        "study": row.study,
        "quantity": label(row.quantity),
        "outcome": amount(row.outcome, row.unit, digits=4),
        "p5": amount(row.p5, row.unit, known(row.p5_error)),
        "p50": amount(row.p50, row.unit, known(row.p50_error)),
        "p95": amount(row.p95, row.unit, known(row.p95_error)),
        "percentile": percent(row),
        "inside": inside(row),
        "CRPS": amount(row.crps, row.unit, known(row.crps_error)),
        LOGARITHM: amount(row.crps_log, "1", known(row.crps_log_error)),
        "log score": log_score(row),
    }
    if row.is_event:
        found |= dict.fromkeys(("p5", "p95", "percentile", "inside"), "–")
        found["outcome"] = "happened" if row.outcome else "did not happen"
        found["p50"] = f"probability {probability(*row.probability)}"
        found["CRPS"] = f"Brier {amount(row.crps, '1', known(row.crps_error))}"
    return [found[name] for name in head]


def percent(row: Row) -> str:
    """The percentile that an outcome fell in."""
    return amount(row.percentile, "%", known(row.percentile_error)).removesuffix("%")


def inside(row: Row) -> str:
    """The narrowest of the intervals that an outcome fell into."""
    level = narrowest(row.percentile / 100)
    return "in none" if level is None else f"{100 * level:.0f}%"


def log_score(row: Row) -> str:
    """The log score, minus infinity where no draw came near."""
    return "−∞" if row.log_score == -math.inf else amount(row.log_score, "1", known(row.log_score_error))


def known(error: float) -> float:
    """An error, none where it could not be told."""
    return 0.0 if math.isnan(error) else error


def covered(rows: Sequence[Row]) -> list[Coverage]:
    """How many of the outcomes fell into the intervals of each level; nothing where there are events alone."""
    fell = percentiles(rows)
    return coverage(fell) if fell else []


def percentiles(rows: Sequence[Row]) -> list[float]:
    """Where outcomes fell, from 0 to 1: all but those of events."""
    return [row.percentile / 100 for row in rows if not row.is_event]


def level_cells(each: Coverage) -> list[str]:
    """A level of intervals as it is told, under LEVEL_HEAD."""
    low, share, high = (f"{100 * x:.0f}%" for x in (each.low, each.share, each.high))
    expected = f"{each.level * each.count:.1f} of {each.count}"
    return [f"{100 * each.level:.0f}%", expected, str(each.inside), share, f"{low} to {high}"]


def row_json(row: Row) -> dict[str, Any]:
    """A row, as "inside" the narrowest interval that it fell into, and of an event the "probability" that was
    foretold."""
    told = msgspec.structs.asdict(row)
    if row.is_event:
        return told | {"probability": row.probability[0], "inside": None}
    return told | {"inside": narrowest(row.percentile / 100)}


def rows_json(rows: Sequence[Row]) -> str:
    """A list of the rows."""
    return json_text([row_json(row) for row in rows])


def ledger_json(rows: Sequence[Row]) -> str:
    """{"outcomes": the rows, "calibration": [{"level", "inside", "count", "low", "high", "share"}]}."""
    levels = [{**each._asdict(), "share": each.share} for each in covered(rows)]
    return json_text({"outcomes": [row_json(row) for row in rows], "calibration": levels})


def write_pdf(rows: Sequence[Row], folder: Path) -> Path:
    """Write calibration.pdf into a folder: both figures, the levels, and every outcome."""
    fell = percentiles(rows)
    figures = {"pit": pit, "calibration": calibration}
    pictures = {f"{name}.svg": figure(fell).svg() for name, figure in figures.items()}
    told = {
        "captions": {name: " ".join(figure.__doc__.split()) for name, figure in figures.items()},
        "count": len(rows),
        "events": len(rows) - len(fell),
        "caution": sentence(CAUTION),
        "level_head": LEVEL_HEAD,
        "levels": [level_cells(each) for each in covered(rows)],
        "head": PAGE,
        "rows": [cells(row, PAGE) for row in rows],
        "sources": [[row.study, label(row.quantity), row.source, row.note] for row in rows],
    }
    return put(folder, {NAME: typeset("calibration.typ", told, pictures)})[0]
