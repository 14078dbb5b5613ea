"""Entries that take their figures from CSV files: samples, reference classes, and prices predicted from quotes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace as replace_fields

from mcfrontier.core import limits, units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.printable import echo
from mcfrontier.distributions import chip_price
from mcfrontier.distributions.chip_price import Price
from mcfrontier.distributions.empirical import Empirical
from mcfrontier.distributions.family import Family
from mcfrontier.distributions.nested import VALUES, Nested
from mcfrontier.distributions.prices import Chip, Quote, Quotes, Target, predict
from mcfrontier.distributions.reference import UNKNOWN, Reference
from mcfrontier.study import csv_table, locate
from mcfrontier.study.entry import Columns, as_list, entry_of, family_of, rows_of, table

PRICES_FILE, CHIPS_FILE = "tables/prices.csv", "tables/chips.csv"
LEVELS = {"price": "USD/chip", "rent": "USD/chip/h"}  # the columns of levels, with their units
CHIP_FEATURES = {"bf16_rate": "TFLOP/s/chip", "chip_memory": "GB/chip"}
CONDITIONS = ("where", "without")  # the keys of a reference class with conditions on its rows


def read_samples(
    stated: dict[str, Any], place: str, labels: Sequence[str], tables: csv_table.Tables, unit: Any = None
) -> dict[str, Any]:
    """An entry with the values of the CSV file that it, or a part of it, names: one list, or one for each label.

    `unit` is the unit of the whole, for a part that states none.
    """
    unit = stated.get("unit", unit)
    if isinstance(parts := stated.get("parts"), list):
        if len(parts) > limits.MIXTURE_PARTS:
            raise InputError(f"{place}: {len(parts):,} parts; the limit is {limits.MIXTURE_PARTS}")
        places = [f"{place}: parts[{i}]" for i in range(1, len(parts) + 1)]
        filled = [read_samples(table(part, at), at, (), tables, unit) for part, at in zip(parts, places, strict=True)]
        return {**stated, "parts": filled}
    if family_of(stated) is Nested:
        check_nested(stated, place)
        return stated
    if family_of(stated) is Reference and isinstance(unit, str):
        return read_class(stated, place, tables, unit)
    if family_of(stated) is Price and "date" in stated:
        days = [day.isoformat() if isinstance(day, date) else day for day in as_list(stated["date"])]
        return {**stated, "date": days if isinstance(stated["date"], list) else days[0]}
    if family_of(stated) is not Empirical or not isinstance(unit, str):
        return stated
    if stated.keys() & {"values", "file", "column"} not in ({"values"}, {"file", "column"}):
        raise InputError(f"{place}: state either values, or file and column")
    values = stated.get("values")
    if "file" in stated:
        columns = as_list(stated["column"])
        columns = columns if len(columns) == len(labels) else columns * (len(labels) or 1)
        with located(place):
            found = [
                csv_table.read_figures(str(stated["file"]), str(column), unit, tables).values for column in columns
            ]
        values = found if labels else found[0]
    elif isinstance(values, list):
        values = [x for x in values if not (isinstance(x, float) and math.isnan(x))]
    return {**stated, "values": values}


def check_nested(stated: Mapping[str, Any], place: str) -> None:
    """Refuse an invalid entry of a quantity of another study. One of a saved run has its quantiles there."""
    if stated.get("by") or ("values" in stated and len(as_list(stated["values"])) != VALUES):
        raise InputError(
            f"{place}: a quantity of another study has one row and no values of its own; remove by and values"
        )
    if not all(isinstance(stated.get(key), str) for key in ("study", "quantity")):
        raise InputError(f'{place}: state study = "..." and quantity = "...", both as text')


def texts_by_label(stated: dict[str, Any], labels: Sequence[str], columns: Columns) -> dict[str, Any]:
    """An entry with `by`, with the texts of each label: a key or condition that names a column of texts of that
    dimension has the cell of the label."""
    family = family_of(stated)
    if not labels or family is None:
        return stated
    texts = {name: column.texts for (by, name), column in columns.items() if by == stated["by"] and not column.unit}
    named = {key: name for key in family.texts if isinstance(name := stated.get(key), str) and name in texts}
    stated = stated | {key: [*texts[name]] for key, name in named.items()}
    return classes_by_label(stated, labels, texts) if family is Reference else stated


def classes_by_label(
    stated: dict[str, Any], labels: Sequence[str], texts: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """An entry of a reference class with the class of each label, by the columns of texts."""
    offsets, filled = stated.get("offsets"), dict[str, Any]()
    for word in CONDITIONS:
        if not isinstance(wanted := stated.get(word), Mapping):
            continue
        cells = {key: texts.get(cell) if isinstance(cell, str) else None for key, cell in wanted.items()}
        filled[word] = [
            {key: cell if (own := cells[key]) is None else own[i] for key, cell in wanted.items()}
            for i in range(len(labels))
        ]
    if isinstance(offsets, list) and not any(isinstance(each, list) for each in offsets):
        filled["offsets"] = [offsets] * len(labels)
    return stated | filled


def read_class(stated: dict[str, Any], place: str, tables: csv_table.Tables, unit: str) -> dict[str, Any]:
    """An entry of a reference class with the rows of its CSV file that have a figure."""
    if stated.keys() & {"sample", "file", "column"} not in ({"sample"}, {"file", "column"}):
        raise InputError(f"{place}: state file and column, and no sample, which is read from these")
    group, offsets = stated.get("group", ""), stated.get("offsets", [])
    classes = [each for word in CONDITIONS for each in as_list(stated.get(word, {}))]
    if "sample" in stated or not isinstance(offsets, list) or not all(isinstance(each, Mapping) for each in classes):
        return stated  # of a saved run, or refused afterwards
    named = [name for each in offsets for name in as_list(each)]
    further = dict.fromkeys(map(str, [*(name for each in classes for name in each), *named]))
    with located(place):
        columns = [*further, *([group] if group else [])]
        rows = csv_table.read_figures(str(stated["file"]), str(stated["column"]), unit, tables, map(str, columns))
    cells = {name: rows.cells[name] for name in further}
    groups = rows.cells[str(group)] if group else [UNKNOWN] * len(rows.labels)
    return {**stated, "sample": {"labels": rows.labels, "values": rows.values, "groups": groups, "cells": cells}}


def priced(
    stated: Mapping[str, Any], place: str, labels: Sequence[str], default: Price, tables: csv_table.Tables
) -> Mapping[str, Any]:
    """An entry with its prices predicted from quotes, or those of its parts. One of a saved run has them; so has none
    whose date or term is stated neither by itself nor by the study, of which `default` has the date and the term."""
    if parts := stated.get("parts"):
        whole = {key: stated[key] for key in ("unit", "source")}
        places = [f"{place}: parts[{i}]" for i in range(1, len(parts) + 1)]
        filled = [priced_part(part, whole, at, default, tables) for part, at in zip(parts, places, strict=True)]
        return {**stated, "parts": filled}
    if family_of(stated) is not Price or "mu" in stated:
        return stated
    places = [f"{place}[{label}]" for label in labels] or [place]
    entries = [price_of(row, at, default) for row, at in zip(rows_of(stated, len(places)), places, strict=True)]
    dated = {**stated, "date": [entry.date for entry in entries] if labels else entries[0].date}
    if any(absence(entry) for entry in entries):
        return dated
    quotes, targets = read_quotes(entries[0].what, tables), []
    for entry, at in zip(entries, places, strict=True):
        with located(at):
            targets.append(target_of(entry, quotes, tables.as_of))
    made = predict(quotes, targets)
    first, last = (end(quote.day for quote in quotes.quotes) for end in (min, max))
    found = {
        "mu": (made.mean + math.log(units.convert(1.0, chip_price.UNITS[entries[0].what], entries[0].unit))).tolist(),
        "sigma": made.sd.tolist(),
        "of_chip": made.of_chip.tolist(),
        "of_basis": made.of_basis.tolist(),
        "class_known": made.class_known.tolist(),
        "days_outside": [max((each.day - last).days, 0) + min((each.day - first).days, 0) for each in targets],
        "money_year": [each.day.year for each in targets],
    }
    term = {"term": entries[0].term} if entries[0].term else {}
    return {**dated, **term, **(found if labels else {key: values[0] for key, values in found.items()})}


def priced_part(
    part: Mapping[str, Any], whole: Mapping[str, Any], place: str, default: Price, tables: csv_table.Tables
) -> Mapping[str, Any]:
    """A part of a mixture with its price, in the unit of the whole unless it states its own."""
    found = priced({**whole, **{key: x for key, x in part.items() if key != "name"}}, place, (), default, tables)
    return part if "mu" not in found else {**found, **part}


def price_of(row: Mapping[str, Any], place: str, default: Price) -> Price:
    """A row of an entry, with the date and, if it is of a rent, the term of the study where it states none. Empty cells
    are left out."""
    entry = cast(Price, entry_of({key: value for key, value in row.items() if value is not None}, place))
    term = entry.term or (default.term if entry.what == "rent" else "")
    return replace_fields(entry, date=entry.date or default.date, term=term)


def absence(entry: Family) -> str:
    """What a price lacks, the date or the term, with the remedy; "" where it has both."""
    if not isinstance(entry, Price) or entry.mu is not None:
        return ""
    if not entry.date:
        return "has no date; add price_date = 2026-03-01 to the study, or date = 2026-03-01 here"
    if entry.what == "rent" and not entry.term:
        return 'has no term; add rent_term = "3 years" to the study, or term = ... here: on demand, 1 year or 3 years'
    return ""


def target_of(entry: Price, quotes: Quotes, as_of: date | None) -> Target:
    """The price to predict; refused where the entry does not state it, or there is nothing to predict it from."""
    entry.check_keys()
    if not units.same_kind(entry.unit, unit := chip_price.UNITS[entry.what]):
        raise InputError(f"unit '{entry.unit}' does not measure a price of what = \"{entry.what}\"; give it in {unit}")
    day = day_of(entry.date, "date")
    if entry.money_year not in (None, day.year):
        raise InputError(f"money_year = {entry.money_year}: a price of {day} is in money of {day.year}; delete it")
    chips, sellers = {chip.name: chip for chip in quotes.chips}, {quote.seller for quote in quotes.quotes}
    quoted = {quote.chip for quote in quotes.quotes}
    known = f" as of {as_of}" if as_of else ""
    if entry.chip not in {*chips, *quoted} and not (entry.by and not entry.chip):
        raise InputError(f"chip = '{echo(entry.chip)}' is not in {CHIPS_FILE}{known}{suggest(entry.chip, chips)}")
    if entry.chip in chips and entry.chip not in quoted and None in chips[entry.chip].features and not entry.by:
        missing = f"{PRICES_FILE} has no quote of it, and {CHIPS_FILE} no rate and memory, from which to take its class"
        raise InputError(f"chip = '{echo(entry.chip)}': {missing}{known}; add one of them, or state another family")
    if entry.seller and entry.seller not in sellers and not as_of:
        raise InputError(f"seller = '{echo(entry.seller)}' has no quote{suggest(entry.seller, sellers)}")
    return Target(entry.chip, day, entry.basis, entry.seller)


def day_of(text: str, place: str) -> date:
    """The day in a text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{place}: '{echo(text)}' is not a day; write it as 2026-11-30") from None


