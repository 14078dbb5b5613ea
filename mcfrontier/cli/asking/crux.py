"""python -m mcfrontier crux"""

from __future__ import annotations

from typing import Any

import click

from mcfrontier.cli.terminal import (
    complete_quantities,
    complete_studies,
    emit,
    given,
    note,
    progress,
    say,
    show_table,
    whole_number,
)

MAX_ROWS = 5


@click.command()
@click.argument("studies", nargs=2, metavar="NAME|PATH NAME|PATH", shell_complete=complete_studies)
@click.option("--target", metavar="NAME", help="Compare its medians.", shell_complete=complete_quantities)
@click.option(
    "--that", metavar="CONDITION", help='Compare the probabilities of it, such as "amortised_cost > 5e7 USD".'
)
@click.option("--draws", type=whole_number, metavar="COUNT", help="Number of draws of each study.  [default: 8192]")
@click.option("--seed", type=int, help="Seed of the draws.  [default: 1]")
@click.option("--json", "as_json", is_flag=True, help="Print the cruxes as JSON.")
def command(studies: tuple[str, str], as_json: bool, **settings: Any) -> None:
    """Find the entries from which the gap between two studies comes.

    Prints the part of each differing entry in the gap, and the gap that is expected to remain once its value is known.
    """
    from mcfrontier.core.formatting import difference, label, percent, sentence
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.tasks.crux.crux import cruxes, sentences

    with progress() as steps:
        found = cruxes(*studies, progress=steps, **given(**settings))
    for text in found.notes:
        note(text)
    if as_json:
        emit([json_text(found.content), "\n"])
        return
    say(sentences(found))
    say()
    gap = found.gap.value
    show_table(
        ("", *found.names, "part of the gap", "", "gap if known"),
        [
            [
                sentence(label(each.name)),
                each.first,
                each.other,
                difference(each.part.value, found.unit, each.part.error),
                percent(each.part.value / gap) if found.clear else "",
                found.size(each.remaining) if each.remaining else "–",
            ]
            for each in found.cruxes[:MAX_ROWS]
        ],
        left=(0, 1, 2),
        widest=(32, 36, 36),
    )
    if (more := len(found.cruxes) - MAX_ROWS) > 0:
        say(f"and {more} more; --json prints all")
