"""python -m mcfrontier reproduce"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date

import click

from mcfrontier.cli.terminal import as_of_option, emit, progress, say, show_table


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@as_of_option()
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
@click.option("--out", metavar="FOLDER", help="Also write reproduce.pdf into this folder.")
def command(ids: Sequence[str], as_json: bool, out: str | None, as_of: date | None) -> None:
    """Compare published figures with those of the studies.

    All systems, or those with the given IDs, such as L1 or T4. Exit status 1 if a figure disagrees without a stated
    reason.
    """
    from mcfrontier.outputs.report.typeset import pdf_folder
    from mcfrontier.tasks.reproduce import reproduce as published
    from mcfrontier.tasks.reproduce.page import TABLE_HEAD, cells, rows_json, tally, write_pdf

    folder = pdf_folder(out)
    with progress() as steps:
        rows = published.reproduce(ids, progress=steps, as_of=as_of)
    if as_json:
        emit([rows_json(rows), "\n"])
    else:
        show_table(TABLE_HEAD, map(cells, rows), left=(0, 1, 5))
        say(tally(rows))
    if folder:
        written = write_pdf(rows, folder)
        if not as_json:
            say(f"in {folder}: {written.name}")
    if not all(row.agrees for row in rows):
        sys.exit(1)
