"""One entry of a priors file: its words as they are written, read as those of its family."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
from msgspec.structs import replace as replace_words

from mcfrontier import others, tables
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.families import FAMILIES, Value
from mcfrontier.family import REPORTED, Family, is_percentile
from mcfrontier.mixtures import Mixture, Part
from mcfrontier.samples import Empirical, Output

TEXTS = (
    "family",
    "unit",
    "source",
    "note",
    "by",
    "file",
    "column",
    "study",
    "quantity",
    "narrower",
)  # the words of an entry that are no numbers
KINDS = {  # msgspec's words for the kinds of things, and ours
    "float": "a number", "int": "a whole number", "str": "text", "array": "a list", "bool": "true or false",
    "object": "a table", "date": "a date", "datetime": "a date and time", "null": "an empty cell",
}  # fmt: skip
MENDS = {  # what to do about a word of the wrong kind
    "a number, got text": "; take the quotes away",
    "text, got": "; put it in quotes",
    "a list, got": "; put it in [ ]",
    "RFC3339": "; write it as 2026-11-22, without quotes",
}
Columns = dict[tuple[str, str], tables.Column]  # by dimension and name


def table(entry: Any, place: str) -> dict[str, Any]:
    """An entry, which must be a table of words."""
    if not isinstance(entry, Mapping):
        raise InputError(f"{place}: an entry is a table with family, unit and source, not {entry!r}")
    return {word: plain(value) for word, value in entry.items()}


def plain(value: Any) -> Any:
    """Numpy's numbers and arrays as those of Python."""
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def labels_of(stated: dict[str, Any], place: str, dimensions: dict[str, list[str]]) -> tuple[str, ...]:
    """The labels that an entry has a row for; () for a single value."""
    by = stated.get("by")
    if by is None:
        return ()
    if not isinstance(by, str) or by not in dimensions:
        raise InputError(f"{place}: by = {by!r}: no such dimension; list its labels under [dimensions]")
    return tuple(dimensions[by])


def filled(stated: dict[str, Any], place: str, labels: tuple[str, ...], columns: Columns) -> dict[str, Any]:
    """An entry with the name of a column replaced by the column's numbers, and its lists as long as they must be."""
    whole = getattr(family_of(stated), "lists", ())
    for word, value in stated.items():
        if word in whole and labels:
            raise InputError(f"{place}: {word}: it is a list itself, and by = ... would deal it out; take by out")
        if word in whole or (word == "column" and labels and isinstance(value, str)):
            continue
        if isinstance(value, str) and word not in TEXTS and (stated.get("by"), value) in columns:
            column = columns[stated["by"], value]
            stated[word] = [None if math.isnan(number) else number for number in column.values]
        elif isinstance(value, str) and stated.get("by") and (word in numbers() or is_percentile(word)):
            known = [name for dimension, name in columns if dimension == stated["by"]]
            raise InputError(f"{place}: {word}: no table has a column '{value}' with a unit{suggest(value, known)}")
        if isinstance(value, list) and (not labels or (word in TEXTS and word != "column")):
            raise InputError(f"{place}: {word}: a list is for numbers, of an entry with by = a dimension; give one")
        if isinstance(value, list) and len(value) != len(labels):
            raise InputError(f"{place}: {word}: {len(value)} values for {len(labels)} labels; give one each")
    return stated


def sampled(
    stated: dict[str, Any], place: str, labels: Sequence[str], roots: Sequence[Path], unit: Any = None
) -> dict[str, Any]:
    """An entry with the values of the CSV file that it names, or a part of it, those of each label if there are any;
    `unit` is that of the whole."""
    unit = stated.get("unit", unit)
    if isinstance(parts := stated.get("parts"), list):
        places = [f"{place}: parts[{i}]" for i in range(1, len(parts) + 1)]
        tables_of = [sampled(table(part, at), at, (), roots, unit) for part, at in zip(parts, places, strict=True)]
        return {**stated, "parts": tables_of}
    if family_of(stated) is Output and isinstance(unit, str):
        return {**stated, "values": others.outcome(stated, place, unit)}
    if family_of(stated) is not Empirical or not isinstance(unit, str):
        return stated
    if stated.keys() & {"values", "file", "column"} not in ({"values"}, {"file", "column"}):
        raise InputError(f"{place}: it takes values, or file and column, one of these and no more")
    values = stated.get("values")
    if "file" in stated:
        columns = listed(stated["column"])
        columns = columns if len(columns) == len(labels) else columns * (len(labels) or 1)
        with located(place):
            found = [tables.sample(str(stated["file"]), str(column), unit, roots) for column in columns]
        values = found if labels else found[0]
    elif isinstance(values, list):
        values = [x for x in values if not (isinstance(x, float) and math.isnan(x))]
    return {**stated, "values": values}


def family_of(stated: Mapping[str, Any]) -> type[Family] | None:
    """The family that an entry names, if it names one."""
    return FAMILIES.get(stated["family"]) if isinstance(stated.get("family"), str) else None


@cache
def numbers() -> set[str]:
    """The words of an entry that are numbers."""
    fields = [field for family in FAMILIES.values() for field in fields_of(family)]
    return {field.name for field in fields if field.type in (float, float | None)}


