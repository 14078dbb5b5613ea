"""python -m mcfrontier verify"""

from __future__ import annotations

import sys

import click

from mcfrontier.cli.terminal import emit, progress, say, show_table

MAX_TABLE_ROWS = 8  # quantities in the table: those that differ most, each by the statistic that differs most


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def command(folder: str, as_json: bool) -> None:
    """Repeat a saved run and report whether its results changed.

    The run is repeated from its manifest in a temporary folder. Exit status 1 if the results changed by more than
    Monte Carlo error.
    """
    from mcfrontier.tasks.verify.text import cells, headline, lines, table_gaps, verification_json
    from mcfrontier.tasks.verify.verify import CHANGED, verify

    with progress() as steps:
        found = verify(folder, steps)
    if as_json:
        emit([verification_json(found), "\n"])
    else:
        say(headline(found))
        if found.gaps.found:
            head = ("largest differences, targets first", "", "before", "now", "in MC errors")
            show_table(head, map(cells, table_gaps(found)[:MAX_TABLE_ROWS]), left=(0, 1))
        for line in lines(found):
            say(line)
    if found.verdict == CHANGED:
        sys.exit(1)
