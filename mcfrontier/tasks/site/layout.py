"""The pages of the site: where each file of the repository is in it, links between them, and the frame of a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import NamedTuple

from mcfrontier.tasks.site.contents import LANDING, Entry, repository
from mcfrontier.tasks.site.markdown import Section

INDEX, STUDIES = "index.html", "studies.html"


class Site(NamedTuple):
    """The folder of the site, the contents of its documentation, and the place in it of files of the repository."""

    folder: Path
    contents: dict[str, list[Entry]]
    places: dict[str, str]

    @property
    def reading(self) -> list[Entry]:
        """The pages of the documentation in the order of reading."""
        return [entry for entries in self.contents.values() for entry in entries]

    def link(self, page: str, address: str) -> str:
        """An address in a file of docs/, as a link on a page; a file that is not in the site is in the repository."""
        path, mark, heading = address.partition("#")
        if not path or ":" in path:
            return address
        place = os.path.normpath(f"docs/{path}")
        if place in self.places:
            return os.path.relpath(self.places[place], os.path.dirname(page)) + mark + heading
        return f"{repository()}/blob/main/{place}{mark}{heading}"

    def write(self, place: str, title: str, body: str, sections: Sequence[Section] = ()) -> None:
        """Write a page into its frame: the contents beside it, its sections, and what to read before and after it."""
        html = Template(source("site.html")).substitute(
            title=escape(title),
            root="../" * place.count("/"),
            body=body,
            sidebar=self.sidebar(place),
            neighbours=self.neighbours(place),
            toc=toc(sections),
        )
        (self.folder / place).write_text(html, encoding="utf-8")

    def sidebar(self, page: str) -> str:
        """The pages of the documentation by kind."""
        parts = []
        for kind, entries in self.contents.items():
            links = [f"<li>{self.entry_link(page, entry)}</li>" for entry in entries]
            parts.append(f"<h2>{escape(kind)}</h2><ul>{''.join(links)}</ul>")
        return "".join(parts)

    def neighbours(self, page: str) -> str:
        """Links to the pages before and after one of the documentation."""
        places = [self.places[f"docs/{entry.file}"] for entry in self.reading]
        if page not in places:
            return ""
        at = places.index(page)
        before, after = self.reading[max(at - 1, 0) : at], self.reading[at + 1 : at + 2]
        links = [self.entry_link(page, entry, "prev") for entry in before]
        links += [self.entry_link(page, entry, "next") for entry in after]
        return f'<nav class="neighbours" aria-label="Neighbouring pages">{"".join(links)}</nav>'

    def entry_link(self, page: str, entry: Entry, rel: str = "") -> str:
        """A link from a page to one of the documentation."""
        marks = f' rel="{rel}"' if rel else ""
        marks += ' aria-current="page"' if self.places[f"docs/{entry.file}"] == page else ""
        return f'<a href="{escape(self.link(page, entry.file))}"{marks}>{escape(entry.title)}</a>'


def places(docs: Path, contents: dict[str, list[Entry]], studies: Sequence[str]) -> dict[str, str]:
    """The place in the site of each file of the repository that is in it."""
    images = (path.relative_to(docs.parent).as_posix() for path in sorted(docs.glob("images/*")))
    found = {path: path for path in images} | {f"docs/{LANDING}": INDEX, "priors": STUDIES}
    for entry in (each for entries in contents.values() for each in entries):
        found[f"docs/{entry.file}"] = f"docs/{Path(entry.file).stem}.html"
    return found | {f"priors/{name}.toml": f"studies/{name}.html" for name in studies}


def toc(sections: Sequence[Section]) -> str:
    """The sections of a page, two levels of headings."""
    links = [
        f'<li class="level{each.level}"><a href="#{each.anchor}">{escape(each.title)}</a></li>'
        for each in sections
        if each.level in (2, 3)
    ]
    if len(links) < 2:
        return ""
    return f'<nav class="toc" aria-label="On this page"><h2>On this page</h2><ul>{"".join(links)}</ul></nav>'


def source(name: str) -> str:
    """A file of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
