"""One entry of a priors file: its keys and values, validated as those of its family."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, get_args, get_origin

import msgspec
import numpy as np
from msgspec.structs import replace as replace_fields

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.kinds import currencies
from mcfrontier.core.printable import echo, quoted
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.distributions.family import REPORTED_KEYS, UNITLESS_KEYS, Family, is_percentile
from mcfrontier.distributions.mixture import Mixture, Part
from mcfrontier.distributions.textbook import Value
from mcfrontier.study import csv_table, toml_text

TYPE_NAMES = {  # the names of types in messages of msgspec, and ours
    "float": "a number", "int": "a whole number", "str": "text", "array": "a list", "bool": "true or false",
    "object": "a table", "date": "a date", "datetime": "a date and time", "null": "an empty cell",
}  # fmt: skip
TYPE_REMEDIES = {  # the remedy for a value of the wrong type
    "a number, got text": "remove the quotes",
    "a number, got a date": toml_text.YEAR_REMEDY,
    "a date, got a date and time": "write it as 2026-11-22, without a time",
    "text, got": "put it in quotes",
    "a list, got": "put it in [ ]",
    "RFC3339": "write it as 2026-11-22, without quotes",
}
MAX_SHARED_LENGTH = 2**16  # letters of an entry as JSON; longer ones are not retained
Columns = dict[tuple[str, str], csv_table.Column]  # by dimension and name


def table(entry: Any, place: str) -> dict[str, Any]:
    """The keys and values of an entry, without those that are None; refused unless it is a TOML table."""
    if not isinstance(entry, Mapping):
        raise InputError(f"{place}: an entry is a table with family, unit and source, not {quoted(entry)}")
    dated = entry.get("unit") == units.DATE_UNIT
    return {key: to_python(value, dated) for key, value in entry.items() if value is not None}


def to_python(value: Any, dated: bool = False) -> Any:
    """Numbers and arrays of numpy as those of Python, and the days of a `dated` entry as years of the calendar."""
    if isinstance(value, list | tuple):
        return [to_python(each, dated) for each in value]
    if dated and isinstance(value, Mapping):  # a part of a mixture
        return {key: to_python(each, dated) for key, each in value.items()}
    if dated and isinstance(value, date) and not isinstance(value, datetime):
        return units.year_of(value.year, value.month, value.day)
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def labels_of(stated: dict[str, Any], place: str, dimensions: dict[str, list[str]]) -> tuple[str, ...]:
    """The labels of the rows of an entry; () for a single value."""
    by = stated.get("by")
    if by is None:
        return ()
    if not isinstance(by, str) or by not in dimensions:
        raise InputError(f"{place}: by = {quoted(by)}: no such dimension; list its labels under [dimensions]")
    return tuple(dimensions[by])


def fill_columns(stated: dict[str, Any], place: str, labels: tuple[str, ...], columns: Columns) -> dict[str, Any]:
    """An entry with the names of columns replaced by their numbers; the lengths of its lists are checked."""
    family, by = family_of(stated) or Family, stated.get("by")
    numbers: dict[str, list[float | None]] = {}
    for key, value in stated.items():
        by_label = isinstance(value, list) and all(isinstance(each, list) for each in value)
        if key in family.lists and labels and not by_label:
            raise InputError(f"{place}: {key}: a list of its own, which cannot be split by label; remove by")
        if key in family.lists and not labels:
            continue
        types = types_of(family).get(key, ())
        column = isinstance(value, str) and by and str not in types
        if column and (float in types or is_percentile(key) or (by, value) in columns):
            with located(place):
                units.parse(str(stated.get("unit", "1")))
            with located(f"{place}: {key}"):
                numbers[key] = column_values(value, key, stated, columns)
        texts = str in types and list[str] not in types and key not in family.texts
        if isinstance(value, list) and (not labels or texts):
            raise InputError(
                f"{place}: {key}: a list is for numbers, of an entry with by = a dimension; give one value"
            )
        if isinstance(value, list) and len(value) != len(labels):
            raise InputError(f"{place}: {key}: {len(value)} values for {len(labels)} labels; give one for each")
    return stated | numbers


def column_values(name: str, key: str, stated: Mapping[str, Any], columns: Columns) -> list[float | None]:
    """The numbers of a column that a key of an entry names, in the unit of the entry; None where a cell is empty.

    Parameters without a unit are in [1]; so may be any other number where the entry has `times`, as a multiple of it.
    """
    by, unit = stated["by"], stated.get("unit")
    column = columns.get((by, name))
    if column is None or not column.unit:
        known = [other for (dimension, other), found in columns.items() if dimension == by and found.unit]
        if column is not None:
            raise InputError(f"the head of column '{name}' has no unit; write it as {name} [{unit}]")
        raise InputError(f"no table has a column '{echo(name)}' with a unit{suggest(name, known)}")
    values = [None if math.isnan(number) else number for number in column.values]
    if not isinstance(unit, str):  # refused with its own message afterwards
        return values
    options = ["1"] if key in UNITLESS_KEYS else [unit]
    if "times" in stated and key not in UNITLESS_KEYS:
        times = columns.get((by, str(stated["times"])))
        options = ["1"] if key != "times" and times and units.same_kind(times.unit or "1", unit) else [unit, "1"]
    wanted = next((option for option in options if units.same_kind(column.unit, option)), None)
    if wanted is None:
        why = "" if options[0] == unit else ", since times has the unit" if "times" in stated else ", without a unit"
        raise InputError(f"column '{name}' is in [{column.unit}]; give it in [{options[0]}]{why}")
    return [None if number is None else units.convert(number, column.unit, wanted) for number in values]


def family_of(stated: Mapping[str, Any]) -> type[Family] | None:
    """The family that an entry names; None where it names none, or an unknown one."""
    return FAMILIES.get(stated["family"]) if isinstance(stated.get("family"), str) else None


@cache
def types_of(family: type[Family]) -> dict[str, tuple[Any, ...]]:
    """The types that the keys of a family permit."""
    types = {each.name: each.type for each in fields_of(family)}
    return {"family": (str,)} | {
        name: (kind, *(() if get_origin(kind) is dict else get_args(kind))) for name, kind in types.items()
    }


def rows_of(stated: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """Split an entry by label: a list gives one value to each row, any other value is shared by all rows.

    Without `by`, a list is a single value.
    """
    if not stated.get("by"):
        return [dict(stated)] * count
    return [
        {key: value[i] if isinstance(value, list) else value for key, value in stated.items()} for i in range(count)
    ]


def entries_of(stated: Mapping[str, Any], places: tuple[str, ...], joint: bool) -> tuple[Family, ...]:
    """The rows of an entry as its family, or the whole of a joint one; `places` are those of messages. Equal entries
    are converted once."""
    try:
        text = json.dumps(dict(stated))
    except TypeError:  # a date, which is refused
        return converted(stated, places, joint)
    return shared(text, places, joint) if len(text) <= MAX_SHARED_LENGTH else converted(stated, places, joint)


@lru_cache(maxsize=1024)
def shared(text: str, places: tuple[str, ...], joint: bool) -> tuple[Family, ...]:
    """Convert an entry that is JSON."""
    return converted(json.loads(text), places, joint)


def converted(stated: Mapping[str, Any], places: tuple[str, ...], joint: bool) -> tuple[Family, ...]:
    """Convert the rows of an entry."""
    rows = [dict(stated)] if joint else rows_of(stated, len(places))
    return tuple(entry_of(row, at) for row, at in zip(rows, places, strict=True))


def entry_of(stated: dict[str, Any], place: str) -> Family:
    """An entry as its family, types checked; whether the values are consistent is checked by the family.

    A row with an empty cell is a missing value, unless only what its sources report is empty.
    """
    stated = {key: value for key, value in stated.items() if value is not None or key not in REPORTED_KEYS}
    if any(value is None for value in stated.values()) and {"unit", "source"} <= stated.keys():
        return Value(unit=stated["unit"], source=stated["source"], by=stated.get("by"), value=math.nan)
    if "family" not in stated:
        raise InputError(f"{place}: has no family; add one of {', '.join(FAMILIES)}")
    family = family_of(stated)
    if family is None:
        raise InputError(f"{place}: unknown family '{stated['family']}'{suggest(str(stated['family']), FAMILIES)}")
    made: Family = read(family, stated, place, f" for family {family.__struct_config__.tag}")
    check_money_year(made, place)
    if not isinstance(made, Mixture):
        return made
    parts = [part_of(part, made, f"{place}: parts[{i}]") for i, part in enumerate(made.parts, 1)]
    return replace_fields(made, parts=parts)


def check_money_year(stated: Any, place: str) -> None:
    """Refuse the money year of an entry, evidence, disclosed figure or decision without money in its unit."""
    with located(place):
        if stated.money_year is not None and not currencies(stated.unit):
            raise InputError(f"money_year = {stated.money_year}: its unit, {stated.unit}, has no money; delete it")


def part_of(stated: Any, whole: Mixture, place: str) -> Part:
    """A part of a mixture, with the unit and the source of the whole unless it states its own."""
    entry = {"unit": whole.unit, "source": whole.source} | table(stated, place)
    name = entry.pop("name", "")
    if not isinstance(name, str):
        raise InputError(f"{place}: name = {name}: text is expected; put it in quotes")
    place = f"{place} ({name})" if name else place
    return Part(name, entry_of(fill_columns(entry, place, (), {}), place))


def read(kind: type[msgspec.Struct], stated: dict[str, Any], place: str, context: str) -> Any:
    """Convert a mapping to a struct; an unknown or missing key and a value of the wrong type are refused.

    Messages begin with `place`, and add `context` to an unknown key.
    """
    known = {*kind.__struct_encode_fields__, *({"family"} if issubclass(kind, Family) else ())}
    stated = gather_percentiles(stated, place) if "percentiles" in known else stated
    for key in stated:
        if key not in known:
            options = known - {"percentiles"} | ({"p5", "p50", "p95"} if "percentiles" in known else set())
            raise InputError(f"{place}: unknown key '{key}'{context}{suggest(key, options)}")
    for field in fields_of(kind):
        key = field.encode_name
        if field.required and key not in stated:
            raise InputError(f"{place}: has no {key}; add {key} = ...")
        check_finite(key, stated.get(key), place)
        if key in ("unit", "source") and not str(stated.get(key)).strip():
            raise InputError(f"{place}: {key} is empty; state it")
    try:
        return msgspec.convert(stated, kind)
    except msgspec.ValidationError as problem:
        raise InputError(f"{place}: {type_message(str(problem), kind, stated)}") from None


@cache
def fields_of(kind: type[msgspec.Struct]) -> tuple[Any, ...]:
    """The fields of a struct, cached because msgspec parses its source at each call."""
    return msgspec.structs.fields(kind)


def gather_percentiles(stated: dict[str, Any], place: str) -> dict[str, Any]:
    """An entry with its percentiles, p5, p97_5 and the like, gathered under `percentiles`."""
    for key in stated:
        if re.match(r"p\d", key) and not is_percentile(key):
            raise InputError(f"{place}: unknown key '{key}'; percentiles are p1 to p99, and p2_5 or p99_9 between")
    if "percentiles" in stated:
        raise InputError(f"{place}: unknown key 'percentiles'; state each by itself, such as p5 = ...")
    percentiles = {key: value for key, value in stated.items() if is_percentile(key)}
    for key, value in percentiles.items():
        if isinstance(value, Mapping):  # TOML reads p2.5 as the key 5 of a table p2
            raise InputError(f"{place}: {key}: a number is expected, not a table; p2.5 is written p2_5")
        for number in as_list(value):
            if isinstance(number, str):
                remedy = toml_text.number_remedy(number)
                raise InputError(f"{place}: {key}: expected a number, got text; {remedy}")
            if isinstance(number, bool) or not isinstance(number, int | float):
                remedy = f"; {toml_text.YEAR_REMEDY}" if isinstance(number, date) else ""
                raise InputError(f"{place}: {key}: expected a number, got {echo(number)}{remedy}")
        check_finite(key, value, place)
    return {key: x for key, x in stated.items() if key not in percentiles} | {"percentiles": percentiles}


def as_list(value: Any) -> list[Any]:
    """A list as it is, any other value as a list of one."""
    return value if isinstance(value, list) else [value]


def check_finite(key: str, value: Any, place: str) -> None:
    """Refuse a number that is not finite, on its own or in a list."""
    for number in as_list(value):
        if isinstance(number, float) and not math.isfinite(number):
            raise InputError(f"{place}: {key} = {number}: a finite number is expected")
        if isinstance(number, int) and abs(number) > sys.float_info.max:
            raise InputError(f"{place}: {key}: a whole number beyond {sys.float_info.max:.2g}, the largest float")


def type_message(problem: str, kind: type[msgspec.Struct], stated: Mapping[str, Any]) -> str:
    """The message for a value of the wrong type, from that of msgspec."""
    place = re.search(r" - at `\$\.(\w+)", problem)
    value = stated.get(place[1]) if place else None
    text = re.sub(r" \| null| - at `\$.*`", "", problem)
    text = re.sub(r"`([\w.]+)`", lambda match: TYPE_NAMES.get(match[1], match[1]), text)
    text = text[0].lower() + text[1:].replace("enum value", "word")
    remedy = next((remedy for sign, remedy in TYPE_REMEDIES.items() if sign in text), "")
    if "a number, got text" in text and isinstance(value, str):
        remedy = toml_text.number_remedy(value)
    if place and "invalid word" in text:
        known = next(get_args(field.type) for field in fields_of(kind) if field.name == place[1])
        remedy = f"known: {', '.join(filter(None, known))}"
    end = f"; {remedy}" if remedy else ""
    return f"{place[1]}: {text}{end}" if place else f"{text}{end}"
