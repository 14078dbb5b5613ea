"""A saved run in the formats of other tools. EXPORTS is the only list of the formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mcfrontier.core.errors import InputError, requires, suggest
from mcfrontier.core.registry import function_at

if TYPE_CHECKING:
    from pathlib import Path

    from mcfrontier.outputs.folder.saved import RunFolder


class ExportOption(NamedTuple):
    """An option of a format: its name, its help, and whether it is a text, a count or a flag."""

    name: str
    help: str
    kind: type[str] | type[int] | type[bool] = str


class Export(NamedTuple):
    """An export format.

    make        "module:function": `function(run, rows, **options)` returns the text, whole or in pieces; for a format
                that is no text, `function(run, rows, path)` writes a file or folder
    text        whether the format is text
    options     the options of the command line that the function takes as keyword arguments
    needs       the extra of the package that installs its library
    holds       a file that every folder of this format has, by which an older export is recognised
    takes_note  whether the function takes `note`, a function that it reports remarks to
    """

    make: str
    text: bool
    options: tuple[ExportOption, ...] = ()
    needs: str = ""
    holds: str = ""
    takes_note: bool = False


QUESTION = (  # the question on Metaculus that is answered
    ExportOption("lower", "lower bound of the question, in the unit of the target or one stated."),
    ExportOption("upper", "upper bound of the question."),
    ExportOption("open_lower", "outcomes below the range are possible.", bool),
    ExportOption("open_upper", "outcomes above the range are possible.", bool),
    ExportOption("zero_point", "zero point of a logarithmic scale."),
    ExportOption("points", "number of points of the CDF.  [default: 201]", int),
)
EXPORTS: dict[str, Export] = {
    "csv": Export("mcfrontier.outputs.exports.columns:csv", text=True),
    "table": Export("mcfrontier.outputs.exports.labels:table", text=True),
    "parquet": Export("mcfrontier.outputs.exports.columns:parquet", text=False, needs="export"),
    "xlsx": Export("mcfrontier.outputs.exports.workbook:xlsx", text=False, needs="export"),
    "zarr": Export("mcfrontier.outputs.exports.groups:zarr", text=False, needs="zarr", holds="zarr.json"),
    "arviz": Export("mcfrontier.outputs.exports.groups:arviz", text=False),
    "metaculus": Export("mcfrontier.outputs.exports.metaculus:metaculus", text=True, options=QUESTION, takes_note=True),
    "squiggle": Export("mcfrontier.outputs.exports.squiggle:squiggle", text=True),
    "squigglepy": Export("mcfrontier.outputs.exports.squiggle:squigglepy", text=True),
    "sipmath": Export("mcfrontier.outputs.exports.sipmath:sipmath", text=True, takes_note=True),
}


def export_to(form: str) -> Export:
    """The export of a name, or an InputError."""
    if form not in EXPORTS:
        raise InputError(f"--to {form}: unknown format{suggest(form, EXPORTS)}")
    return EXPORTS[form]


def pieces(export: Export, run: RunFolder, rows: Sequence[str], options: dict[str, Any]) -> Iterable[str]:
    """The pieces of an export that is text."""
    made: str | Iterable[str] = function_at(export.make)(run, rows, **options)
    return [made] if isinstance(made, str) else made


def write_export(
    export: Export, form: str, run: RunFolder, rows: Sequence[str], path: Path, options: dict[str, Any]
) -> None:
    """Write an export to a path, or raise an InputError where its library is not installed."""
    with requires(f"--to {form}", f"'mcfrontier[{export.needs}]'"):
        if export.text:
            with path.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces(export, run, rows, options))
        else:
            function_at(export.make)(run, rows, path, **options)
