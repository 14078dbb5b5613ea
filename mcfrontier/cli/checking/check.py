"""python -m mcfrontier check"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import as_of_option, emit, info, report, say, warn
from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.runs.lint import Findings


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@as_of_option()
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@compact_option()
def command(paths: Sequence[str], strict: bool, as_json: bool, as_of: date | None, compact: int | None) -> None:
    """Check priors files for errors and doubtful statements.

    Each PATH is a name, a file or a folder; with --compact one, or - for a text on standard input. By default, all
    files that have a name are checked. Exit status 2 if a file has an error; doubtful statements are warnings, or
    information.
    """
    from mcfrontier.core.jsontext import json_text
    from mcfrontier.study import locate

    if compact:
        show_compact(paths, strict, as_of, compact)
        return
    names = [file for path in paths for file in priors_files(path)]
    names = names or [*locate.studies(), *map(str, locate.documents())]
    found: list[dict[str, Any]] = []
    for name in names:
        found.append(findings(name, as_of, strict))
        if not as_json:
            show_findings(found)
    if as_json:
        emit([json_text({"ok": all(each["ok"] for each in found), "files": found}), "\n"])
    if not all(each["ok"] for each in found):
        sys.exit(2)


def show_compact(paths: Sequence[str], strict: bool, as_of: date | None, page: int) -> None:
    """Print the findings on one file, or on the text on standard input."""
    from mcfrontier.agent import texts
    from mcfrontier.core.limits import PRIORS_FILE_BYTES

    if len(paths) != 1:
        raise InputError(f"--compact: {len(paths) or 'no'} paths, and one is expected; name it, or - for a text")
    stdin = paths[0] == texts.STDIN
    text = sys.stdin.buffer.read(PRIORS_FILE_BYTES + 1).decode("utf-8", "replace") if stdin else None
    reply = texts.check(paths[0], text, as_of, strict, page)
    show_reply(reply)
    if not reply["ok"]:
        sys.exit(2)


def findings(name: str, as_of: date | None, strict: bool) -> dict[str, Any]:
    """Whether a file is accepted, a line that describes it, its error, and its warnings and information."""
    try:
        summary, (warnings, information) = check_file(name, as_of)
    except InputError as problem:
        return {"name": name, "ok": False, "summary": "", "error": str(problem), "warnings": [], "information": []}
    ok = not (strict and warnings)
    return {"name": name, "ok": ok, "summary": summary, "error": None, "warnings": warnings, "information": information}


def show_findings(found: Sequence[dict[str, Any]]) -> None:
    """Print the findings on the last file, but those printed before: several studies may extend the same part."""
    *before, last = found
    if last["error"] is not None:
        report(last["error"])
        return
    for key, show in (("warnings", warn), ("information", info)):
        for text in last[key]:
            if not any(text in each[key] for each in before):
                show(text)
    if last["ok"]:
        say(f"ok  {last['summary']}")


def check_file(name: str, as_of: date | None) -> tuple[str, Findings]:
    """Check a file: a line that describes it, and its warnings and information."""
    from pathlib import Path

    from mcfrontier.runs import checking, lint
    from mcfrontier.study import locate
    from mcfrontier.tasks.reproduce import reproduce

    if locate.DOCUMENTS in Path(name).parts:
        rows = reproduce.read_document(Path(name))
        return f"{locate.display_path(Path(name))}  (published figures, {len(rows)} rows)", lint.Findings([], [])
    found = checking.check(name, as_of)
    return found.summary, found.findings


def priors_files(path: str) -> list[str]:
    """The priors files in a folder and its subfolders, or the name or file itself."""
    from pathlib import Path

    if not os.path.isdir(path):
        return [path]
    files = sorted(str(file) for file in Path(path).rglob("*.toml"))
    if not files:
        raise InputError(f"{path}: this folder has no priors file (*.toml); name another")
    return files
