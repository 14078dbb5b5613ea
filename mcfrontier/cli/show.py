"""python -m mcfrontier show"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import as_of_option, say

if TYPE_CHECKING:
    from mcfrontier.study.prior import Prior


@click.command()
@click.argument("name", metavar="NAME|PATH")
@as_of_option()
def command(name: str, as_of: date | None) -> None:
    """Show the inputs, sources and formulas of a study."""
    from mcfrontier.runs import recipe
    from mcfrontier.runs.load import load
    from mcfrontier.study.describe import statements

    study = recipe.resolved(load(name, as_of=as_of))
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
        say("Correlations, evidence and decision")
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
    import numpy as np

    from mcfrontier.core.formatting import amount
    from mcfrontier.study import money

    entry = prior.entry
    for label, row, best in zip(prior.labels or ("",), prior.distributions, prior.best_guesses, strict=True):
        if math.isnan(row.median):  # missing by design
            continue
        levels = np.array([0.5] if prior.known else [0.05, 0.5, 0.95])
        digits = 8 if prior.known else 3
        values = " / ".join(amount(x, entry.unit, digits=digits) for x in row.ppf(levels).tolist())
        estimate = "" if best is None else f", best {amount(best, entry.unit)}"
        name = prior.name + (f"[{label}]" if label else "")
        say()
        say(f"  {name}: {entry.__struct_config__.tag} {values}{estimate}  [{entry.unit}; {prior.where}]")
    if text := entry.remark():
        say(f"      {text}")
    say(f"      source: {entry.source}")
    if text := money.text(prior):
        say(f"      money: {text}; the figures above are in that of the price year")
    if entry.note:
        say(f"      note: {entry.note}")
