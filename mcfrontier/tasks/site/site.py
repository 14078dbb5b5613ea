"""A static site: a page of each study on which a reader changes beliefs, their gallery, and the documentation."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from mcfrontier.core.atomic import check_folder, replacement
from mcfrontier.core.errors import InputError
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.page.page import write_page
from mcfrontier.runs import recipe
from mcfrontier.runs.load import load
from mcfrontier.study import locate
from mcfrontier.tasks.site.contents import LANDING, contents
from mcfrontier.tasks.site.gallery import Card, card, cards_html, gallery_html
from mcfrontier.tasks.site.layout import INDEX, STUDIES, Site, places, source
from mcfrontier.tasks.site.markdown import Document, markdown_of, rendered

MARKER = "site.css"  # the file by which a folder is known as a site, which may be replaced
FOLDERS = ("studies", "docs")


def write_site(
    folder: str | Path,
    names: Sequence[str] = (),
    draws: int | None = None,
    progress: Progress = silent,
    note: Callable[[str], None] = print,
) -> Path:
    """Write the site of studies into a folder, which it replaces if it is one; returns its index.

    Without `names` it has all studies. `draws` are those of each run, by default the default of its study. A study that
    has no page is left out with a note.
    """
    place = check_folder(folder)
    if place.is_dir() and any(place.iterdir()) and not (place / MARKER).is_file():
        raise InputError(f"{place}: a folder with other files; choose a new one with --out")
    studies = names or sorted(locate.runnable(), key=lambda each: ("/" in each, each))
    with replacement(place, MARKER, FOLDERS) as new:
        cards = []
        for name in progress(studies, "pages"):
            try:
                cards.append(write_study(name, new, draws))
            except InputError as problem:
                if names:
                    raise
                note(f"{name} has no page: {problem}")
        write_documentation(new, cards)
    return place / INDEX


def write_study(name: str, folder: Path, draws: int | None) -> Card:
    """Write the page of a study, and return its card."""
    run = recipe.run(load(name), draws=draws)
    found = card(run)
    path = folder / found.place
    path.parent.mkdir(parents=True, exist_ok=True)
    write_page(run, path, home="../" * found.place.count("/") + STUDIES)
    return found


def write_documentation(folder: Path, cards: Sequence[Card]) -> None:
    """Write the documentation, the gallery and the index of the search."""
    docs = locate.shipped("docs")
    listed = contents(docs)
    site = Site(folder, listed, places(docs, listed, [each.name for each in cards]))
    rows = [[each.address, each.title, "", f"{each.question} {each.answer}"] for each in cards]
    (folder / "docs").mkdir()
    for file in (LANDING, *(entry.file for entry in site.reading)):
        place = site.places[f"docs/{file}"]
        page = rendered(markdown_of(docs / file), partial(site.link, place))
        title = page.sections[0].title
        if file == LANDING:
            site.write(place, title, landing(page.html, cards))
        else:
            site.write(place, title, page.html, page.sections)
        rows += search_rows(place, page)
    site.write(STUDIES, "Studies", gallery_html(cards))
    shutil.copytree(docs / "images", folder / "docs" / "images")
    (folder / "search.js").write_text(f"const SECTIONS = {json.dumps(rows, ensure_ascii=False)};\n", encoding="utf-8")
    for name in ("site.js", MARKER):
        (folder / name).write_text(source(name), encoding="utf-8")


def landing(html: str, cards: Sequence[Card]) -> str:
    """The landing page: its introduction, cards of the studies named there, and a block for each kind of page."""
    introduction, *kinds = re.split(r"(?=<h2)", html)
    places = re.findall(r'href="([^"]+)"', introduction)
    linked = sorted((each for each in cards if each.address in places), key=lambda each: places.index(each.address))
    blocks = "".join(f"<section>{each}</section>" for each in kinds)
    return f'{introduction}{cards_html(linked)}<div class="kinds">{blocks}</div>'


def search_rows(place: str, page: Document) -> Iterator[list[str]]:
    """The rows of a page in the index of the search: address, title of the page, heading, text."""
    for section in page.sections:
        yield [f"{place}#{section.anchor}", page.sections[0].title, section.title, " ".join(section.text)]
