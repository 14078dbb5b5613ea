"""python -m mcfrontier preview"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import emit

WIDTH = 80


@click.command(context_settings={"ignore_unknown_options": True})  # a belief may begin with a minus
@click.argument("belief", metavar="BELIEF")
def command(belief: str) -> None:
    """Show what a belief such as "lognormal 9k..20k USD/chip" states."""
    from mcfrontier.tasks.preview.preview import preview

    for line in preview(belief, WIDTH):
        emit([line, "\n"])
