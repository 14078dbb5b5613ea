"""python -m mcfrontier score"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import emit, note, say, show_table
from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from mcfrontier.tasks.score.ledger import Row


@click.command()
@click.argument("folder", required=False, metavar="[FOLDER]")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    metavar='"NAME=VALUE UNIT"',
    help="Observed value of a quantity, or of a row of a quantity. Repeatable.",
)
@click.option("--source", metavar="TEXT", help="Source of the outcome, for the ledger.")
@click.option("--note", "remark", metavar="TEXT", help="Why the run did not use the outcome, for the ledger.")
@click.option(
    "--money-year", type=int, metavar="YEAR", help="Year of the money of the outcomes.  [default: the price year]"
)
@click.option("--ledger", metavar="PATH", help="CSV file of the scores.  [default: ledger.csv]")
@click.option("--all", "whole", is_flag=True, help="Summarise all outcomes of a ledger.")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
@click.option("--out", metavar="FOLDER", help="With --all: also write calibration.pdf into this folder.")
def command(
    folder: str | None,
    outcomes: Sequence[str],
    source: str | None,
    remark: str | None,
    money_year: int | None,
    ledger: str | None,
    whole: bool,
    as_json: bool,
    out: str | None,
) -> None:
    """Score the forecasts of a saved run against outcomes.

    The scores are added to a ledger. With --all, summarise the calibration of a ledger.
    """
    options = {
        "FOLDER": folder,
        "--outcome": outcomes,
        "--source": source,
        "--note": remark,
        "--money-year": money_year,
    }
    if whole:
        for option in (option for option, value in options.items() if value not in (None, ())):
            raise InputError(f"{option}: --all scores no new outcome; leave one of the two out")
        show_ledger(ledger, as_json, out)
        return
    if out is not None:
        raise InputError("--out: only --all writes a PDF; add --all, or leave --out out")
    if folder is None or not outcomes:
        missing = "an outcome is missing" if folder else "a folder is missing"
        raise InputError(f'{missing}; write score FOLDER --outcome "NAME=VALUE UNIT", or score --all')
    add_outcomes(folder, outcomes, source or "", remark or "", money_year, ledger, as_json)


def add_outcomes(
    folder: str,
    outcomes: Sequence[str],
    source: str,
    remark: str,
    money_year: int | None,
    ledger: str | None,
    as_json: bool,
) -> None:
    """Score outcomes and add them to a ledger."""
    from mcfrontier.core import limits
    from mcfrontier.core.atomic import check_file
    from mcfrontier.outputs.folder.saved import read_folder
    from mcfrontier.study.toml_text import check_text
    from mcfrontier.tasks.score import ledger as ledgers
    from mcfrontier.tasks.score import score
    from mcfrontier.tasks.score.page import SHORT_HEAD, cells, rows_json

    for option, text in (("--source", source), ("--note", remark)):
        check_text(option, text, limits.TEXT_LENGTH)
    path = check_file(ledgers.LEDGER_FILE if ledger is None else ledger, "--ledger")
    if os.path.exists(path):
        ledgers.read(path)  # a damaged ledger is refused before anything is scored
    run = read_folder(folder)
    rows = []
    for name, value in [score.read_outcome(run, text, money_year) for text in outcomes]:
        ratio, texts = score.money_factor(run, name, money_year), [remark] if remark else []
        if ratio != 1:
            texts.append(
                f"stated in money of {money_year}, converted to the price year by consumer prices, × {ratio:.4g}"
            )
            note(f"{name}: {texts[-1]}")
        row, non_finite = score.score_outcome(run, name, value, source, "; ".join(texts))
        rows.append(row)
        if kind := score.stated_kind(run, name):
            note(f"{name}: {kind} of this run, not a forecast; make sure that it was stated without the outcome")
        if non_finite:
            note(f"{name}: {non_finite} draws are not finite and are left out")
        if row.percentile in (0, 100):
            note(
                f"{name}: the outcome is outside of all draws, so its log score is minus infinity; more draws may help"
            )
    new, known = ledgers.add(path, rows)
    for row in known:
        note(f"{row.quantity}: {path} has this outcome for the same priors already; not added again")
    if as_json:
        emit([rows_json(rows), "\n"])
        return
    show_table(SHORT_HEAD, (cells(row, SHORT_HEAD) for row in rows))
    say(f"in {path}: {len(new)} added")


def show_ledger(ledger: str | None, as_json: bool, out: str | None) -> None:
    """Print the outcomes of a ledger, its coverage, the share of outcomes in intervals of each level, and its bias, the
    share below the medians; then the calibration of predicted chip-hours."""
    from mcfrontier.outputs.report.typeset import pdf_folder
    from mcfrontier.runs.calibration import predict
    from mcfrontier.tasks.calibrate.page import short_content, short_lines
    from mcfrontier.tasks.score import page

    folder = pdf_folder(out)
    rows = unique_rows(*read(ledger))
    if folder and not page.percentiles(rows):
        raise InputError("--out: all outcomes are of events, which have no intervals and so no PDF; leave it out")
    if as_json:
        emit([page.ledger_json(rows, calibrate=short_content(predict())), "\n"])
    else:
        show_table(page.LEDGER_HEAD, (page.cells(row, page.LEDGER_HEAD) for row in rows), left=(0, 1))
        if levels := page.covered(rows):
            say()
            show_table(page.LEVEL_HEAD, map(page.level_cells, levels))
            say(page.bias_text(rows))
            note(page.CAUTION)
        for line in short_lines(predict()):
            say(line)
    if folder:
        written = page.write_pdf(rows, folder)
        if not as_json:
            say(f"in {folder}: {written.name}")


def read(ledger: str | None) -> tuple[Path, list[Row]]:
    """The given ledger, or that in the current folder, or that of the package."""
    from pathlib import Path

    from mcfrontier.tasks.score import ledger as ledgers

    if ledger is not None:
        return Path(ledger), ledgers.read(Path(ledger))
    local, shipped = Path(ledgers.LEDGER_FILE), ledgers.shipped()
    path = local if local.exists() else shipped
    rows = ledgers.read(path)
    note(
        f"this is the {local} of this folder; --ledger {shipped} is that of the package"
        if path == local
        else f"there is no {local} in this folder; this is that of the package"
    )
    return path, rows


def unique_rows(path: Path, rows: list[Row]) -> list[Row]:
    """The first row of each outcome."""
    from mcfrontier.study import locate
    from mcfrontier.tasks.score import ledger as ledgers

    first = ledgers.first_rows(rows)
    if len(first) < len(rows):
        more = len(rows) - len(first)
        text = "1 row repeats an outcome" if more == 1 else f"{more} rows repeat outcomes"
        note(f"{locate.display_path(path)}: {text} scored before; the first row of each outcome counts")
    return first