def read_quotes(what: str, tables: csv_table.Tables) -> Quotes:
    """The quotes that are known on a day, of rents for what = "rent" and else of chips bought, and the chips."""
    paths = [locate.data_file(name, tables.roots) for name in (PRICES_FILE, CHIPS_FILE)]
    changed = tuple(path.stat().st_mtime_ns for path in paths)
    return quotes_of(*paths, changed, tables.as_of, "rent" if what == "rent" else "price")


@cache
def quotes_of(prices: Path, chips: Path, changed: tuple[int, ...], as_of: date | None, level: str) -> Quotes:
    """The quotes and estimates of a level in a table of prices, and the chips of a table with their features; they are
    read again after a change at other times `changed`."""
    labels, columns = csv_table.read(chips, as_of, CHIP_FEATURES)
    with located(locate.display_path(chips)):
        features = [column_in(columns, name, unit) for name, unit in CHIP_FEATURES.items()]
        generations = csv_table.texts_of(columns, "generation")
    known = tuple(Chip(*each) for each in zip(labels, generations, zip(*features, strict=True), strict=True))
    ends, unit = [f"{level}{end}" for end in ("", "_low", "_high")], LEVELS[level]
    labels, columns = csv_table.read(prices, as_of, dict.fromkeys(ends, unit))
    with located(locate.display_path(prices)):
        words = ("chip", "date", "kind", "what", "seller", *(("term", "tier") if level == "rent" else ("includes",)))
        texts = {name: csv_table.texts_of(columns, name) for name in words}
        rows = [dict(zip(words, row, strict=True)) for row in zip(*texts.values(), strict=True)]
        figures = zip(*(column_in(columns, name, unit) for name in ends), strict=True)
        found = [
            quote_of(row, f"{echo(label)}: date", *prices_of_row)
            for label, row, prices_of_row in zip(labels, rows, figures, strict=True)
            if prices_of_row[0] is not None and is_comparable(row, level)
        ]
        if len(found) > limits.QUOTES:
            raise InputError(f"{len(found):,} quotes; the limit is {limits.QUOTES:,}")
        return Quotes(tuple(found), known)


def is_comparable(row: Mapping[str, str], level: str) -> bool:
    """Whether a row is a quote or an estimate on a known basis, not an index, which is a series of its own."""
    wanted = "rent" if level == "rent" else "bought"
    return row["kind"] in ("quote", "estimate") and row["what"] == wanted and row.get("term") != "not stated"


def quote_of(row: Mapping[str, str], place: str, price: float, low: float | None, high: float | None) -> Quote:
    """A row as a quote; its basis is the term and the tier of a rent, else what the price includes and the kind."""
    basis = (row["term"], row["tier"]) if "term" in row else (row["includes"], row["kind"])
    ratio = high / low if low and high else 1.0
    return Quote(price, row["chip"], day_of(row["date"], place), basis, row["seller"], ratio)


def column_in(columns: Mapping[str, csv_table.Column], name: str, unit: str) -> list[float | None]:
    """The numbers of a column in a unit; None where a cell is empty."""
    column = columns[name]
    return [None if math.isnan(x) else units.convert(x, column.unit, unit) for x in column.values]
