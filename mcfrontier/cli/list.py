"""python -m mcfrontier list"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import refuse, show_table
from mcfrontier.errors import InputError


@click.command()
def command() -> None:
    """List the studies that can be run by name."""
    from mcfrontier import files, others, priors

    rows, broken = [], []
    for name, path in files.runnable().items():
        try:
            with others.left_out():
                words = priors.load(name).words
            rows.append([name, words.title, words.question, files.shown(path)])
        except InputError as problem:
            broken.append(str(problem))
    show_table((), rows)
    if broken:
        refuse(" | ".join(broken))
