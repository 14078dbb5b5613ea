"""The prior of an input, and the content of a priors file."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

import msgspec
import numpy as np

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.core.printable import echo
from mcfrontier.distributions.curves import Curve, Distribution, check_share, on_interval
from mcfrontier.distributions.family import REPORTED_KEYS, Family, check_positive
from mcfrontier.distributions.nested import UNRESOLVED
from mcfrontier.distributions.tables import Interleaved, QuantileTable, quantile_table
from mcfrontier.distributions.textbook import Value
from mcfrontier.study.csv_table import Tables
from mcfrontier.study.entry import Columns, entries_of, family_of, fill_columns, labels_of, rows_of
from mcfrontier.study.expressions.formulas import StatedFormula
from mcfrontier.study.hierarchy import Hierarchy
from mcfrontier.study.lineage.given import GivenErrors
from mcfrontier.study.lineage.sources import Rests
from mcfrontier.study.samples import read_samples, texts_by_label
from mcfrontier.study.schema import Correlations, Decision, Disclosed, Evidence, FileSchema, Source

QUARTILES, MAX_DEVIATION = np.array([0.25, 0.5, 0.75]), 1e-3  # largest deviation of the probability at a quartile
NOT_COMPUTABLE = (
    "its percentiles cannot be computed in double precision, which has 16 digits and ends at 1.8e308; state less "
    "extreme numbers"
)
RESERVED = ("chain", "draw", "quantile", "statistic", "figure")  # coordinates of results and files by quantity

NO_TABLES = Tables()
BF16 = "bf16"  # the precision of a run that states none
MARGIN = "rent_margin"  # and its names by term


@dataclass(frozen=True, eq=False)
class Prior:
    """The prior of one input. Two priors are equal if their names, entries, labels and files are.

    name           the input
    entry          the entry, as its family
    distributions  in the unit of the entry: one, or one for each label of the dimension `by`
    labels         the labels of its rows; () for a single value
    scale          the number of base units in the unit of the entry
    where          the file that states it
    own            whether this is the study's own file
    stated         the keys and values of the entry
    price_year     that of the file which states it, if it has one
    streamed       the name of its stream, where that is not its own
    """

    name: str
    entry: Family
    distributions: tuple[Distribution, ...]
    labels: tuple[str, ...]
    scale: float
    where: str
    own: bool
    stated: Mapping[str, Any]
    price_year: int | None = None
    streamed: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the entry; its distributions hold functions, and are rebuilt."""
        rest = (self.labels, self.where, self.own, self.price_year, self.streamed)
        return build, (self.name, dict(self.stated), *rest)

    def with_entry(self, stated: Mapping[str, Any]) -> Prior:
        """The prior with another entry."""
        return build(self.name, stated, self.labels, self.where, self.own, self.price_year, self.streamed)

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return self.streamed or self.name

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The content that equal priors share."""
        return (
            self.name,
            self.streamed,
            self.where,
            str(self.own),
            json.dumps([self.labels, dict(self.stated)], sort_keys=True),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Prior) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def row_names(self) -> list[str]:
        """The names of its rows: price[A100] for each label, or its name alone."""
        return [f"{self.name}[{label}]" for label in self.labels] or [self.name]

    @property
    def medians(self) -> list[float]:
        """The median of each row, in base units."""
        return [row.median * self.scale for row in self.distributions]

    @property
    def best_guesses(self) -> list[float | None]:
        """The best guess of each row, in the unit of the entry; None where none is stated."""
        rows = rows_of(self.stated, len(self.distributions))
        return [None if row.get("best") is None else row["best"] * (row.get("times") or 1.0) for row in rows]

    @property
    def reported(self) -> list[tuple[float, float] | None]:
        """The lowest and the highest figure in the sources of each row, in the unit of the entry; None where they are
        not stated."""
        rows = rows_of(self.stated, len(self.distributions))
        ends = [(row.get("times") or 1.0, row.get("reported_low"), row.get("reported_high")) for row in rows]
        return [None if low is None or high is None else (low * times, high * times) for times, low, high in ends]

    @property
    def centres(self) -> list[float]:
        """The central value of each row, in base units: the best guess where one is stated, else that of the family,
        usually the median."""
        pairs = zip(self.entry.centres(self.distributions), self.best_guesses, strict=True)
        return [(m if b is None or math.isnan(m) else b) * self.scale for m, b in pairs]

    @cached_property
    def quantiles(self) -> tuple[QuantileTable | Interleaved, ...]:
        """The quantile function of each row, in base units; a nested study has one in each randomisation."""
        if replicates := self.entry.replicates():
            (all_draws,) = self.distributions
            curves = [scaled(each.ppf, self.scale) for each in (all_draws, *map(distribution_of, replicates))]
            return (Interleaved(curves[0], tuple(curves[1:])),)
        return tuple(quantile_table(row, self.scale) for row in self.distributions)

    @property
    def known(self) -> bool:
        """Whether the input is a value, not a distribution."""
        return isinstance(self.entry, Value)


def without_draws(stated: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without the keys about its sources, and without quantiles of draws of other studies."""
    left = {*REPORTED_KEYS, *(["values"] if stated.get("family") == "study" else [])}
    kept = {key: value for key, value in stated.items() if key not in left}
    return kept | ({"parts": [without_draws(part) for part in kept["parts"]]} if "parts" in kept else {})


