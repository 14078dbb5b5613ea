"""How the classes of the Python interface display themselves: a few lines of text, or an HTML table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import label
from mcfrontier.core.printable import html_table, one_line
from mcfrontier.outputs.small import small_density
from mcfrontier.runs.summary import Summary

MAX_ROWS = 6  # of a text


class Display(NamedTuple):
    """The display of a run: the name of its class; its study, draws, sampler and seed; its headlines; its notes."""

    name: str
    head: Mapping[str, object]
    summaries: Mapping[str, Summary]
    notes: Sequence[str]
    draws: Callable[[str], Array] | None = None  # of a row, where the run has them


def heading(name: str, head: Mapping[str, object]) -> str:
    """The study, draws, sampler and seed of a run."""
    study, plan = one_line(str(head["study"])), f"sampler {head['sampler']}, seed {head['seed']}"
    return f"{name} of {study}: {head['draws']:,} draws, {plan}"


def cells(row: str, summary: Summary) -> tuple[str, str, str]:
    """The label of a row, its median or the probability of an event, and p5 to p95."""
    words = summary.kind.statistics
    low, middle, high = map(summary.text, (words[0], summary.kind.central, words[-1]))
    return one_line(label(row)), middle, "" if low == high else f"{low} to {high}"


def text(display: Display) -> str:
    """A heading, a line for each of the first headlines: median (p5 to p95), or the probability of an event; and a line
    for each note."""
    name, head, summaries, notes, _ = display
    rows = [cells(row, summaries[row]) for row in list(summaries)[:MAX_ROWS]]
    width = max((len(row[0]) for row in rows), default=0)
    lines = [f"  {what:{width}}  {middle}" + (f" ({interval})" if interval else "") for what, middle, interval in rows]
    rest = [f"  and {len(summaries) - MAX_ROWS} more"] * (len(summaries) > MAX_ROWS)
    warnings = [f"  note: {one_line(each)}" for each in notes]
    return "\n".join([f"{heading(name, head)}; median (p5 to p95)", *lines, *rest, *warnings])


def html(display: Display) -> str:
    """The same as an HTML table, of all headlines with small densities, and the notes below."""
    name, head, summaries, notes, draws = display
    rows = [cells(row, summaries[row]) for row in summaries]
    curves = [small_density(draws(row)) for row in summaries] if draws else []
    shown = html_table(heading(name, head), ("", "median", "p5 to p95", *([""] if curves else [])), rows, curves)
    return shown + "".join(f"<p>note: {escape(one_line(each))}</p>" for each in notes)
