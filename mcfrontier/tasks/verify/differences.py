"""The differences between the statistics of two runs, in units of their Monte Carlo errors."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mcfrontier.analysis.estimates import estimates
from mcfrontier.core import limits
from mcfrontier.outputs.folder.files import PERCENTILES, damaged, number_or_nan, read_file
from mcfrontier.outputs.folder.percentiles import Percentiles
from mcfrontier.outputs.folder.saved import RunFolder

MAX_ERRORS = 3.0  # combined errors by which equal statistics may differ
ROUNDING = 1e-9  # relative tolerance: other libraries may round differently, and a known quantity has no error
Table = dict[str, tuple[str, dict[str, tuple[float, float]]]]  # by row: the unit, and each statistic with its error


@dataclass(frozen=True)
class Gap:
    """A statistic that differs: its value before and after, and the combined error of the two."""

    row: str
    statistic: str
    unit: str
    before: float
    after: float
    error: float

    @property
    def errors(self) -> float:
        """The difference in combined errors; infinite if there is no error, or one of the two is not finite."""
        difference = abs(self.after - self.before)
        if difference <= ROUNDING * max(abs(self.before), abs(self.after)):
            return 0.0
        return difference / self.error if self.error > 0 and math.isfinite(difference) else math.inf


@dataclass(frozen=True)
class Gaps:
    """All statistics that differ, by row and statistic, and the `rows` that only one run has, or in another unit."""

    found: dict[tuple[str, str], Gap]
    rows: tuple[str, ...] = ()

    def __or__(self, other: Gaps) -> Gaps:
        """The union with the gaps of another file; of a statistic in both, the larger gap."""
        both = dict(self.found)
        for key, gap in other.found.items():
            if key not in both or gap.errors > both[key].errors:
                both[key] = gap
        return Gaps(both, tuple(dict.fromkeys((*self.rows, *other.rows))))

    @property
    def changed(self) -> bool:
        """Whether a statistic differs by more than Monte Carlo error, or a row is not in both runs."""
        return bool(self.rows) or any(gap.errors > MAX_ERRORS for gap in self.found.values())

    @cached_property
    def widest(self) -> list[Gap]:
        """The largest gap of each row, in decreasing order."""
        found: dict[str, Gap] = {}
        for gap in self.found.values():
            if gap.row not in found or gap.errors > found[gap.row].errors:
                found[gap.row] = gap
        return sorted(found.values(), key=lambda gap: -gap.errors)


def find_gaps(before: Table, after: Table) -> Gaps:
    """The statistics that differ between two tables."""
    found = {}
    rows = [row for row in dict.fromkeys((*before, *after)) if before.get(row, "")[:1] != after.get(row, "")[:1]]
    for row in (row for row in before if row in after and row not in rows):
        (unit, old), (_, new) = before[row], after[row]
        at_median = combined(*(each.get("p50", (0.0, 0.0))[1] for each in (old, new)))
        for word, (value, error) in new.items():
            was, was_error = old.get(word, (math.nan, math.nan))
            if was != value and not (math.isnan(was) and math.isnan(value)):
                allowed = combined(was_error, error) or at_median  # for the exact mean of an uncertain input
                found[row, word] = Gap(row, word, unit, was, value, allowed)
    return Gaps(found, tuple(rows))


def combined(*errors: float) -> float:
    """The finite ones of some errors, in quadrature."""
    return math.hypot(*filter(math.isfinite, errors))


def of_json(percentiles: Percentiles, folder: Path) -> Table:
    """The statistics in percentiles.json of a folder."""

    def statistics(row: dict[str, Any]) -> dict[str, tuple[float, float]]:
        return {word: (number_or_nan(row[word]), number_or_nan(row["mc_error"][word])) for word in estimates.STATISTICS}

    try:
        return {name: (row["unit"], statistics(row)) for name, row in percentiles.quantities.items()}
    except (KeyError, TypeError, ValueError) as problem:
        raise damaged(folder / PERCENTILES, problem) from None


def of_csv(path: Path) -> Table:
    """The statistics in percentiles.csv."""
    found: Table = {}
    try:
        text = read_file(path, limits.JSON_BYTES).decode()
        for line in csv.DictReader(io.StringIO(text, newline="")):
            row = found.setdefault(line["quantity"], (line["unit"], {}))
            row[1][line["statistic"]] = (float(line["value"]), float(line["mc_error"]))
    except (ValueError, KeyError, TypeError, csv.Error) as problem:
        raise damaged(path, problem) from None
    return found


def of_draws(run: RunFolder) -> Table:
    """The statistics of the draws of a saved run."""
    found: Table = {}
    for row in run.rows:
        whole, errors = estimates.with_errors(run.samples(row), estimates.LEVELS)
        pairs = zip(whole.tolist(), errors.tolist(), strict=True)
        found[row] = (run.unit(row), dict(zip(estimates.STATISTICS, pairs, strict=True)))
    return found
