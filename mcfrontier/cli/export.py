"""python -m mcfrontier export"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mcfrontier.cli.terminal import (
    Command,
    emit,
    given,
    given_option,
    note,
    registry_option,
    say,
    targets_option,
    whole_number,
)
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.exports import EXPORTS, export_to, pieces, write_export

SETTINGS: dict[type, dict[str, Any]] = {  # of the options of each kind
    str: {"metavar": "X"},
    int: {"metavar": "N", "type": whole_number},
    bool: {"is_flag": True, "default": None},
}


def format_options(command: Command) -> Command:
    """The options of all formats."""
    for form, export in reversed(EXPORTS.items()):
        for option in reversed(export.options):
            name = f"--{option.name.replace('_', '-')}"
            command = click.option(name, help=f"{form}: {option.help}", **SETTINGS[option.kind])(command)
    return command


@click.command()
@click.argument("folder", metavar="FOLDER")
@registry_option("--to", "form", required=True, registry=EXPORTS, help="Export format.")
@given_option()
@targets_option("Quantity, or row of a quantity, to export. Repeatable.  [default: the targets]")
@click.option("--out", metavar="PATH", help="File to write.  [default: standard output, if the format is text]")
@format_options
def command(
    folder: str, form: str, conditions: Sequence[str], targets: Sequence[str], out: str | None, **settings: Any
) -> None:
    """Export the draws of a saved run to another format."""
    from mcfrontier.core.atomic import check_file, replacement
    from mcfrontier.outputs.folder.sample import given_folder
    from mcfrontier.outputs.folder.saved import read_folder
    from mcfrontier.outputs.folder.write import WRITERS

    export = export_to(form)
    options = given(**settings)
    for word in sorted(options.keys() - {option.name for option in export.options}):
        raise InputError(f"--{word.replace('_', '-')}: {form} does not take this option; leave it out")
    if export.takes_note:
        options["note"] = note
    if out is None and not export.text:
        raise InputError(f"--to {form}: this format is not text; name a file with --out")
    path = None if out is None else check_file(out, marker=export.holds)
    run = given_folder(read_folder(folder), conditions)
    if path is not None and path.name in WRITERS and path.parent.resolve() == run.folder.resolve():
        raise InputError(f"{path}: a file of the run itself; choose another with --out")
    rows = run.rows_of(targets) if targets else run.targets
    if path is None:
        emit(pieces(export, run, rows, options))
        return
    with replacement(path.parent) as new:
        write_export(export, form, run, rows, new / path.name, options)
    say(str(path))
