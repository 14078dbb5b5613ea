"""Priors files: found, read, checked, and turned into Prior objects.

A priors file states what is believed: a title, the targets, and one entry an input. `load` gives its
Page: everything it says, with what it takes from other files by `extends`. docs/priors.md describes
the format; the JSON schema of it, priors.schema.json, is made from the classes here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace as replace_words

from mcfrontier import files, others, tables, units
from mcfrontier.distributions import Distribution, stretched
from mcfrontier.entries import Columns, entry_of, family_of, filled, labels_of, read, rows_of, sampled, table
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.families import FAMILIES, Value
from mcfrontier.family import PERCENTILE, REPORTED, Family, positive
from mcfrontier.quantiles import Quantile, tabulated
from mcfrontier.words import FORMAT, Correlations, Decision, Disclosed, Evidence, Table, Words

RESERVED = ("chain", "draw", "quantile", "statistic", "figure")  # the dimensions of results


@dataclass(frozen=True)
class Prior:
    """What is believed of one input.

    `distributions` are in the entry's unit: one, or one a label of the dimension `by`. `scale` is the
    number of base units in that unit. `where` is the file it stands in, `own` whether that is the
    study's own file, `stated` the entry as it was written.
    """

    name: str
    entry: Family
    distributions: tuple[Distribution, ...]
    labels: tuple[str, ...]
    scale: float
    where: str
    own: bool
    stated: Mapping[str, Any]

    @property
    def medians(self) -> list[float]:
        """The median of each row, in base units."""
        return [row.median * self.scale for row in self.distributions]

    @property
    def bests(self) -> list[float | None]:
        """The best guess of each row, in the unit of the entry; None where none is stated."""
        rows = rows_of(self.stated, len(self.distributions))
        return [None if row.get("best") is None else row["best"] * (row.get("times") or 1.0) for row in rows]

    @property
    def reported(self) -> list[tuple[float, float] | None]:
        """The least and the largest figure that the sources of each row report, in the unit of the entry; None where
        they are not stated."""
        rows = rows_of(self.stated, len(self.distributions))
        ends = [(row.get("reported_low"), row.get("reported_high"), row.get("times") or 1.0) for row in rows]
        return [None if low is None else (low * times, high * times) for low, high, times in ends]

    @property
    def centres(self) -> list[float]:
        """The central value of each row, in base units: the best guess where one is stated, else the median, or
        whatever else the family takes for one."""
        pairs = zip(self.entry.centres(self.distributions), self.bests, strict=True)
        return [(m if b is None or math.isnan(m) else b) * self.scale for m, b in pairs]

    @cached_property
    def quantiles(self) -> tuple[Quantile, ...]:
        """The quantile function of each row by table, in base units."""
        return tuple(tabulated(row, self.scale) for row in self.distributions)

    @property
    def known(self) -> bool:
        """Whether it is a value, not a distribution."""
        return isinstance(self.entry, Value)


@dataclass(frozen=True)
class Page:
    """A priors file, read: what it says and what it takes from others, own entries first.

    `where` is the file as messages tell it, `command` what `run` takes to find it again, "" if it is no file.
    """

    name: str
    where: str
    command: str
    words: Words
    dimensions: dict[str, list[str]]
    columns: Columns
    priors: dict[str, Prior]
    same: dict[str, str]
    correlation: Correlations
    evidence: dict[str, Evidence]
    decision: Decision | None
    disclosed: dict[str, Disclosed]

    @property
    def digest(self) -> str:
        """A hash of all that is believed, whatever the layout of the files."""
        stated = {
            name: {word: value for word, value in prior.stated.items() if word not in REPORTED}
            for name, prior in self.priors.items()
        }
        pairs = sorted([*pair, value] for pair, value in self.correlation.pairs.items() if value)
        evidence = {name: msgspec.to_builtins(seen) for name, seen in self.evidence.items()}
        told = [self.words.targets, self.dimensions, self.same, self.correlation.kind, pairs, evidence, stated]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def load(source: str | Path | Mapping[str, Any]) -> Page:
    """Read a study by name or path (files.find says which is which), or the mapping of a priors file."""
    if isinstance(source, Mapping):
        where, stated, roots = "priors", dict(source), files.folders()
        return page("priors", where, stated, roots, ())
    path, roots = files.find(str(source))
    read = page(files.name_of(path, roots), files.shown(path), files.parse(path), roots, (path,))
    return replace(read, command=str(source))


def page(name: str, where: str, stated: dict[str, Any], roots: list[Path], trail: tuple[Path, ...]) -> Page:
    """A priors file as a Page. `trail` is the way of `extends` to it."""
    words = read(Words, stated, where, "")
    if words.format != FORMAT:
        raise InputError(f"{where}: format = {words.format}: this version reads format = {FORMAT}")
    parts = [part(other, where, roots, trail) for other in words.extends]
    for each in parts:  # of what money is worth, the first file that says it has the word
        words = replace_words(words, price_year=words.price_year or each.words.price_year)
        words = replace_words(words, date=words.date or each.words.date)
    labels, columns, known = read_tables(words, where, roots)
    for twice in words.dimensions.keys() & labels.keys():
        raise InputError(f"{where}: {twice}: a dimension and a table have this name; rename one of them")
    columns |= {key: column for each in parts for key, column in each.columns.items()}
    dimensions = all_dimensions(parts, {**words.dimensions, **labels}, where)
    priors = {}
    with others.asking(words.inputs):
        for key, entry in words.inputs.items():
            if not others.skipped(entry):
                priors[key] = prior(key, table(entry, f"{where}: {key}"), where, dimensions, columns, roots)
    for key, column in known.items():
        priors.setdefault(key, column)
    for key in words.same:
        if key in words.inputs:
            raise InputError(f"{where}: {key}: it has an entry and is the same as {words.same[key]}; take one out")
    for key, taken in united(parts, where, {**priors, **words.same}).items():
        if key not in words.same:
            priors.setdefault(key, replace(taken, own=False))
    itself = {key for key, other in words.same.items() if key == other}  # by its formula, whatever is taken in
    same = {k: v for k, v in (united_same(parts, where, priors) | words.same).items() if k not in itself}
    disclosed = figures_of("disclosed", Disclosed, words.disclosed, where)
    evidence = {key: seen for each in parts for key, seen in each.evidence.items()}
    evidence |= figures_of("evidence", Evidence, words.evidence, where)
    for key, seen in evidence.items():
        with located(f"{where}: evidence.{key}"):
            seen.check()
    decision = read(Decision, words.decision, f"{where}: decision", "") if words.decision else None
    correlation = correlations([each.correlation for each in parts], words.correlation, f"{where}: correlation")
    for dimension, kept in words.only.items():
        places = places_of(dimension, kept, dimensions, f"{where}: only: {dimension}")
        dimensions = {**dimensions, dimension: kept}
        priors = {key: some_rows(prior, dimension, places) for key, prior in priors.items()}
        columns = {key: column.rows(places) if key[0] == dimension else column for key, column in columns.items()}
    return Page(name, where, "", words, dimensions, columns, priors, same, correlation, evidence, decision, disclosed)


def places_of(name: str, kept: list[str], dimensions: dict[str, list[str]], place: str) -> list[int]:
    """Where the labels stand that are kept of a dimension."""
    if name not in dimensions:
        raise InputError(f"{place}: there is no such dimension{suggest(name, dimensions)}")
    for label in kept:
        if label not in dimensions[name]:
            raise InputError(f"{place}: '{label}' is no label of it{suggest(label, dimensions[name])}")
    check_labels(kept, place)
    return [dimensions[name].index(label) for label in kept]


def some_rows(prior: Prior, dimension: str, places: list[int]) -> Prior:
    """A prior with only some of its rows, if it runs along the dimension; their draws stay what they were."""
    if prior.entry.by != dimension:
        return prior
    if prior.entry.joint:
        raise InputError(f"{prior.where}: {prior.name}: its rows are one whole; [only] cannot take some of {dimension}")
    stated = {
        word: [value[i] for i in places] if isinstance(value, list) else value for word, value in prior.stated.items()
    }
    distributions, labels = (tuple(rows[i] for i in places) for rows in (prior.distributions, prior.labels))
    return replace(prior, distributions=distributions, labels=labels, stated=stated)


def read_tables(words: Words, where: str, roots: list[Path]) -> tuple[dict[str, list[str]], Columns, dict[str, Prior]]:
    """The dimensions that the tables of a file are, their columns, and these as inputs of known values."""
    dimensions: dict[str, list[str]] = {}
    columns: Columns = {}
    priors: dict[str, Prior] = {}
    for name, entry in words.tables.items():
        place = f"{where}: tables.{name}"
        stated = read(Table, table(entry, place), place, "")
        path = next((p for root in roots if (p := files.inside_of(root, stated.file, ""))), None)
        if path is None:
            raise InputError(f"{place}: there is no '{stated.file}' in the priors folders")
        dimensions[name], found = tables.read(path)
        for key, column in found.items():
            columns[name, key] = column
            told = {"family": "value", "unit": column.unit, "source": stated.source, "by": name, "value": key}
            made = prior(key, told, files.shown(path), dimensions, columns)
            priors[key] = replace(made, own=False)
    return dimensions, columns, priors


def all_dimensions(parts: list[Page], own: Mapping[str, list[str]], where: str) -> dict[str, list[str]]:
    """The dimensions of a file and of those it extends, which must agree on the labels."""
    found: dict[str, list[str]] = {}
    stated = [(name, labels) for each in parts for name, labels in each.dimensions.items()]
    for name, labels in [*stated, *own.items()]:
        place = f"{where}: dimensions: {name}"
        if found.setdefault(name, labels) != labels:
            raise InputError(f"{place}: its labels are stated twice, and differ; state them once")
        check_labels(labels, place)
        check_name(name, place)
    return found


def check_labels(labels: list[str], place: str) -> None:
    """Refuse labels that are none, or that are not told apart."""
    if not labels or len({*labels}) != len(labels):
        raise InputError(f"{place}: its labels must differ from each other, and there must be one at least")


def check_name(name: str, place: str) -> None:
    """Refuse a name that is none, or that the results have a use for."""
    if not name.isidentifier():
        raise InputError(f"{place}: a name has letters, digits and _ only, as in Python")
    if name in RESERVED:
        raise InputError(f"{place}: the name '{name}' is taken by the results; choose another")


def part(name: str, where: str, roots: list[Path], trail: tuple[Path, ...]) -> Page:
    """The file that a word of `extends` names."""
    path = next((p for root in roots if (p := files.inside_of(root, name))), None)
    if path is None and (".." in Path(name).parts or Path(name).is_absolute()):
        raise InputError(f"{where}: extends: '{name}' leads outside the priors folders; name a file in them")
    if path is None:
        raise InputError(f"{where}: extends: there is no '{name}'{suggest(name, files.studies())}")
    if path.resolve() in [step.resolve() for step in trail]:
        circle = " -> ".join(files.shown(step) for step in (*trail, path))
        raise InputError(f"{where}: extends: goes in a circle, {circle}; take one of them out")
    return page(name, files.shown(path), files.parse(path), files.home_first(path, roots), (*trail, path))


def united_same(parts: list[Page], where: str, priors: Mapping[str, Prior]) -> dict[str, str]:
    """Which quantities several files take to be which others; where two disagree it is refused. An entry of the study's
    own wins."""
    taken: dict[str, str] = {}
    for key, other in (item for each in parts for item in each.same.items()):
        if key in priors and priors[key].own:
            continue
        if key in priors:
            raise InputError(
                f"{where}: {key}: one file that it takes in has an entry of it, another says it is {other}"
            )
        if taken.setdefault(key, other) != other:
            raise InputError(f"{where}: {key}: it is the same as {taken[key]} in one file and as {other} in another")
    return taken


def united(parts: list[Page], where: str, own: Mapping[str, Any]) -> dict[str, Prior]:
    """The entries of several files; where two disagree on one that is not the study's own, it is refused."""
    taken: dict[str, Prior] = {}
    for name, entry in (item for each in parts for item in each.priors.items()):
        other = taken.setdefault(name, entry)
        if other.where != entry.where and name not in own:
            raise InputError(
                f"{where}: {name}: defined twice, in {other.where} and {entry.where}; "
                "define it here or take one of the files out"
            )
    return taken


