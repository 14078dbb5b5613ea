"""References of a priors file to quantities of other studies: checked when it is read, resolved when it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.formatting import split_row
from mcfrontier.runs.core import unknown
from mcfrontier.study.prior import Prior, PriorsFile, build
from mcfrontier.study.study import Study

QUANTILES = 2049  # that represent the distribution of a quantity of another study


class Reported(NamedTuple):
    """A quantity of another study: its unit, and evenly spaced quantiles of each of its rows in that unit."""

    unit: str
    rows: Mapping[str, Array]


Report = Callable[[str, list[str]], Mapping[str, Reported]]  # from the name of a study and names of its quantities


def references_in(stated: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The references to quantities of other studies in an entry and its parts."""
    return [each for each in (stated, *stated.get("parts", ())) if each.get("family") == "study"]


def unresolved(file: PriorsFile) -> dict[str, list[str]]:
    """The quantities of unresolved references in a file, by study."""
    found: dict[str, list[str]] = {}
    for prior in file.priors.values():
        for each in references_in(prior.stated) if not prior.entry.resolved else ():
            names = found.setdefault(each["study"], [])
            names += [name] if (name := split_row(each["quantity"])[0]) not in names else []
    return found


def check(prior: Prior, load: Callable[[str, list[str]], Study]) -> None:
    """Refuse a reference that cannot be resolved. Other studies are loaded, but not run."""
    for each, place in places_of(prior):
        with located(f"{place}: study"):
            study = load(each["study"], [split_row(each["quantity"])[0]])
        check_unit(each, place, study.unit(split_row(each["quantity"])[0]), unit_of(each, prior))
        with located(f"{place}: study"):
            check_row(each["quantity"], study.rows)
        if not study.uncertain:
            name, index = study.rows[each["quantity"]]
            refuse_known(each, place, float(study.centre()[name][index][0]), study.unit(name), unit_of(each, prior))


def resolved(study: Study, report: Report) -> Study:
    """Return a study with its references resolved to quantiles of the draws of other studies."""
    requested = unresolved(study.file)
    if not requested:
        return study
    reports = {name: report(name, quantities) for name, quantities in requested.items()}
    known = {
        name: prior if prior.entry.resolved else with_values(prior, reports)
        for name, prior in study.file.priors.items()
    }
    inputs = {
        name: known[name] if prior == study.file.priors.get(name) else prior for name, prior in study.inputs.items()
    }
    return replace(study, file=replace(study.file, priors=known), inputs=inputs)


def with_values(prior: Prior, reports: Mapping[str, Mapping[str, Reported]]) -> Prior:
    """Return a prior with the values of the quantities that it refers to."""

    def filled(stated: Mapping[str, Any], place: str) -> dict[str, Any]:
        if stated.get("family") != "study":
            return dict(stated)
        return {**stated, "values": values(stated, place, reports[stated["study"]], unit_of(stated, prior))}

    places = iter(place for _, place in places_of(prior))
    if prior.stated.get("family") == "study":
        stated = filled(prior.stated, next(places))
    else:
        own = [filled(part, next(places) if part.get("family") == "study" else "") for part in prior.stated["parts"]]
        stated = {**prior.stated, "parts": own}
    return build(prior.name, stated, prior.labels, prior.where, prior.own)


def values(stated: Mapping[str, Any], place: str, reported: Mapping[str, Reported], unit: str) -> list[float]:
    """Evenly spaced quantiles of a quantity of another study, in a unit."""
    quantity = stated["quantity"]
    found = reported[split_row(quantity)[0]]
    with located(f"{place}: study"):
        check_row(quantity, found.rows)
    x = found.rows[quantity] * units.convert(1.0, found.unit, unit)
    if x[0] == x[-1]:
        refuse_known(stated, place, float(x[0]), unit, unit)
    numbers: list[float] = x.tolist()
    return numbers


def quantiles(x: Array) -> Array:
    """Evenly spaced quantiles of the finite draws."""
    return np.quantile(x[np.isfinite(x)], (np.arange(QUANTILES) + 0.5) / QUANTILES)


def places_of(prior: Prior) -> list[tuple[Mapping[str, Any], str]]:
    """The references of a prior, each with its place in the file for messages."""
    place, stated = f"{prior.where}: {prior.name}", prior.stated
    found = [(stated, place)] if stated.get("family") == "study" else []
    own = enumerate(stated.get("parts", ()), 1)
    return found + [(part, f"{place}: parts[{i}]") for i, part in own if part.get("family") == "study"]


def unit_of(stated: Mapping[str, Any], prior: Prior) -> str:
    """The unit of a reference: its own, or that of its entry."""
    return str(stated.get("unit", prior.entry.unit))


def check_row(quantity: str, rows: Sequence[str] | Mapping[str, object]) -> None:
    """Refuse a row that a study does not have."""
    if quantity not in rows:
        raise InputError(str(unknown(quantity, rows)))


def check_unit(stated: Mapping[str, Any], place: str, theirs: str, own: str) -> None:
    """Refuse a reference in a unit that does not measure the quantity."""
    if not units.same_kind(theirs, own):
        raise InputError(f"{place}: unit '{own}': {stated['quantity']} of {stated['study']} is in {theirs}")


def refuse_known(stated: Mapping[str, Any], place: str, value: float, unit: str, own: str) -> None:
    """Refuse a reference to a known quantity, which has no distribution."""
    known = f"{units.convert(value, unit, own):g} {own}"
    raise InputError(f"{place}: {stated['quantity']} of {stated['study']} is known, {known}; state it as a value")
