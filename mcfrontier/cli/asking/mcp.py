"""python -m mcfrontier mcp"""

from __future__ import annotations

import click

from mcfrontier.core.errors import InputError, requires


@click.command()
@click.option("--root", metavar="FOLDER", help="Folder that files are read from.  [default: the current folder]")
def command(root: str | None) -> None:
    """Serve the tools of the Model Context Protocol to an agent, over standard input and output.

    Besides the studies of the package, priors files within the root are read, and no other file.
    """
    import os
    from pathlib import Path

    from mcfrontier.core.printable import echo
    from mcfrontier.core.reading import confined
    from mcfrontier.study import locate

    with requires("mcp", "'mcfrontier[mcp]'"):
        from mcfrontier.agent.server import serve
    if root is not None:
        if not os.path.isdir(root):
            raise InputError(f"--root {echo(root)}: there is no such folder")
        os.chdir(root)
    with confined(Path.cwd(), locate.shipped()):
        serve()
