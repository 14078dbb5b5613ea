"""Two studies made one: some quantities defined as in the one, all others as in the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mcfrontier import graph, units
from mcfrontier.checks import quantity_of
from mcfrontier.dependence import joined_sets, normal
from mcfrontier.errors import InputError
from mcfrontier.family import REPORTED
from mcfrontier.study import Study
from mcfrontier.words import Correlations

CORRELATION, EVIDENCE = "[correlation]", "[evidence]"  # what differs beside the definitions of quantities
ROWS = "[dimensions] "
# of an entry: no draw hangs on them
REMARKS = {"source", "note", "best", "name", "file", "column", "study", "quantity", *REPORTED}


def narrowed(study: Study, targets: Iterable[str]) -> Study:
    """A study that answers some targets only, with what they and its evidence need."""
    return of_both(replace(study, targets=tuple(targets)), study, ())


def of_both(one: Study, other: Study, changed: Collection[str]) -> Study:
    """A study where the names in `changed` are defined as in the other, all else as in the one; what only one of them
    knows is as it is there. It answers the targets of the one."""
    known = {*one.quantities}
    side = {name: other if name in changed or name not in known else one for name in (*other.quantities, *known)}
    inputs = {name: study.inputs[name] for name, study in side.items() if name in study.inputs}
    nodes = {name: study.nodes[name] for name, study in side.items() if name not in study.inputs}
    evidence = (other if EVIDENCE in changed else one).evidence
    observed = dict.fromkeys(quantity_of(seen) for seen in evidence.values())
    reached, order = graph.order(nodes, inputs, (*one.targets, *observed))
    dimensions = other.page.dimensions | one.page.dimensions
    dimensions = {name: dimensions[name] for name in (*one.page.dimensions, *other.page.dimensions)}
    dimensions |= {name: labels for name, labels in other.page.dimensions.items() if ROWS + name in changed}
    correlation = correlations(one, other)[CORRELATION in changed]
    page = replace(one.page, dimensions=dimensions, correlation=correlation)
    kept = {name: inputs[name] for name in (*one.inputs, *other.inputs) if name in reached}
    return replace(one, page=page, nodes=nodes, inputs=kept, order=order, evidence=evidence, notes=())


def correlations(one: Study, other: Study) -> tuple[Correlations, Correlations]:
    """The correlations on both sides, of normal scores where the two state different kinds. A pair that only one side
    draws is the same on both."""
    stated = [study.page.correlation for study in (one, other)]
    kind = stated[0].kind if stated[0].kind == stated[1].kind else "normal"
    here, there = (
        {pair: value if kind == own.kind else normal(value, own.kind) for pair, value in own.pairs.items()}
        for own in stated
    )
    drawn = [{prior.name for prior in study.drawn} for study in (one, other)]
    has_here, has_there = ({pair for pair in here | there if {*pair} <= names} for names in drawn)
    shared = has_here & has_there
    lone = {pair: value for pair, value in (here | there).items() if pair in has_there - shared}
    lone |= {pair: value for pair, value in (there | here).items() if pair not in has_there}
    both = [lone | {pair: value for pair, value in own.items() if pair in shared} for own in (here, there)]
    return Correlations(kind, both[0]), Correlations(kind, both[1])


def behind(one: Study, other: Study, target: str) -> set[str]:
    """All that can move a target in a mixture of two studies: what it needs as either has it, what that depends on, and
    what was observed."""
    pairs = [pair for each in correlations(one, other) for pair in each.pairs]
    ahead = [target, *(quantity_of(seen) for study in (one, other) for seen in study.evidence.values())]
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
    """What differs between two studies, under the name of it: the names that change sides together.

    Together go quantities that would be defined in a circle if only some of them changed, and, where the rows of a
    dimension differ, all that runs along it or needs what does.
    """
    shared = [name for name in one.quantities if name in {*other.quantities}]
    check_kinds(one, other, shared)
    found = [{name} for name in shared if definition(one, name) != definition(other, name)]
    changed = {name for each in found for name in each}
    found += [circle & changed for circle in circles(one, other) if circle & changed]
    for dimension in dict.fromkeys((*one.page.dimensions, *other.page.dimensions)):
        if one.page.dimensions.get(dimension) != other.page.dimensions.get(dimension):
            found.append({ROWS + dimension, *(name for name in changed if touches(name, dimension, (one, other)))})
    here, there = correlations(one, other)
    if here != there:
        found.append({CORRELATION})
    if seen(one) != seen(other):
        found.append({EVIDENCE})
    groups = [group for group in joined_sets(found) if not all(name.startswith(ROWS) for name in group)]
    return {called(group): frozenset(group) for group in groups}


def called(group: Collection[str]) -> str:
    """The name of what changes together."""
    along = sorted(name.removeprefix(ROWS) for name in group if name.startswith(ROWS))
    return f"rows of {' and '.join(along)}" if along else " + ".join(sorted(group))


def check_kinds(one: Study, other: Study, names: Iterable[str]) -> None:
    """Refuse two quantities of one name that are not of one kind."""
    for name in names:
        here, there = one.unit(name), other.unit(name)
        if not units.same_kind(here, there):
            raise InputError(
                f"{name}: in {here} in {one.page.where} and in {there} in {other.page.where}; these cannot be "
                "compared, so rename one"
            )


def definition(study: Study, name: str) -> Any:
    """What a quantity is in a study, to be compared: its distribution as stated, or its formula."""
    if name in study.inputs:
        prior = study.inputs[name]
        return bare(prior.stated), prior.labels
    node = study.nodes[name]
    return node.needs if hasattr(node.function, "stands_for") else node.function


def bare(stated: Any) -> Any:
    """An entry, or a part of one, without what no draw hangs on."""
    if isinstance(stated, Mapping):
        return {word: bare(value) for word, value in stated.items() if word not in REMARKS}
    return [bare(value) for value in stated] if isinstance(stated, list | tuple) else stated


def seen(study: Study) -> list[tuple]:
    """The evidence of a study, to be compared."""
    return [(e.quantity, e.p5, e.p95, e.unit, e.logarithmic) for _, e in sorted(study.evidence.items())]


def circles(one: Study, other: Study) -> list[set[str]]:
    """The quantities that need each other, some as one study has it and some as the other."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    place = {name: i for i, name in enumerate(dict.fromkeys((*one.quantities, *other.quantities)))}
    ways = [
        (place[name], place[need]) for study in (one, other) for name in study.order for need in study.nodes[name].needs
    ]
    if not ways:
        return []
    matrix = coo_array((np.ones(len(ways)), np.array(ways).T), shape=(len(place), len(place)))
    _, circle = connected_components(matrix, connection="strong")
    of: dict[int, set[str]] = {}
    for name, i in place.items():
        of.setdefault(int(circle[i]), set()).add(name)
    return [names for names in of.values() if len(names) > 1]


def touches(name: str, dimension: str, studies: Iterable[Study]) -> bool:
    """Whether a quantity runs along a dimension in one of some studies, or needs what does."""
    for study in studies:
        inputs, order = graph.order(study.nodes, study.inputs, [name])
        if any(dimension in study.dimensions_of[each] for each in (*inputs, *order)):
            return True
    return False
