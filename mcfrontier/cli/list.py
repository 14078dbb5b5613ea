"""python -m mcfrontier list"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import refuse, show_table
from mcfrontier.errors import InputError


@click.command()
def command() -> None:
    """List the studies that can be run by name."""
    from rich.table import Table

    from mcfrontier import files, others, priors

    table = Table(box=None, pad_edge=False, show_header=False)
    broken = []
    for name, path in files.runnable().items():
        try:
            with others.left_out():
                words = priors.load(name).words
            table.add_row(name, words.title, words.question, files.shown(path))
        except InputError as problem:
            broken.append(str(problem))
    show_table(table)
    if broken:
        refuse(" | ".join(broken))
