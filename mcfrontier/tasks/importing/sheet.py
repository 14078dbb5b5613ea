"""A priors file from a sheet of inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mcfrontier.core import atomic, units
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.expressions import amounts
from mcfrontier.core.expressions.parser import expression
from mcfrontier.core.expressions.tree import names_of
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.core.printable import echo
from mcfrontier.core.text import toml
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.distributions.family import Percentiles, is_percentile
from mcfrontier.runs.lint import FILL_IN
from mcfrontier.runs.load import load
from mcfrontier.study import locate
from mcfrontier.study.prior import prior
from mcfrontier.tasks.importing.table import NUMBERS, SheetRow, read_sheet

BOUNDED = ("uniform", "loguniform", "triangular", "pert")
MAX_PROBLEMS = 50  # that are reported
HEAD = """\
# Imported from {source}.
format = 1
title = {title}
"""


def import_sheet(source: str, to: str, sheet: str | None = None) -> tuple[Path, list[str]]:
    """Write the priors file of a sheet, and return its path and the problems of its cells, one line each.

    It has inputs only, so that studies can extend it, or is a study where rows have formulas. With a problem nothing is
    written.
    """
    path = locate.new_file(to, "--to")
    found = read_sheet(Path(source), sheet)
    entries: dict[str, Mapping[str, Mapping[str, Any]]] = {"inputs": {}, "formulas": {}}
    problems: list[str] = []
    for row in found.rows:
        place = f"{found.name}, row {row.number}"
        try:
            name = name_of(row)
            if any(name in table for table in entries.values()):
                raise InputError(f"column name: {name}: is in a row above; rename one of them")
            table, entry = entry_of(name, row, place)
            entries[table] = {**entries[table], name: entry}
        except InputError as problem:
            problems.append(f"{place}, {problem}")
    if not problems and not entries["inputs"]:
        problems.append(f"{found.name}: there is no row of an input; add one below the heads")
    if problems:
        more = len(problems) - MAX_PROBLEMS
        return path, problems[:MAX_PROBLEMS] + [f"{found.name}: {more:,} more rows cannot be read"] * (more > 0)
    content = priors_file(Path(source).name, entries)
    atomic.write_files(path.parent, {path.name: content.encode()})
    return path, []


def priors_file(source: str, entries: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """The text of a priors file. It is loaded before it is written, where it is a study."""
    head = HEAD.format(source=source.encode("ascii", "replace").decode(), title=toml.value(f"Imported from {source}"))
    formulas = entries["formulas"]
    needed = {each.name for entry in formulas.values() for each in names_of(expression(entry["is"]))}
    targets = [name for name in formulas if name not in needed]
    head += f"targets = {toml.value(targets)}\n" if targets else ""
    if targets:
        load({"title": source, "targets": targets, **entries})
    blocks = [toml.entry(name, entry, table) for table in entries for name, entry in entries[table].items()]
    return "\n".join([head, *(f"{block}\n" for block in blocks)])


def cell(row: SheetRow, column: str, read: Callable[[str], Any]) -> Any:
    """A cell that is read by a function; a refusal names its column."""
    try:
        return read(row.cells.get(column, ""))
    except InputError as problem:
        raise InputError(f"column {row.heads.get(column, column)}: {problem}") from None


def name_of(row: SheetRow) -> str:
    """The name of a quantity; one of several words is in lower case, with _ between them."""

    def identifier(text: str) -> str:
        words = text.replace("-", " ").split()
        name = "_".join(words).lower() if len(words) > 1 else text
        if not name.isidentifier():
            raise InputError(f"'{echo(text)}' is no name; write one with letters, digits and _, such as gpu_price")
        return name

    return str(cell(row, "name", identifier))


def entry_of(name: str, row: SheetRow, place: str) -> tuple[str, dict[str, Any]]:
    """The table of a priors file for a row, and its entry."""
    unit = str(cell(row, "unit", checked_unit))
    if "formula" in row.cells:
        about = {"about": row.cells["note"]} if "note" in row.cells else {}
        text = row.cells["formula"].removeprefix("=").strip()
        cell(row, "formula", lambda _: expression(text))
        return "formulas", {"is": text, "unit": unit, **about}
    columns = [column for column in row.cells if column in NUMBERS or is_percentile(column)]
    numbers = {each: cell(row, each, lambda text: amounts.read(text, unit, name)) for each in columns}
    family = row.cells.get("family", "").lower().replace(" ", "-")
    if family and family not in FAMILIES:
        raise InputError(f"column {row.heads['family']}: '{echo(family)}' is no family{suggest(family, FAMILIES)}")
    if not numbers:
        raise InputError("all columns of numbers are empty; fill in low and high, p5 and p95, or best alone")
    entry: dict[str, Any] = {"family": family or default_family(numbers, unit)}
    entry |= parameters(entry["family"], numbers) | {"unit": unit}
    entry["source"] = row.cells.get("source") or f"{FILL_IN}: {place} states none"
    entry |= {"note": row.cells["note"]} if "note" in row.cells else {}
    try:
        prior(name, dict(entry), "", {}, {})
    except InputError as problem:
        columns = [row.heads[column] for column in columns]
        text = str(problem).removeprefix(": ").removeprefix(f"{name}: ")
        raise InputError(f"column{'s' * (len(columns) > 1)} {', '.join(columns)}: {text}") from None
    return "inputs", entry


def checked_unit(text: str) -> str:
    """A unit that is known."""
    if not text:
        raise InputError("is empty; write the unit of the row, or 1 for a plain number, or share")
    units.parse(text)
    return text


def default_family(numbers: Mapping[str, float], unit: str) -> str:
    """The family of a row that states none, by its columns."""
    percentiles = [x for column, x in numbers.items() if is_percentile(column)]
    if len(percentiles) == 2:
        ends = [units.convert(x, unit, "share") for x in percentiles] if unit in SHARE_UNITS else []
        positive = "lognormal" if min(percentiles) > 0 else "normal"
        return "logitnormal" if ends and 0 < min(ends) <= max(ends) < 1 else positive
    if len(percentiles) > 2:
        return "metalog"
    if {"low", "high"} <= numbers.keys():
        return "pert" if "best" in numbers else "uniform"
    return "value"


def parameters(family: str, numbers: Mapping[str, float]) -> dict[str, float]:
    """The parameters of a family from the numbers of a row.

    The numbers low and high are its bounds; of a family of percentiles without any they are p5 and p95.
    """
    renamed = {}
    if family == "value":
        renamed = {"best": "value", "p50": "value"}
    elif family in BOUNDED:
        renamed = {"best": "mode"} if family in ("triangular", "pert") else {}
    elif issubclass(FAMILIES[family], Percentiles) and not any(map(is_percentile, numbers)):
        renamed = {"low": "p5", "high": "p95"}
    return {renamed.get(column, column): toml.whole(x) for column, x in numbers.items()}
