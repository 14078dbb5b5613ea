"""The gallery: a card for each study, with its question, its answer and a small figure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

import numpy as np

from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.core.printable import one_line, printable
from mcfrontier.outputs.report.front import answer
from mcfrontier.outputs.small import small_density, small_intervals
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import by_path, headlines

SIZE = (280, 64)  # pixels of a figure


class Card(NamedTuple):
    """A study in the gallery: its name, title, question and answer, and a figure of its first headline."""

    name: str
    title: str
    question: str
    answer: str
    figure: str

    @property
    def place(self) -> str:
        """The page of the study in the site."""
        return f"studies/{self.name}.html"

    @property
    def address(self) -> str:
        """The link to it."""
        return quote(self.place)


def card(run: RunCore) -> Card:
    """The card of a run."""
    text = answer(run).removeprefix(f"{run.study.title}: ")
    return Card(run.study.name, run.study.title, run.study.file.stated.question, text, figure(run))


def figure(run: RunCore) -> str:
    """The density of the first headline, or the intervals of its quantity in all rows, along a path in its order."""
    head = headlines(run)[0]
    name = run.rows[head][0]
    paths = by_path(run, name)
    rows = [*next(iter(paths.values())).values()] if paths else run.known_rows(name)
    event, found = run.kind(head) is EVENT, summary(run)
    if len(rows) == 1:
        return "" if event else small_density(run.samples(head), SIZE)
    values = [[found[row].values[each] for each in ((PROBABILITY,) if event else SUMMARY_STATISTICS)] for row in rows]
    ends = np.array([(0, *own, *own) if event else own for own in values])
    return small_intervals(ends if paths else ends[np.argsort(-ends[:, 1], kind="stable")], SIZE)


def cards_html(cards: Sequence[Card]) -> str:
    """Cards as a list."""
    items = [
        f'<li><a href="{each.address}"><h3>{text_of(each.title)}</h3>{each.figure}</a>'
        f'<p>{text_of(each.question)}</p><p class="answer">{text_of(each.answer)}</p>'
        f"<p><code>{escape(each.name)}</code></p></li>"
        for each in cards
    ]
    return f'<ul class="cards">{"".join(items)}</ul>'


def gallery_html(cards: Sequence[Card]) -> str:
    """The gallery: the studies, then those of each folder."""
    parts = []
    for folder, own in groupby(sorted(cards, key=folder_of), key=folder_of):
        heading = f'<h2 id="{escape(folder)}">{escape(folder)}/</h2>' if folder else ""
        parts.append(heading + cards_html([*own]))
    head = "<h1>Studies</h1><p>Each opens on a page where you change a belief and watch the answer.</p>"
    return head + "".join(parts)


def folder_of(card: Card) -> str:
    """The folder in the name of a study."""
    return card.name.rpartition("/")[0]


def text_of(text: str) -> str:
    """A text of a priors file as HTML."""
    return escape(printable(one_line(text)))
