"""python -m mcfrontier import"""

from __future__ import annotations

import sys

import click

from mcfrontier.cli.terminal import report, say


@click.command()
@click.argument("source", metavar="SHEET")
@click.option("--to", required=True, metavar="FILE", help="Priors file to write, such as priors/mine.toml.")
@click.option("--sheet", metavar="NAME", help="Sheet of a workbook.  [default: the first]")
def command(source: str, to: str, sheet: str | None) -> None:
    """Write a priors file from a sheet of inputs, CSV or Excel.

    Its first row has the heads name, unit and source, and low, best and high, or percentiles such as p5, p50 and p95;
    family, formula and note are optional.
    """
    from mcfrontier.study import locate
    from mcfrontier.tasks.importing.sheet import import_sheet

    path, problems = import_sheet(source, to, sheet)
    for problem in problems:
        report(problem)
    if problems:
        sys.exit(2)
    say(f"wrote {locate.display_path(path)}")
    say(f"  python -m mcfrontier check {path}")
