"""The draws as a table, a column a quantity."""

from __future__ import annotations

import csv as tables
import io
from collections.abc import Sequence

from mcfrontier.finished import Finished


def csv(run: Finished, rows: Sequence[str]) -> str:
    """A line a draw; the head of a column is the quantity and its unit, `energy [MWh]`."""
    text = io.StringIO()
    lines = tables.writer(text, lineterminator="\n")
    lines.writerow([f"{row} [{run.unit(row)}]" for row in rows])
    lines.writerows(zip(*(run.told(row).tolist() for row in rows), strict=True))
    return text.getvalue()
