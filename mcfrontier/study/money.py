"""Money of different price years: amounts are converted to the price year of a study by the ratio of a price index.

The index is the table INDEX_FILE in the priors folders, with a row for each year and a column for each currency. The
figures of an input are converted by its `times`, those of evidence, disclosed figures and decisions themselves. A file
keeps what it states as `nominal`, from which it can be converted to another year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace as replace_struct

from mcfrontier.core.errors import InputError, located
from mcfrontier.core.formatting import list_names
from mcfrontier.core.kinds import currencies
from mcfrontier.core.printable import quoted
from mcfrontier.distributions.chip_price import Price
from mcfrontier.study import csv_table, locate
from mcfrontier.study.entry import Columns, as_list, family_of
from mcfrontier.study.prior import Prior, PriorsFile
from mcfrontier.study.schema import Decision, Disclosed, Evidence, Table

INDEX_FILE = "tables/price-index.csv"
MAX_NAMES = 6  # listed in a note
YEAR = r"(?<![\d.,$€])((?!2000)(?:19[89]|20[0-4])\d)"  # a round number is an amount
YEAR_TEXTS = (
    rf"\b(?:dollars?|euros?|USD|EUR|prices|money) of (?:\w+ )?{YEAR}\b",
    rf"{YEAR} (?:US )?(?:dollars?|euros?|USD|EUR)\b",
    rf"\bin {YEAR} (?:prices|money)\b",
)
Figure = TypeVar("Figure", Evidence, Disclosed, Decision)
AMOUNTS = {Evidence: ("p5", "p95"), Disclosed: ("value",), Decision: ("threshold", "gain", "loss")}  # of figures


def price_index(currency: str, as_of: date | None = None) -> dict[int, float]:
    """The price index of a currency by year, as known on a day; refused where there is none."""
    path = locate.data_file(INDEX_FILE, locate.folders())
    known = read_index(path, path.stat().st_mtime_ns, as_of)
    if currency not in known:
        place = locate.display_path(path)
        raise InputError(f"there is no price index of {currency}, a column {currency} [1], in {place}")
    return known[currency]


@cache
def read_index(path: Path, changed: int, as_of: date | None) -> dict[str, dict[int, float]]:
    """The price indices in a file by currency; it is read again after a change at another time `changed`."""
    labels, columns = csv_table.read(path, as_of)
    with located(locate.display_path(path)):
        if strange := next((label for label in labels if not re.fullmatch(r"\d{4}", label)), None):
            raise InputError(f"{strange}: a year is expected, such as 2025")
    return {
        name: {int(label): x for label, x in zip(labels, column.values, strict=True) if x > 0}
        for name, column in columns.items()
        if column.unit
    }


def factor(unit: str, year: int, price_year: int, as_of: date | None = None, *, later: bool = False) -> float:
    """The factor by which an amount in a unit is converted from money of one year to that of another.

    The year after the last one known, whose average is not known yet, has its index; as of a day, or if `later` years
    are permitted, so has any later year.
    """
    result = 1.0
    for currency, power in currencies(unit).items() if year != price_year else ():
        index = price_index(currency, as_of)
        last, any_later = max(index, default=year), bool(as_of or later)
        start, end = (min(each, last) if any_later or each == last + 1 else each for each in (year, price_year))
        for each in (start, end):
            if each not in index:
                known = f"{min(index)} to {max(index)}" if index else "none"
                raise InputError(f"the price index of {currency} has no figure for {each}; known years are {known}")
        result *= (index[end] / index[start]) ** power
    return result


def converted(file: PriorsFile, price_year: int | None = None) -> PriorsFile:
    """A file with its amounts of money in money of a year, by default of its own price year.

    An amount is of the `money_year` of its entry, or else of the price year of the file that states it, or else of that
    of the study.
    """
    base = file.nominal or file
    own = base.stated.price_year
    if own is None:
        check_no_years(base)
        return base
    year, day = own if price_year is None else price_year, base.as_of
    place = f"{base.where}: "
    decision = base.decision and convert_figure(base.decision, f"{place}decision", own, year, day)
    made = replace(
        base,
        priors={name: convert_prior(prior, own, year, day) for name, prior in base.priors.items()},
        evidence={k: convert_figure(x, f"{place}evidence.{k}", own, year, day) for k, x in base.evidence.items()},
        disclosed={k: convert_figure(x, f"{place}disclosed.{k}", own, year, day) for k, x in base.disclosed.items()},
        decision=decision,
        stated=replace_struct(base.stated, price_year=year),
    )
    same = all(made.priors[name] is prior for name, prior in base.priors.items()) and year == own
    figures = (made.evidence, made.disclosed, made.decision) == (base.evidence, base.disclosed, base.decision)
    return base if same and figures else replace(made, nominal=base)


def check_no_years(file: PriorsFile) -> None:
    """Refuse a money_year in a study without a price year, to which it could be converted."""
    figures = {**named("evidence", file.evidence), **named("disclosed", file.disclosed), "decision": file.decision}
    years = {name: year for prior in file.priors.values() for name, year in years_of(prior)}
    years |= {name: figure.money_year for name, figure in figures.items() if figure and figure.money_year is not None}
    for name, year in years.items() if file.stated.targets else ():
        raise InputError(
            f"{file.where}: {name}: money_year = {year}: the study has no price year; add price_year = ..."
        )


def named(kind: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Figures by their place in the file."""
    return {f"{kind}.{key}": figure for key, figure in figures.items()}


