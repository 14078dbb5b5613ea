"""python -m mcfrontier check"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import as_of_option, info, report, say, warn
from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.runs.lint import Findings


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@as_of_option()
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
def command(paths: Sequence[str], strict: bool, as_of: date | None) -> None:
    """Check priors files for errors and doubtful statements.

    Each PATH is a name, a file or a folder. By default, all files that have a name are checked. Exit status 2 if a file
    has an error; doubtful statements are warnings, or information.
    """
    from mcfrontier.study import locate

    names = [file for path in paths for file in priors_files(path)]
    names = names or [*locate.studies(), *map(str, locate.documents())]
    failed, warned, informed = 0, set[str](), set[str]()
    for name in names:
        try:
            summary, (warnings, information) = check_file(name, as_of)
        except InputError as problem:
            failed += 1
            report(str(problem))
            continue
        for text in warnings:
            if text not in warned:  # several studies may extend the same part
                warn(text)
        for text in information:
            if text not in informed:
                info(text)
        warned.update(warnings)
        informed.update(information)
        if not (strict and warnings):
            say(summary)
    if failed or (strict and warned):
        sys.exit(2)


def check_file(name: str, as_of: date | None) -> tuple[str, Findings]:
    """Check a file: a line that describes it, and its warnings and information."""
    from pathlib import Path

    from mcfrontier import graph, model
    from mcfrontier.runs import consistency, lint, recipe
    from mcfrontier.runs.load import check_nested, load
    from mcfrontier.study import locate, priors_file, validate
    from mcfrontier.tasks.reproduce import reproduce

    if locate.DOCUMENTS in Path(name).parts:
        rows = reproduce.read_document(Path(name))
        return f"ok  {locate.display_path(Path(name))}  (published figures, {len(rows)} rows)", lint.Findings([], [])
    file = priors_file.load(name, as_of)
    if file.stated.targets:
        kind, study = "study", recipe.resolved(load(name, as_of=as_of))
        if problem := consistency.contradiction(study):
            raise InputError(f"{file.where}: {problem}")
        found = lint.of_study(study)
        found.warnings[:0] = lint.of_file(study.file)
    else:
        kind, found = "part, for extends", lint.Findings(lint.of_file(file), [])
        check_nested(file, ())
        validate.check_units(file, graph.nodes_of(model))
    entries = "1 entry" if len(file.priors) == 1 else f"{len(file.priors)} entries"
    return f"ok  {file.where}  ({kind}, {entries})", found


def priors_files(path: str) -> list[str]:
    """The priors files in a folder and its subfolders, or the name or file itself."""
    from pathlib import Path

    if not os.path.isdir(path):
        return [path]
    files = sorted(str(file) for file in Path(path).rglob("*.toml"))
    if not files:
        raise InputError(f"{path}: this folder has no priors file (*.toml); name another")
    return files
