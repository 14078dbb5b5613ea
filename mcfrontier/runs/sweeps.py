"""Sweeps: a quantity that is set to several values, which become the labels of a dimension of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from mcfrontier.core.errors import InputError, located
from mcfrontier.core.expressions import amounts
from mcfrontier.core.expressions.parser import amount
from mcfrontier.core.printable import echo
from mcfrontier.core.units import DATE_UNIT
from mcfrontier.graph import Node
from mcfrontier.study import validate
from mcfrontier.study.expressions.beliefs import Belief
from mcfrontier.study.prior import Prior, PriorsFile, prior
from mcfrontier.study.study import Study

MAX_POINTS = 64
SUFFIX = "_swept"  # of the dimension of a quantity
RANGE = re.compile(r"(?P<low>.+?)\.\.(?!\.)(?P<high>.+?):\s*(?P<count>\d+)\s*")
THOUSANDS = re.compile(r"(?<![\d.])\d{1,3},\d{3}(?![\d.])")
FORMS = "write two or more values as 0.3, 0.4, or a range with its number of points as 0.25..0.55:13"


def is_sweep(text: object) -> bool:
    """Whether what a quantity is set to are several values."""
    return isinstance(text, str) and not isinstance(text, Belief) and ("," in text or ".." in text)


def pinned(
    file: PriorsFile,
    pins: Mapping[str, str | float],
    priors: Mapping[str, Prior],
    nodes: Mapping[str, Node],
    targets: Collection[str],
) -> tuple[PriorsFile, dict[str, Prior]]:
    """The priors of the quantities that are set, and the file with the dimensions of those that are swept."""
    dimensions, made = dict(file.dimensions), {}
    for name, text in pins.items():
        if not is_sweep(text):
            made[name] = validate.pin(name, text, priors, nodes)
            continue
        place, along = f"set {name}={echo(str(text))}", f"{name}{SUFFIX}"
        unit = validate.unit_to_set(name, priors, nodes)
        with located(place):
            if name in targets:
                raise InputError(f"{name} is a target; sweep a quantity that it depends on, or set one value")
            if along in {*dimensions, *priors, *nodes}:
                raise InputError(f"there is a dimension or quantity '{along}' already; rename it")
            values = points(str(text), unit, name)
        dimensions[along] = [f"{value:.10g}" for value in values]
        stated = {
            "family": "value",
            "by": along,
            "value": values,
            "unit": unit,
            "source": "set by the user for this run",
        }
        new = prior(name, stated, place, dimensions, {})
        made[name] = replace(new, where="set by the user", own=name in priors and priors[name].own)
    return replace(file, dimensions=dimensions), made


def points(text: str, unit: str, name: str) -> list[float]:
    """The values of a sweep in a unit: those listed, or evenly spaced ones from the first to the last of a range."""
    if THOUSANDS.search(text):
        raise InputError("a comma parts values; write 15_000 for a number, or 15, 100 with spaces for several values")
    span = RANGE.fullmatch(text)
    texts = [span["low"], span["high"]] if span else text.split(",")
    if not span and (".." in text or not all(map(str.strip, texts))):
        raise InputError(FORMS)
    values = [amounts.read(each, unit, name) for each in texts]
    if unit != DATE_UNIT and len({bool(amount(each).unit) for each in texts}) > 1:
        raise InputError("some values have a unit and some have none; state it with each")
    count = int(span["count"]) if span else len(values)
    if not 2 <= count <= MAX_POINTS:
        raise InputError(f"{count:,} points; a sweep takes 2 to {MAX_POINTS}")
    values = np.linspace(values[0], values[-1], count).tolist() if span else values
    if len({f"{value:.10g}" for value in values}) < count:
        raise InputError("two of its points are equal; state each value once")
    return values


def swept(study: Study) -> set[str]:
    """The dimensions of quantities that are swept."""
    return {f"{name}{SUFFIX}" for name, text in study.pins.items() if is_sweep(text)}


def checked(study: Study) -> Study:
    """A study without its decision, if that is on a quantity with a row for each point of a sweep. Refuse evidence on
    such a quantity."""
    file, along = study.file, swept(study)
    for key, seen in study.evidence.items():
        if found := along.intersection(study.dimensions_of.get(seen.quantity, ())):
            name = min(found).removesuffix(SUFFIX)
            raise InputError(f"set {name}: evidence.{key} is on {seen.quantity}, which depends on it; set one value")
    if file.decision and not along.isdisjoint(study.dimensions_of.get(file.decision.quantity, ())):
        note = f"decision: not evaluated, since {file.decision.quantity} has a row for each point of a sweep"
        return replace(study, file=replace(file, decision=None), notes=(*study.notes, note))
    return study
