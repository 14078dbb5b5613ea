"""The contents of the documentation: the kind of each page, as docs/index.md lists them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

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
