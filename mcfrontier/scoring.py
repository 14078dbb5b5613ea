"""What came out, set against what a finished run had said of it."""

from __future__ import annotations

import math

import numpy as np

from mcfrontier import units
from mcfrontier.analysis import scores
from mcfrontier.analysis.intervals import BRIEF, BRIEF_WORDS
from mcfrontier.errors import InputError, located
from mcfrontier.finished import Finished, summary_at
from mcfrontier.ledger import Row
from mcfrontier.wording import parts

PLAIN = ("1", "share")  # units whose figures may be stated bare


def outcome(run: Finished, text: str) -> tuple[str, float]:
    """NAME=VALUE UNIT, as a row of a run and a number in that row's unit."""
    with located(f"--outcome {text}"):
        name, equals, stated = (part.strip() for part in text.rpartition("="))
        if name.endswith(("<", ">")):
            raise InputError("a bound has no percentile; give the figure itself")
        if not (name and equals and stated):
            named = next((row for row in (stated, name) if row in run.rows), run.targets[0])
            raise InputError(f"write NAME=VALUE UNIT, such as {example(run, named)}")
        row = row_of(run, name)
        if run.unit(row) == units.DATE and units.is_day(stated):
            return row, units.read(stated, units.DATE, row)
        number, unit = units.split(stated)
        if not math.isfinite(number):
            raise InputError(f"a number with its unit is expected, such as {example(run, row)}")
        return row, converted(run, row, number, unit)


def row_of(run: Finished, name: str) -> str:
    """The row of a run that is named, of a quantity that has many by its label."""
    rows = run.rows_of([name])
    if name not in rows:
        raise InputError(f"{name} has {len(rows)} rows; name one, such as '{rows[0]}'")
    return name


def converted(run: Finished, row: str, number: float, unit: str) -> float:
    """A stated number in the unit of a row."""
    own = run.unit(row)
    if not unit and own not in PLAIN:
        raise InputError(f"its unit is missing; write {row}={number:g} {own}, if that is what it is in")
    if not units.same_kind(unit or "1", own):
        raise InputError(f"'{unit or '1'}' is not a unit of {parts(row)[0]}; give it in {own}")
    value = units.convert(number, unit or own, own)
    if run.is_event(row) and value not in (0, 1):
        raise InputError(f"an event happened or did not; write {row}=1 or {row}=0")
    if own == "share" and not 0 <= value <= 1:
        raise InputError(f"a share is between 0 and 1; write {row}={number:g}%, if that is meant")
    return value


def example(run: Finished, row: str) -> str:
    """How an outcome of a row is written."""
    digits, median = 6 if run.unit(row) == units.DATE else 3, run.estimates(row, [0.5])[0][-1]
    return f"{row}={median:.{digits}g} {run.unit(row)}".removesuffix(" 1").removesuffix(" share")


def stated(run: Finished, row: str) -> str:
    """How a run was told of a quantity that it ought to have foretold; nothing where it was not."""
    name = parts(row)[0]
    if name in run.manifest.inputs:
        return "an input"
    return "evidence" if name in {parts(seen["quantity"])[0] for seen in run.manifest.evidence.values()} else ""


def scored(run: Finished, row: str, value: float, source: str = "", note: str = "") -> tuple[Row, int]:
    """An outcome of a row, in its unit, as a row of the ledger; and how many draws have no figure and are left out."""
    x, asked = run.told(row), run.manifest
    lost = int((~np.isfinite(x)).sum())
    if lost == x.size:
        raise InputError(f"{run.folder}: {row}: no draw has a figure, so nothing was foretold")
    value = min(value, asked.capped.get(row, value))  # which stands for all beyond
    found = scores.score(x, value, positive=run.unit(row) != units.DATE, event=run.is_event(row))
    _, values, errors = summary_at(run, row, BRIEF)
    return Row(
        study=asked.study,
        quantity=row,
        outcome=value,
        unit=run.unit(row),
        source=source,
        note=note,
        priors_sha256=asked.priors_sha256,
        set="; ".join(f"{name}={pinned}" for name, pinned in sorted(asked.set.items())),
        sampler=asked.sampler,
        seed=asked.seed,
        draws=asked.draws,
        version=asked.versions.get("mcfrontier", ""),
        percentile=100 * found.percentile.value,
        percentile_error=100 * found.percentile.error,
        crps=found.crps.value,
        crps_error=found.crps.error,
        scale=found.scale,
        crps_log=found.crps_log.value,
        crps_log_error=found.crps_log.error,
        log_score=found.log_score.value,
        log_score_error=found.log_score.error,
        **{word: values[word] for word in BRIEF_WORDS},
        **{f"{word}_error": errors[word] for word in BRIEF_WORDS},
    ), lost
