"""Reference classes: the distribution of one new member of a class of rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Literal, TypeAlias

import msgspec
import numpy as np
from scipy import special

from mcfrontier.core import limits, units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import amount, counted
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.core.printable import echo
from mcfrontier.distributions.curves import Curve, Distribution, mapped, on_interval
from mcfrontier.distributions.empirical import check_values
from mcfrontier.distributions.family import Truncatable
from mcfrontier.distributions.random_effects import predictive

UNKNOWN = ""  # an unknown level or group, as an empty cell is

Cell: TypeAlias = str | float


def exponential(y: Array) -> Array:
    """The exponential function, infinite beyond the largest float."""
    with extremes_allowed():
        values: Array = np.exp(y)
    return values


SCALES: dict[str, tuple[Curve, Curve]] = {"log": (exponential, np.log), "logit": (special.expit, special.logit)}


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows of a table with a figure: the label, the figure and the group of each, and its cells in the columns that
    `where`, `without` and `offsets` name."""

    labels: list[str]
    values: list[float]
    groups: list[str]
    cells: dict[str, list[str]]

    def __post_init__(self) -> None:
        if {len(self.values), len(self.groups), *map(len, self.cells.values())} != {len(self.labels)}:
            raise ValueError("its lists must have the same length")

    def meet(self, column: str, wanted: Cell) -> Array:
        """Whether each row meets a condition; none meets that of an unknown level."""
        level = comparable(wanted)
        return np.array([cell == level != UNKNOWN for cell in self.levels(column)])

    def meet_all(self, wanted: Mapping[str, Cell]) -> Array:
        """Whether each row meets all conditions."""
        met: Array = np.all([np.full(len(self.labels), True), *(self.meet(*each) for each in wanted.items())], axis=0)
        return met

    def rows(self, places: Sequence[int]) -> Sample:
        """Some rows."""
        labels, groups = ([column[i] for i in places] for column in (self.labels, self.groups))
        cells = {name: [column[i] for i in places] for name, column in self.cells.items()}
        return Sample(labels, [self.values[i] for i in places], groups, cells)

    def levels(self, column: str) -> list[Cell]:
        """The level of each row in a column."""
        if column not in self.cells:
            raise InputError(f"sample: has no cells of column '{echo(column)}'; state file and column instead")
        return [comparable(cell) for cell in self.cells[column]]

    def group_numbers(self, places: list[int]) -> Array:
        """The groups of some rows, as whole numbers; each row of an unknown group is a group by itself."""
        return numbered([self.groups[i] for i in places])

    def size(self, places: list[int]) -> str:
        """The number of some rows, and of their groups where these are known, as text."""
        rows, groups = counted(len(places), "row"), len({*self.group_numbers(places).tolist()})
        return f"{rows} in {counted(groups, 'group')}" if any(self.groups) else rows


