"""The ledger: what was foretold and what came out, a line an outcome. Lines are added and never changed.

It is CSV: any spreadsheet opens it, a line is added without touching the others, and a diff of it is read at a glance.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import msgspec

from mcfrontier import files, tables
from mcfrontier.analysis.scores import EVENT
from mcfrontier.errors import InputError, located
from mcfrontier.writing import put

NAME = "ledger.csv"


class Row(msgspec.Struct, kw_only=True, frozen=True):
    """An outcome of a quantity, and what a run had said of it. `percentile` is of 0 to 100; `crps` and the percentiles
    are in `unit`; what is not a number has an empty cell. The outcome of an event is 1 or 0."""

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
        """Whether it is of an event, which lies in no interval."""
        return self.scale == EVENT

    @property
    def probability(self) -> tuple[float, float]:
        """The probability that was foretold of an event, with its error: the log score is the logarithm of that of the
        outcome."""
        likely = math.exp(self.log_score)
        return likely if self.outcome else 1 - likely, likely * self.log_score_error if likely else 0.0

    @property
    def asked(self) -> tuple[str, str, float]:
        """What came out of what: rows that have it in common are of one outcome."""
        return self.study, self.quantity, float(f"{self.outcome:.9e}")

    @property
    def believed(self) -> tuple[str, str]:
        """What was believed."""
        return self.priors_sha256, self.set


KINDS = {field.name: field.type for field in msgspec.structs.fields(Row)}
KNOWN = ("outcome", "percentile", "crps", "p5", "p50", "p95")  # what no row can be without


def shipped() -> Path:
    """The ledger that came with the package: public figures against studies that do not use them."""
    return files.shipped() / NAME


def read(path: Path) -> list[Row]:
    """The rows of a ledger."""
    if not path.exists():
        raise InputError(f"{path}: there is no such ledger; score FOLDER --outcome ... --ledger {path} begins one")
    with located(files.shown(path)):
        head, rows = tables.cells(path)
        if head != [*KINDS]:
            wrong = next((name for name in head if name not in KINDS), None)
            what = f"'{wrong}' is no column of one" if wrong else f"its columns are not {', '.join(KINDS)}"
            raise InputError(f"not a ledger: {what}; take another with --ledger, or mend its first line")
        return [row(cells, i + 1) for i, cells in enumerate(rows)]


def row(cells: Sequence[str], place: int) -> Row:
    """A row from the texts of its cells."""
    with located(f"row {place} ({cells[0]}, {cells[1]})"):
        found = {name: cell(name, text) for name, text in zip(KINDS, cells, strict=True)}
        for name in KNOWN:
            if not math.isfinite(found[name]):
                raise InputError(f"{name}: it has no number; take the row out, or mend it")
        if not 0 <= found["percentile"] <= 100:
            raise InputError(f"percentile: {found['percentile']:g} is not between 0 and 100; mend it")
        return Row(**found)


def cell(name: str, text: str) -> str | float | int:
    """A cell as its column has it."""
    if KINDS[name] is str:
        return text
    try:
        return KINDS[name](text) if text or KINDS[name] is int else math.nan
    except ValueError:
        raise InputError(f"{name}: '{text}' is no number; take the row out, or mend it") from None


def written(rows: Sequence[Row], head: bool) -> str:
    """Rows as the lines of a ledger."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    if head:
        lines.writerow(KINDS)
    lines.writerows([told(getattr(row, name)) for name in KINDS] for row in rows)
    return out.getvalue()


def told(value: str | float) -> str:
    """A value as a cell: on one line, and empty where it is not a number."""
    if isinstance(value, str):
        return " ".join(value.split())
    return "" if math.isnan(value) else repr(value)


def add(path: Path, rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Add rows to a ledger, which is made if it is not there: those that are added, and those that are not, because
    the same outcome was scored before against the same beliefs."""
    kept = read(path) if path.exists() else []
    known = {(*row.asked, *row.believed) for row in kept}
    new, old = [], []
    for each in rows:
        (old if (*each.asked, *each.believed) in known else new).append(each)
        known.add((*each.asked, *each.believed))
    if new:
        before = path.read_bytes() if kept else b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        put(path.parent, {path.name: before + written(new, head=not kept).encode()})
    return new, old


def first_of_each(rows: Sequence[Row]) -> list[Row]:
    """One row an outcome, the one that was written first: what is believed later may know the outcome."""
    found: dict[tuple[str, str, float], Row] = {}
    for each in rows:
        found.setdefault(each.asked, each)
    return [*found.values()]
