"""The contents of the documentation, the kind of each page as docs/index.md lists them, and the address of the rest."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path
from typing import NamedTuple

from mcfrontier.study.locate import shipped

HEADING = re.compile(r"^## (.+)$", re.M)
ITEM = re.compile(r"^- \[([^\]]+)\]\(([^)]+)\)", re.M)
LANDING = "index.md"


class Entry(NamedTuple):
    """A page of the documentation: its file and its title in the contents."""

    file: str
    title: str


def contents(folder: Path) -> dict[str, list[Entry]]:
    """The pages of each kind, in the order of reading."""
    _, *parts = HEADING.split((folder / LANDING).read_text(encoding="utf-8"))
    kinds = zip(parts[::2], parts[1::2], strict=True)
    return {kind: [Entry(file, title) for title, file in ITEM.findall(text)] for kind, text in kinds}


def repository() -> str:
    """The address of the repository: in a clone that of pyproject.toml, else that of the metadata of the package."""
    project = shipped("docs").parent / "pyproject.toml"
    if project.is_file():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["urls"]["Repository"])
    urls = dict(each.split(", ", 1) for each in metadata("mcfrontier").get_all("Project-URL") or ())
    return str(urls["Repository"])
