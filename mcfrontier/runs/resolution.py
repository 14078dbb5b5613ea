"""How a question resolves: the readings of its event, as nodes of the study that a [resolution] adds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
from msgspec.structs import replace as replace_struct

from mcfrontier import graph
from mcfrontier.analysis.forecasts import resolution as formulas
from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.units import DATE_UNIT
from mcfrontier.graph import Node, alias_node
from mcfrontier.study import validate
from mcfrontier.study.entry import read
from mcfrontier.study.prior import Prior, PriorsFile, prior
from mcfrontier.study.schema import Resolution
from mcfrontier.study.study import Study

TRUE = "true"
READINGS = (TRUE, "known", "published")
THRESHOLD = "resolution_threshold"
NODES = graph.nodes_of(formulas)
NAMED = {"reported": "share", "lag": "month", "error": "1"}  # the keys that may name a quantity, with their units
BY_REPORT: dict[str, dict[str, Any]] = {  # inputs of their own for each run
    "report_chance": {"family": "uniform", "low": 0, "high": 1},
    "report_wait": {"family": "gamma", "shape": 1, "scale": 1},
    "report_error": {"family": "normal", "mean": 0, "sd": 1},
}


def questions(file: PriorsFile) -> list[dict[str, Any]]:
    """The [resolution] of a file for each of its quantities; a list has one item for each, anything else is shared."""
    stated = file.stated.resolution
    names = listed(f"{file.where}: resolution: quantity", stated.get("quantity")) if stated else ()
    if len(names) < 2:
        return [{**stated, "quantity": names[0]}] if names else [stated] * bool(stated)
    for key, value in stated.items():
        if isinstance(value, list) and len(value) != len(names):
            raise InputError(f"{file.where}: resolution: {key}: {len(names)} quantities, and {len(value)} items")
    return [
        {key: value[at] if isinstance(value, list) else value for key, value in stated.items()}
        for at in range(len(names))
    ]


def read_all(file: PriorsFile) -> list[Resolution]:
    """The [resolution] of a file for each of its quantities."""
    place = f"{file.where}: resolution"
    found: list[Resolution] = [read(Resolution, each, place, "") for each in questions(file)]
    with located(place):
        for each in found:
            each.check()
    return found


def stated(file: PriorsFile) -> Resolution | None:
    """The [resolution] of a file for its first quantity; None where it has none."""
    return next(iter(read_all(file)), None)


def led_by(study: Study, quantity: str) -> Study:
    """A study whose [resolution] has one of its quantities first."""
    ordered = sorted(questions(study.file), key=lambda each: bool(each["quantity"] != quantity))
    stated = {key: [each[key] for each in ordered] for key in ordered[0]} if len(ordered) > 1 else ordered[0]
    return replace(study, file=replace(study.file, stated=replace_struct(study.file.stated, resolution=stated)))


def needs(file: PriorsFile) -> list[str]:
    """The quantities that the [resolution] of a file names."""
    found: list[str] = []
    for each in read_all(file):
        numbers = (each.threshold, *(getattr(each, key) for key in NAMED))
        found += [each.quantity, each.dates, each.path or each.dates, *(x for x in numbers if isinstance(x, str))]
    return list(dict.fromkeys(found))


def notes(study: Study, names: Iterable[str]) -> list[str]:
    """A note that the truth is not what resolves, if some of the names are quantities on which a question is."""
    own = [name for name in names if name not in NODES]
    used = set(chain(*graph.order(study.nodes, study.inputs, own))) if own and study.file.stated.resolution else set()
    found = [each for each in read_all(study.file) if each.quantity in used]
    if not found:
        return []
    quantities = " and ".join(each.quantity for each in found)
    by = f"by what {found[0].publisher} publishes: `probability {study.file.command or study.name} --as published`"
    truth = "its true value" if len(found) == 1 else "their true values"
    return [f"events of {quantities} are those of {truth}, which nobody observes; {by}"]


def with_readings(
    file: PriorsFile, nodes: Mapping[str, Node], named: Sequence[str]
) -> tuple[PriorsFile, dict[str, Node]]:
    """A file with the inputs of its [resolution], and the nodes of this, if one of them is among those `named`. `nodes`
    are those of the study. Refuse a [resolution] that does not fit the study."""
    found, place = stated(file), f"{file.where}: resolution"
    if found is None or NODES.keys() <= nodes.keys():  # none, or added before
        return file, {}
    unit_of = validate.units_of(file, nodes)
    with located(place):
        dates, since = checked_dates(found, file, unit_of), units.year_of(*found.since.timetuple()[:3])
    if NODES.keys().isdisjoint(named):
        return file, {}
    numbers = numbers_of(found, since, unit_of[found.quantity])
    aliases = {name: alias_node(name, unit, x) for name, (x, unit) in numbers.items() if isinstance(x, str)}
    own = {
        name: replace(node, along=dates.entry.by) if node.along == formulas.ALONG else node
        for name, node in NODES.items()
    }
    runs = range(math.ceil((dates.distributions[-1].median - since) * found.runs) + 1)
    dimensions = {**file.dimensions, formulas.REPORTS: [str(run + 1) for run in runs]}
    entries = {
        **{
            name: {"family": "value", "value": x, "unit": unit}
            for name, (x, unit) in numbers.items()
            if name not in aliases
        },
        "report_number": {"family": "value", "value": list(map(float, runs)), "unit": "1", "by": formulas.REPORTS},
        **{name: {**each, "unit": "1", "by": formulas.REPORTS} for name, each in BY_REPORT.items()},
    }
    for name in (*own, *aliases, *entries, formulas.REPORTS):
        if name in {*file.priors, *nodes, *file.dimensions}:
            raise InputError(f"{place}: it adds '{name}', which the study has already; rename that")
    priors = {
        name: replace(prior(name, {**each, "source": "[resolution]"}, place, dimensions, {}), own=False)
        for name, each in entries.items()
    }
    return replace(file, priors=file.priors | priors, dimensions=dimensions), aliases | own


def numbers_of(found: Resolution, since: float, unit: str) -> dict[str, tuple[Any, str]]:
    """The numbers of a [resolution], or the names of quantities, by the names of their inputs, with their units."""
    return {
        "resolution_path": (found.quantity, unit),
        "resolution_dates": (found.dates, DATE_UNIT),
        "resolution_reached": (found.path or found.dates, DATE_UNIT),
        THRESHOLD: (found.threshold, unit),
        **{f"resolution_{key}": (getattr(found, key), of_key) for key, of_key in NAMED.items()},
        "resolution_rounding": (float(found.rounding), "1"),
        "resolution_since": (since, DATE_UNIT),
        "resolution_spacing": (1 / found.runs, "year"),
        "resolution_unit": (1.0, unit),
    }


def known_dates(file: PriorsFile, key: str, name: str, quantity: str) -> Prior:
    """The entry with the known date of each row of a quantity, which a key of [resolution] names."""
    dates = file.priors.get(name)
    if dates is None or not dates.known or len(dates.labels) < 2 or dates.entry.unit != DATE_UNIT:
        raise InputError(f"{key} = {name}: name an entry with the known date of each row of {quantity}")
    return dates


def checked_dates(found: Resolution, file: PriorsFile, unit_of: Mapping[str, str]) -> Prior:
    """The entry of the dates of a [resolution]. Refuse names of no quantity, units that do not fit, and dates that are
    not known, or that do not increase from `since` on."""
    for name in needs(file):
        if name not in unit_of:
            raise InputError(f"there is no quantity '{name}'{suggest(name, unit_of)}")
    dates, path = (
        known_dates(file, key, name, found.quantity)
        for key, name in (("dates", found.dates), ("path", found.path or found.dates))
    )
    ends, reached = ([row.median for row in each.distributions] for each in (dates, path))
    days = [units.year_of(*found.since.timetuple()[:3]), *ends]
    if not (np.diff(days) > 0).all():
        raise InputError(
            f"since = {found.since}: the dates of {found.dates} must lie after it and increase; state an earlier day"
        )
    if len(reached) != len(ends) or not all(a < x <= b for a, x, b in zip(days, reached, ends, strict=False)):
        raise InputError(f"path = {found.path}: its dates must lie within the rows, up to those of {found.dates}")
    for name, unit in numbers_of(found, 0.0, unit_of[found.quantity]).values():
        if isinstance(name, str) and not units.same_kind(unit_of[name], unit):
            raise InputError(f"{name} is in {unit_of[name]}; name a quantity in {unit}")
    return dates
