"""python -m mcfrontier verify"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import progress, show_table

if TYPE_CHECKING:
    from rich.table import Table

    from mcfrontier.verification import Verification

MOST = 8  # quantities in the table


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON, for a pipe.")
def command(folder: str, as_json: bool) -> None:
    """Make a finished run again, and say whether it is the same, or what has changed.

    Ends with 1 if its results changed by more than Monte Carlo error.
    """
    from mcfrontier.verification import CHANGED, verify
    from mcfrontier.verification.told import as_json as told_json
    from mcfrontier.verification.told import headline, lines

    with progress() as steps:
        found = verify(folder, steps)
    if as_json:
        print(told_json(found))
    else:
        print(headline(found))
        if found.gaps.found:
            show_table(gaps_table(found))
        for line in lines(found):
            print(line)
    if found.verdict == CHANGED:
        sys.exit(1)


def gaps_table(found: Verification) -> Table:
    """The quantities that differ most, each by the statistic that differs most; targets where there are some."""
    from rich.table import Table

    from mcfrontier.verification.told import cells, shown

    table = Table(box=None, pad_edge=False)
    for heading in ("differs most", "", "then", "now", "Monte Carlo errors apart"):
        table.add_column(heading, justify="left" if heading in ("differs most", "") else "right", no_wrap=True)
    for gap in shown(found)[:MOST]:
        table.add_row(*cells(gap))
    return table
