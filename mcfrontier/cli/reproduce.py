"""python -m mcfrontier reproduce"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from mcfrontier.cli.terminal import progress, show_table


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, for a pipe.")
@click.option("--out", metavar="FOLDER", help="Write reproduce.pdf into this folder as well.")
def command(ids: Sequence[str], as_json: bool, out: str | None) -> None:
    """Compare published figures with ours: all of them, or those of the systems named, such as L1 or T4.

    Ends with 1 if one disagrees and nothing says why.
    """
    from mcfrontier import reproduce as published
    from mcfrontier.outputs.reproduction import cells, rows_json, tally, write_pdf
    from mcfrontier.writing import check_folder

    folder = None if out is None else check_folder(out)
    with progress() as steps:
        rows = published.reproduce(ids, progress=steps)
    if as_json:
        print(rows_json(rows))
    else:
        show_table(("", "question", "document", "ours", "ratio", "verdict"), map(cells, rows), left=(0, 1, 5))
        print(tally(rows))
    if folder:
        written = write_pdf(rows, folder)
        if not as_json:
            print(f"in {folder}: {written.name}")
    if not all(row.agrees for row in rows):
        sys.exit(1)
