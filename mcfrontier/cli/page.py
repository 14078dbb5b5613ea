"""python -m mcfrontier page"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import complete_studies, note, progress, say
from mcfrontier.core.errors import InputError
from mcfrontier.core.progress import Progress

if TYPE_CHECKING:
    from mcfrontier.runs.core import RunCore


@click.command()
@click.argument("name", metavar="NAME|PATH|FOLDER", shell_complete=complete_studies)
@click.option(
    "--draws", type=click.Choice(["8192", "16384"]), help="Draws in the page; fewer for many rows.  [default: 8192]"
)
@click.option("--out", metavar="FILE", help="File to write.  [default: NAME.html]")
def command(name: str, draws: str | None, out: str | None) -> None:
    """Write a page in which a reader changes beliefs and watches the answer.

    One HTML file, of a study or of a saved run. It computes the study for other beliefs, without a network.
    """
    from pathlib import Path

    from mcfrontier.core.atomic import check_file, replacement
    from mcfrontier.outputs.folder.saved import is_run
    from mcfrontier.outputs.folder.write import WRITERS
    from mcfrontier.outputs.page.page import write_page
    from mcfrontier.outputs.page.size import DRAWS, page_draws

    path = None if out is None else check_file(out)
    if path is not None and path.name in WRITERS and is_run(path.parent):
        raise InputError(f"{path}: a file of the run itself; choose another with --out")
    with progress() as steps:
        run = run_of(name, steps)
        path = path or check_file(f"{Path(run.study.name).name}.html")
        requested = int(draws or DRAWS)
        with replacement(path.parent) as new:
            write_page(run, new / path.name, requested)
    if page_draws(run, requested) < requested:
        note(f"{page_draws(run, requested):,} draws: more would make the page too large")
    say(str(path))


def run_of(name: str, steps: Progress) -> RunCore:
    """The run of a study with its default settings, or a saved run, repeated; refused where its priors have changed."""
    from mcfrontier.outputs.folder.saved import is_run, read_folder
    from mcfrontier.runs import recipe
    from mcfrontier.runs.load import load
    from mcfrontier.tasks.verify.rebuild import current_study, run_like

    if not is_run(name):
        return recipe.run(load(name), progress=steps)
    saved = read_folder(name)
    study = current_study(saved)
    if study.file.digest != saved.manifest.priors_sha256:
        raise InputError(f"{name}: its priors have changed since the run; make the run again, or name the study")
    return run_like(saved, study, steps)
