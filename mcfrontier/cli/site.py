"""python -m mcfrontier site"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import note, progress, say, whole_number


@click.command()
@click.option("--out", required=True, metavar="DIR", help="Folder to write: a new one, or a site to replace.")
@click.option("--draws", type=whole_number, metavar="COUNT", help="Draws of each run.  [default: those of its study]")
def command(out: str, draws: int | None) -> None:
    """Write a static site: a page of each study, their index, and the documentation."""
    from mcfrontier.tasks.site.site import write_site

    with progress() as steps:
        index = write_site(out, draws, steps, note)
    say(str(index))