def rows_of(stated: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """The entry of each label: a word that is a list is dealt out, any other is shared. Without labels, a list is one
    word."""
    if not stated.get("by"):
        return [dict(stated)] * count
    return [
        {word: value[i] if isinstance(value, list) else value for word, value in stated.items()} for i in range(count)
    ]


def entry_of(stated: dict[str, Any], place: str) -> Family:
    """The words of an entry, checked for kind; whether they make sense is for the family to say. A row with an empty
    number is known to have none, but for what its sources report."""
    stated = {word: value for word, value in stated.items() if value is not None or word not in REPORTED}
    if any(value is None for value in stated.values()) and {"unit", "source"} <= stated.keys():
        return Value(unit=stated["unit"], source=stated["source"], by=stated.get("by"), value=math.nan)
    if "family" not in stated:
        raise InputError(f"{place}: has no family; add one of {', '.join(FAMILIES)}")
    family = family_of(stated)
    if family is None:
        raise InputError(f"{place}: unknown family '{stated['family']}'{suggest(str(stated['family']), FAMILIES)}")
    made = read(family, stated, place, f" for family {family.__struct_config__.tag}")
    if not isinstance(made, Mixture):
        return made
    parts = [part_of(part, made, f"{place}: parts[{i}]") for i, part in enumerate(made.parts, 1)]
    return replace_words(made, parts=parts)


def part_of(stated: Any, whole: Mixture, place: str) -> Part:
    """A part of a mixture, which has the unit and the source of the whole unless it says others."""
    words = {"unit": whole.unit, "source": whole.source} | table(stated, place)
    name = words.pop("name", "")
    if not isinstance(name, str):
        raise InputError(f"{place}: name = {name}: text is expected; put it in quotes")
    place = f"{place} ({name})" if name else place
    return Part(name, entry_of(filled(words, place, (), {}), place))


def read(kind: type[msgspec.Struct], stated: dict[str, Any], place: str, context: str) -> Any:
    """A mapping as one of our structs; a word that is unknown, missing or of the wrong kind is named."""
    known = {*kind.__struct_fields__, *({"family"} if issubclass(kind, Family) else ())}
    stated = gathered(stated, place) if "percentiles" in known else stated
    for word in stated:
        if word not in known:
            told = known - {"percentiles"} | ({"p5", "p50", "p95"} if "percentiles" in known else set())
            raise InputError(f"{place}: unknown word '{word}'{context}{suggest(word, told)}")
    for field in fields_of(kind):
        if field.required and field.name not in stated:
            raise InputError(f"{place}: has no {field.name}; add {field.name} = ...")
        check_finite(field.name, stated.get(field.name), place)
        if field.name in ("unit", "source") and not str(stated.get(field.name)).strip():
            raise InputError(f"{place}: {field.name} is empty; say it")
    try:
        return msgspec.convert(stated, kind)
    except msgspec.ValidationError as problem:
        raise InputError(f"{place}: {in_our_words(str(problem), kind)}") from None


@cache
def fields_of(kind: type[msgspec.Struct]) -> tuple[Any, ...]:
    """The words of one of our structs, which msgspec reads from its source each time it is asked."""
    return msgspec.structs.fields(kind)


def gathered(stated: dict[str, Any], place: str) -> dict[str, Any]:
    """The words of an entry with its percentiles, of whatever level, in one."""
    for word in stated:
        if re.match(r"p\d", word) and not is_percentile(word):
            raise InputError(f"{place}: unknown word '{word}'; percentiles are p1 to p99, and p2_5 or p99_9 between")
    if "percentiles" in stated:
        raise InputError(f"{place}: unknown word 'percentiles'; state each by itself, such as p5 = ...")
    percentiles = {word: value for word, value in stated.items() if is_percentile(word)}
    for word, value in percentiles.items():
        if isinstance(value, Mapping):  # TOML reads p2.5 as the word 5 of a table p2
            raise InputError(f"{place}: {word}: a number is expected, not a table; p2.5 is written p2_5")
        for number in listed(value):
            if isinstance(number, str):
                raise InputError(f"{place}: {word}: expected a number, got text; take the quotes away")
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise InputError(f"{place}: {word}: expected a number, got {number}")
        check_finite(word, value, place)
    return {word: x for word, x in stated.items() if word not in percentiles} | {"percentiles": percentiles}


def listed(value: Any) -> list[Any]:
    """A list as it is, anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def check_finite(word: str, value: Any, place: str) -> None:
    """Refuse a number that is none, on its own or in a list."""
    for number in listed(value):
        if isinstance(number, float) and not math.isfinite(number):
            raise InputError(f"{place}: {word} = {number}: a finite number belongs here")


def in_our_words(problem: str, kind: type[msgspec.Struct]) -> str:
    """What msgspec says of a word of the wrong kind, as we say it."""
    word = re.search(r" - at `\$\.(\w+)", problem)
    told = re.sub(r" \| null| - at `\$.*`", "", problem)
    told = re.sub(r"`([\w.]+)`", lambda match: KINDS.get(match[1], match[1]), told)
    told = told[0].lower() + told[1:].replace("enum value", "word")
    mend = next((mend for sign, mend in MENDS.items() if sign in told), "")
    if "invalid word" in told:
        known = next(get_args(field.type) for field in fields_of(kind) if field.name == word[1])
        mend = f"; known: {', '.join(filter(None, known))}"
    return f"{word[1]}: {told}{mend}" if word else f"{told}{mend}"
