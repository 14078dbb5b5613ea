"""python -m mcfrontier lineage"""

from __future__ import annotations

from datetime import date

import click

from mcfrontier.cli.terminal import as_of_option, complete_quantities, complete_studies, emit, note, say, show_table

MAX_ROWS, MAX_NAMES, TITLE_LENGTH = 10, 3, 60  # sources, and the entries and the title of each, that are printed


@click.command()
@click.argument("name", metavar="NAME|PATH", shell_complete=complete_studies)
@click.argument("quantity", metavar="QUANTITY", shell_complete=complete_quantities)
@as_of_option()
@click.option("--json", "as_json", is_flag=True, help="Print all sources as JSON.")
def command(name: str, quantity: str, as_json: bool, as_of: date | None) -> None:
    """List the primary sources of a quantity, by share of its variance, down through nested studies."""
    from textwrap import shorten

    from mcfrontier.core.formatting import label, list_names
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.tasks.lineage.lineage import lineage, total

    found = lineage(name, quantity, as_of)
    if found.warning:
        note(f"shares are not reliable: {found.warning}")
    if as_json:
        emit([json_text(found.content), "\n"])
        return
    shown, rest = found.sources[:MAX_ROWS], found.sources[MAX_ROWS:]
    spread = "the variance of its logarithm" if found.scale == "log" else "its variance"
    say(f"{label(found.row)} of {found.run.study.name}: sources by share of {spread}")
    say()
    lines = []
    for each in shown:
        title, entries = shorten(each.title, TITLE_LENGTH, placeholder=" …"), list_names(each.entries, MAX_NAMES)
        lines.append([each.id or "–", title, *texts(each.share), entries])
    if rest:
        lines.append(["", f"{len(rest)} more", *texts(total([each.share for each in rest])), ""])
    show_table(("source", "", "share", "±", "entries that rest on it"), lines, left=(0, 1, 4), widest=(24, 44, 8, 6))


def texts(share: tuple[float, float]) -> list[str]:
    """A share and its error."""
    from mcfrontier.core.formatting import amount

    value, error = share
    return [amount(value, "share", error, 2), amount(error, "share", digits=1)]
