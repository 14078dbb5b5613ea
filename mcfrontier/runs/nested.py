"""Nested studies, whose quantities are inputs of a priors file: checked when it is read, resolved when it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import currencies
from mcfrontier.runs.core import unknown
from mcfrontier.study import money
from mcfrontier.study.lineage.errors import passed_on, scaled
from mcfrontier.study.lineage.given import LEVELS, PROBABILITIES, GivenErrors, movements
from mcfrontier.study.prior import Prior, PriorsFile
from mcfrontier.study.schema import Source
from mcfrontier.study.study import Study
from mcfrontier.study.values import central_values

DIGITS = 9  # of a quantile, since a manifest holds them all
NEAR, ANOTHER = 1e-6, 2.0  # a level of an error so near to 1 is 1; the other level where all are


class Reported(NamedTuple):
    """A quantity of another study: its unit, the quantiles (16, levels) of each of its rows in that unit, and the hash
    of the priors of the study."""

    unit: str
    rows: Mapping[str, Array]
    digest: str


# from the name of a study, names of its quantities, and the errors of sources
Report = Callable[[str, list[str], Mapping[str, Source]], Mapping[str, Reported]]


def unresolved(file: PriorsFile) -> dict[str, list[str]]:
    """The unresolved quantities of nested studies in a file, by study."""
    found: dict[str, list[str]] = {}
    for prior in file.priors.values():
        for each, _ in places_of(prior) if not prior.entry.resolved else ():
            names = found.setdefault(each["study"], [])
            names += [name] if (name := split_row(each["quantity"])[0]) not in names else []
    return found


def check(prior: Prior, load: Callable[[str, list[str]], Study]) -> None:
    """Refuse a nested study that cannot be resolved. Other studies are loaded, but not run."""
    for each, place in places_of(prior):
        with located(f"{place}: study"):
            study = load(each["study"], [split_row(each["quantity"])[0]])
        theirs, own = study.unit(split_row(each["quantity"])[0]), unit_of(each, prior)
        if not units.same_kind(theirs, own):
            raise InputError(f"{place}: unit '{own}': {each['quantity']} of {each['study']} is in {theirs}")
        with located(f"{place}: study"):
            check_row(each["quantity"], study.rows, study.file.as_of)
        if not study.uncertain:
            name, index = study.rows[each["quantity"]]
            refuse_known(each, place, float(central_values(study)[name][index][0]), theirs, own)


def with_nested_years(file: PriorsFile, price_years: Mapping[str, int | None]) -> PriorsFile:
    """A file whose quantities of nested studies are in money of the price years of these, converted to its own."""
    base = file.nominal or file
    own, priors = base.stated.price_year, {}
    if own is None:
        check_one_year(file, price_years)
        return file
    for prior in base.priors.values():
        default = money.first_of(prior.stated.get("money_year"), prior.price_year, own)
        years = {
            id(each): money.of_study(each, unit_of(each, prior), year, default, place)
            for each, place in places_of(prior)
            if (year := price_years.get(each["study"])) is not None
        }
        if any("money_year" in each for each in years.values()):
            priors[prior.name] = rebuilt(prior, years)
    return money.converted(replace(base, priors={**base.priors, **priors})) if priors else file


def check_one_year(file: PriorsFile, price_years: Mapping[str, int | None]) -> None:
    """Refuse nested studies with money of several years in a file without a price year."""
    places = [(each, prior) for prior in file.priors.values() for each, _ in places_of(prior)]
    studies = {each["study"] for each, prior in places if currencies(unit_of(each, prior))}
    years = sorted({year for name in studies if (year := price_years.get(name)) is not None})
    if len(years) > 1:
        found = " and of ".join(map(str, years))
        raise InputError(f"{file.where}: takes money of {found} from other studies; add price_year = ...")


def resolved(study: Study, report: Report) -> Study:
    """Return a study with its nested studies resolved to quantiles of the draws of other studies, and with the
    functions of entries that depend on errors of sources."""
    requested, file = unresolved(study.file), study.file
    if not requested and not file.given_errors:
        return study
    found: dict[tuple[object, ...], Mapping[str, Reported]] = {}

    def filled(prior: Prior, key: str = "", level: float = 1.0) -> Prior:
        """A prior with the quantiles of its nested studies, an error of a source being at a level."""
        if prior.entry.resolved:
            return prior
        errors = passed_on(file, prior.stream, key, level)
        values = tuple((each, source.error) for each, source in errors.items())
        reports = {}
        for name in {each["study"] for each, _ in places_of(prior)}:
            if (name, values) not in found:
                found[name, values] = report(name, requested[name], errors)
            reports[name] = found[name, values]
        return with_values(prior, reports)

    known = {name: filled(prior) for name, prior in file.priors.items()}
    inputs = {name: known[name] if prior == file.priors.get(name) else prior for name, prior in study.inputs.items()}
    nodes = dict(study.nodes)
    for name, given in file.given_errors.items():
        if name in study.order and given.base in inputs:
            nodes[name] = replace(nodes[name], function=with_movements(study, given, known[given.base], filled))
    return replace(study, file=replace(file, priors=known), inputs=inputs, nodes=nodes)


def with_movements(study: Study, given: GivenErrors, base: Prior, filled: Callable[..., Prior]) -> GivenErrors:
    """The function of an entry that depends on errors, with the movements of its quantiles by each error."""
    file = study.file
    stated, rests = file.priors[given.base], file.rests[given.base]
    made = []
    for key in given.ids:
        errors = study.inputs[file.errors[key]].distributions  # several if it is swept
        found = {level for error in errors for level in error.ppf(np.array(LEVELS)).tolist()}
        levels = sorted(level for level in found if abs(level - 1) > NEAR) or [ANOTHER]
        priors = {level: filled(scaled(stated, rests, key, level), key, level) for level in levels}
        at = {level: each.distributions[0].ppf(PROBABILITIES) * each.scale for level, each in priors.items()}
        made.append(movements(base.distributions[0].ppf(PROBABILITIES) * base.scale, at))
    return given.with_known(tuple(made))


def with_values(prior: Prior, reports: Mapping[str, Mapping[str, Reported]]) -> Prior:
    """Return a prior with the values of the quantities that it refers to."""
    filled: dict[int, dict[str, Any]] = {}
    for each, place in places_of(prior):
        found = reports[each["study"]]
        digest = found[split_row(each["quantity"])[0]].digest
        filled[id(each)] = {**each, "priors_sha256": digest, "values": values(each, place, found, unit_of(each, prior))}
    return rebuilt(prior, filled)


def rebuilt(prior: Prior, changed: Mapping[int, Mapping[str, Any]]) -> Prior:
    """Return a prior with other keys in its entry or parts of it, by their id."""
    stated = {**changed.get(id(prior.stated), prior.stated)}
    if "parts" in stated:
        stated["parts"] = [changed.get(id(part), part) for part in stated["parts"]]
    return prior.with_entry(stated)


def values(stated: Mapping[str, Any], place: str, reported: Mapping[str, Reported], unit: str) -> list[float]:
    """Quantiles of a quantity of another study in each of its randomisations, in a unit."""
    quantity = stated["quantity"]
    found = reported[split_row(quantity)[0]]
    with located(f"{place}: study"):
        check_row(quantity, found.rows)
    x = found.rows[quantity] * units.convert(1.0, found.unit, unit)
    if np.isnan(x).all():
        raise InputError(
            f"{place}: none of the draws of {quantity} of {stated['study']} is finite; name another quantity"
        )
    if x.min() == x.max():
        refuse_known(stated, place, float(x.min()), unit, unit)
    return [float(f"{value:.{DIGITS}g}") for value in x.ravel().tolist()]


def nested_seed(seed: int, study: str) -> int:
    """The seed of a study that another study refers to, from a seed of that one."""
    return int.from_bytes(blake2b(f"{seed} {study}".encode(), digest_size=4).digest())


def places_of(prior: Prior) -> list[tuple[Mapping[str, Any], str]]:
    """The quantities of nested studies in a prior, itself or its parts, each with its place for messages."""
    place, stated = f"{prior.where}: {prior.name}", prior.stated
    found = [(stated, place)] if stated.get("family") == "study" else []
    own = enumerate(stated.get("parts", ()), 1)
    return found + [(part, f"{place}: parts[{i}]") for i, part in own if part.get("family") == "study"]


def unit_of(stated: Mapping[str, Any], prior: Prior) -> str:
    """The unit of such an entry or part: its own, or that of its entry."""
    return str(stated.get("unit", prior.entry.unit))


def check_row(quantity: str, rows: Mapping[str, object], as_of: date | None = None) -> None:
    """Refuse a row that a study does not have, or does not have yet as of a day."""
    if quantity not in rows:
        early = f"; its row may not be known as of {as_of} yet, state a later day" if as_of else ""
        raise InputError(f"{unknown(quantity, () if as_of else rows)}{early}")


def refuse_known(stated: Mapping[str, Any], place: str, value: float, unit: str, own: str) -> None:
    """Refuse a known quantity of a nested study, which has no distribution."""
    known = f"{units.convert(value, unit, own):g} {own}"
    raise InputError(f"{place}: {stated['quantity']} of {stated['study']} is known, {known}; state it as a value")
