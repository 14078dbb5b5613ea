"""python -m mcfrontier check"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mcfrontier.errors import InputError


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
def command(paths: Sequence[str]) -> None:
    """Check priors files: every one that can be named, or those given by name, path or folder."""
    from mcfrontier import checks, files, graph, model, priors, reproduce, study

    nodes = graph.nodes_of(model)
    names = [file for path in paths for file in files_of(path)]
    names = names or [*files.studies(), *map(str, files.documents())]
    failed = 0
    for name in names:
        try:
            if files.DOCUMENTS in Path(name).parts:
                print(f"ok  {files.shown(Path(name))}  (published figures, {len(reproduce.read_one(Path(name)))} rows)")
                continue
            page = priors.load(name)
            kind = "study" if page.words.targets else "part, for extends"
            if page.words.targets:
                study.load(name)
            else:
                checks.check_units(page, nodes)
            print(f"ok  {page.where}  ({kind}, {len(page.priors)} entries)")
        except InputError as problem:
            failed += 1
            print(f"mcfrontier: {problem}", file=sys.stderr)
    if failed:
        sys.exit(2)


def files_of(path: str) -> list[str]:
    """The priors files below a folder, or the name or file itself."""
    if not Path(path).is_dir():
        return [path]
    files = sorted(str(file) for file in Path(path).rglob("*.toml"))
    if not files:
        raise InputError(f"{path}: no priors file in this folder")
    return files
