"""A static site: a page of each study on which a reader changes beliefs, an index of them, and the documentation."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from string import Template
from typing import NamedTuple

from mcfrontier.core.atomic import check_folder, replacement
from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import one_line, printable
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.figures.small import small_density
from mcfrontier.outputs.page.page import write_page
from mcfrontier.outputs.report.front import answer
from mcfrontier.runs import recipe
from mcfrontier.runs.headlines import headlines
from mcfrontier.runs.load import load
from mcfrontier.study import locate

STUDIES, DOCS, INDEX = "studies", "docs", "index.html"
CURVE = (220, 44)  # pixels of a density
MARKER = "site.css"  # the file by which a folder is known as a site, which may be replaced
LINK = re.compile(r'(<a href=")([^"#:]+)(#[^"]*)?(")')


class Card(NamedTuple):
    """A study in the index: its name, title, question and answer, and the density of its first headline."""

    name: str
    title: str
    question: str
    answer: str
    curve: str


def write_site(
    folder: str | Path, draws: int | None = None, progress: Progress = silent, note: Callable[[str], None] = print
) -> Path:
    """Write the site of all studies into a folder, which it replaces if it is one; returns its index.

    `draws` are those of each run, by default the default of its study. A study that has no page is left out with a
    note.
    """
    place = check_folder(folder)
    if place.is_dir() and any(place.iterdir()) and not (place / MARKER).is_file():
        raise InputError(f"{place}: a folder with other files; choose a new one with --out")
    with replacement(place, MARKER, [STUDIES, DOCS]) as new:
        cards = []
        (new / STUDIES).mkdir()
        for name in progress(sorted(locate.runnable(), key=lambda each: ("/" in each, each)), "pages"):
            try:
                cards.append(write_study(name, new / STUDIES, draws))
            except InputError as problem:
                note(f"{name} has no page: {problem}")
        write_docs(locate.shipped("docs"), new / DOCS)
        (new / MARKER).write_text(source("site.css"), encoding="utf-8")
        (new / INDEX).write_text(index_html(cards, docs_of(new / DOCS)), encoding="utf-8")
    return place / INDEX


def write_study(name: str, folder: Path, draws: int | None) -> Card:
    """Write the page of a study, and return its card."""
    run = recipe.run(load(name), draws=draws)
    path = folder / f"{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_page(run, path)
    curve = small_density(run.samples(headlines(run)[0]), CURVE)
    text = answer(run).removeprefix(f"{run.study.title}: ")
    return Card(name, run.study.title, run.study.file.stated.question, text, curve)


def index_html(cards: list[Card], docs: dict[str, str]) -> str:
    """The index: a card for each study, and the list of the documentation."""
    items = [
        f'<li><a href="{STUDIES}/{escape(card.name)}.html"><h2>{text_of(card.title)}</h2></a>'
        f"<p>{text_of(card.question)}</p>{card.curve}<p class=answer>{text_of(card.answer)}</p></li>"
        for card in cards
    ]
    links = [f'<li><a href="{DOCS}/{name}.html">{text_of(title)}</a></li>' for name, title in docs.items()]
    body = f"<ul class=cards>{''.join(items)}</ul><h2 id=docs>Documentation</h2><ul>{''.join(links)}</ul>"
    head = "<h1>What frontier AI models take and cost</h1><p>A study each: change a belief, watch the answer.</p>"
    return page("mcfrontier", head + body, "")


def text_of(text: str) -> str:
    """A text of a priors file as HTML."""
    return escape(printable(one_line(text)))


def write_docs(source_folder: Path, folder: Path) -> None:
    """Render the documentation; links between its pages become those of the site."""
    from markdown_it import MarkdownIt

    render = MarkdownIt("commonmark").enable("table").render
    folder.mkdir()
    for path in sorted(source_folder.glob("*.md")):
        html = LINK.sub(rewritten, with_anchors(render(path.read_text(encoding="utf-8"))))
        title = title_of(path)
        navigation = f'<nav><a href="../{INDEX}">Studies</a> <a href="../{INDEX}#docs">Documentation</a></nav>'
        (folder / f"{path.stem}.html").write_text(page(title, navigation + html, "../"), encoding="utf-8")
    if (pictures := source_folder / "images").is_dir():
        shutil.copytree(pictures, folder / "images")


def rewritten(link: re.Match[str]) -> str:
    """A link to another page of the documentation as one of the site; one to a file outside it goes to the index."""
    start, target, anchor, end = link.groups(default="")
    path = os.path.normpath(target)
    if path.startswith(".."):
        return f"{start}../{INDEX}{end}"
    return f"{start}{re.sub(r'[.]md$', '.html', path)}{anchor}{end}"


def with_anchors(html: str) -> str:
    """Headings with an id each, as links to a section expect it."""

    def heading(found: re.Match[str]) -> str:
        return f'<{found[1]} id="{anchor(found[2])}">{found[2]}</{found[1]}>'

    return re.sub(r"<(h[1-4])>(.*?)</\1>", heading, html)


def anchor(heading: str) -> str:
    """The id of a heading: its words in lower case, joined by hyphens."""
    text = re.sub(r"<[^>]+>|[^\w\- ]", "", heading).lower()
    return text.replace(" ", "-")


def title_of(path: Path) -> str:
    """The first heading of a page of the documentation."""
    first = re.search(r"^# (.+)$", path.read_text(encoding="utf-8"), re.M)
    return first[1] if first else path.stem


def docs_of(folder: Path) -> dict[str, str]:
    """The titles of the rendered documentation, by name."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}
    return {name: unescape(text.partition("<title>")[2].partition("</title>")[0]) for name, text in found.items()}


def page(title: str, body: str, root: str) -> str:
    """A page of the site; `root` leads from it to the folder of the site."""
    return Template(source("site.html")).substitute(title=escape(title), body=body, root=root)


def source(name: str) -> str:
    """A file of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
