"""python -m mcfrontier verify"""

from __future__ import annotations

import sys

import click

from mcfrontier.cli.terminal import progress, show_table

MOST = 8  # quantities in the table: those that differ most, each by the statistic that does


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON, for a pipe.")
def command(folder: str, as_json: bool) -> None:
    """Make a finished run again, and say whether it is the same, or what has changed.

    Ends with 1 if its results changed by more than Monte Carlo error.
    """
    from mcfrontier.verification import CHANGED, verify
    from mcfrontier.verification.told import as_json as told_json
    from mcfrontier.verification.told import cells, headline, lines, shown

    with progress() as steps:
        found = verify(folder, steps)
    if as_json:
        print(told_json(found))
    else:
        print(headline(found))
        if found.gaps.found:
            head = ("differs most, targets first", "", "then", "now", "Monte Carlo errors apart")
            show_table(head, map(cells, shown(found)[:MOST]), left=(0, 1))
        for line in lines(found):
            print(line)
    if found.verdict == CHANGED:
        sys.exit(1)