class Reference(Truncatable, kw_only=True, frozen=True, tag="reference"):
    """The predictive distribution of one new member of a reference class: the rows of a CSV `file` in the priors
    folders that meet the conditions of `where`. The class is shrunk to all rows with a figure in `column`, by an offset
    of each level of the columns in `offsets`; rows of one `group` are dependent. Rows that meet all conditions of
    `without` are left out. `sample` has the rows of the file."""

    lists: ClassVar[tuple[str, ...]] = ("offsets",)

    file: str = ""
    column: str = ""
    where: dict[str, Cell] = msgspec.field(default_factory=dict)
    without: dict[str, Cell] = msgspec.field(default_factory=dict)
    group: str = ""
    offsets: list[str] = msgspec.field(default_factory=list)
    scale: Literal["", "log", "logit"] = ""
    sample: Sample | None = None

    @property
    def table(self) -> Sample:
        """The rows of its table, without those that are left out."""
        if self.sample is None:
            raise InputError("has no rows; add file = ... and column = ...")
        if not self.without:
            return self.sample
        return self.sample.rows(np.flatnonzero(~self.sample.meet_all(self.without)).tolist())

    @property
    def scale_name(self) -> str:
        """The name of the scale on which effects are added."""
        return self.scale or ("logit" if self.unit in SHARE_UNITS else "log")

    @property
    def whole(self) -> float:
        """The number of its unit in 1 on the scale, which is a share of 1 for log-odds."""
        return units.convert(1.0, "share", self.unit) if self.scale_name == "logit" else 1.0

    @property
    def members(self) -> list[int]:
        """The places of the rows that meet all conditions; none where a column of `offsets` has no condition."""
        if {*self.offsets} - {*self.where}:
            return []
        inside: list[int] = np.flatnonzero(self.table.meet_all(self.where)).tolist()
        return inside

    def check(self) -> None:
        table = self.table
        if len(table.values) > limits.REFERENCE_ROWS:
            raise InputError(f"{len(table.values):,} rows with a figure; the limit is {limits.REFERENCE_ROWS:,}")
        if self.scale_name == "logit" and not units.same_kind(self.unit, "share"):
            raise InputError(f"scale = logit is that of shares, and its unit is {self.unit}; delete it")
        scaled = self.scaled_values()
        outside = np.flatnonzero(~np.isfinite(scaled))
        if outside.size:
            label, value = echo(table.labels[outside[0]]), amount(table.values[outside[0]], self.unit)
            needs = "between 0 and 1" if self.scale_name == "logit" else "above 0"
            raise InputError(f"{label} is {value}, and a {self.scale_name} is of numbers {needs}; empty that cell")
        check_values(scaled.tolist())
        if not self.offsets and not self.members:
            raise InputError(f"where: {absence(table, self.where)}; or state offsets")
        if len({*self.offsets}) < len(self.offsets):
            raise InputError("offsets: a column is stated twice; delete one of the two")
        if unused := [name for name in self.where if self.offsets and name not in self.offsets]:
            raise InputError(f"where: {echo(unused[0])} is not one of offsets; add it there, or delete it")
        combinations = np.unique(self.levels()[0], axis=1).shape[1]
        if combinations > limits.REFERENCE_LEVELS:
            remedy = "state fewer of them, or fill empty cells, each of which is a level"
            raise InputError(f"offsets: {combinations:,} levels; the limit is {limits.REFERENCE_LEVELS}; {remedy}")

    def scaled_values(self) -> Array:
        """The values of all rows, on the scale."""
        with extremes_allowed():
            values: Array = SCALES[self.scale_name][1](np.array(self.table.values) / self.whole)
        return values

    def levels(self) -> tuple[Array, Array]:
        """The levels of all rows (columns, n), and those of the class (columns,), as whole numbers. Without `offsets`
        they are whether a row is in the class."""
        if not self.offsets:
            inside = np.zeros((1, len(self.table.labels)), np.intp)
            inside[0, self.members] = 1
            return inside, np.ones(1, np.intp)
        cells = [[*self.table.levels(name), comparable(self.where.get(name, UNKNOWN))] for name in self.offsets]
        numbers = np.array([numbered(each) for each in cells])
        return numbers[:, :-1], numbers[:, -1]

    def untruncated(self) -> Distribution:
        groups = self.table.group_numbers([*range(len(self.table.labels))])
        scaled = predictive(self.scaled_values(), groups, *self.levels())
        found = mapped(replace(scaled, source=(scaled, lambda y: y)), *SCALES[self.scale_name])
        found = replace(found, mean_exists=self.scale_name == "logit")  # the exponential of Student's t has none
        return found if self.whole == 1 else on_interval(found, 0.0, self.whole)

    def remark(self) -> str:
        table, grouped = self.table, f" by {self.group}" if self.group else ""
        whole, own = table.size([*range(len(table.labels))]), table.size(self.members)
        end = f"{self.left_out()}; predictive of one new member, Student's t on the {self.scale_name} scale"
        if self.by:
            return f"reference class of each row, shrunk to {whole}{grouped}{end}"
        if not self.members:
            missing = [name for name in self.offsets if name not in self.where]
            why = f"where has no {missing[0]}" if missing else absence(table, self.where)
            return f"reference class ({conditions(self.where)}) without a member, {why}; from {whole}{grouped}{end}"
        if len(self.members) == len(table.labels):
            return f"reference class of {whole}{grouped}{end}"
        return f"reference class of {own}{grouped} ({conditions(self.where)}), shrunk to {whole}{end}"

    def unmet(self) -> str:
        """Why no row meets `without`; empty where one does, where none is to be left out, and where labels differ."""
        if self.by or not self.without or self.sample is None or self.sample.meet_all(self.without).any():
            return ""
        return absence(self.sample, self.without)

    def left_out(self) -> str:
        """The number of rows that are left out, as text; empty where none is to be."""
        if self.sample is None or not self.without:
            return ""
        if self.by:
            return f", without rows chosen by {echo(', '.join(self.without))}"
        count = int(self.sample.meet_all(self.without).sum())
        return f", without {counted(count, 'row')} ({conditions(self.without)})"


def absence(table: Sample, where: Mapping[str, Cell]) -> str:
    """Why no row meets all conditions, with the known levels."""
    for column, wanted in where.items():
        if not table.meet(column, wanted).any():
            known = {cell_text(level) for level in table.levels(column) if level != UNKNOWN}
            return f"no row with a figure has {conditions({column: wanted})}{suggest(cell_text(wanted), known)}"
    return f"no row with a figure has {conditions(where)} at once; delete one"


def conditions(where: Mapping[str, Cell]) -> str:
    """Conditions as text."""
    return ", ".join(f"{echo(column)} = {cell_text(wanted) or 'unknown'}" for column, wanted in where.items())


def cell_text(cell: Cell) -> str:
    """A cell or a condition as text."""
    return echo(cell) if isinstance(cell, str) else f"{cell:.15g}"


def numbered(keys: Sequence[Cell]) -> Array:
    """Equal keys as equal whole numbers; each unknown one has a number of its own."""
    found: dict[Cell | tuple[int], int] = {}
    return np.array([found.setdefault((i,) if key == UNKNOWN else key, len(found)) for i, key in enumerate(keys)])


def comparable(cell: Cell) -> Cell:
    """A cell or a condition: as a number if it is one, so that 0 and "0.0" are equal, else as text."""
    try:
        number = float(cell)
    except ValueError:
        return str(cell).strip()
    return number if np.isfinite(number) else str(cell).strip()
