"""Merging a priors file with those that it extends; a disagreement between two of them is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.printable import HIDDEN, echo, quoted
from mcfrontier.study.expressions.formulas import StatedFormula
from mcfrontier.study.hierarchy import Hierarchy
from mcfrontier.study.prior import Prior, PriorsFile, check_name
from mcfrontier.study.schema import Correlations, FileSchema


def places_of(name: str, subset: list[str], dimensions: dict[str, list[str]], place: str) -> list[int]:
    """The places of a subset of labels in their dimension."""
    if name not in dimensions:
        raise InputError(f"{place}: there is no such dimension{suggest(name, dimensions)}")
    for label in subset:
        if label not in dimensions[name]:
            raise InputError(f"{place}: '{label}' is not a label of it{suggest(label, dimensions[name])}")
    check_labels(subset, place)
    return [dimensions[name].index(label) for label in subset]


def subset_rows(prior: Prior, dimension: str, places: list[int]) -> Prior:
    """A prior with a subset of its rows, if it has this dimension; the draws of these rows are unchanged."""
    if prior.entry.by != dimension:
        return prior
    if prior.entry.joint:
        raise InputError(f"{prior.where}: {prior.name}: its rows are sampled jointly; [only] cannot subset {dimension}")
    stated = {
        key: [value[i] for i in places] if isinstance(value, list) else value for key, value in prior.stated.items()
    }
    distributions = tuple(prior.distributions[i] for i in places)
    return replace(prior, distributions=distributions, labels=tuple(prior.labels[i] for i in places), stated=stated)


def merge_dimensions(
    parts: list[PriorsFile], own: Mapping[str, list[str]], tables: Mapping[str, list[str]], where: str
) -> dict[str, list[str]]:
    """The dimensions of a file, of its tables and of the files it extends, whose labels must agree."""
    for both in own.keys() & tables.keys():
        raise InputError(f"{where}: {both}: a dimension and a table have this name; rename one of them")
    found: dict[str, list[str]] = {}
    stated = [(name, labels) for each in parts for name, labels in each.dimensions.items()]
    for name, labels in [*stated, *own.items(), *tables.items()]:
        place = f"{where}: dimensions: {name}"
        if found.setdefault(name, labels) != labels:
            raise InputError(f"{place}: its labels are stated twice, and differ; state them once")
        check_labels(labels, place)
        check_name(name, place)
    if len(found) > limits.DIMENSIONS:
        raise InputError(f"{where}: dimensions: there are {len(found)}; the limit is {limits.DIMENSIONS}")
    return found


def check_labels(labels: list[str], place: str) -> None:
    """Refuse labels that are empty, not distinct, too many, or that have hidden characters."""
    if len(labels) > limits.LABELS:
        raise InputError(f"{place}: {len(labels):,} labels; the limit is {limits.LABELS:,}")
    for number, label in enumerate(labels, 1):
        if not label.strip():
            raise InputError(f"{place}: label {number} is empty; name it")
        if len(label) > limits.LABEL_LENGTH:
            raise InputError(f"{place}: '{echo(label)}': a label has at most {limits.LABEL_LENGTH} characters")
        if not label.isprintable() and (found := re.search(HIDDEN, label)):
            raise InputError(f"{place}: '{echo(label)}': has the hidden character U+{ord(found[0]):04X}; remove it")
    if not labels or len({*labels}) != len(labels):
        raise InputError(f"{place}: at least one label is needed, and labels must be distinct")


def check_once(stated: FileSchema, where: str) -> None:
    """Refuse a quantity that a file defines twice."""
    kinds = {"an entry": stated.inputs, "a formula": stated.formulas, "an alias": stated.same}
    for key in dict.fromkeys(key for names in kinds.values() for key in names):
        if len(found := [kind for kind, names in kinds.items() if key in names]) > 1:
            raise InputError(f"{where}: {key}: has {' and '.join(found)}; remove one")


def merge_aliases(parts: list[PriorsFile], where: str, priors: Mapping[str, Prior]) -> dict[str, str]:
    """The aliases of several files; a disagreement is refused, unless the study has an entry of its own."""
    found: dict[str, str] = {}
    for key, other in (item for each in parts for item in each.aliases.items()):
        if key in priors and priors[key].own:
            continue
        if key in priors:
            raise InputError(
                f"{where}: {key}: has an entry in one extended file, and is the same as {other} in another"
            )
        if found.setdefault(key, other) != other:
            raise InputError(f"{where}: {key}: is the same as {found[key]} in one file and as {other} in another")
    return found


def merge_priors(parts: list[PriorsFile], where: str, own: Mapping[str, Any]) -> dict[str, Prior]:
    """The entries of several files; a disagreement is refused, unless the study has an entry of its own."""
    found: dict[str, Prior] = {}
    for name, entry in (item for each in parts for item in each.priors.items()):
        other = found.setdefault(name, entry)
        if other.where != entry.where and name not in own:
            raise InputError(
                f"{where}: {name}: defined twice, in {other.where} and {entry.where}; "
                "define it here or remove one of the files"
            )
    return found


def merge_formulas(
    parts: list[PriorsFile], own: Mapping[str, StatedFormula], taken: Mapping[str, Any], where: str
) -> dict[str, StatedFormula]:
    """The formulas of a file and of those it extends; a disagreement of two of them is refused, unless the file has a
    statement of its own, `taken`."""
    found = dict(own)
    for part in parts:
        for name, each in part.formulas.items():
            if name in taken or name in own:
                continue
            other = found.setdefault(name, replace(each, own=False))
            if other.where != each.where:
                twice = f"defined twice, in {other.where} and {each.where}"
                raise InputError(f"{where}: {name}: {twice}; define it here or remove one of the files")
    for part in parts:
        for name in {*part.priors, *part.aliases} & {*found} - {*own}:
            place = f"has a formula in {found[name].where}, and another definition in {part.where}"
            raise InputError(f"{where}: {name}: {place}; define it here or remove one of the files")
    return found


def merge_correlations(parts: list[Correlations], stated: Mapping[str, Any], place: str) -> Correlations:
    """The correlations of a file and of those it extends; its own take precedence."""
    rest = dict(stated)
    kind = rest.pop("kind", None) or next((part.kind for part in parts if any(part.pairs.values())), "spearman")
    if kind not in ("spearman", "normal"):
        raise InputError(f"{place}: kind = {quoted(kind)}: known are spearman and normal")
    for part in parts:
        if any(part.pairs.values()) and part.kind != kind:  # a correlation of 0 is the same in both kinds
            raise InputError(f"{place}: an extended file states correlations of kind {part.kind}; state the same kind")
    pairs = matrix_pairs(rest.pop("inputs", []), rest.pop("matrix", []), place)
    for text, value in rest.items():
        pair = tuple(part.strip() for part in text.split("~"))
        if len(pair) != 2 or not all(part.isidentifier() for part in pair) or pair[0] == pair[1]:
            raise InputError(f"{place}: '{echo(text)}': write a pair as \"gpu_price ~ chip_count\" = 0.3")
        pairs[pair[0], pair[1]] = value
    found: dict[tuple[str, str], float] = {}
    for (one, other), value in pairs.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1 < value < 1:
            raise InputError(f"{place}: {one} ~ {other}: {quoted(value)}: a number between -1 and 1 is expected")
        if found.setdefault((min(one, other), max(one, other)), float(value)) != value:
            raise InputError(f"{place}: {one} ~ {other}: stated twice, and the two differ; state it once")
    extended = {pair: value for part in parts for pair, value in part.pairs.items()}
    return Correlations(kind, extended | found, frozenset(found))


def matrix_pairs(names: Any, rows: Any, place: str) -> dict[tuple[str, str], Any]:
    """The correlations of a matrix by pairs of inputs."""
    if not isinstance(names, list) or len({*map(str, names)}) != len(names):
        raise InputError(f"{place}: inputs = {quoted(names)}: a list of distinct names is expected")
    square = isinstance(rows, list) and all(isinstance(row, list) and len(row) == len(names) for row in rows)
    if not square or len(rows) != len(names):
        raise InputError(f"{place}: matrix: one row and one column are expected for each of the {len(names)} inputs")
    for name, own in zip(names, (row[i] for i, row in enumerate(rows)), strict=True):
        if own != 1 or isinstance(own, bool):
            raise InputError(f"{place}: matrix: {name} has {quoted(own)} with itself; 1 is expected, not a variance")
    return {(one, other): rows[i][j] for i, one in enumerate(names) for j, other in enumerate(names) if i != j}


def merge_hierarchies(parts: list[PriorsFile], where: str, own: Mapping[str, Any]) -> dict[str, Hierarchy]:
    """The entries of extended files that name quantities, without those that the study states itself; a disagreement is
    refused."""
    found: dict[str, Hierarchy] = {}
    for name, given in (item for each in parts for item in each.hierarchies.items() if item[0] not in own):
        plain = [each.priors[name].where for each in parts if name in each.priors]
        if found.setdefault(name, given) != given or plain:
            raise InputError(f"{where}: {name}: defined twice, in {given.where} and another file; state it in {where}")
    return found


def renamed(correlation: Correlations, names: Mapping[str, str]) -> Correlations:
    """Correlations with other names of inputs."""

    def of(pair: tuple[str, str]) -> tuple[str, str]:
        one, other = sorted(names.get(name, name) for name in pair)
        return one, other

    pairs = {of(pair): value for pair, value in correlation.pairs.items()}
    return replace(correlation, pairs=pairs, own=frozenset(map(of, correlation.own)))
