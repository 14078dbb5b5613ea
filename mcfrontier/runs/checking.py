"""The check of a priors file: whether it is accepted, and what it says that is doubtful."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from mcfrontier import graph, model
from mcfrontier.core.errors import InputError
from mcfrontier.runs import consistency, lint, recipe
from mcfrontier.runs.load import Source, checked_nested, of_file
from mcfrontier.study import priors_file, validate


class Checked(NamedTuple):
    """A file that is accepted: a line that describes it, its warnings and information, and the hash of its priors."""

    summary: str
    findings: lint.Findings
    digest: str


def check(source: Source, as_of: date | None = None) -> Checked:
    """Check a priors file, given by name, by path or by its content; an InputError is raised if it is refused."""
    file = priors_file.load(source, as_of)
    if file.stated.targets:
        kind, study = "study", recipe.resolved(of_file(file))
        file = study.file
        if problem := consistency.contradiction(study):
            raise InputError(f"{file.where}: {problem}")
        found = lint.of_study(study)
        found.warnings[:0] = lint.of_file(file)
    else:
        kind, found = "part, for extends", lint.Findings(lint.of_file(file), [])
        checked_nested(file, ())
        validate.check_units(file, graph.nodes_of(model))
    entries = "1 entry" if len(file.priors) == 1 else f"{len(file.priors)} entries"
    return Checked(f"{file.where}  ({kind}, {entries})", found, file.digest)
