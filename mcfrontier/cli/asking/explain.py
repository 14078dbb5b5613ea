"""python -m mcfrontier explain"""

from __future__ import annotations

from datetime import date

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import as_of_option, complete_quantities, complete_studies, emit, say, whole_number

WIDTH = 80


@click.command()
@click.argument("name", metavar="NAME|PATH", shell_complete=complete_studies)
@click.argument("quantity", metavar="QUANTITY", shell_complete=complete_quantities)
@as_of_option()
@click.option("--depth", type=whole_number, metavar="COUNT", help="Levels of the tree.  [default: down to the inputs]")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
@compact_option()
def command(
    name: str, quantity: str, depth: int | None, as_json: bool, as_of: date | None, compact: int | None
) -> None:
    """Explain a quantity: its formula, what it is made of, and which inputs its spread comes from."""
    from textwrap import wrap

    from mcfrontier.core.jsontext import json_text
    from mcfrontier.tasks.explain.explain import explain, lines

    if compact:
        from mcfrontier.agent.texts import explained

        show_reply(explained(name, quantity, as_of, compact))
        return
    found = explain(name, quantity, depth, as_of)
    if as_json:
        emit([json_text(found.content), "\n"])
        return
    for line in lines(found, WIDTH):
        for part in [line] if len(line) <= WIDTH else wrap(line, WIDTH, subsequent_indent="  "):
            say(part)
