"""python -m mcfrontier backtest"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from mcfrontier.cli.terminal import day, emit, note, progress, say, show_table


@click.command()
@click.option(
    "--as-of",
    "days",
    multiple=True,
    type=day,
    metavar="DATE",
    help="Day as of which to forecast. Repeatable.  [default: the ends of 2021, 2022, 2023 and 2024]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the forecasts and their scores as JSON.")
@click.option("--out", metavar="FOLDER", help="Also write backtest.json and backtest.pdf into this folder.")
def command(days: Sequence[date], as_json: bool, out: str | None) -> None:
    """Check forecasts from what was known on a day against what was published since.

    The largest published compute and cost of later years are predicted from the estimates published by the day;
    chip-hours, length, energy and cost of runs disclosed later, from the runs disclosed by it.
    """
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.outputs.report.typeset import pdf_folder
    from mcfrontier.runs.backtest.backtest import DAYS, backtest
    from mcfrontier.tasks.backtest import page

    folder = pdf_folder(out)
    with progress() as steps:
        found = backtest(days or DAYS, steps)
    if as_json:
        emit([json_text(page.content(found)), "\n"])
    else:
        show_table(page.HEAD, page.rows(found.figures), left=(0, 1))
        for line in (*page.weight_lines(found), *page.leak_lines(found)):
            say(line)
        note(page.LEGEND)
    if folder:
        written = page.write(found, folder)
        if not as_json:
            say(f"in {folder}: {', '.join(path.name for path in written)}")
