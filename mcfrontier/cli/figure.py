"""python -m mcfrontier figure"""

from __future__ import annotations

import click

from mcfrontier.cli.terminal import say
from mcfrontier.core.errors import InputError

FORMATS = (".svg", ".pdf", ".png")


@click.command()
@click.argument("folder", metavar="FOLDER")
@click.argument("name", metavar="FIGURE")
@click.option("--target", metavar="NAME", help="A target or a row of one.  [default: all that the report displays]")
@click.option("--out", required=True, metavar="FILE", help="The file to write: .svg, .pdf or .png.")
def command(folder: str, name: str, target: str | None, out: str) -> None:
    """Draw a figure of the report of a saved run into a file.

    The run is repeated from its manifest. Figures: tornado, density, exceedance, fan, variance, shares and others.
    """
    from mcfrontier.core.atomic import check_file, write_files
    from mcfrontier.outputs.figures import drawing_of, known_figure
    from mcfrontier.outputs.folder.saved import read_folder
    from mcfrontier.tasks.verify.rebuild import rebuild

    known_figure(name)
    path = check_file(out)
    if path.suffix.lower() not in FORMATS:
        raise InputError(f"--out {out}: a file that ends in {', '.join(FORMATS)} is expected")
    drawing = drawing_of(rebuild(read_folder(folder)), name, target)
    write_files(path.parent, {path.name: drawing.file(path.suffix.lower())})
    say(f"{path}")
