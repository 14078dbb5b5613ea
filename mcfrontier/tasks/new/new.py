"""Writing a first priors file."""

from __future__ import annotations

import re
from pathlib import Path

from mcfrontier.core import atomic, limits
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.printable import echo
from mcfrontier.runs.load import load
from mcfrontier.study import locate, toml_text
from mcfrontier.tasks.new.like import changed_study
from mcfrontier.tasks.new.run import TrainingRun
from mcfrontier.tasks.new.template import run_study

NAME = re.compile(r"(\w[\w.-]*/)*\w[\w.-]*", re.ASCII)


def write(name: str, run: TrainingRun | str, out: str | None = None) -> Path:
    """Write the priors file of a run, or one that changes the study of a name, and return its path.

    It is the file of the name among the user's own priors, or `out`. An existing file is not overwritten.
    """
    path = destination(name, out)
    content = changed_study(name, run) if isinstance(run, str) else run_study(name, run)
    with located(f"new {name}"):
        load(toml_text.loads(content))
    atomic.write_files(path.parent, {path.name: content.encode()})
    return path


def destination(name: str, out: str | None) -> Path:
    """The file to write; refused if it exists, or if the name is one of the studies that ship."""
    if not NAME.fullmatch(name) or len(name) > limits.NAME_LENGTH or name.endswith(".toml"):
        remedy = "letters, digits, _, - and . such as mine; state the path of a file with --out"
        raise InputError(f"new {echo(name)}: a name of a study has {remedy}")
    if name.split("/")[0] == locate.DOCUMENTS:
        raise InputError(f"new {name}: priors/{locate.DOCUMENTS} has published figures only; choose another name")
    path = locate.new_file(locate.OWN / f"{name}.toml" if out is None else out, "--out")
    if out is None and name in locate.studies():
        raise InputError(f"new {name}: a file of this name ships with the package; choose another name")
    return path
