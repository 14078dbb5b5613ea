"""python -m mcfrontier list"""

from __future__ import annotations

from collections.abc import Sequence

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import emit, fail, show_table


@click.command()
@click.argument("query", nargs=-1, metavar="[WORD...]")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@compact_option()
def command(query: Sequence[str], as_json: bool, compact: int | None) -> None:
    """List the studies that can be run by name, or those that have a WORD, the best first."""
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.study import locate

    if compact:
        from mcfrontier.agent.texts import find_study

        show_reply(find_study(query, compact))
        return
    found, problems = locate.headings()
    found = locate.matching(found, " ".join(query))
    rows = [{**each._asdict(), "file": locate.display_path(each.file)} for each in found]
    if as_json:
        emit([json_text({"studies": rows}), "\n"])
    else:
        show_table((), [[*row.values()] for row in rows], left=range(4))
    if problems:
        fail(" | ".join(problems))
