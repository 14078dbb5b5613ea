"""python -m mcfrontier site"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import complete_studies, note, progress, say, whole_number


@click.command()
@click.argument("names", metavar="[NAME|PATH]...", nargs=-1, shell_complete=complete_studies)
@click.option("--out", required=True, metavar="DIR", help="Folder to write: a new one, or a site to replace.")
@click.option("--draws", type=whole_number, metavar="COUNT", help="Draws of each run.  [default: those of its study]")
def command(names: tuple[str, ...], out: str, draws: int | None) -> None:
    """Write a static site: a page of each study, their gallery, and the documentation.

    With names, of these studies only.
    """
    from mcfrontier.tasks.site.site import write_site

    with progress() as steps:
        index = write_site(out, names, draws, steps, note)
    say(str(index))
