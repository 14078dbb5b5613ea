"""The primary sources of the entries of a priors file: a key of each entry names their IDs, or a column of IDs.

The sources that are shipped are the rows of tables/sources.csv; a file may state others, or say more of these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec.structs import fields
from msgspec.structs import replace as replace_struct

from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.printable import echo, quoted
from mcfrontier.distributions.reference import Sample
from mcfrontier.study import csv_table, locate
from mcfrontier.study.entry import Columns, read, table
from mcfrontier.study.schema import Source

FILE, KEY = "tables/sources.csv", "sources"
FORM = 'a factor above 0 is expected, such as error = 1.2 or error = "lognormal 0.8..1.25"'
IDS = tuple[str, ...]


class Rests(NamedTuple):
    """The IDs of the sources on which an input rests: as a whole, each part of a mixture, and each row, () for those
    that name none; the rows of a reference class, an ID as often as rows have it; and nested studies."""

    whole: IDS = ()
    parts: tuple[IDS, ...] = ()
    rows: tuple[IDS, ...] = ()
    members: IDS = ()
    nested: IDS = ()

    @property
    def all(self) -> set[str]:
        """All IDs."""
        return {each for ids in (self.whole, self.members, self.nested, *self.parts, *self.rows) for each in ids}

    def of_part(self, number: int) -> IDS:
        """The IDs of a part of a mixture: its own, or those of the whole."""
        return self.parts[number] if number < len(self.parts) and self.parts[number] else self.whole

    def at(self, places: Sequence[int]) -> Rests:
        """Those of some rows."""
        return self._replace(rows=tuple(self.rows[i] for i in places)) if self.rows else self


def taken(
    inputs: Mapping[str, Any], where: str, columns: Columns, tables: csv_table.Tables
) -> tuple[dict[str, Any], dict[str, Rests]]:
    """The entries of a file without the key `sources`, and what they rest on."""
    entries, found = dict(inputs), dict[str, Rests]()
    for name, entry in inputs.items():
        if not isinstance(entry, Mapping):
            continue
        parts: list[Any] = entry["parts"] if isinstance(entry.get("parts"), list) else []
        own = [part.get(KEY) for part in parts if isinstance(part, Mapping)]
        if entry.get(KEY) is None and not any(own):
            continue
        place = f"{where}: {echo(name)}: {KEY}"
        if entry.get("family") == "study":
            raise InputError(f"{place}: those of a nested study are those of its entries; delete the key")
        with located(place):
            found[name] = rests_of(entry, columns, tables)._replace(parts=tuple(ids_of(each) for each in own))
        entries[name] = {key: value for key, value in entry.items() if key != KEY}
        if parts:
            entries[name]["parts"] = [
                {key: value for key, value in part.items() if key != KEY} if isinstance(part, Mapping) else part
                for part in parts
            ]
    return entries, found


def of_columns(tables: Mapping[str, Any], where: str, columns: Columns, inputs: Collection[str]) -> dict[str, Rests]:
    """What the columns of the tables of a file rest on, row by row, by the names of their `inputs`."""
    found = {}
    for name, entry in tables.items():
        own = {key: column for (by, key), column in columns.items() if by == name}
        for key, ids in (entry.get(KEY) or {}).items():
            with located(f"{where}: tables.{name}: {KEY}"):
                if key not in own or not own[key].unit:
                    raise InputError(f"there is no column '{echo(key)}' of figures{suggest(key, own)}")
                rows = tuple((each,) if each else () for each in csv_table.texts_of(own, ids))
            found[key if key in inputs else f"{key}_stated"] = Rests(rows=rows)
    return found


def ids_of(stated: Any) -> IDS:
    """A list of IDs."""
    if stated is None:
        return ()
    if not isinstance(stated, list) or not stated or not all(isinstance(each, str) for each in stated):
        raise InputError(f'{quoted(stated)}: a list of IDs is expected, such as ["cottier-2024"]')
    return tuple(stated)


def rests_of(entry: Mapping[str, Any], columns: Columns, tables: csv_table.Tables) -> Rests:
    """What an entry rests on, without its parts: a list of IDs, or the name of a column of IDs."""
    stated = entry.get(KEY)
    if not isinstance(stated, str):
        return Rests(ids_of(stated))
    if isinstance(classes := entry.get("where"), list):  # the class of each label
        each = [{**entry, "by": None, "where": own} for own in classes]
        return Rests(rows=tuple(rests_of(own, columns, tables).members for own in each))
    if entry.get("by") is not None:
        own = {name: column for (by, name), column in columns.items() if by == entry["by"]}
        if tables.replacement and stated not in own:
            return Rests()  # the user's table has no IDs
        return Rests(rows=tuple((each,) if each else () for each in csv_table.texts_of(own, stated)))
    if entry.get("family") != "reference":
        raise InputError(f"'{echo(stated)}': a column is of an entry with by or a reference class; write a list of IDs")
    where, without = (conditions_of(entry.get(key)) for key in ("where", "without"))
    named = (str(entry.get("file")), str(entry.get("column")), str(entry.get("unit", "1")))
    found = csv_table.read_figures(*named, tables, dict.fromkeys((stated, *where, *without)))
    sample = Sample(found.labels, found.values, [""] * len(found.labels), found.cells)
    inside = sample.meet_all(where) & ~(sample.meet_all(without) if without else False)
    members = np.flatnonzero(inside if inside.any() else np.ones_like(inside))
    return Rests(members=tuple(filter(None, (found.cells[stated][i] for i in members))))


def conditions_of(stated: Any) -> dict[str, str | float]:
    """The conditions of a reference class, without those that its own check refuses."""
    known = stated.items() if isinstance(stated, Mapping) else ()
    return {key: cell for key, cell in known if isinstance(cell, str | int | float)}


def read_sources(stated: Mapping[str, Any], where: str) -> dict[str, Source]:
    """The [sources] of a file."""
    found = {}
    for key, entry in stated.items():
        place = f"{where}: {KEY}.{key}"
        if not (key.isascii() and key.replace("-", "").isalnum()):
            raise InputError(f"{place}: an ID has letters, digits and - only, such as cottier-2024")
        stated_keys = table(entry, place)
        error = stated_keys.get("error", 1)
        if isinstance(error, bool) or not isinstance(error, int | float | str | Mapping):
            raise InputError(f"{place}: error = {quoted(error)}: {FORM}")
        found[key] = read(Source, stated_keys, place, "")
    return found


def merged(parts: Iterable[Mapping[str, Source]], own: Mapping[str, Source]) -> dict[str, Source]:
    """The sources of a file and of those that it extends: what it says of one is added."""
    found: dict[str, Source] = {}
    for each in (*parts, own):
        for key, source in each.items():
            found[key] = with_more(found[key], source) if key in found else source
    return found


def with_more(source: Source, other: Source) -> Source:
    """A source with what another statement says of it."""
    stated = {each.name: getattr(other, each.name) for each in fields(Source)}
    return replace_struct(source, **{name: value for name, value in stated.items() if value not in (None, "", [])})


def completed(
    stated: Mapping[str, Source], rests: Iterable[Rests], where: str, roots: Sequence[Path]
) -> dict[str, Source]:
    """The sources that entries rest on or that are stated, with what the shipped table says. Refuse an unknown ID."""
    used = {each for own in rests for each in own.all}
    if not used and not stated:
        return {}
    known = shipped_sources(path := locate.data_file(FILE, roots), path.stat().st_mtime_ns)
    for each in sorted(used - known.keys() - stated.keys()):
        near = suggest(each, {*known, *stated})
        raise InputError(f"{where}: there is no source '{echo(each)}'{near}; or state it under [{KEY}.{echo(each)}]")
    for each in stated.keys() - known.keys():
        if not stated[each].title:
            near = suggest(each, known)
            raise InputError(f"{where}: {KEY}.{echo(each)}: no shipped source has this ID{near}; add title = ...")
    both = {each: known[each] for each in known if each in used or each in stated}
    return merged((both,), stated)


@lru_cache(maxsize=4)
def shipped_sources(path: Path, changed: int) -> Mapping[str, Source]:
    """The sources in a table; it is read again after a change at another time `changed`."""
    with located(locate.display_path(path)):
        ids, columns = csv_table.read(path)
        titles, days = (csv_table.texts_of(columns, name) for name in ("document", "date"))
    return {
        each: Source(title=title, date=date.fromisoformat(day) if day else None)
        for each, title, day in zip(ids, titles, days, strict=True)
    }
