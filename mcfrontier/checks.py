"""What is refused before anything is drawn, once a study has been read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mcfrontier import priors, units
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.graph import Node, taken_from
from mcfrontier.priors import Page, Prior


def check_reach(page: Page, reached: Iterable[str]) -> None:
    """Refuse an entry of the study's own file that no target needs."""
    for name, prior in page.priors.items():
        if prior.own and name not in reached:
            raise InputError(f"{name}: no target needs it{suggest(name, reached)}; take it out or name its target")


def taken(page: Page, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The quantities that the study takes to be another, in place of their formulas."""
    unit_of = {name: prior.entry.unit for name, prior in page.priors.items()}
    unit_of |= {name: node.unit for name, node in nodes.items()}
    for name, other in page.same.items():
        for word in (name, other):
            if word not in unit_of:
                raise InputError(f"{page.where}: same: there is no quantity '{word}'{suggest(word, unit_of)}")
    return {name: taken_from(name, unit_of[name], other) for name, other in page.same.items()}


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
    for key, figure in page.disclosed.items():
        place = f"{page.where}: disclosed.{key}"
        known = {name: prior.entry.unit for name, prior in page.priors.items()}
        known |= {name: node.unit for name, node in nodes.items()}
        if figure.quantity not in known:
            raise InputError(f"{place}: unknown quantity '{figure.quantity}'{suggest(figure.quantity, known)}")
        if not units.same_kind(figure.unit, known[figure.quantity]):
            raise InputError(f"{place}: unit '{figure.unit}': give it in {known[figure.quantity]}")


def pin(name: str, text: str | float, believed: Mapping[str, Prior], nodes: Mapping[str, Node]) -> Prior:
    """The prior of a quantity set for this run, in its entry's or node's unit unless it says another."""
    if name not in believed and name not in nodes:
        raise InputError(f"set {name}: there is no such quantity{suggest(name, {*believed, *nodes})}")
    unit = believed[name].entry.unit if name in believed else nodes[name].unit
    return priors.pinned(name, text, unit, believed.get(name))
