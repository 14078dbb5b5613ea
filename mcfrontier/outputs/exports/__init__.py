"""A saved run in the formats of other tools. EXPORTS is the only list of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.outputs.exports.columns import csv, parquet
from mcfrontier.outputs.exports.groups import arviz, zarr
from mcfrontier.outputs.exports.metaculus import QUESTION_OPTIONS, metaculus
from mcfrontier.outputs.exports.squiggle import squiggle, squigglepy
from mcfrontier.outputs.exports.workbook import xlsx
from mcfrontier.outputs.folder.saved import RunFolder


class Export(NamedTuple):
    """An export format.

    make        `make(run, rows, **options)` returns the text, whole or in pieces; for a format that is no text,
                `make(run, rows, path)` writes a file or folder
    text        whether the format is text
    options     the keyword arguments that `make` takes from the command line
    needs       the extra of the package that installs its library
    holds       a file that every folder of this format has, by which an older export is recognised
    takes_note  whether `make` takes `note`, a function that it reports remarks to
    """

    make: Callable[..., Any]
    text: bool
    options: tuple[str, ...] = ()
    needs: str = ""
    holds: str = ""
    takes_note: bool = False


EXPORTS: dict[str, Export] = {
    "csv": Export(csv, text=True),
    "parquet": Export(parquet, text=False, needs="export"),
    "xlsx": Export(xlsx, text=False, needs="export"),
    "zarr": Export(zarr, text=False, needs="zarr", holds="zarr.json"),
    "arviz": Export(arviz, text=False),
    "metaculus": Export(metaculus, text=True, options=QUESTION_OPTIONS, takes_note=True),
    "squiggle": Export(squiggle, text=True),
    "squigglepy": Export(squigglepy, text=True),
}


def export_to(form: str) -> Export:
    """The export of a name, or an InputError."""
    if form not in EXPORTS:
        raise InputError(f"--to {form}: unknown format{suggest(form, EXPORTS)}")
    return EXPORTS[form]


def pieces(export: Export, run: RunFolder, rows: Sequence[str], options: dict[str, Any]) -> Iterable[str]:
    """The pieces of an export that is text."""
    made: str | Iterable[str] = export.make(run, rows, **options)
    return [made] if isinstance(made, str) else made


def write_export(
    export: Export, form: str, run: RunFolder, rows: Sequence[str], path: Path, options: dict[str, Any]
) -> None:
    """Write an export to a path, or raise an InputError where its library is not installed."""
    try:
        if export.text:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces(export, run, rows, options))
        else:
            export.make(run, rows, path, **options)
    except ImportError as problem:
        raise InputError(f"--to {form}: requires {problem.name}; pip install 'mcfrontier[{export.needs}]'") from None