def years_of(prior: Prior) -> list[tuple[str, int]]:
    """The money years that an entry and its parts state, by name."""
    entries = [(prior.name, prior.stated)]
    entries += [(f"{prior.name} (part {i})", part) for i, part in enumerate(prior.stated.get("parts") or (), 1)]
    found = [(name, year) for name, each in entries for year in as_list(each.get("money_year"))]
    return [*dict.fromkeys((name, year) for name, year in found if year is not None)]


def convert_prior(prior: Prior, default: int, price_year: int, as_of: date | None) -> Prior:
    """A prior with its figures in money of a year; `default` is the price year of the study."""
    place, unit, stated = f"{prior.where}: {prior.name}", prior.entry.unit, dict(prior.stated)
    year = first_of(stated.get("money_year"), prior.price_year, default)
    if parts := stated.get("parts"):
        at = [f"{place}: parts[{i}]" for i in range(1, len(parts) + 1)]
        stated["parts"] = [
            in_year(part, part.get("unit", unit), first_of(part.get("money_year"), year), year, where, as_of)
            for part, where in zip(parts, at, strict=True)
        ]
    stated = in_year(stated, unit, year, price_year, place, as_of)
    if stated == dict(prior.stated):
        return prior
    return prior.with_entry(stated)


def first_of(*years: int | None) -> int:
    """The first year that is stated; the last one is."""
    return next(year for year in years if year is not None)


def in_year(
    stated: Mapping[str, Any], unit: str, year: Any, price_year: int, place: str, as_of: date | None
) -> dict[str, Any]:
    """An entry whose `times` converts its figures from money of one year, or of that of each label, to that of another.
    The price of a chip may be of a year whose index is not known yet."""
    ratios: dict[int, float] = {}
    for each in {*as_list(year)}:
        with located(f"{place}: money of {each}"):
            ratios[each] = factor(unit, each, price_year, as_of, later=family_of(stated) is Price)
    if {*ratios.values()} <= {1.0}:
        return dict(stated)
    pair = (stated.get("times") or 1.0, year)
    count = max(len(as_list(each)) for each in pair)
    rows = zip(*((as_list(each) * count)[:count] for each in pair), strict=True)
    scaled = [None if x is None else x * ratios[each] for x, each in rows]
    many = any(isinstance(each, list) for each in pair)
    return {**stated, "times": scaled if many else scaled[0], "money_year": year}


