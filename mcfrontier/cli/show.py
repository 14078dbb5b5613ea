"""python -m mcfrontier show"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mcfrontier.priors import Prior


@click.command()
@click.argument("name", metavar="NAME|PATH")
def command(name: str) -> None:
    """Show what a study believes: its inputs with units and sources, and what needs what."""
    from mcfrontier import study

    loaded = study.load(name)
    print(f"{loaded.title} ({loaded.page.where})")
    for told in (loaded.page.words.question, loaded.page.words.about):
        if told:
            print(told)
    print("\nInputs: family, p5 / p50 / p95, unit; where they are stated")
    for prior in loaded.inputs.values():
        show_input(prior)
    if loaded.beliefs:
        print("\nBeside the inputs")
        for what, told in loaded.beliefs:
            print(f"\n  {what}: {told}")
    print("\nNodes in the order they are evaluated, the targets marked with a star")
    for each in loaded.order:
        node = loaded.nodes[each]
        unit = f"{node.unit}, an event" if node.event else node.unit
        print(f"\n  {each}{' *' if each in loaded.targets else ''} = {node.formula}  [{unit}]")
        print(f"      {node.about} {node.remarks}".rstrip())


def show_input(prior: Prior) -> None:
    """An input with its distribution, unit, source and note."""
    from mcfrontier.mixtures import remark
    from mcfrontier.wording import amount

    entry = prior.entry
    for label, row, guess in zip(prior.labels or ("",), prior.distributions, prior.bests, strict=True):
        if math.isnan(row.median):  # missing by design
            continue
        levels = (0.5,) if prior.known else (0.05, 0.5, 0.95)
        digits = 8 if prior.known else 3
        told = " / ".join(amount(float(row.quantile(p)), entry.unit, digits=digits) for p in levels)
        best = "" if guess is None else f", best {amount(guess, entry.unit)}"
        name = prior.name + (f"[{label}]" if label else "")
        print(f"\n  {name}: {entry.__struct_config__.tag} {told}{best}  [{entry.unit}; {prior.where}]")
    if told := remark(entry):
        print(f"      {told}")
    print(f"      source: {entry.source}")
    if entry.note:
        print(f"      note: {entry.note}")
