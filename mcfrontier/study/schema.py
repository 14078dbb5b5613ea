"""The keys of a priors file, without those of its entries, which are in the families."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # `date` is also a key of a priors file
from typing import Any, Literal

import msgspec

from mcfrontier.core.errors import InputError
from mcfrontier.distributions.chip_price import Term

FORMAT = 1  # the version of the format of priors files
MAX_RUNS, MAX_DIGITS = 24, 15  # of a year, and of a published estimate
Precision = Literal["bf16", "fp8", "fp4", ""]


class Disclosed(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A published figure whose percentile is reported beside the estimate: one that the study did not use, unless it is
    `used`, as one of many."""

    quantity: str
    value: float
    unit: str
    source: str
    note: str = ""
    money_year: int | None = None
    bound: Literal["about", "at least", "at most"] = "about"
    used: bool = False


class Table(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A CSV file in the priors folders that defines a dimension: its rows are the labels, its columns are inputs.

    If it is `partial`, formulas fill its empty cells: the input of a column is named NAME_stated. `optional` are the
    heads of columns that it may lack, of figures above 0 or of text. `join` names, by a column whose cells are labels
    of another table, the file of that table: entries may name its columns. `words` are the cells that columns of text
    may have. `sources` names, by a column of figures, that of the IDs of the sources on which its rows rest.
    """

    file: str
    source: str
    note: str = ""
    partial: bool = False
    optional: list[str] = []
    join: dict[str, str] = {}
    words: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    money_year: int | dict[str, int] | None = None  # of all its columns with money, or by column


class Evidence(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """An observation of a quantity with its error: the 90 % interval of the true value given this observation alone.

    The error is a factor on the scale `log`, and an amount on the scale `raw`; the default is `log` if both ends are
    above 0. With the probability `chance_wrong` the observation says nothing about the quantity.
    """

    quantity: str
    p5: float
    p95: float
    unit: str
    source: str
    note: str = ""
    money_year: int | None = None
    scale: Literal["log", "raw", ""] = ""
    chance_wrong: float = 0

    def check(self) -> None:
        """Refuse an invalid interval or probability."""
        if not 0 <= self.chance_wrong < 1:
            raise InputError(f"chance_wrong = {self.chance_wrong:g} must be a probability, at least 0 and below 1")
        if not self.p5 < self.p95:
            raise InputError(f"p5 = {self.p5:g} must lie below p95 = {self.p95:g}")
        if self.scale == "log" and self.p5 <= 0:
            raise InputError(f'p5 = {self.p5:g} must be above 0 on the scale "log"; use scale = "raw"')

    @property
    def doubt(self) -> str:
        """The probability that the observation is wrong, as the end of a text; empty where it is 0."""
        return f"; wrong with a probability of {self.chance_wrong:g}" if self.chance_wrong else ""

    @property
    def logarithmic(self) -> bool:
        """Whether the error is a factor."""
        return self.scale == "log" or (self.scale == "" and self.p5 > 0)


class Given(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Conditions that the draws of a run must meet, as in "energy > 40 GWh"."""

    that: list[str] = []


class Decision(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A decision to act or not, which depends on whether a quantity lies below or above a threshold.

    The payoff of acting is the distance of the quantity from the threshold, in its unit, positive on the side stated by
    `act`; or, where they are stated, `gain` on that side and minus `loss` on the other. Not acting has a payoff of 0.
    """

    quantity: str
    act: Literal["below", "above"]
    threshold: float
    unit: str
    gain: float | None = None
    loss: float | None = None
    note: str = ""
    money_year: int | None = None


class Source(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A primary source, which entries name by its ID.

    `error` is a factor on all that rests on the source: a number, a belief in one line such as "lognormal 0.8..1.25",
    or the keys of a distribution. Entries in `except` are left as they are.
    """

    title: str = ""
    url: str = ""
    date: Date | None = None
    error: float | str | dict[str, Any] | None = None
    excepted: list[str] = msgspec.field(name="except", default_factory=list)


class FormulaEntry(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A formula of a priors file: the text `is`, the unit of its result, and what it computes."""

    text: str = msgspec.field(name="is")
    unit: str
    about: str = ""


class Resolution(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How the question whether a quantity passes a threshold resolves: by what is published of runs.

    A number may be the name of a quantity instead. `dates` is the entry with the date of each row of the quantity.
    Runs are dated from `since`, `runs` a year; a share `reported` of them is reported, on average `lag` months later.
    An estimate has an error, a factor whose logarithm has the sd `error`, and is rounded to `rounding` significant
    digits, 0 for none. Nothing had been published by `not_yet`; the largest estimate until then is `published`. `path`
    is the entry with the date within each row at which the quantity is reached, by default that of the row.

    A file may state lists, with one item for each quantity.
    """

    quantity: str
    threshold: float | str
    publisher: str
    published: float = 0
    reported: float | str
    lag: float | str
    error: float | str
    since: Date
    not_yet: Date | None = None
    rounding: int = 0
    runs: float = 4
    dates: str = "calendar_year"
    path: str = ""
    note: str = ""

    def check(self) -> None:
        """Refuse a number that is out of range."""
        if isinstance(self.reported, float) and not 0 <= self.reported <= 1:
            raise InputError(f"reported = {self.reported:g}: a share of the runs is expected, from 0 to 1")
        for key in ("lag", "error"):
            if isinstance(value := getattr(self, key), float) and not 0 <= value < math.inf:
                raise InputError(f"{key} = {value:g}: a number of 0 or more is expected")
        if isinstance(self.threshold, float) and not 0 < self.threshold < math.inf:
            raise InputError(f"threshold = {self.threshold:g}: a number above 0 is expected")
        if not 0 < self.runs <= MAX_RUNS:
            raise InputError(f"runs = {self.runs:g}: a number of runs a year is expected, above 0, at most {MAX_RUNS}")
        if not 0 <= self.rounding <= MAX_DIGITS:
            raise InputError(f"rounding = {self.rounding}: significant digits are expected, 0 to {MAX_DIGITS}")
        if self.not_yet and self.not_yet < self.since:
            raise InputError(f"not_yet = {self.not_yet} must not lie before since = {self.since}")


@dataclass(frozen=True)
class Correlations:
    """Correlations of pairs of inputs.

    kind   "spearman" (rank correlations), or "normal" (those of normal scores)
    pairs  the correlation of each pair, whose names are in alphabetical order
    own    the pairs that the file states itself
    """

    kind: str = "spearman"
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    own: frozenset[tuple[str, str]] = frozenset()


class FileSchema(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The keys of a priors file; its entries are validated one by one."""

    format: int = FORMAT
    title: str = ""
    about: str = ""
    question: str = ""
    price_year: int | None = None
    date: Date | None = None
    price_date: Date | None = None
    rent_term: Term = ""
    precision: Precision = ""
    extends: list[str] = []
    targets: list[str] = []
    dimensions: dict[str, list[str]] = {}
    tables: dict[str, Any] = {}
    mended: dict[str, str] = {}
    only: dict[str, list[str]] = {}
    same: dict[str, str] = {}
    inputs: dict[str, Any] = {}
    formulas: dict[str, Any] = {}
    correlation: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    given: Given = Given()
    decision: dict[str, Any] = {}
    resolution: dict[str, Any] = {}
    disclosed: dict[str, Any] = {}
    skewed: dict[str, str] = {}
    unusual: dict[str, str] = {}
