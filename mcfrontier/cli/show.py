"""python -m mcfrontier show"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import as_of_option, complete_studies, emit, say

if TYPE_CHECKING:
    from mcfrontier.study.prior import Prior


@click.command()
@click.argument("name", metavar="NAME|PATH", shell_complete=complete_studies)
@as_of_option()
@click.option("--json", "as_json", is_flag=True, help="Print the study as JSON.")
@compact_option()
def command(name: str, as_json: bool, as_of: date | None, compact: int | None) -> None:
    """Show the inputs, sources and formulas of a study."""
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.runs import recipe
    from mcfrontier.runs.load import load
    from mcfrontier.study.describe import content, statements

    if compact:
        from mcfrontier.agent.texts import describe

        show_reply(describe(name, as_of, compact))
        return
    study = recipe.resolved(load(name, as_of=as_of))
    if as_json:
        emit([json_text(content(study)), "\n"])
        return
    say(f"{study.title} ({study.file.where})")
    for text in (study.file.stated.question, study.file.stated.about):
        if text:
            say(text)
    if study.file.stated.price_year:
        say(f"price year: {study.file.stated.price_year}")
    say()
    say("Inputs: family, p5 / p50 / p95  [unit; file]")
    for prior in study.inputs.values():
        show_input(prior)
    if statements(study):
        say()
        say("Correlations, evidence, decision and resolution")
        for what, text in statements(study):
            say()
            say(f"  {what}: {text}")
    say()
    say("Nodes in order of evaluation  [unit]; * marks a target")
    for each in study.order:
        node = study.nodes[each]
        unit = f"{node.unit}, an event" if node.event else node.unit
        say()
        say(f"  {each}{' *' if each in study.targets else ''} = {node.formula}  [{unit}]")
        say(f"      {node.about} {node.remarks}".rstrip())


def show_input(prior: Prior) -> None:
    """Print an input: its distribution, unit, source and note."""
    from mcfrontier.core.formatting import amount
    from mcfrontier.study import money
    from mcfrontier.study.describe import input_rows

    entry = prior.entry
    for name, levels, best in input_rows(prior):
        figures, digits = ([levels["p50"]], 8) if prior.known else (levels.values(), 3)
        values = " / ".join(amount(x, entry.unit, digits=digits) for x in figures)
        estimate = "" if best is None else f", best {amount(best, entry.unit)}"
        say()
        say(f"  {name}: {entry.__struct_config__.tag} {values}{estimate}  [{entry.unit}; {prior.where}]")
    if text := entry.remark():
        say(f"      {text}")
    say(f"      source: {entry.source}")
    if text := money.text(prior):
        say(f"      money: {text}; the figures above are in that of the price year")
    if entry.note:
        say(f"      note: {entry.note}")
