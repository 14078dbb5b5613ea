"""Loading priors files: found, parsed, validated and merged with the files that they extend.

docs/priors.md describes the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace as replace_struct

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.distributions.chip_price import Price
from mcfrontier.study import csv_table, locate, money, toml_text
from mcfrontier.study.choices import with_precision, with_rent_term
from mcfrontier.study.entry import Columns, check_money_year, read, table
from mcfrontier.study.expressions import beliefs, formulas
from mcfrontier.study.hierarchy import Hierarchy, split
from mcfrontier.study.lineage import sources
from mcfrontier.study.merge import (
    check_once,
    merge_aliases,
    merge_correlations,
    merge_dimensions,
    merge_formulas,
    merge_hierarchies,
    merge_priors,
    places_of,
    renamed,
    subset_rows,
)
from mcfrontier.study.prior import Prior, PriorsFile, prior
from mcfrontier.study.samples import priced
from mcfrontier.study.schema import FORMAT, Decision, Disclosed, Evidence, FileSchema
from mcfrontier.study.tables import read_tables

AS_OF = "as_of"  # the value of an entry that stands for the day as of which tables are read


def load(
    source: str | Path | Mapping[str, Any], as_of: date | None = None, table_file: Path | None = None
) -> PriorsFile:
    """Load a priors file, by the name of a study, the path of a file (see `locate.find`), or the content of a file.

    It is merged with the files that it extends, and its amounts of money are converted to its price year. Its tables
    are read as of a day; `table_file` replaces its only one. An InputError is raised if there is no file, or if its
    content is invalid.
    """
    opened = Opened(as_of, table_file)
    if isinstance(source, Mapping):
        with located("priors"):
            toml_text.check(source)
        roots = locate.folders()
        file = merged("priors", "priors", dict(source), roots, (), opened)
    else:
        path, roots = locate.find(str(source))
        name, where = locate.study_name(path, roots), locate.display_path(path)
        file = replace(merged(name, where, locate.parse(path), roots, (path,), opened), command=str(source))
    for name in opened.mended.keys() - {key for key, _ in file.columns}:
        raise InputError(f"{file.where}: mended: there is no table '{name}'{suggest(name, file.dimensions)}")
    if table_file and (count := len({name for name, _ in file.columns})) != 1:
        raise InputError(f"table: {file.where}: {count or 'no'} tables, and one file replaces one")
    known = sources.completed(file.sources, file.rests.values(), file.where, roots)
    file = replace(file, table="" if table_file is None else str(table_file), sources=known)
    return money.converted(with_prices(with_rent_term(with_precision(file)), csv_table.Tables(roots, as_of)))


def with_prices(file: PriorsFile, tables: csv_table.Tables) -> PriorsFile:
    """The file with its prices of chips predicted, those whose date and term are stated. A study with a `price_date`
    and no price year has that of this date."""
    stated, found = file.stated, dict(file.priors)
    if stated.price_date and stated.price_year is None:
        stated = replace_struct(stated, price_year=stated.price_date.year)
    day = stated.price_date.isoformat() if stated.price_date else ""
    default = Price(unit="1", source="", chip="", what="rent", date=day, term=stated.rent_term)
    for name, each in file.priors.items():
        made = priced(each.stated, f"{each.where}: {name}", each.labels, default, tables)
        if made != each.stated:
            found[name] = each.with_entry(made)
    return replace(file, priors=found, stated=stated)


@dataclass
class Opened:
    """The day as of which tables are read for one study, the file that replaces its table, the files whose cells take
    the place of those of a table, the extended files that were read, each parsed once, and how often one was named."""

    as_of: date | None
    table: Path | None
    mended: dict[str, str] = field(default_factory=dict)
    content: dict[Path, dict[str, Any]] = field(default_factory=dict)
    count: int = 0

    @property
    def day_text(self) -> str:
        """The day, as the end of a place in messages; empty where none is stated."""
        return f" as of {self.as_of}" if self.as_of else ""

    def tables(self, roots: list[Path], mended: dict[str, str]) -> csv_table.Tables:
        """How tables are read, with cells that another file mends; those of the study itself take precedence."""
        self.mended = mended | self.mended
        return csv_table.Tables(roots, self.as_of, self.table, self.mended)

    def parse(self, path: Path) -> dict[str, Any]:
        """The content of a file."""
        self.count += 1
        if self.count > limits.EXTENDED_FILES:
            raise InputError(f"more than {limits.EXTENDED_FILES} files are extended in all")
        if path not in self.content:
            self.content[path] = locate.parse(path)
        return self.content[path]


def merged(
    name: str, where: str, raw: dict[str, Any], roots: list[Path], trail: tuple[Path, ...], opened: Opened
) -> PriorsFile:
    """A priors file, merged with those that it extends; `trail` is the chain of files whose `extends` lead to it."""
    stated = read(FileSchema, raw, where, "")
    check_head(stated, where)
    tables = opened.tables(roots, stated.mended)
    parts, price_year = [part(other, where, roots, trail, opened) for other in stated.extends], stated.price_year
    for each in parts:  # the first file that states one of these takes precedence
        keys = ("price_year", "date", "price_date", "rent_term", "precision", "targets", "resolution")
        stated = replace_struct(stated, **{key: getattr(stated, key) or getattr(each.stated, key) for key in keys})
    inputs_of_day = of_day(stated.inputs, opened.as_of or stated.date, where)
    labels, columns, known = read_tables(stated, where, tables)
    columns |= {key: column for each in parts for key, column in each.columns.items()}
    dimensions = merge_dimensions(parts, stated.dimensions, labels, where)
    check_once(stated, where)
    own_formulas = {key: formulas.stated(key, entry, where) for key, entry in stated.formulas.items()}
    names = {name for each in parts for name in each.names} - {column for _, column in columns}
    entries, rests = sources.taken(inputs_of_day, where, columns, tables)
    inputs, hierarchies = streams_of(entries, where, columns, names)
    tabulated = {} if opened.table else sources.of_columns(stated.tables, where, columns, known)
    rests = {hierarchies[key].stream if key in hierarchies else key: each for key, each in rests.items()} | tabulated
    own = {**known, **inputs, **hierarchies, **stated.same, **own_formulas}
    hierarchies |= merge_hierarchies(parts, where, own)
    extended = merge_priors(parts, where, own)
    priors = own_priors(inputs, price_year, where, dimensions, columns, tables, extended)
    priors |= {key: replace(column, price_year=price_year) for key, column in known.items() if key not in priors}
    unused = {each.stream for part in parts for each in part.hierarchies.values()}
    left = {*own, *hierarchies} | unused - {each.stream for each in hierarchies.values()}
    priors |= {key: replace(entry, own=False) for key, entry in extended.items() if key not in left}
    extended_rests = {key: each for part in parts for key, each in part.rests.items() if key in extended}
    rests = {key: each for key, each in extended_rests.items() if key in priors and not priors[key].own} | rests
    all_formulas = merge_formulas(parts, own_formulas, own, where)
    # a quantity that is the same as itself is computed by its formula, whatever the extended files state
    computed = {*hierarchies, *own_formulas, *(key for key, other in stated.same.items() if key == other)}
    aliases = {k: v for k, v in (merge_aliases(parts, where, priors) | stated.same).items() if k not in computed}
    disclosed = figures_of("disclosed", Disclosed, stated.disclosed, where)
    evidence = merge_evidence(parts, stated.evidence, where, price_year)
    decision = read(Decision, stated.decision, f"{where}: decision", "") if stated.decision else None
    if decision:
        check_money_year(decision, f"{where}: decision")
    correlation = merge_correlations([each.correlation for each in parts], stated.correlation, f"{where}: correlation")
    correlation = renamed(correlation, {key: each.stream for key, each in hierarchies.items()})
    for dimension, subset in stated.only.items():
        places = places_of(dimension, subset, dimensions, f"{where}: only: {dimension}{opened.day_text}")
        dimensions = {**dimensions, dimension: subset}
        along = [key for key in rests if key in priors and priors[key].entry.by == dimension]
        rests |= {key: rests[key].at(places) for key in along}
        priors = {key: subset_rows(prior, dimension, places) for key, prior in priors.items()}
        columns = {key: column.rows(places) if key[0] == dimension else column for key, column in columns.items()}
    if len(priors) > limits.INPUTS:
        raise InputError(f"{where}: {len(priors):,} entries in all; the limit is {limits.INPUTS:,}")
    order = tuple(
        dict.fromkeys(key for keys in (*(each.order for each in parts), priors) for key in keys if key in priors)
    )
    found = (priors, order, aliases, correlation, evidence, decision, disclosed, opened.as_of)
    more: dict[str, Any] = {"given": given_of(parts, stated), "formulas": all_formulas, "hierarchies": hierarchies}
    more["sources"] = sources.merged([each.sources for each in parts], sources.read_sources(stated.sources, where))
    more["rests"] = rests
    return PriorsFile(name, where, "", stated, dimensions, columns, *found, **more)


def given_of(parts: Sequence[PriorsFile], stated: FileSchema) -> tuple[str, ...]:
    """The conditions that a file and those that it extends state, each once."""
    return tuple(dict.fromkeys((*(text for each in parts for text in each.given), *stated.given.that)))


def check_head(stated: FileSchema, where: str) -> None:
    """Refuse a file with long texts, many extended files, or of another format."""
    for key in ("title", "question"):
        with located(where):
            toml_text.check_text(key, getattr(stated, key), limits.TITLE_LENGTH)
    if len(stated.extends) > limits.EXTENDS:
        raise InputError(f"{where}: extends: {len(stated.extends)} files; the limit is {limits.EXTENDS}")
    if stated.format != FORMAT:
        raise InputError(f"{where}: format = {stated.format}: this version reads format = {FORMAT}")


def merge_evidence(
    parts: list[PriorsFile], own: Mapping[str, Any], where: str, price_year: int | None
) -> dict[str, Evidence]:
    """The evidence of a file and of those it extends."""
    evidence = {key: seen for each in parts for key, seen in each.evidence.items()}
    stated = figures_of("evidence", Evidence, own, where)
    evidence |= {key: money.of_year(seen, price_year) for key, seen in stated.items()}
    for key, seen in evidence.items():
        with located(f"{where}: evidence.{key}"):
            seen.check()
    return evidence


def streams_of(
    inputs: Mapping[str, Any], where: str, columns: Columns, extended: Iterable[str]
) -> tuple[dict[str, Any], dict[str, Hierarchy]]:
    """The entries of a file, those that name quantities replaced by their streams, and the nodes of these; `extended`
    are the names of entries in the extended files."""
    known, found, hierarchies = {*inputs, *extended}, dict[str, Any](), dict[str, Hierarchy]()
    for key, entry in inputs.items():
        pair = split(key, entry, where, columns, known)
        if pair is None:
            found[key] = entry
            continue
        hierarchies[key], stream = pair
        if hierarchies[key].stream in known:
            raise InputError(f"{where}: {hierarchies[key].stream}: the name of the input of {key}; rename this entry")
        found[hierarchies[key].stream] = stream
    return found, hierarchies


def of_day(inputs: Mapping[str, Any], day: date | None, where: str) -> dict[str, Any]:
    """Entries with the day as of which tables are read, by default that of the file, in place of `AS_OF`."""
    found = {}
    for key, entry in inputs.items():
        named = isinstance(entry, Mapping) and entry.get("value") == AS_OF
        if named and day is None:
            raise InputError(f"{where}: {key}: value = '{AS_OF}': the file states no date; add it, or a day")
        found[key] = {**entry, "value": day} if named else entry
    return found


def own_priors(
    inputs: Mapping[str, Any],
    price_year: int | None,
    where: str,
    dimensions: dict[str, list[str]],
    columns: Columns,
    tables: csv_table.Tables,
    extended: Mapping[str, Prior],
) -> dict[str, Prior]:
    """The entries of a file itself; `extended` are those of the files that it extends, which it may override."""
    found = {}
    for key, entry in inputs.items():
        at = f"{where}: {key}"
        whole = beliefs.completed(table(entry, at), at, key, extended.get(key))
        dated = money.entry_year(whole, at, columns, price_year)
        found[key] = replace(prior(key, dated, where, dimensions, columns, tables), price_year=price_year)
    return found


def part(name: str, where: str, roots: list[Path], trail: tuple[Path, ...], opened: Opened) -> PriorsFile:
    """The file at a name in `extends`."""
    if len(trail) > limits.EXTENDS_DEPTH:
        raise InputError(f"{where}: extends: a chain of more than {limits.EXTENDS_DEPTH} files")
    path = locate.inside_any(roots, name)
    if path is None and (".." in Path(name).parts or Path(name).is_absolute()):
        raise InputError(f"{where}: extends: '{name}' leads outside the priors folders; name a file in them")
    if path is None:
        raise InputError(f"{where}: extends: there is no '{name}'{suggest(name, locate.studies())}")
    if path.resolve() in [step.resolve() for step in trail]:
        cycle = " -> ".join(locate.display_path(step) for step in (*trail, path))
        raise InputError(f"{where}: extends: circular, {cycle}; remove one of them")
    with located(f"{where}: extends"):
        raw = opened.parse(path)
    own_first = locate.own_folder_first(path, roots)
    file = merged(name, locate.display_path(path), raw, own_first, (*trail, path), opened)
    return replace(file, columns=money.columns_of_year(file.columns, raw.get("price_year")))


def figures_of(kind: str, struct: type[msgspec.Struct], stated: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Figures of quantities: disclosed ones, or evidence."""
    found = {}
    for key, entry in stated.items():
        place = f"{where}: {kind}.{key}"
        found[key] = read(struct, table(entry, place), place, "")
        with located(place):
            units.parse(found[key].unit)
        check_money_year(found[key], place)
    return found
