"""What is refused before anything is drawn, once a study has been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcfrontier import priors, units
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.graph import Node, taken_from
from mcfrontier.priors import Page, Prior
from mcfrontier.wording import parts
from mcfrontier.words import Disclosed, Evidence


def check_reach(page: Page, reached: Iterable[str]) -> None:
    """Refuse an entry of the study's own file that no target needs."""
    for name, prior in page.priors.items():
        if prior.own and name not in reached:
            raise InputError(f"{name}: no target needs it{suggest(name, reached)}; take it out or name its target")


def quantity_of(seen: Evidence | Disclosed) -> str:
    """The quantity that a figure is of, without the label of its row."""
    return parts(seen.quantity)[0]


def observed(page: Page, known: Iterable[str]) -> list[str]:
    """The quantities that the evidence is of."""
    for key, seen in page.evidence.items():
        if quantity_of(seen) not in known:
            raise InputError(f"evidence.{key}: unknown quantity '{quantity_of(seen)}'{suggest(seen.quantity, known)}")
    return list(dict.fromkeys(quantity_of(seen) for seen in page.evidence.values()))


def check_same(page: Page, reached: Iterable[str]) -> None:
    """Refuse a quantity that the study's own file takes to be another, and that no target needs."""
    for name in page.words.same:
        if name not in reached:
            raise InputError(f"same: {name}: no target needs it{suggest(name, reached)}; take it out")


def check_disclosed(page: Page, reached: Iterable[str]) -> None:
    """Refuse a disclosed figure of a quantity that no target of the file needs."""
    for key, figure in page.disclosed.items():
        if quantity_of(figure) not in reached:
            known = suggest(figure.quantity, reached) or "; name it as a target"
            raise InputError(f"disclosed.{key}: no target needs {figure.quantity}{known}")


def check_rows(page: Page, dimensions: Mapping[str, tuple[str, ...]], rows: Iterable[str]) -> None:
    """Refuse a disclosed figure of a row that there is not. `dimensions` are those of all that is evaluated."""
    for key, figure in page.disclosed.items():
        if dimensions.get(quantity_of(figure)) and figure.quantity not in (quantity_of(figure), *rows):
            place = f"{page.where}: disclosed.{key}: there is no row '{figure.quantity}'"
            raise InputError(f"{place}{suggest(figure.quantity, rows)}")


def check_correlations(page: Page, reached: Iterable[str]) -> None:
    """Refuse a correlation of the study's own file that is of what is no input, or is known."""
    for pair in page.correlation.own:
        place = f"correlation: {' ~ '.join(pair)}"
        for name in pair:
            if name not in page.priors or name not in reached:
                raise InputError(f"{place}: '{name}' is no input of this study{suggest(name, reached)}")
            if page.priors[name].known:
                raise InputError(f"{place}: {name} is known, so nothing goes with it; take the pair out")


def taken(page: Page, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The quantities that the study takes to be another, in place of their formulas."""
    unit_of = units_of(page, nodes)
    for name, other in page.same.items():
        for word in (name, other):
            if word not in unit_of:
                raise InputError(f"{page.where}: same: there is no quantity '{word}'{suggest(word, unit_of)}")
        if not units.same_kind(unit_of[name], unit_of[other]):
            raise InputError(f"{page.where}: same: {other} is in {unit_of[other]}, not in {unit_of[name]} as {name} is")
    events = {name for name, node in nodes.items() if node.event and name not in page.priors}
    return {name: taken_from(name, unit_of[name], other, other in events) for name, other in page.same.items()}


def units_of(page: Page, nodes: Mapping[str, Node]) -> dict[str, str]:
    """The unit of every quantity, a node's where there is one."""
    found = {name: prior.entry.unit for name, prior in page.priors.items()}
    return found | {name: node.unit for name, node in nodes.items()}


def check_units(page: Page, nodes: Mapping[str, Node]) -> None:
    """Refuse an entry, or a disclosed figure, in a unit that cannot measure its quantity."""
    for name, prior in page.priors.items():
        if name not in nodes:
            continue
        with located(f"{prior.where}: {name}"):
            if not units.same_kind(prior.entry.unit, nodes[name].unit):
                raise InputError(f"unit '{prior.entry.unit}' does not measure it; give it in {nodes[name].unit}")
            for distribution in prior.distributions if nodes[name].unit == "share" else ():
                priors.check_share(distribution, prior.scale)
    known = units_of(page, nodes)
    told = [(f"disclosed.{key}", figure) for key, figure in page.disclosed.items()]
    told += [(f"evidence.{key}", seen) for key, seen in page.evidence.items()]
    for key, figure in told:
        place, quantity = f"{page.where}: {key}", quantity_of(figure)
        if quantity not in known:
            raise InputError(f"{place}: unknown quantity '{quantity}'{suggest(quantity, known)}")
        if not units.same_kind(figure.unit, known[quantity]):
            raise InputError(f"{place}: unit '{figure.unit}': give it in {known[quantity]}")


def check_decision(
    page: Page, nodes: Mapping[str, Node], reached: Iterable[str], dimensions: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse a decision by what the stated targets do not reach or what has many rows, in a wrong unit, or with half
    of what it pays. `dimensions` are those of all that is evaluated."""
    decision, unit_of = page.decision, units_of(page, nodes)
    if decision is None:
        return
    name, place = decision.quantity, f"{page.where}: decision"
    if name not in unit_of:
        raise InputError(f"{place}: unknown quantity '{name}'{suggest(name, unit_of)}")
    if name not in reached:
        raise InputError(f"{place}: no target needs {name}; add it to targets")
    if dimensions.get(name):
        raise InputError(f"{place}: {name} has a row for each {dimensions[name][0]}; decide by what has only one")
    with located(place):
        if not units.same_kind(decision.unit, unit_of[name]):
            raise InputError(f"unit '{decision.unit}' does not measure {name}; give it in {unit_of[name]}")
    if (decision.gain is None) != (decision.loss is None):
        raise InputError(f"{place}: has {'a loss' if decision.gain is None else 'a gain'} alone; state both or neither")
    for word in ("gain", "loss"):
        if (value := getattr(decision, word)) is not None and value <= 0:
            raise InputError(f"{place}: {word} = {value:g} must be above 0")


def pin(name: str, text: str | float, believed: Mapping[str, Prior], nodes: Mapping[str, Node]) -> Prior:
    """The prior of a quantity set for this run, in its entry's or node's unit unless it says another."""
    if name not in believed and name not in nodes:
        if (whole := parts(name)[0]) in {*believed, *nodes} and whole != name:
            raise InputError(f"set {name}: one row cannot be set; set {whole}, or state its rows in a priors file")
        raise InputError(f"set {name}: there is no such quantity{suggest(name, {*believed, *nodes})}")
    unit = believed[name].entry.unit if name in believed else nodes[name].unit
    return priors.pinned(name, text, unit, believed.get(name))
