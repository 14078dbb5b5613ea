"""python -m mcfrontier list"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import emit, fail, show_table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def command(as_json: bool) -> None:
    """List the studies that can be run by name."""
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.study import locate

    found, problems = locate.headings()
    rows = [{**each._asdict(), "file": locate.display_path(each.file)} for each in found]
    if as_json:
        emit([json_text({"studies": rows}), "\n"])
    else:
        show_table((), [[*row.values()] for row in rows], left=range(4))
    if problems:
        fail(" | ".join(problems))