def convert_figure(figure: Figure, place: str, default: int, price_year: int, as_of: date | None) -> Figure:
    """Evidence, a disclosed figure or a decision in money of a year."""
    year = first_of(figure.money_year, default)
    with located(f"{place}: money of {year}"):
        ratio = factor(figure.unit, year, price_year, as_of)
    if ratio == 1:
        return figure
    amounts = {key: x * ratio for key in AMOUNTS[type(figure)] if (x := getattr(figure, key)) is not None}
    return replace_struct(figure, money_year=year, **amounts)


def of_year(figure: Evidence, year: int | None) -> Evidence:
    """Evidence in money of a year, that of its file, unless it states another."""
    stated = year is None or figure.money_year is not None or not currencies(figure.unit)
    return figure if stated else replace_struct(figure, money_year=year)


def of_study(stated: Mapping[str, Any], unit: str, year: int, own: int | None, place: str) -> Mapping[str, Any]:
    """A quantity of a nested study whose price year is `year`, in a file whose price year is `own`."""
    explicit = stated.get("money_year")
    if explicit not in (None, year):
        study = f"{stated['study']} states money of {year}"
        raise InputError(f"{place}: money_year = {explicit}: {study}; delete money_year")
    return {**stated, "money_year": year} if currencies(unit) and year != own else stated


def notes(file: PriorsFile, inputs: Iterable[str], evidence: Iterable[str]) -> tuple[str, ...]:
    """Notes on the amounts of a file that are converted, those of some inputs and evidence among them."""
    if (own := file.stated.price_year) is None:
        return ()
    found: dict[tuple[int, str], list[str]] = {}
    seen = {**named("evidence", {key: file.evidence[key] for key in evidence}), **named("disclosed", file.disclosed)}
    priors = [file.priors[name] for name in inputs]
    places = [(name, prior.entry.unit, year) for prior in priors for name, year in years_of(prior)]
    figures = {**seen, "decision": file.decision}
    places += [(name, x.unit, x.money_year) for name, x in figures.items() if x and x.money_year is not None]
    for name, unit, year in places:
        ratio = factor(unit, year, own, file.as_of, later=True)  # the years of others have been refused
        if ratio != 1:
            found.setdefault((year, f"{ratio:.4g}"), []).append(name)
    years: dict[tuple[str, ...], dict[str, str]] = {}
    for (year, text), names in sorted(found.items()):
        years.setdefault(tuple(names), {})[str(year)] = text
    texts = [
        f"{list_names(names, MAX_NAMES)}: stated in money of {', '.join(each)}, converted to the price year {own} by "
        f"consumer prices, × {', '.join(each.values())}"
        for names, each in years.items()
    ]
    converted_years = [(unit, year) for _, unit, year in places if year != own]
    pairs = {
        (currency, each) for unit, year in converted_years for currency in currencies(unit) for each in (year, own)
    }
    return (*texts, *not_known_yet(pairs, file.as_of))


def not_known_yet(years: Iterable[tuple[str, int]], as_of: date | None) -> Iterator[str]:
    """Notes on the currencies and years whose price index was not known on a day, or is not yet."""
    for currency, year in sorted(years):
        last = max(price_index(currency, as_of))
        if year > last:
            when = f"was not known as of {as_of}" if as_of else "is not known yet"
            yield f"the price index of {currency} of {year} {when}; that of {last} stands for it"


def entry_year(stated: dict[str, Any], place: str, columns: Columns, price_year: int | None = None) -> dict[str, Any]:
    """An entry with the money year of the columns that it names, unless it is the price year of its file; two different
    ones are refused."""
    if not isinstance(stated.get("money_year", 0), int):
        raise InputError(f"{place}: money_year = {quoted(stated['money_year'])}: a year is expected, such as 2025")
    unit, by = stated.get("unit"), stated.get("by")
    found = {"money_year": stated["money_year"]} if stated.get("money_year") is not None else {}
    for key, value in stated.items() if isinstance(unit, str) and isinstance(by, str) else ():
        column = columns.get((str(by), str(value)))
        if not isinstance(value, str) or column is None or column.money_year is None or not currencies(column.unit):
            continue
        if found.setdefault("money_year", column.money_year) != column.money_year:
            other = f"{key}: column '{value}' is in money of {column.money_year}, the entry in that of"
            raise InputError(f"{place}: {other} {found['money_year']}; state one year")
    return stated if found == {"money_year": price_year} and "money_year" not in stated else stated | found


