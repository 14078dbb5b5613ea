"""python -m mcfrontier export"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mcfrontier.cli.terminal import note, whole_number
from mcfrontier.errors import InputError

FORMS = ("csv", "parquet", "xlsx", "zarr", "arviz", "metaculus", "squiggle", "squigglepy")  # told without libraries


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option("--to", "form", required=True, metavar=f"[{'|'.join(FORMS)}]", help="The form of it.")
@click.option(
    "--target", "targets", multiple=True, metavar="NAME", help="A quantity or a row of one.  [default: the targets]"
)
@click.option("--out", metavar="PATH", help="The file to write; texts go to standard output without it.")
@click.option("--lower", metavar="X", help="metaculus: the question's lower bound, in the target's unit or one stated.")
@click.option("--upper", metavar="X", help="metaculus: its upper bound.")
@click.option("--open-lower", is_flag=True, default=None, help="metaculus: an outcome may lie below its range.")
@click.option("--open-upper", is_flag=True, default=None, help="metaculus: an outcome may lie above its range.")
@click.option("--zero-point", metavar="X", help="metaculus: its zero point, where its scale is logarithmic.")
@click.option("--points", metavar="N", type=whole_number, help="metaculus: the points of its CDF.  [default: 201]")
def command(folder: str, form: str, targets: Sequence[str], out: str | None, **words: object) -> None:
    """Give a finished run's draws in the form that another tool takes."""
    from mcfrontier.exports import export_to, pieces, written
    from mcfrontier.finished import finished
    from mcfrontier.outputs import WRITERS
    from mcfrontier.writing import check_file, making, move

    export = export_to(form)
    given = {word: value for word, value in words.items() if value is not None}
    for word in sorted(given.keys() - {*export.words}):
        raise InputError(f"--{word.replace('_', '-')}: {form} does not take it; leave it out")
    if export.tells:
        given["tell"] = note
    if out is None and not export.text:
        raise InputError(f"--to {form}: it is no text; name a file with --out")
    path = None if out is None else check_file(out, holds=export.holds)
    run = finished(folder)
    if path is not None and path.name in WRITERS and path.parent.resolve() == run.folder.resolve():
        raise InputError(f"{path}: a file of the run itself; choose another with --out")
    rows = run.rows_of(targets) if targets else run.targets
    if path is None:
        sys.stdout.writelines(pieces(export, run, rows, given))
        return
    with making(path.parent) as place:
        written(export, form, run, rows, place / path.name, given)
        move(place / path.name, path)
    print(path)
