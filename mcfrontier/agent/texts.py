"""Answers in words: which study answers a question, what a study has, and what a priors file says that is doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mcfrontier.agent.answers import account, drivers_of, figures_of, origin
from mcfrontier.agent.reply import Reply, command_line, page_of
from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.runs import checking, recipe
from mcfrontier.runs.load import load
from mcfrontier.study import locate, toml_text
from mcfrontier.study.study import Study
from mcfrontier.tasks.explain.explain import Explanation, explain, interval_text

STUDIES, QUANTITIES, NEEDS, FINDINGS = 5, 8, 8, 4  # of a page
STDIN = "-"  # in place of the path of a file


def find_study(query: Sequence[str] = (), page: int = 1) -> Reply:
    """The studies that have words of a query, the best first, or all: the reply of `list`."""
    command = command_line("list", query, page)
    found, place = page_of(locate.matching(locate.headings()[0], " ".join(query)), page, STUDIES)
    studies = [{"study": each.name, "title": each.title, "question": each.question} for each in found]
    note = {} if studies else {"notes": ["no study has a word of the query; an empty query lists all"]}
    return {"studies": studies} | place | note | {"command": command}


def describe(source: str, as_of: date | None = None, page: int = 1) -> Reply:
    """What a study has: its question, targets, inputs and computed quantities: the reply of `show`."""
    command = command_line("show", [source], page, as_of=as_of)
    study = recipe.resolved(load(source, as_of=as_of))
    names = dict.fromkeys((*study.targets, *study.inputs, *study.order))
    chosen, place = page_of([*names], page, QUANTITIES)
    stated = study.file.stated
    head = {"study": study.name, "title": study.title, "question": stated.question}
    found = [description(study, name) for name in chosen]
    return head | {"quantities": found} | place | origin(study, command)


def description(study: Study, name: str) -> Reply:
    """A quantity of a study: what it is, its unit, what it counts and along which dimensions it has rows."""
    what = "input" if name in study.inputs else "computed"
    along = study.dimensions_of[name]
    head = {"quantity": name, "is": "target" if name in study.targets else what, "unit": study.unit(name)}
    return head | ({"rows_by": [*along]} if along else {}) | {"account": account(study, name)}


def explained(source: str, quantity: str, as_of: date | None = None, page: int = 1) -> Reply:
    """A quantity with its definition, its figures, its drivers and what it needs: the reply of `explain`."""
    command = command_line("explain", [source, quantity], page, as_of=as_of)
    found = explain(source, quantity, 1, as_of)
    study, about = found.run.study, found.described(found.name)
    chosen, place = page_of(found.needs[1:], page, NEEDS)
    needs = [{"quantity": each.row or each.name, "text": need_text(found, each.row, each.rows)} for each in chosen]
    head = {"quantity": found.row, **figures_of(found.summary(found.row)), "account": account(study, found.name)}
    body = {key: about[key] for key in ("formula", "remarks", "family", "source", "file") if about.get(key)}
    body |= {"needs": needs} if needs else {}
    return head | {"drivers": drivers_of(found)} | body | place | origin(study, command)


def need_text(found: Explanation, row: str, rows: int) -> str:
    """The median and the interval of a row, or the number of rows."""
    if not row:
        return f"{rows} rows"
    of = found.summary(row)
    return interval_text([of.text(word) for word in of.kind.statistics])


def check(
    name: str = STDIN, text: str | None = None, as_of: date | None = None, strict: bool = False, page: int = 1
) -> Reply:
    """Whether a priors file, or the text of one, is accepted, and the findings on it: the reply of `check`."""
    command = command_line("check", [name], page, as_of=as_of, strict=strict)
    if text is not None and (size := len(text.encode("utf-8", "replace"))) > limits.PRIORS_FILE_BYTES:
        raise InputError(f"text: it has {size:,} bytes; the limit is {limits.PRIORS_FILE_BYTES:,}")
    try:
        found = checking.check(name if text is None else toml_text.loads(text), as_of)
    except InputError as problem:
        return {"ok": False, "findings": [{"kind": "error", "text": str(problem)}], "command": command}
    kinds = {"warning": found.findings.warnings, "information": found.findings.information}
    findings = [{"kind": kind, "text": each} for kind, texts in kinds.items() for each in texts]
    chosen, place = page_of(findings, page, FINDINGS)
    body = {"ok": not (strict and found.findings.warnings), "summary": found.summary, "findings": [*chosen]}
    return body | place | {"priors_sha256": found.digest, "command": command}
