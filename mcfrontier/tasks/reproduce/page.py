"""Published figures beside those of the studies, as JSON, as the cells of a table and as a PDF."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from mcfrontier.core.atomic import write_files
from mcfrontier.core.formatting import amount
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.tasks.reproduce.reproduce import VERDICTS, ComparedFigure, significant_digits

PDF_FILE = "reproduce.pdf"
JSON_KEYS = ("id", "question", "document", "ours", "ratio", "verdict", "unit")
TABLE_HEAD = ("", "question", "document", "ours", "ratio", "verdict")


def rows_json(rows: Sequence[ComparedFigure]) -> str:
    """A list of objects with JSON_KEYS; null where there is no figure."""
    return json_text([{word: getattr(row, word) for word in JSON_KEYS} for row in rows])


def cells(row: ComparedFigure) -> list[str]:
    """The cells of a row under TABLE_HEAD."""
    digits = 3 if row.document is None else max(3, significant_digits(row.document))
    figures = ["–" if x is None else amount(x, row.unit, digits=digits) for x in (row.document, row.ours)]
    figures[0] = f"{row.bound} {figures[0]}".strip()
    ratio = "–" if row.ratio is None else amount(row.ratio, "1")
    return [row.id, row.question, *figures, ratio, row.verdict]


def tally(rows: Sequence[ComparedFigure]) -> str:
    """The numbers of systems, of figures and of each verdict."""
    counts = Counter(row.kind for row in rows)
    texts = [f"{counts[kind]} {text}" for kind, text in VERDICTS.items() if counts[kind]]
    return f"systems {len({row.id for row in rows})}, figures {len(rows)}: {', '.join(texts)}"


def write_pdf(rows: Sequence[ComparedFigure], folder: Path) -> Path:
    """Write reproduce.pdf, a table of all rows, into a folder."""
    documents: dict[str, list[list[str]]] = {}
    for row in rows:
        documents.setdefault(row.source, []).append(cells(row))
    data = {"documents": list(documents.items()), "tally": tally(rows), "head": TABLE_HEAD}
    pdf = typeset(Path(__file__).with_name("reproduce.typ"), data, {})
    return write_files(folder, {PDF_FILE: pdf})[0]
