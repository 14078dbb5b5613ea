"""Hybrids of two studies: some quantities are defined as in the one, all remaining ones as in the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mcfrontier import graph
from mcfrontier.core import units
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.family import REPORTED_KEYS
from mcfrontier.runs import conditions
from mcfrontier.study.correlation import merge_sets, normal_correlation
from mcfrontier.study.schema import Correlations
from mcfrontier.study.study import Study
from mcfrontier.study.validate import quantity_of

CORRELATION, EVIDENCE = "[correlation]", "[evidence]"  # names of differences other than definitions of quantities
DIMENSION_PREFIX = "[dimensions] "  # before the name of a dimension whose labels differ
# keys of an entry that have no effect on draws
REMARK_KEYS = {"source", "note", "best", "name", "file", "column", "study", "quantity", "priors_sha256", "money_year"}
REMARK_KEYS |= {*REPORTED_KEYS}


def restrict_targets(study: Study, targets: Iterable[str]) -> Study:
    """A study with some targets only, and the quantities that these and its evidence need."""
    return hybrid_study(replace(study, targets=tuple(targets)), study, ())


def hybrid_study(one: Study, other: Study, changed: Collection[str]) -> Study:
    """A study with the targets of `one`, in which the names in `changed` are defined as in `other` and all else as in
    `one`. A quantity that only one of the two has is defined as there."""
    known = {*one.quantities}
    side = {name: other if name in changed or name not in known else one for name in (*other.quantities, *known)}
    inputs = {name: study.inputs[name] for name, study in side.items() if name in study.inputs}
    nodes = {name: study.nodes[name] for name, study in side.items() if name not in study.inputs}
    informed = other if EVIDENCE in changed else one
    evidence, given = informed.evidence, informed.given
    observed = dict.fromkeys(observed_quantities(informed))
    reached, order = graph.order(nodes, inputs, (*one.targets, *observed))
    dimensions = other.file.dimensions | one.file.dimensions
    dimensions = {name: dimensions[name] for name in (*one.file.dimensions, *other.file.dimensions)}
    dimensions |= {name: labels for name, labels in other.file.dimensions.items() if DIMENSION_PREFIX + name in changed}
    correlation = correlations(one, other)[CORRELATION in changed]
    file = replace(one.file, dimensions=dimensions, correlation=correlation)
    needed = {name: inputs[name] for name in (*one.inputs, *other.inputs) if name in reached}
    return replace(one, file=file, nodes=nodes, inputs=needed, order=order, evidence=evidence, given=given, notes=())


def observed_quantities(study: Study) -> list[str]:
    """The quantities that evidence and conditions are on."""
    return [*map(quantity_of, study.evidence.values()), *conditions.quantities(conditions.of_study(study))]


def correlations(one: Study, other: Study) -> tuple[Correlations, Correlations]:
    """The correlations on both sides, as those of normal scores if the two state different kinds. A pair of inputs that
    are uncertain on one side only has the same correlation on both."""
    stated = [study.file.correlation for study in (one, other)]
    kind = stated[0].kind if stated[0].kind == stated[1].kind else "normal"
    first, second = (
        {pair: value if kind == own.kind else normal_correlation(value, own.kind) for pair, value in own.pairs.items()}
        for own in stated
    )
    uncertain = [{prior.name for prior in study.uncertain} for study in (one, other)]
    in_first, in_second = ({pair for pair in first | second if {*pair} <= names} for names in uncertain)
    shared = in_first & in_second
    unshared = {pair: value for pair, value in (first | second).items() if pair in in_second - shared}
    unshared |= {pair: value for pair, value in (second | first).items() if pair not in in_second}
    both = [unshared | {pair: value for pair, value in own.items() if pair in shared} for own in (first, second)]
    return Correlations(kind, both[0]), Correlations(kind, both[1])


def dependencies(one: Study, other: Study, target: str) -> set[str]:
    """All names that can affect a target in a hybrid of two studies: its ancestors in either, inputs correlated with
    these, and the ancestors of the observed quantities."""
    pairs = [pair for each in correlations(one, other) for pair in each.pairs]
    ahead = [target, *observed_quantities(one), *observed_quantities(other)]
    found = {CORRELATION, EVIDENCE}
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        ahead += [need for study in (one, other) if name in study.order for need in study.nodes[name].needs]
        ahead += [need for pair in pairs if name in pair for need in pair]
    return found


def differing(one: Study, other: Study) -> dict[str, frozenset[str]]:
    """The differences between two studies: the names that change sides together, by the name of the difference.

    Quantities change together if their definitions would form a cycle when only some of them changed, and, where the
    labels of a dimension differ, if they run along it or need a quantity that does.
    """
    shared = [name for name in one.quantities if name in {*other.quantities}]
    check_kinds(one, other, shared)
    found = [{name} for name in shared if definition(one, name) != definition(other, name)]
    changed = {name for each in found for name in each}
    found += [cycle & changed for cycle in cycles(one, other) if cycle & changed]
    for dimension in dict.fromkeys((*one.file.dimensions, *other.file.dimensions)):
        if one.file.dimensions.get(dimension) != other.file.dimensions.get(dimension):
            along = (name for name in changed if depends_on_dimension(name, dimension, (one, other)))
            found.append({DIMENSION_PREFIX + dimension, *along})
    first, second = correlations(one, other)
    if first != second:
        found.append({CORRELATION})
    if evidence_of(one) != evidence_of(other):
        found.append({EVIDENCE})
    groups = [group for group in merge_sets(found) if not all(name.startswith(DIMENSION_PREFIX) for name in group)]
    return {group_name(group): frozenset(group) for group in groups}


def group_name(group: Collection[str]) -> str:
    """The name of a difference."""
    along = sorted(name.removeprefix(DIMENSION_PREFIX) for name in group if name.startswith(DIMENSION_PREFIX))
    return f"rows of {' and '.join(along)}" if along else " + ".join(sorted(group))


def check_kinds(one: Study, other: Study, names: Iterable[str]) -> None:
    """Refuse a quantity whose units on the two sides are not of one kind."""
    for name in names:
        first, second = one.unit(name), other.unit(name)
        if not units.same_kind(first, second):
            raise InputError(
                f"{name}: in {first} in {one.file.where} and in {second} in {other.file.where}; these cannot be "
                "compared, so rename one"
            )


def definition(study: Study, name: str) -> Any:
    """The definition of a quantity, for comparison: its distribution as stated, or its formula."""
    if name in study.inputs:
        prior = study.inputs[name]
        return without_remarks(prior.stated), prior.labels
    node = study.nodes[name]
    return node.needs if node.alias else node.function


def without_remarks(stated: Any) -> Any:
    """An entry, or a part of one, without the keys that have no effect on draws."""
    if isinstance(stated, Mapping):
        return {word: without_remarks(value) for word, value in stated.items() if word not in REMARK_KEYS}
    return [without_remarks(value) for value in stated] if isinstance(stated, list | tuple) else stated


def evidence_of(study: Study) -> list[tuple[object, ...]]:
    """The evidence and the conditions of a study, for comparison."""
    seen = [e for _, e in sorted(study.evidence.items())]
    return [*((e.quantity, e.p5, e.p95, e.unit, e.logarithmic, e.chance_wrong) for e in seen), study.given]


def cycles(one: Study, other: Study) -> list[set[str]]:
    """The sets of quantities that need each other, some as defined in one study and some as in the other."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {name: i for i, name in enumerate(dict.fromkeys((*one.quantities, *other.quantities)))}
    edges = [
        (place[name], place[need]) for study in (one, other) for name in study.order for need in study.nodes[name].needs
    ]
    if not edges:
        return []
    matrix = coo_array((np.ones(len(edges)), np.array(edges).T), shape=(len(place), len(place)))
    _, component = connected_components(matrix, connection="strong")
    found: dict[int, set[str]] = {}
    for name, i in place.items():
        found.setdefault(int(component[i]), set()).add(name)
    return [names for names in found.values() if len(names) > 1]


def depends_on_dimension(name: str, dimension: str, studies: Iterable[Study]) -> bool:
    """Whether, in one of the studies, a quantity runs along a dimension or needs a quantity that does."""
    for study in studies:
        inputs, order = graph.order(study.nodes, study.inputs, [name])
        if any(dimension in study.dimensions_of[each] for each in (*inputs, *order)):
            return True
    return False