def columns_of_year(columns: Columns, year: int | None) -> Columns:
    """Columns of tables for a file that extends theirs, with money of a year, that of their file, unless stated."""
    return {
        key: replace(column, money_year=first_of(column.money_year, year))
        if year is not None and column.unit and currencies(column.unit)
        else column
        for key, column in columns.items()
    }


def year_of_column(table: Table, name: str, unit: str) -> int | None:
    """The money year of a column of a table; None where none is stated, or the column has no money."""
    if isinstance(table.money_year, int):
        return table.money_year if currencies(unit) else None
    return (table.money_year or {}).get(name)


def check_table(table: Table, columns: Mapping[str, csv_table.Column], place: str) -> None:
    """Refuse a money year of a table that is that of no column with money."""
    money = [name for name, column in columns.items() if currencies(column.unit)]
    for name in table.money_year if isinstance(table.money_year, Mapping) else ():
        if name not in money:
            raise InputError(f"{place}: money_year: '{name}' is not a column with money; known: {', '.join(money)}")
    if table.money_year is not None and not money:
        raise InputError(f"{place}: money_year: none of its columns has money; delete it")


def unstated_years(file: PriorsFile) -> Iterator[str]:
    """Warnings on entries of a file whose source or note mentions money of another year than the price year, where no
    money year is stated."""
    stated, price_year = file.stated, file.stated.price_year
    priors = (file.nominal or file).priors  # which have the money years of the columns that they name
    entries = {name: priors[name].stated for name in stated.inputs if name in priors}
    entries |= {**named("disclosed", stated.disclosed), **named("evidence", stated.evidence)}
    with_money = {table for (table, _), column in file.columns.items() if column.unit and currencies(column.unit)}
    entries |= named("tables", {name: table for name, table in stated.tables.items() if name in with_money})
    entries |= {"decision": stated.decision}
    for name, entry in [*entries.items()] if price_year else ():
        numbered = enumerate(entry.get("parts") or [], 1)
        for place, each in [(name, entry), *((f"{name}: parts[{i}]", part) for i, part in numbered)]:
            years = years_in_text(" ".join(str(each.get(key, "")) for key in ("source", "note")))
            if years and price_year not in years and states_no_year({**entry, **each}, name):
                problem = f"its source or note is about money of {(year := max(years))}, the price year is {price_year}"
                yield f"{file.where}: {place}: {problem}; state the year of its figures, money_year = {year}"


def states_no_year(entry: Mapping[str, Any], name: str) -> bool:
    """Whether an entry, or a table with a column of money, has an amount of money and states no year of it."""
    stated = "money_year" in entry or family_of(entry) is Price
    return not stated and (name.startswith("tables.") or bool(currencies(entry["unit"])))


def years_in_text(text: str) -> set[int]:
    """The years whose money a text mentions: 2025 of "dollars of 2025", "2025 dollars" and "in 2025 USD"."""
    return {int(match[1]) for pattern in YEAR_TEXTS for match in re.finditer(pattern, text, re.IGNORECASE)}


def text(prior: Prior) -> str:
    """The years of the money that a converted entry, or parts of it, state; "" for other entries."""
    unconverted = family_of(prior.stated) is Price and not prior.stated.get("times")
    years = [] if unconverted else [f"{year}{name.removeprefix(prior.name)}" for name, year in years_of(prior)]
    return f"stated in money of {', '.join(years)}" if years else ""
