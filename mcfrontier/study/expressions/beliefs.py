"""Beliefs in one line: "lognormal 9k..20k USD/chip" as the keys of an entry of a priors file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.expressions import amounts
from mcfrontier.core.expressions.amounts import in_unit
from mcfrontier.core.expressions.parser import belief
from mcfrontier.core.expressions.tree import Interval, Number, Points, Pool, Quantiles, Spread, Tree
from mcfrontier.core.jsontext import parse_json
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.core.printable import echo
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.distributions.family import Percentiles, is_percentile
from mcfrontier.study import toml_text
from mcfrontier.study.entry import table
from mcfrontier.study.prior import Prior, prior

NO_SOURCE = "no source stated"
RUN_SOURCE = "stated by the user for this run"
MANY_PERCENTILES = ("metalog", "skew-normal")  # families of three or more percentiles
INHERITED = ("unit", "family", "note")  # the keys that an entry takes over from the one that it overrides


class Belief(str):
    """The prior of a quantity that is stated for a run, in one line or as the keys of an entry in JSON."""

    __slots__ = ()


@dataclass(frozen=True)
class Context:
    """What a belief that leaves something out is completed from.

    name  the quantity
    unit  the unit of its entry; "" where only the belief states one
    old   the keys of the entry that it overrides
    """

    name: str
    unit: str
    old: Mapping[str, Any]

    def number(self, number: Number) -> float:
        """A number in the unit of the entry."""
        return in_unit(number, self.unit, self.name)

    def numbers(self, keys: tuple[str, ...], numbers: tuple[Number, ...]) -> dict[str, float]:
        """Numbers by key; the unit of the last one holds for those without a unit."""
        return {key: self.number(each) for key, each in zip(keys, with_last_unit(numbers), strict=True)}

    def family(self, stated: str, keys: tuple[str, ...], default: str) -> dict[str, Any]:
        """The family of a belief: that which it states, or that of the entry which it overrides if it takes the same
        keys, or else a default one."""
        if stated and stated not in FAMILIES:
            raise InputError(f"unknown family '{stated}'{suggest(stated, FAMILIES)}")
        df = {"df": self.old["df"]} if "df" in self.old else {}
        for family in (stated,) if stated else (str(self.old.get("family", "")), default):
            if takes(family, keys) and (df or family != "student-t"):
                return {"family": family} | (df if family == "student-t" else {})
        problem = "df, which has no place in one line" if stated == "student-t" else "other numbers than these"
        raise InputError(f"{stated} takes {problem}; write a table with its keys, or another family")


def takes(family: str, keys: tuple[str, ...]) -> bool:
    """Whether a family can be stated by some keys, and df for Student's t."""
    if family not in FAMILIES:
        return False
    if all(map(is_percentile, keys)):
        return issubclass(FAMILIES[family], Percentiles) and (family in MANY_PERCENTILES) == (len(keys) > 2)
    return family in FAMILIES_BY_KEYS[keys]


FAMILIES_BY_KEYS = {
    ("low", "high"): ("uniform", "loguniform"),
    ("low", "mode", "high"): ("pert", "triangular"),
    ("mean", "sd"): ("normal", "lognormal", "gamma"),
}