def prior(
    name: str,
    stated: dict[str, Any],
    where: str,
    dimensions: dict[str, list[str]],
    columns: Columns,
    roots: Sequence[Path] = (),
) -> Prior:
    """One entry as a Prior. `roots` are the folders that a file it names may be in."""
    place = f"{where}: {name}"
    check_name(name, place)
    if name in dimensions:
        raise InputError(f"{place}: a dimension has this name; rename one of them")
    labels = labels_of(stated, place, dimensions)
    stated = sampled(filled(stated, place, labels, columns), place, labels, roots)
    joint = getattr(family_of(stated), "joint", False)
    places = [f"{place}[{label}]" for label in labels if not joint] or [place]
    rows = [stated] if joint else rows_of(stated, len(places))
    entries = [entry_of(row, at) for row, at in zip(rows, places, strict=True)]
    with located(place):
        scale = units.scale(entries[0].unit)
        distributions = entries[0].rows(labels) if joint else tuple(checked(one) for one in entries)
    step = entries[0].autocorrelation
    if step is not None and not (labels and -1 < step < 1):
        raise InputError(f"{place}: autocorrelation = {step:g}: a number between -1 and 1, of an entry with by = ...")
    told = next((one for one in entries if not (isinstance(one, Value) and math.isnan(one.value))), entries[0])
    return Prior(name, told, distributions, labels, scale, where, True, stated)


