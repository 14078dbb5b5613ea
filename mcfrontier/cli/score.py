"""python -m mcfrontier score"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import note, show_table
from mcfrontier.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.ledger import Row


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    metavar='"NAME=VALUE UNIT"',
    help="What came out of a quantity, or of a row of one; may be repeated.",
)
@click.option("--source", metavar="TEXT", help="Who says so, for the ledger.")
@click.option("--note", "remark", metavar="TEXT", help="Why the run did not know it, for the ledger.")
@click.option("--ledger", metavar="PATH", help="The file that keeps the scores.  [default: ledger.csv]")
@click.option("--all", "whole", is_flag=True, help="Tell how a ledger's outcomes fell, all together.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON, for a pipe.")
@click.option("--out", metavar="FOLDER", help="With --all, write calibration.pdf into this folder as well.")
def command(
    folder: str | None,
    outcomes: Sequence[str],
    source: str | None,
    remark: str | None,
    ledger: str | None,
    whole: bool,
    as_json: bool,
    out: str | None,
) -> None:
    """Say how well a finished run foretold what came out, and keep it in a ledger."""
    given = {"FOLDER": folder, "--outcome": outcomes, "--source": source, "--note": remark}
    if whole:
        for word in (word for word, value in given.items() if value not in (None, ())):
            raise InputError(f"{word}: --all scores nothing new; leave one of them out")
        tell(ledger, as_json, out)
        return
    if out is not None:
        raise InputError("--out: only --all writes a page; add --all, or leave it out")
    if folder is None or not outcomes:
        missing = "an outcome is missing" if folder else "a folder is missing"
        raise InputError(f'{missing}; write score FOLDER --outcome "NAME=VALUE UNIT", or score --all')
    keep(folder, outcomes, source or "", remark or "", ledger, as_json)


def keep(folder: str, outcomes: Sequence[str], source: str, remark: str, ledger: str | None, as_json: bool) -> None:
    """Score outcomes, and add them to a ledger."""
    from mcfrontier import ledger as book
    from mcfrontier import scoring
    from mcfrontier.finished import finished
    from mcfrontier.outputs.calibration import ONE, cells, rows_json
    from mcfrontier.writing import check_file

    path = check_file(book.NAME if ledger is None else ledger, "--ledger")
    if path.exists():
        book.read(path)  # before any work is done
    run = finished(folder)
    asked = [scoring.outcome(run, text) for text in outcomes]
    rows = []
    for row, value in asked:
        found, lost = scoring.scored(run, row, value, source, remark)
        rows.append(found)
        if kind := scoring.stated(run, row):
            note(
                f"{row}: {kind} of this run, stated and not foretold; make sure that it was stated without the outcome"
            )
        if lost:
            note(f"{row}: {lost} draws have no figure and are left out")
        if found.percentile in (0, 100):
            note(f"{row}: the outcome is outside of all draws; its log score cannot be told from minus infinity")
    new, old = book.add(path, rows)
    for each in old:
        note(f"{each.quantity}: {path} has this outcome of these beliefs already; not added again")
    if as_json:
        print(rows_json(rows))
        return
    show_table(ONE, (cells(row, ONE) for row in rows))
    print(f"in {path}: {len(new)} added")


def tell(ledger: str | None, as_json: bool, out: str | None) -> None:
    """Show how the outcomes of a ledger fell."""
    from mcfrontier.outputs import calibration
    from mcfrontier.writing import check_folder

    folder = None if out is None else check_folder(out)
    rows = counted(*read(ledger))
    if folder and not calibration.percentiles(rows):
        raise InputError("--out: all outcomes here are of events, which lie in no interval, so no page; leave it out")
    if as_json:
        print(calibration.ledger_json(rows))
    else:
        show_table(calibration.ALL, (calibration.cells(row, calibration.ALL) for row in rows), left=(0, 1))
        if levels := calibration.covered(rows):
            print()
            show_table(calibration.LEVEL_HEAD, map(calibration.level_cells, levels))
            note(calibration.CAUTION)
    if folder:
        written = calibration.write_pdf(rows, folder)
        if not as_json:
            print(f"in {folder}: {written.name}")


def read(ledger: str | None) -> tuple[Path, list[Row]]:
    """The ledger that is named, or that is here, or the one that came with the package."""
    from mcfrontier import ledger as book

    if ledger is not None:
        return Path(ledger), book.read(Path(ledger))
    here, shipped = Path(book.NAME), book.shipped()
    path = here if here.exists() else shipped
    rows = book.read(path)
    note(
        f"this is {here}, which is here; --ledger {shipped} is the one that came with mcfrontier"
        if path == here
        else f"there is no {here} here; this is the one that came with mcfrontier"
    )
    return path, rows


def counted(path: Path, rows: list[Row]) -> list[Row]:
    """One row an outcome."""
    from mcfrontier import files
    from mcfrontier import ledger as book

    first = book.first_of_each(rows)
    if len(first) < len(rows):
        more = len(rows) - len(first)
        told = "1 more row is of an outcome" if more == 1 else f"{more} more rows are of outcomes"
        note(f"{files.shown(path)}: {told} scored before; the first row of each counts")
    return first
