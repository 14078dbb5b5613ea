"""How far the statistics of two runs are from each other, in units of their Monte Carlo errors."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mcfrontier.analysis import intervals
from mcfrontier.errors import InputError
from mcfrontier.finished import AGAIN, PERCENTILES, Finished, Percentiles, number

MOST = 3.0  # combined errors that leave two statistics the same
ROUNDING = 1e-9  # of a figure: libraries round otherwise, and a known figure has no error
Table = dict[str, tuple[str, dict[str, tuple[float, float]]]]  # by row: its unit, and each statistic with its error


@dataclass(frozen=True)
class Gap:
    """A statistic that differs: what it was and is, the combined error of the two, and how many of these it is."""

    row: str
    statistic: str
    unit: str
    before: float
    after: float
    error: float

    @property
    def errors(self) -> float:
        """The difference in combined errors; infinite where there is none, or one of the two is not finite."""
        apart = abs(self.after - self.before)
        if apart <= ROUNDING * max(abs(self.before), abs(self.after)):
            return 0.0
        return apart / self.error if self.error > 0 and math.isfinite(apart) else math.inf


@dataclass(frozen=True)
class Gaps:
    """All statistics that differ, by row and statistic, and the rows that only one run has, or in another unit."""

    found: dict[tuple[str, str], Gap]
    rows: tuple[str, ...] = ()

    def __or__(self, other: Gaps) -> Gaps:
        """These and those of another file, of a statistic the wider."""
        both = dict(self.found)
        for key, gap in other.found.items():
            if key not in both or gap.errors > both[key].errors:
                both[key] = gap
        return Gaps(both, tuple(dict.fromkeys((*self.rows, *other.rows))))

    @property
    def changed(self) -> bool:
        """Whether any of them is more than Monte Carlo error."""
        return bool(self.rows) or any(gap.errors > MOST for gap in self.found.values())

    @cached_property
    def widest(self) -> list[Gap]:
        """Of each row the statistic that differs most, the rows that differ most first."""
        found: dict[str, Gap] = {}
        for gap in self.found.values():
            if gap.row not in found or gap.errors > found[gap.row].errors:
                found[gap.row] = gap
        return sorted(found.values(), key=lambda gap: -gap.errors)


def gaps(before: Table, after: Table) -> Gaps:
    """The statistics that differ between two tables."""
    found = {}
    rows = [row for row in dict.fromkeys((*before, *after)) if before.get(row, "")[:1] != after.get(row, "")[:1]]
    for row in (row for row in before if row in after and row not in rows):
        unit, old = before[row]
        for word, (value, error) in after[row][1].items():
            was, was_error = old.get(word, (math.nan, math.nan))
            if was != value and not (math.isnan(was) and math.isnan(value)):
                found[row, word] = Gap(row, word, unit, was, value, math.hypot(*map(known, (was_error, error))))
    return Gaps(found, tuple(rows))


def known(error: float) -> float:
    """An error; none where it is not told."""
    return error if math.isfinite(error) else 0.0


def of_json(told: Percentiles, folder: Path) -> Table:
    """The statistics of percentiles.json of a folder."""

    def statistics(row: dict) -> dict[str, tuple[float, float]]:
        return {word: (float(number(row[word])), float(number(row["mc_error"][word]))) for word in intervals.STATISTICS}

    try:
        return {name: (row["unit"], statistics(row)) for name, row in told.quantities.items()}
    except (KeyError, TypeError, ValueError) as problem:
        raise InputError(f"{folder / PERCENTILES}: damaged, or not of a run: {problem}; {AGAIN}") from None


def of_csv(path: Path) -> Table:
    """The statistics of percentiles.csv."""
    found: Table = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                row = found.setdefault(line["quantity"], (line["unit"], {}))
                row[1][line["statistic"]] = (float(line["value"]), float(line["mc_error"]))
    except (ValueError, KeyError, TypeError, csv.Error) as problem:
        raise InputError(f"{path}: damaged, or not of a run: {problem}; {AGAIN}") from None
    return found


def of_draws(run: Finished) -> Table:
    """The statistics of the draws that a folder holds."""
    found: Table = {}
    for row in run.rows:
        whole, errors = intervals.with_errors(run.told(row), intervals.LEVELS)
        pairs = zip(whole.tolist(), errors.tolist(), strict=True)
        found[row] = (run.unit(row), dict(zip(intervals.STATISTICS, pairs, strict=True)))
    return found
