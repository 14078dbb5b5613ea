"""Scores of the forecasts of a saved run for observed outcomes."""

from __future__ import annotations

import numpy as np

from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.analysis.forecasts import scoring_rules
from mcfrontier.core import units
from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.expressions.parser import amount
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT, SUMMARY_STATISTICS, currencies
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.study import money
from mcfrontier.tasks.score.ledger import Row

BARE_UNITS = ("1", "share")  # units that an outcome may leave out


def read_outcome(run: RunFolder, text: str, money_year: int | None = None) -> tuple[str, float]:
    """Parse NAME=VALUE UNIT into a row of the run and the outcome in the unit of that row, and in money of the price
    year of the run if it is in money of another."""
    with located(f"--outcome {text}"):
        name, equals, stated = (part.strip() for part in text.rpartition("="))
        if name.endswith(("<", ">")):
            raise InputError("a bound has no percentile; give the figure itself")
        if not (name and equals and stated):
            named = next((row for row in (stated, name) if row in run.rows), run.targets[0])
            raise InputError(f"write NAME=VALUE UNIT, such as {example(run, named)}")
        row = row_of(run, name)
        try:
            found = amount(stated)
        except InputError:
            raise InputError(f"a number with its unit is expected, such as {example(run, row)}") from None
        return row, convert(run, row, found.value, found.unit) * money_factor(run, row, money_year)


def money_factor(run: RunFolder, row: str, money_year: int | None) -> float:
    """The factor from money of a year to that of the price year of the run; 1 where no year is stated."""
    price_year = run.manifest.page.get("price_year")
    if money_year is None:
        return 1.0
    if not currencies(run.unit(row)):
        raise InputError(f"--money-year {money_year}: {row} is no amount of money; score it without")
    if price_year is None:
        raise InputError(f"--money-year {money_year}: the run has no price year; state price_year in its priors file")
    return money.factor(run.unit(row), money_year, price_year)


def row_of(run: RunFolder, name: str) -> str:
    """The row with a name. A row of a many-valued quantity is named with its label."""
    rows = run.rows_of([name])
    if name not in rows:
        raise InputError(f"{name} has {len(rows)} rows; name one, such as '{rows[0]}'")
    return name


def convert(run: RunFolder, row: str, number: float, unit: str) -> float:
    """Convert a stated number to the unit of a row."""
    own = run.unit(row)
    if not unit and own not in BARE_UNITS:
        raise InputError(f"its unit is missing; write {row}={number:g} {own}, if that is its unit")
    if not units.same_kind(unit or "1", own):
        raise InputError(f"'{unit or '1'}' is not a unit of {split_row(row)[0]}; give it in {own}")
    value = units.convert(number, unit or own, own)
    kind = run.kind(row)
    if kind.points and value not in kind.points:
        raise InputError(f"an event happened or did not; write {row}=1 or {row}=0")
    if not kind.low <= value <= kind.high:
        raise InputError(f"a share is between 0 and 1; write {row}={number:g}%, if that is meant")
    return value


def example(run: RunFolder, row: str) -> str:
    """An example of an outcome of a row: its median."""
    digits, median = 6 if run.unit(row) == units.DATE_UNIT else 3, run.estimates(row, [0.5])[0][-1]
    return f"{row}={median:.{digits}g} {run.unit(row)}".removesuffix(" 1").removesuffix(" share")


def stated_kind(run: RunFolder, row: str) -> str:
    """How a quantity was stated to the run: "an input" or "evidence"; empty if it is a forecast."""
    name = split_row(row)[0]
    if name in run.manifest.inputs:
        return "an input"
    return "evidence" if name in {split_row(seen["quantity"])[0] for seen in run.manifest.evidence.values()} else ""


@extremes_allowed()
def score_outcome(run: RunFolder, row: str, value: float, source: str = "", note: str = "") -> tuple[Row, int]:
    """Score an outcome in the unit of its row: the row of the ledger, and the number of non-finite draws left out."""
    x, manifest = run.samples(row), run.manifest
    non_finite = int((~np.isfinite(x)).sum())
    if non_finite == x.size:
        raise InputError(f"{run.folder}: {row}: none of its draws is finite, so it has no forecast; take another row")
    value = min(value, manifest.capped.get(row, value))  # the cap stands for all values beyond it
    found = scoring_rules.score(x, value, positive=run.unit(row) != units.DATE_UNIT, event=run.kind(row) is EVENT)
    _, values, errors = run.summary_at(row, SUMMARY_LEVELS)
    return Row(
        study=manifest.study,
        quantity=row,
        outcome=value,
        unit=run.unit(row),
        source=source,
        note=note,
        priors_sha256=manifest.priors_sha256,
        set="; ".join(f"{name}={text}" for name, text in sorted((manifest.set | manifest.priors).items())),
        sampler=manifest.sampler,
        seed=manifest.seed,
        draws=manifest.draws,
        version=manifest.versions.get("mcfrontier", ""),
        percentile=100 * found.percentile.value,
        percentile_error=100 * found.percentile.error,
        crps=found.crps.value,
        crps_error=found.crps.error,
        scale=found.scale,
        crps_log=found.crps_log.value,
        crps_log_error=found.crps_log.error,
        log_score=found.log_score.value,
        log_score_error=found.log_score.error,
        **{word: values[word] for word in SUMMARY_STATISTICS},
        **{f"{word}_error": errors[word] for word in SUMMARY_STATISTICS},
    ), non_finite
