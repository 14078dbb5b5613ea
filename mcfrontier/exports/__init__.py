"""A finished run in the forms that other tools take: one function each, listed in EXPORTS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mcfrontier.errors import InputError, suggest
from mcfrontier.exports.columns import csv, parquet
from mcfrontier.exports.groups import arviz, zarr
from mcfrontier.exports.metaculus import QUESTION, metaculus
from mcfrontier.exports.squiggle import squiggle, squigglepy
from mcfrontier.exports.workbook import xlsx
from mcfrontier.finished import Finished

__all__ = ["EXPORTS", "Export", "export_to"]


class Export(NamedTuple):
    """A form: `make(run, rows, **words)` gives its text, or `make(run, rows, path)` writes a file (or folder) that is
    no text; a text may come in pieces. `words` are the options it takes, `needs` the extra of the package that its
    library comes with, `holds` a file that a folder of this form has, by which an older one is known; a form that
    `tells` takes the word `tell`, to say what is worth knowing beside its text."""

    make: Callable[..., Any]
    text: bool
    words: tuple[str, ...] = ()
    needs: str = ""
    holds: str = ""
    tells: bool = False


EXPORTS: dict[str, Export] = {
    "csv": Export(csv, text=True),
    "parquet": Export(parquet, text=False, needs="export"),
    "xlsx": Export(xlsx, text=False, needs="export"),
    "zarr": Export(zarr, text=False, needs="zarr", holds="zarr.json"),
    "arviz": Export(arviz, text=False),
    "metaculus": Export(metaculus, text=True, words=QUESTION, tells=True),
    "squiggle": Export(squiggle, text=True),
    "squigglepy": Export(squigglepy, text=True),
}


def export_to(form: str) -> Export:
    """A form by its name."""
    if form not in EXPORTS:
        raise InputError(f"--to {form}: unknown form{suggest(form, EXPORTS)}")
    return EXPORTS[form]


def pieces(export: Export, run: Finished, rows: Sequence[str], words: dict[str, Any]) -> Iterable[str]:
    """An export that is text."""
    made = export.make(run, rows, **words)
    return [made] if isinstance(made, str) else made


def written(export: Export, form: str, run: Finished, rows: Sequence[str], path: Path, words: dict[str, Any]) -> None:
    """Write an export to a path."""
    try:
        if export.text:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces(export, run, rows, words))
        else:
            export.make(run, rows, path)
    except ImportError as problem:
        raise InputError(f"--to {form}: takes {problem.name}; pip install 'mcfrontier[{export.needs}]'") from None
