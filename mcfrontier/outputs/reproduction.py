"""What source documents say beside ours: as JSON, and as a page or two of PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mcfrontier.outputs.text import json_text
from mcfrontier.outputs.typeset import typeset
from mcfrontier.reproduce import KINDS, Compared, printed
from mcfrontier.wording import amount
from mcfrontier.writing import put

NAME = "reproduce.pdf"


def rows_json(rows: Sequence[Compared]) -> str:
    """A list of {"id", "question", "document", "ours", "ratio", "verdict", "unit"}; null where there is no figure."""
    words = ("id", "question", "document", "ours", "ratio", "verdict", "unit")
    return json_text([{word: getattr(row, word) for word in words} for row in rows])


def cells(row: Compared) -> list[str]:
    """A row as it is told: id, question, the document's figure, ours, the ratio, the verdict."""
    digits = 3 if row.document is None else max(3, printed(row.document))
    figures = ["–" if x is None else amount(x, row.unit, digits=digits) for x in (row.document, row.ours)]
    figures[0] = f"{row.bound} {figures[0]}".strip()
    ratio = "–" if row.ratio is None else amount(row.ratio, "1")
    return [row.id, row.question, *figures, ratio, row.verdict]


def tally(rows: Sequence[Compared]) -> str:
    """How many systems and figures there are, and how they came out."""
    counts = Counter(row.kind for row in rows)
    parts = [f"{counts[kind]} {words}" for kind, words in KINDS.items() if counts[kind]]
    return f"systems {len({row.id for row in rows})}, figures {len(rows)}: {', '.join(parts)}"


def write_pdf(rows: Sequence[Compared], folder: Path) -> Path:
    """Write reproduce.pdf into a folder: every figure beside ours."""
    documents: dict[str, list[list[str]]] = {}
    for row in rows:
        documents.setdefault(row.source, []).append(cells(row))
    made = typeset("reproduce.typ", {"documents": list(documents.items()), "tally": tally(rows)}, {})
    return put(folder, {NAME: made})[0]