def checked(stated: Family) -> Distribution:
    """The distribution of an entry, once its numbers make sense."""
    distribution = stated.distribution()
    best = stated.best
    if best is not None and not distribution.low <= best <= distribution.high:
        raise InputError(f"best = {best:g} lies outside {distribution.low:g} to {distribution.high:g}")
    low, high = stated.reported_low, stated.reported_high
    if (low is None) != (high is None):
        raise InputError("it takes reported_low and reported_high, both or neither")
    if low is not None and low > high:
        raise InputError(f"reported_low = {low:g} must not lie above reported_high = {high:g}")
    if stated.times is not None:
        positive(stated.times, "times")
        distribution = stretched(distribution, 0.0, stated.times)
    if stated.unit in ("share", "%"):
        check_share(distribution, units.scale(stated.unit))
    return distribution


def check_share(distribution: Distribution, scale: float = 1.0) -> None:
    """Refuse a share that may leave 0 to 1."""
    low, high = distribution.low * scale, distribution.high * scale
    if low < 0 or high > 1:
        raise InputError(
            f"a share must stay within 0 and 1, this goes from {low:g} to {high:g}; cut it with low and high, take a "
            "beta, pert or logitnormal, or give it in %"
        )


def figures_of(kind: str, struct: type[msgspec.Struct], stated: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Figures that are told of quantities: disclosed ones, or evidence."""
    found = {}
    for key, entry in stated.items():
        place = f"{where}: {kind}.{key}"
        found[key] = read(struct, table(entry, place), place, "")
        with located(place):
            units.parse(found[key].unit)
    return found


def correlations(parts: list[Correlations], stated: Mapping[str, Any], place: str) -> Correlations:
    """The correlations of a file, with those it takes in; its own win."""
    words = dict(stated)
    kind = words.pop("kind", None) or next((part.kind for part in parts if any(part.pairs.values())), "spearman")
    if kind not in ("spearman", "normal"):
        raise InputError(f"{place}: kind = {kind!r}: known are spearman and normal")
    for part in parts:
        if any(part.pairs.values()) and part.kind != kind:  # a correlation of 0 is one of either kind
            raise InputError(f"{place}: what it takes in is of kind {part.kind}; state it in the same")
    names, rows = words.pop("inputs", []), words.pop("matrix", [])
    if not isinstance(names, list) or len({*map(str, names)}) != len(names):
        raise InputError(f"{place}: inputs = {names!r}: a list of names that differ is expected")
    square = isinstance(rows, list) and all(isinstance(row, list) and len(row) == len(names) for row in rows)
    if not square or len(rows) != len(names):
        raise InputError(f"{place}: matrix: one row and one column are expected for each of the {len(names)} inputs")
    for name, own in zip(names, (row[i] for i, row in enumerate(rows)), strict=True):
        if own != 1 or isinstance(own, bool):
            raise InputError(f"{place}: matrix: {name} has {own!r} with itself; it must be 1, as of no covariance")
    pairs = {(one, other): rows[i][j] for i, one in enumerate(names) for j, other in enumerate(names) if i != j}
    for text, value in words.items():
        pair = tuple(part.strip() for part in text.split("~"))
        if len(pair) != 2 or not all(part.isidentifier() for part in pair) or pair[0] == pair[1]:
            raise InputError(f"{place}: '{text}': write a pair as \"gpu_price ~ chip_count\" = 0.3")
        pairs[pair] = value
    found: dict[tuple[str, str], float] = {}
    for pair, value in pairs.items():
        told = " ~ ".join(pair)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1 < value < 1:
            raise InputError(f"{place}: {told}: {value!r}: a number between -1 and 1 is expected")
        if found.setdefault(tuple(sorted(pair)), float(value)) != value:
            raise InputError(f"{place}: {told}: stated twice, and the two differ; state it once")
    taken = {pair: value for part in parts for pair, value in part.pairs.items()}
    return Correlations(kind, taken | found, frozenset(found))


def pinned(name: str, text: str | float, unit: str, old: Prior | None) -> Prior:
    """A prior for a quantity that is set to a number, with its unit or else the one given."""
    place = f"set {name}={text}"
    with located(place):
        number = units.read(text, unit, name, f"{name}=15_000")
    stated = {"family": "value", "value": number, "unit": unit, "source": "set by the user for this run"}
    new = prior(name, stated, place, {}, {})
    return replace(new, where="set by the user", own=bool(old and old.own))


def schema() -> dict[str, Any]:
    """The JSON schema of a priors file."""
    made = msgspec.json.schema(Words)
    whole = made["$defs"]["Words"]
    entries, kinds = msgspec.json.schema_components(FAMILIES.values(), ref_template="#/$defs/{name}")
    others = msgspec.json.schema_components([Decision, Disclosed, Table], ref_template="#/$defs/{name}")[1]
    whole["properties"]["inputs"]["additionalProperties"] = {"anyOf": list(entries)}
    whole["properties"]["disclosed"]["additionalProperties"] = {"$ref": "#/$defs/Disclosed"}
    whole["properties"]["decision"] = {"$ref": "#/$defs/Decision"}
    whole["properties"]["tables"]["additionalProperties"] = {"$ref": "#/$defs/Table"}
    # with `by`, a number may be a list, one a label, or a column's name
    numbers = [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]
    others["numbers"] = {"anyOf": [*numbers, {"type": "string", "pattern": r"^[A-Za-z_]\w*$"}]}
    part = {"type": "object", "properties": {"family": {"enum": list(FAMILIES)}, "name": {"type": "string"}}}
    others["part"] = part | {"required": ["family"]}
    for kind in kinds.values():
        words = kind["properties"]
        for word, stated in words.items():
            options = [option for option in stated.get("anyOf", [stated]) if option != {"type": "null"}]
            words[word] = {"$ref": "#/$defs/numbers"} if numbers[0] in options else options[0]
        if words.pop("percentiles", None):
            kind["patternProperties"] = {f"^{PERCENTILE}$": {"$ref": "#/$defs/numbers"}}
        if "parts" in words:
            words["parts"] = {"type": "array", "items": {"$ref": "#/$defs/part"}}
        if "column" in words:
            words["column"] = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A priors file of mcfrontier"}
    return top | whole | {"$defs": kinds | others}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=1))
