"""python -m mcfrontier check"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mcfrontier.cli.terminal import warn
from mcfrontier.errors import InputError


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--strict", is_flag=True, help="Refuse what is doubtful too.")
def command(paths: Sequence[str], strict: bool) -> None:
    """Check priors files: every one that can be named, or those given by name, path or folder.

    What cannot be used is refused; what is doubtful is warned of.
    """
    from mcfrontier import files

    names = [file for path in paths for file in files_of(path)]
    names = names or [*files.studies(), *map(str, files.documents())]
    failed, warned = 0, set()
    for name in names:
        try:
            told, doubts = checked(name)
        except InputError as problem:
            failed += 1
            print(f"mcfrontier: {problem}", file=sys.stderr)
            continue
        for doubt in doubts:
            if doubt not in warned:  # of a part that several studies take in
                warn(doubt)
        warned.update(doubts)
        if not (strict and doubts):
            print(told)
    if failed or (strict and warned):
        sys.exit(2)


def checked(name: str) -> tuple[str, list[str]]:
    """What a file that can be used is, and what is doubtful in it."""
    from mcfrontier import checks, files, graph, guards, model, priors, reproduce, study

    if files.DOCUMENTS in Path(name).parts:
        return f"ok  {files.shown(Path(name))}  (published figures, {len(reproduce.read_one(Path(name)))} rows)", []
    page = priors.load(name)
    doubts = guards.of_page(page)
    if page.words.targets:
        kind = "study"
        doubts += guards.of_study(study.load(name))
    else:
        kind = "part, for extends"
        checks.check_units(page, graph.nodes_of(model))
    return f"ok  {page.where}  ({kind}, {len(page.priors)} entries)", doubts


def files_of(path: str) -> list[str]:
    """The priors files below a folder, or the name or file itself."""
    if not Path(path).is_dir():
        return [path]
    files = sorted(str(file) for file in Path(path).rglob("*.toml"))
    if not files:
        raise InputError(f"{path}: no priors file in this folder")
    return files
