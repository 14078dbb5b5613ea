"""The ledger of scores: one row per outcome, with the forecast and its scores. Rows are added and never changed.

It is CSV, which opens in any spreadsheet, takes a new row without a change to the existing ones, and has readable
diffs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mcfrontier.analysis.estimates.estimates import Estimate
from mcfrontier.analysis.estimates.probability import Probability, with_interval
from mcfrontier.analysis.forecasts.scoring_rules import EVENT_SCALE
from mcfrontier.core import limits
from mcfrontier.core.atomic import exclusive, write_files
from mcfrontier.core.csvtext import cell_text, csv_cell, csv_text
from mcfrontier.core.errors import InputError, located
from mcfrontier.study import csv_table, locate

LEDGER_FILE = "ledger.csv"


class Row(msgspec.Struct, kw_only=True, frozen=True):
    """An outcome of a quantity, with the forecast of a run and its scores.

    `percentile` is of 0 to 100. `crps`, `p5`, `p50`, `p95` and `outcome` are in `unit`; the outcome of an event is 1 or
    0. A cell is empty if its value is not a number.
    """

    study: str
    quantity: str
    outcome: float
    unit: str
    source: str
    note: str
    priors_sha256: str
    set: str
    sampler: str
    seed: int
    draws: int
    version: str
    percentile: float
    percentile_error: float
    crps: float
    crps_error: float
    scale: str
    crps_log: float
    crps_log_error: float
    log_score: float
    log_score_error: float
    p5: float
    p5_error: float
    p50: float
    p50_error: float
    p95: float
    p95_error: float

    @property
    def is_event(self) -> bool:
        """Whether the quantity is an event, which has no intervals."""
        return self.scale == EVENT_SCALE

    @property
    def probability(self) -> Probability:
        """The forecast probability of an event, from the log score: the logarithm of the probability of the outcome."""
        likely = math.exp(self.log_score)
        error = likely * self.log_score_error if likely and math.isfinite(self.log_score_error) else 0.0
        return with_interval(Estimate(likely if self.outcome else 1 - likely, error), self.draws)

    @property
    def outcome_key(self) -> tuple[str, str, float]:
        """The study, quantity and outcome. Rows with the same key are of one outcome."""
        return self.study, self.quantity, float(f"{self.outcome:.9e}")

    @property
    def priors_key(self) -> tuple[str, str]:
        """The priors and pins of the run."""
        return self.priors_sha256, self.set


COLUMN_TYPES = {field.name: field.type for field in msgspec.structs.fields(Row)}
REQUIRED_COLUMNS = ("outcome", "percentile", "crps", "p5", "p50", "p95")  # columns that need a number in every row
ERROR_COLUMNS = tuple(name for name in COLUMN_TYPES if name.endswith("_error"))


def shipped() -> Path:
    """The ledger of the package: public figures against studies that do not use them."""
    return locate.shipped() / LEDGER_FILE


def read(path: Path) -> list[Row]:
    """Read a ledger, or raise InputError if it is damaged."""
    if not os.path.exists(path):
        raise InputError(f"{path}: there is no such ledger; score FOLDER --outcome ... --ledger {path} makes one")
    with located(locate.display_path(path)):
        head, rows = csv_table.cells(path, limits.LEDGER_BYTES)
        if head != [*COLUMN_TYPES]:
            wrong = next((name for name in head if name not in COLUMN_TYPES), None)
            what = f"it has no column '{wrong}'" if wrong else f"its columns are not {', '.join(COLUMN_TYPES)}"
            raise InputError(f"not a ledger: {what}; take another with --ledger, or correct its first line")
        return [parse_row(cells, i + 1) for i, cells in enumerate(rows)]


def parse_row(cells: Sequence[str], place: int) -> Row:
    """A row from the texts of its cells."""
    with located(f"row {place} ({cells[0]}, {cells[1]})"):
        texts = dict(zip(COLUMN_TYPES, map(cell_text, cells), strict=True))
        numbers = {name: parse_number(name, text) for name, text in texts.items() if COLUMN_TYPES[name] is not str}
        for name in REQUIRED_COLUMNS:
            if not math.isfinite(numbers[name]):
                raise InputError(f"{name}: a number is missing; take the row out, or correct it")
        if not 0 <= numbers["percentile"] <= 100:
            raise InputError(f"percentile: {numbers['percentile']:g} is not between 0 and 100; correct it")
        for name in ERROR_COLUMNS:
            if numbers[name] < 0:
                raise InputError(f"{name}: {numbers[name]:g} is negative; correct it")
        if texts["scale"] == EVENT_SCALE and numbers["log_score"] > 0:
            raise InputError(f"log_score: {numbers['log_score']:g} is not the logarithm of a probability; correct it")
        return msgspec.convert(texts | numbers, Row)


def parse_number(name: str, text: str) -> float:
    """The number in a cell; an empty cell of a column of floats is not a number."""
    try:
        if COLUMN_TYPES[name] is int:
            return int(text)
        return float(text) if text else math.nan
    except ValueError:
        raise InputError(f"{name}: '{text}' is not a number; take the row out, or correct it") from None


def lines_of(rows: Sequence[Row], head: bool) -> str:
    """Rows as the lines of a ledger."""
    lines = [[as_cell(getattr(row, name)) for name in COLUMN_TYPES] for row in rows]
    return csv_text([[*COLUMN_TYPES], *lines] if head else lines)


def as_cell(value: str | float) -> str:
    """A value as a cell: on one line, no formula, and empty if it is not a number."""
    if isinstance(value, str):
        return csv_cell(" ".join(value.split()))
    return "" if math.isnan(value) else repr(value)


def add(path: Path, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Add rows to a ledger, which is made if it does not exist, while no other process adds any.

    Returns the rows that were added, and those that were not: the same outcome was scored before for the same priors.
    """
    with exclusive(path):
        return add_alone(path, rows)


def add_alone(path: Path, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Add rows to a ledger that no other process changes."""
    present = read(path) if os.path.exists(path) else []
    known = {(*row.outcome_key, *row.priors_key) for row in present}
    added: list[Row] = []
    repeated: list[Row] = []
    for row in rows:
        key = (*row.outcome_key, *row.priors_key)
        (repeated if key in known else added).append(row)
        known.add(key)
    if added:
        before = path.read_bytes() if present else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        write_files(path.parent, {path.name: before + lines_of(added, head=not present).encode()})
    return added, repeated


def first_rows(rows: Sequence[Row]) -> list[Row]:
    """The first row of each outcome: the priors of later ones may know the outcome."""
    found: dict[tuple[str, str, float], Row] = {}
    for row in rows:
        found.setdefault(row.outcome_key, row)
    return [*found.values()]
