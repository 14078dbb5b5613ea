"""report.html: a page in which a reader changes beliefs and watches the answer. One file, which needs no other."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import counted, label, sentence
from mcfrontier.core.printable import one_line, printable
from mcfrontier.outputs.page.data import page_json
from mcfrontier.outputs.page.size import DRAWS, MAX_CODES, MIN_DRAWS, page_draws, uncertain_rows
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import headlines

NUMBERS = ("numbers", "amounts", None, "model", "variance", "state", "forecast")  # None: the formulas
SCRIPTS = (*NUMBERS, "charts", "answer", "inputs", "main")


def write_page(run: RunCore, path: Path, draws: int = DRAWS, home: str = "") -> None:
    """Write the page of a run, with the first draws of each input; `home` is the address of a list of studies."""
    path.write_text(page_html(run, draws, home), encoding="utf-8", newline="")


def page_html(run: RunCore, draws: int = DRAWS, home: str = "") -> str:
    """The page of a run; refused where too many rows are uncertain for one file."""
    used = page_draws(run, draws)
    if not used:
        most = f"a page takes at most {MAX_CODES // MIN_DRAWS:,}; state fewer labels, by [only]"
        raise InputError(f"{run.study.name}: {uncertain_rows(run):,} rows of inputs are uncertain, and {most}")
    data, formulas = page_json(run, used)
    script, style = script_of(formulas), source("page.css")
    return Template(source("page.html")).substitute(
        home=f'<a href="{escape(home)}">All studies</a>\n' if home else "",
        title=escape(one_line(run.study.title)),
        question=escape(one_line(run.study.file.stated.question)),
        about=escape(printable(run.study.file.stated.about)),
        answers=answers(run),
        footer=footer(run, used),
        script=script,
        script_hash=content_hash(script),
        style=style,
        style_hash=content_hash(style),
        data=data,
    )


@cache
def source(name: str) -> str:
    """A file of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def script_of(formulas: str, names: Sequence[str | None] = SCRIPTS) -> str:
    """The script of a page. Its formulas are those of the nodes, and no text of others."""
    parts = [formulas if name is None else source(f"{name}.js") for name in names]
    return '"use strict";\n{\n' + "\n".join(parts) + "\n}\n"


def content_hash(text: str) -> str:
    """The hash of a script or style, by which the security policy of the page allows it."""
    return b64encode(sha256(text.encode()).digest()).decode()


def answers(run: RunCore) -> str:
    """The headlines as a list, for readers without JavaScript."""
    found = summary(run)
    rows = [(row, found[row]) for row in headlines(run)]
    lines = [f"{sentence(label(row))}: {' / '.join(map(each.text, each.kind.statistics))}" for row, each in rows]
    return f"<ul>{''.join(f'<li>{escape(one_line(line))}</li>' for line in lines)}</ul>"


def footer(run: RunCore, draws: int) -> str:
    """Where the numbers come from."""
    study, stated = run.study, run.study.file.stated
    parts = [
        f"Study {study.name}, priors {study.file.digest[:12]}{f', as of {stated.date}' if stated.date else ''}, "
        f"seed {run.sampler.seed}.",
        f"Published figures: the run of {counted(run.sampler.draws, 'draw')}. Your figures: the first "
        f"{draws:,} of them, computed here; the page loads nothing and sends nothing.",
    ]
    if study.given or study.evidence:
        parts.append(f"Given {', '.join([*study.given, *study.evidence])}; the tornado is that of the priors.")
    if stated.price_year:
        parts.append(f"Money is of about {stated.price_year}.")
    return f"<p>{escape(one_line(re.sub(' +', ' ', ' '.join(parts))))}</p>"
