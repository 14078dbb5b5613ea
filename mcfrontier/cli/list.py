"""python -m mcfrontier list"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import fail, show_table
from mcfrontier.core.errors import InputError


@click.command()
def command() -> None:
    """List the studies that can be run by name."""
    from mcfrontier.study import locate, priors_file

    rows, broken = [], []
    for name, path in locate.runnable().items():
        try:
            stated = priors_file.load(name).stated
            rows.append([name, stated.title, stated.question, locate.display_path(path)])
        except InputError as problem:
            broken.append(str(problem))
    show_table((), rows, left=range(4))
    if broken:
        fail(" | ".join(broken))