def with_last_unit(numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    """Numbers, of which those without a unit have that of the last."""
    return tuple(each if each.unit else replace(each, unit=numbers[-1].unit) for each in numbers)


def keys_of(tree: Tree, context: Context) -> dict[str, Any]:
    """The keys of an entry that a belief states, without unit and source."""
    if isinstance(tree, Interval):
        return interval(tree, context)
    if isinstance(tree, Points):
        keys = ("low", "mode", "high")
        if len(tree.numbers) != len(keys):
            raise InputError(f"{tree.family} takes three numbers, LOW/MODE/HIGH")
        return context.family(tree.family, keys, "") | context.numbers(keys, tree.numbers)
    if isinstance(tree, Spread):
        return spread(tree, context)
    if isinstance(tree, Quantiles):
        if wrong := [key for key in tree.keys if not is_percentile(key)]:
            raise InputError(f"'{wrong[0]}': percentiles are p1 to p99, and p2_5 or p99_9 between")
        values = context.numbers(tree.keys, tree.numbers)
        default = "metalog" if len(tree.keys) > 2 else default_family([*values.values()], context.unit)
        return context.family(tree.family, tree.keys, default) | values
    if isinstance(tree, Pool):
        return {
            "family": "mixture",
            "weights": list(tree.weights),
            "parts": [keys_of(part, context) for part in with_unit_of_last(tree).beliefs],
        }
    assert isinstance(tree, Number)
    return {"family": "value", "value": context.number(tree)}


def interval(tree: Interval, context: Context) -> dict[str, Any]:
    """The keys of an interval: the percentiles at its ends, or the ends of a uniform distribution."""
    tail = (100 - tree.level) / 2
    keys = tuple(f"p{level:.6g}".replace(".", "_") for level in (tail, 100 - tail))
    if takes(tree.family, ("low", "high")):
        keys = ("low", "high")
    values = context.numbers(keys, (tree.low, tree.high))
    return context.family(tree.family, keys, default_family([*values.values()], context.unit)) | values


def spread(tree: Spread, context: Context) -> dict[str, Any]:
    """The keys of a mean and a standard deviation; that of a date is a duration, in years where it has no unit."""
    dated = context.unit == units.DATE_UNIT
    mean, sd = (tree.mean, tree.sd) if dated else with_last_unit((tree.mean, tree.sd))
    duration = replace(context, unit="year") if dated else context
    values = {"mean": context.number(mean), "sd": duration.number(sd)}
    return context.family(tree.family, ("mean", "sd"), "normal") | values


def default_family(ends: list[float], unit: str) -> str:
    """The family of an interval: logitnormal within 0 and 1 of a share, lognormal of positive numbers, else normal."""
    if unit in SHARE_UNITS and all(0 < end * units.scale(unit) < 1 for end in ends):
        return "logitnormal"
    return "lognormal" if unit != units.DATE_UNIT and all(end > 0 for end in ends) else "normal"


def last_unit(tree: Tree) -> str:
    """The unit of the last number of a belief that has one."""
    return next((each.unit for each in reversed([*tree.walk()]) if isinstance(each, Number) and each.unit), "")


def with_unit_of_last(pool: Pool) -> Pool:
    """Pooled beliefs, of which those without a unit have that of the last number."""

    def completed(tree: Tree) -> Tree:
        if last_unit(tree):
            return tree
        if isinstance(tree, Number):
            return replace(tree, unit=unit)
        if isinstance(tree, Interval):
            return replace(tree, high=replace(tree.high, unit=unit))
        if isinstance(tree, Spread):
            return replace(tree, sd=replace(tree.sd, unit=unit))
        assert isinstance(tree, Points | Quantiles)
        return replace(tree, numbers=(*tree.numbers[:-1], replace(tree.numbers[-1], unit=unit)))

    unit = last_unit(pool)
    return replace(pool, beliefs=tuple(map(completed, pool.beliefs)))


def in_one_line(text: Any, name: str, unit: str, old: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the entry that a belief in one line states, with its unit."""
    if not isinstance(text, str):
        raise InputError(f'is = {text!r}: a text is expected, such as "9k..20k USD/chip"')
    tree = belief(text)
    unit = unit or last_unit(tree)
    if not unit:
        raise InputError(f"'{text}' has no unit, and no other entry has one; write it after the last number")
    return {"unit": unit, **keys_of(tree, Context(name, unit, old))}


def completed(stated: dict[str, Any], place: str, name: str, old: Prior | None) -> dict[str, Any]:
    """An entry in full: with the keys that its `is` states, and unit, family and note of the one that it overrides."""
    inherited = {key: old.stated[key] for key in INHERITED if old and key in old.stated}
    if "is" not in stated:
        partial = stated.keys() & {"unit", "family"} != {"unit", "family"} and old is not None
        return {"source": NO_SOURCE, **inherited, **stated} if partial else stated
    rest = {key: value for key, value in stated.items() if key != "is"}
    unit = rest.get("unit") or inherited.get("unit") or ""
    with located(place):
        units.scale(str(unit or "1"))
        made = in_one_line(stated["is"], name, str(unit), old.stated if old else {})
        if twice := [key for key in made if key in rest and key != "unit"]:
            raise InputError(f"is and {twice[0]} state the same; remove one")
    note = {"note": inherited["note"]} if inherited.get("note") else {}
    return {"source": NO_SOURCE, **note, **made, **rest}


def as_belief(name: str, value: Any) -> Belief:
    """A belief as given from Python: a text, a number, or a mapping with the keys of an entry."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return Belief(value)
    return Belief(msgspec.json.encode(table(value, f"prior {name}")).decode())


def keys_in_json(text: str) -> dict[str, Any]:
    """The keys of an entry in JSON."""
    toml_text.check_text("an entry", text, limits.TEXT_LENGTH)
    try:
        stated = parse_json(text.encode())
    except ValueError as problem:
        raise InputError(f'not JSON, {problem}; write it in one line, or as {{"family": ..., ...}}') from None
    toml_text.check(stated)
    return table(stated, "an entry")


def of_run(name: str, text: Belief, unit: str, old: Prior | None) -> Prior:
    """The prior of a quantity in a unit, from the belief that is stated for a run."""
    place = f"prior {name} = {echo(text)}"
    with located(place):
        stated = keys_in_json(text) if text.lstrip().startswith("{") else {"is": str(text)}
    if {"by", "file", "study"} & stated.keys():
        raise InputError(f"{place}: rows, samples of a file and other studies are for a priors file")
    entry = {"unit": unit, "source": RUN_SOURCE, **stated}
    made = prior(name, completed(entry, place, name, old), place, {}, {})
    with located(place):
        if not units.same_kind(made.entry.unit, unit):
            raise InputError(f"'{made.entry.unit}' is not a unit of {name}; give it in {unit}")
    return replace(made, where=RUN_SOURCE, own=bool(old and old.own))


def beliefs_in(pins: Mapping[str, str | float]) -> dict[str, str]:
    """The priors that were stated for a run, in one line."""
    return {name: str(value) for name, value in pins.items() if isinstance(value, Belief)}


def values_set(pins: Mapping[str, str | float]) -> dict[str, str | float]:
    """The quantities that were set to a value."""
    return {name: value for name, value in pins.items() if not isinstance(value, Belief)}


def pinned(name: str, text: str | float, unit: str, old: Prior | None) -> Prior:
    """The prior of a quantity that is set to a number for this run.

    `text` is the number, with its unit or else in `unit`; `old` is the prior that it replaces, if any.
    """
    place = f"set {name}={text}"
    with located(place):
        number = amounts.read(text, unit, name, f"{name}=15_000")
    stated = {"family": "value", "value": number, "unit": unit, "source": "set by the user for this run"}
    new = prior(name, stated, place, {}, {})
    return replace(new, where="set by the user", own=bool(old and old.own))