def scaled(curve: Curve, scale: float) -> Curve:
    """A function times a number."""
    return lambda p: curve(p) * scale


def check_name(name: str, place: str) -> None:
    """Refuse a name that is not an identifier, or that the results use."""
    if len(name) > limits.NAME_LENGTH:
        raise InputError(f"{place}: a name has at most {limits.NAME_LENGTH} characters")
    if not name.isidentifier():
        raise InputError(f"{place}: a name has letters, digits and _ only, as in Python")
    if name in RESERVED:
        raise InputError(f"{place}: the name '{name}' is reserved for results; choose another")


@dataclass(frozen=True)
class PriorsFile:
    """A priors file, merged with the files that it extends; its own entries come first.

    name         the name of the study
    where        the file, as messages write it
    command      the argument by which `run` finds the file again; "" if it is not a file
    stated       the file's own content
    dimensions   the labels of each dimension
    columns      the columns of its tables
    priors       all entries
    order        their names, those of the extended files first; an entry that is stated again keeps its place
    aliases      the quantities that are the same as another, and the other of each
    correlation  the correlations of pairs of inputs
    evidence     observations, by key
    decision     the decision; None where none is stated
    disclosed    published figures, by key
    formulas     its formulas, by name
    as_of        the day as of which its tables were read; None where none is stated
    nominal      the file before amounts were converted to its price year; None where none was
    table        the path of the file that was read in place of its table; "" where none was
    given        the conditions that draws must meet
    hierarchies      the entries that name quantities, as functions of these and of their streams, which are inputs
    sources      the sources that it states or that are shipped, by ID; none where no entry names one
    rests        the sources on which its inputs rest
    errors       the inputs that are errors of sources, by ID
    given_errors the entries of which a part, or a nested study, rests on such a source, as functions
    """

    name: str
    where: str
    command: str
    stated: FileSchema
    dimensions: dict[str, list[str]]
    columns: Columns
    priors: dict[str, Prior]
    order: tuple[str, ...]
    aliases: dict[str, str]
    correlation: Correlations
    evidence: dict[str, Evidence]
    decision: Decision | None
    disclosed: dict[str, Disclosed]
    as_of: date | None = None
    nominal: PriorsFile | None = None
    table: str = ""
    given: tuple[str, ...] = ()
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    formulas: dict[str, StatedFormula] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    rests: Mapping[str, Rests] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    given_errors: Mapping[str, GivenErrors] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all entries."""
        return (*self.priors, *self.hierarchies)

    @property
    def precision(self) -> str:
        """The precision of the arithmetic of a run."""
        return self.stated.precision or BF16

    @cached_property
    def digest(self) -> str:
        """A hash of all statements that affect a draw, independent of the layout of the files."""
        entries = {name: without_draws(prior.stated) for name, prior in self.priors.items()}
        pairs = sorted([*pair, value] for pair, value in self.correlation.pairs.items() if value)
        evidence = {name: msgspec.to_builtins(seen) for name, seen in self.evidence.items()}
        for seen in evidence.values():
            del seen["money_year"]  # its amounts are converted
        content = [self.stated.targets, self.dimensions, self.aliases, self.correlation.kind, pairs, evidence, entries]
        content += [self.given] if self.given else []
        content += [[name, each.stated, each.unit, each.stream] for name, each in self.hierarchies.items()]
        content += [{name: each.content for name, each in self.formulas.items()}] * bool(self.formulas)
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def prior(
    name: str,
    stated: dict[str, Any],
    where: str,
    dimensions: dict[str, list[str]],
    columns: Columns,
    tables: Tables = NO_TABLES,
) -> Prior:
    """Build a prior of the study's own file from an entry, whose CSV file is one of the `tables`.

    `where` is the file of the entry in messages; `columns` are those of tables, by dimension and name.
    """
    place = f"{where}: {echo(name)}"
    check_name(name, place)
    if name in dimensions:
        raise InputError(f"{place}: a dimension has this name; rename one of them")
    labels = labels_of(stated, place, dimensions)
    stated = fill_columns(texts_by_label(stated, labels, columns), place, labels, columns)
    stated = read_samples(stated, place, labels, tables)
    return build(name, stated, labels, where)


def build(
    name: str,
    stated: Mapping[str, Any],
    labels: tuple[str, ...],
    where: str,
    own: bool = True,
    price_year: int | None = None,
    streamed: str = "",
) -> Prior:
    """Build a prior from an entry whose columns and samples are filled in."""
    place = f"{where}: {name}"
    joint = (family_of(stated) or Family).joint
    places = tuple(f"{place}[{label}]" for label in labels if not joint) or (place,)
    entries = entries_of(stated, places, joint)
    with located(place), np.errstate(all="ignore"):  # of parameters beyond doubles, which are refused
        scale = units.scale(entries[0].unit)
        joint_rows = entries[0].rows(labels) if joint else ()
    distributions = joint_rows or tuple(distribution_at(at, one) for at, one in zip(places, entries, strict=True))
    if name.startswith(MARGIN) and (low := min(each.low for each in distributions)) < 0:
        problem = f"a margin is a factor on the owner's cost, 1.3 for a rent 30 % above it, and {low:g} lies below 0"
        raise InputError(f"{place}: {problem}; use a lognormal, or truncate it with low = 0")
    step = entries[0].autocorrelation
    if step is not None and not (labels and -1 < step < 1):
        raise InputError(f"{place}: autocorrelation = {step:g}: a number between -1 and 1, of an entry with by = ...")
    entry = next((one for one in entries if not (isinstance(one, Value) and math.isnan(one.value))), entries[0])
    return Prior(name, entry, distributions, labels, scale, where, own, stated, price_year, streamed)


def distribution_at(place: str, entry: Family) -> Distribution:
    """The distribution of a row; a refusal names its place."""
    with located(place), np.errstate(all="ignore"):
        return distribution_of(entry)


@lru_cache(maxsize=4096)  # twice the entries of all shipped studies
def distribution_of(entry: Family) -> Distribution:
    """The distribution of an entry; refused if its numbers are inconsistent. Equal entries share one, and its table."""
    if not entry.resolved:
        return UNRESOLVED
    try:
        with np.errstate(all="ignore"):
            distribution = entry.distribution()
            scale = units.scale(entry.unit) * (entry.times or 1.0)
            if not isinstance(entry, Value):
                check_computable(distribution, scale)
            elif math.isinf(entry.value * scale):
                raise InputError(NOT_COMPUTABLE)
    except ArithmeticError:
        raise InputError(NOT_COMPUTABLE) from None
    best = entry.best
    if best is not None and not distribution.low <= best <= distribution.high:
        raise InputError(f"best = {best:g} lies outside {distribution.low:g} to {distribution.high:g}")
    low, high = entry.reported_low, entry.reported_high
    if (low is None) != (high is None):
        raise InputError("state reported_low and reported_high, both or neither")
    if low is not None and high is not None and low > high:
        raise InputError(f"reported_low = {low:g} must not lie above reported_high = {high:g}")
    if entry.times is not None:
        check_positive(entry.times, "times")
        distribution = on_interval(distribution, 0.0, entry.times)
    if entry.unit in SHARE_UNITS:
        check_share(distribution, units.scale(entry.unit))
    return distribution


def check_computable(distribution: Distribution, scale: float) -> None:
    """Refuse a distribution whose percentiles cannot be computed, in its own or in base units: `scale` converts it."""
    x = distribution.ppf(np.array([0.05, *QUARTILES, 0.95]))
    quartiles, rounding = x[1:-1], 4 * np.spacing(np.abs(x[1:-1]))
    below, upto = distribution.cdf(np.array([quartiles - rounding, quartiles + rounding]))
    computed = (below <= QUARTILES + MAX_DEVIATION) & (upto >= QUARTILES - MAX_DEVIATION)
    if not (computed.all() and np.isfinite(x[[0, -1]] * scale).all()):
        raise InputError(NOT_COMPUTABLE)
