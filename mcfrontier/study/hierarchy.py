"""Entries whose parameters name other quantities, as an input and a node.

The input is a stream of probabilities, `NAME_given_PARENT`, uniform from 0 to 1; the node `NAME` takes them to
quantiles of the family with the parameters of each draw. Where `times` names a quantity, the input is the multiple of
it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.kinds import currencies
from mcfrontier.core.printable import echo
from mcfrontier.distributions.family import UNITLESS_KEYS
from mcfrontier.distributions.hierarchy import Quantile, choices, form_of, may_name
from mcfrontier.graph import Node
from mcfrontier.study.entry import Columns, entry_of, table

OWN_KEYS = ("family", "unit", "source", "note", "by", "autocorrelation")  # beside the parameters


@dataclass(frozen=True)
class Hierarchy:
    """The function of the node of an entry that names quantities.

    name    the entry
    where   the file that states it
    stated  its family and parameters, each a number or the name of a quantity; of `times`, this alone
    unit    the unit of the entry
    stream  the name of the input
    note    what the quantity is
    """

    name: str
    where: str
    stated: tuple[tuple[str, str | float], ...]
    unit: str
    stream: str
    note: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.note or f"Each draw is from {self.formula}.")

    @property
    def formula(self) -> str:
        """The entry as text."""
        if self.stated[0][0] == "times":
            return f"{self.stream} * {self.named[0]}"
        (_, family), *own = self.stated
        texts = [f"{key} = {value}" if isinstance(value, str) else f"{key} = {value:g}" for key, value in own]
        return f"{family}({', '.join(texts)})"

    @property
    def named(self) -> tuple[str, ...]:
        """The quantities that it names."""
        return tuple(
            dict.fromkeys(str(value) for key, value in self.stated if key != "family" and isinstance(value, str))
        )

    @property
    def quantile(self) -> Quantile:
        """The quantile function of its family, of probabilities and its parameters."""
        found = form_of(str(self.stated[0][1]), [key for key, _ in self.stated[1:]])
        assert found is not None  # checked when the entry was read
        return found[1]

    @property
    def node(self) -> Node:
        """The node of the quantity."""
        return Node(self.name, self.unit, self, (self.stream, *self.named))

    def __call__(self, stream: Any, *values: Any) -> Any:
        """The quantity, from the draws of the stream and of the named quantities, all in base units."""
        if self.stated[0][0] == "times":
            return stream * values[0]
        quantity = getattr(stream, "units", None) is not None
        known = dict(zip(self.named, values, strict=True))
        scale = units.scale(self.unit)
        parameters = [
            self.parameter(key, known[value], scale) if isinstance(value, str) else np.asarray(value, float)
            for key, value in self.stated[1:]
        ]
        x: Array = self.quantile(np.asarray(stream.magnitude if quantity else stream), *parameters) * scale
        return units.registry().Quantity(x, (1 * units.parse(self.unit)).to_root_units().units) if quantity else x

    def parameter(self, key: str, value: Any, scale: float) -> Array:
        """A named parameter in the unit of the entry; where it has a unit, this is proved to be of the same kind."""
        unit = "1" if key in UNITLESS_KEYS else self.unit
        if getattr(value, "units", None) is not None:
            if value.dimensionality != units.parse(unit).dimensionality:
                name = dict(self.stated)[key]
                raise InputError(f"{key} = {name} is in {units.unit_text(value)}; name a quantity in {unit}")
            value = value.magnitude
        number: Array = value if unit == "1" else value / scale
        return number

    def check(self, medians: Mapping[str, Array]) -> None:
        """Refuse parameters that are outside their range at the medians of the inputs."""
        if self.stated[0][0] == "times":
            return
        scale = units.scale(self.unit)
        given = {
            key: self.parameter(key, medians[value], scale) if isinstance(value, str) else np.array(value)
            for key, value in self.stated[1:]
        }
        for row in np.broadcast(*given.values()):
            numbers = {key: float(number) for key, number in zip(given, row, strict=True)}
            if not all(map(np.isfinite, numbers.values())) or np.isfinite(self.quantile(np.array(0.5), *row)):
                continue
            entry = {"family": self.stated[0][1], "unit": self.unit, "source": "", **numbers} | {"source": "medians"}
            with located(f"{self.where}: {self.name}: at the medians of the inputs"):
                entry_of(entry, self.name).check()


def split(
    name: str, stated: Any, where: str, columns: Columns, known: Collection[str]
) -> tuple[Hierarchy, dict[str, Any]] | None:
    """The node of an entry that names quantities, and the entry of its input; None if it names none.

    `known` are the names of entries: with `by`, another name is that of a column, if a table has this dimension.
    """
    place = f"{where}: {echo(name)}"
    if not isinstance(stated, Mapping) or not isinstance(stated.get("family"), str):
        return None
    stated = table(stated, place)
    by, family = stated.get("by"), stated["family"]
    tabulated = {column for dimension, column in columns if dimension == by}
    named: dict[str, str] = {}
    for key, value in stated.items():
        if not isinstance(value, str) or not value.isidentifier() or not (key == "times" or may_name(family, key)):
            continue
        if value in tabulated and value in known:
            raise InputError(f"{place}: {key}: '{echo(value)}' is both a column and an entry; rename one")
        if value in known or not tabulated:
            named[key] = value
    if not named:
        return None
    stream = f"{name}_given_{'_and_'.join(dict.fromkeys(named.values()))}"
    if "unit" not in stated:
        raise InputError(f"{place}: has no unit; add unit = ...")
    with located(place):
        units.parse(str(stated["unit"]))
    if "times" in named:
        if len(named) > 1:
            raise InputError(f"{place}: times names a quantity; state all else as numbers, which are multiples of it")
        multiple = {key: value for key, value in stated.items() if key != "times"} | {"unit": "1"}
        own: tuple[tuple[str, str | float], ...] = (("times", named["times"]),)
        return Hierarchy(name, where, own, stated["unit"], stream, str(stated.get("note", ""))), multiple
    form = checked_form(stated, named, place)
    made = entry_of(stated | dict.fromkeys(form, 1.0), place)
    parameters = tuple((key, named.get(key, stated[key])) for key in form)
    given = Hierarchy(name, where, (("family", family), *parameters), made.unit, stream, made.note)
    note = f"Probability of {name} in its distribution: {given.formula}."
    kept = {key: stated[key] for key in ("source", "by", "autocorrelation") if key in stated}
    return given, {"family": "uniform", "low": 0.0, "high": 1.0, "unit": "1", "note": note, **kept}


def checked_form(stated: Mapping[str, Any], named: Mapping[str, str], place: str) -> tuple[str, ...]:
    """The parameters of an entry, in order; refused unless they are a form of its family, each a number or a name."""
    family, found = stated["family"], form_of(stated["family"], stated)
    if found is None:
        raise InputError(f"{place}: with {next(iter(named))} as the name of a quantity it takes {choices(family)}")
    for key in stated:
        if key not in (*OWN_KEYS, *found[0]):
            raise InputError(
                f"{place}: {key}: not a key of an entry whose {next(iter(named))} names a quantity; remove it"
            )
    money = bool(currencies(stated["unit"]))
    for key in found[0]:
        if isinstance(stated[key], list):
            raise InputError(f"{place}: {key}: a list; state it in an entry of its own, and name that")
        if money and key not in named and key not in UNITLESS_KEYS:
            raise InputError(f"{place}: {key}: an amount of money; state it in an entry of its own, and name that")
    return found[0]
