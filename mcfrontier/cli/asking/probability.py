"""python -m mcfrontier probability"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import (
    as_of_option,
    complete_studies,
    emit,
    given,
    given_option,
    note,
    pins_option,
    prior_option,
    progress,
    sampling_options,
    saved_run,
    say,
    show_table,
    split_pins,
    sweep_option,
)

if TYPE_CHECKING:
    from mcfrontier.tasks.probability.probability import Answer, Row


@click.command()
@click.argument("source", metavar="NAME|FOLDER", shell_complete=complete_studies)
@click.option(
    "--that",
    multiple=True,
    metavar="CONDITION",
    help='An event, such as "amortised_cost > 5e7 USD". Repeatable. Without one, that of [resolution].',
)
@click.option(
    "--as", "reading", metavar="READING", help="study: Decide the event as true, known or published: see [resolution]."
)
@given_option()
@pins_option("study: Pin a quantity.")
@sweep_option()
@prior_option("study: State another prior for this run")
@as_of_option()
@sampling_options("Number of draws, as in run.", of="study: ")
@click.option("--json", "as_json", is_flag=True, help="Print the probabilities as JSON.")
@compact_option()
def command(
    source: str,
    that: Sequence[str],
    reading: str | None,
    conditions: Sequence[str],
    pins: Sequence[str],
    sweeps: Sequence[str],
    as_of: date | None,
    as_json: bool,
    compact: int | None,
    **settings: Any,
) -> None:
    """Print the probability of events, and of all together.

    A study is run by NAME or path; a saved run is read from its FOLDER. An event on a quantity with rows has a
    probability for each row.
    """
    from mcfrontier.outputs.folder.saved import read_folder
    from mcfrontier.tasks.probability.probability import answer_json, of_folder, of_study

    priors = settings.pop("priors")
    options = given(**settings)
    only = {"set": pins, "sweep": sweeps, "prior": priors, "as-of": as_of, "as": reading, "compact": compact}
    if saved_run(source, [*options, *(option for option, value in only.items() if value)]):
        found = of_folder(read_folder(source), that, conditions)
    else:
        options |= {"set": split_pins(pins, sweeps), "priors": priors, "as_of": as_of}
        if compact:
            from mcfrontier.agent.answers import probability

            show_reply(probability(source, that, given=conditions, reading=reading, page=compact, **options))
            return
        with progress() as steps:
            found = of_study(source, that, conditions, reading, progress=steps, **options)
    for text in found.notes:
        note(text)
    if as_json:
        emit([answer_json(found), "\n"])
    else:
        show(found)


def show(found: Answer) -> None:
    """Print the probability of each event in each row, and of all events together."""
    if found.given:
        say(f"given {' and '.join(found.given)}")
    together = found.together if len({row.that for row in found.events}) > 1 else ()
    several = len({row.reading for row in found.events}) > 1
    heads = [f"{row.reading}: {row.that}" if several else row.that or "" for row in found.events]
    lines = [cells(head, row) for head, row in zip(heads, found.events, strict=True)]
    lines += [cells("all together", row) for row in together]
    show_table(("event", "", "probability", "95 % interval", "MC error", "odds", "draws"), lines, left=(0, 1))


def cells(event: str, row: Row) -> list[str]:
    """The texts of a row."""
    from mcfrontier.core.formatting import amount, spaced
    from mcfrontier.core.kinds import EVENT

    p = row.probability
    ends = " to ".join(EVENT.text(end, "share", p.error) for end in (p.low, p.high))
    error = "" if p.is_bound else amount(p.error, "share", digits=1)
    return [event, spaced(row.row), p.text(), ends, error, odds_text(p.odds), f"{p.hits:,} of {p.draws:,}"]


def odds_text(odds: float) -> str:
    """Odds against 1, the larger number first where they are above 1; "–" where they are not finite, or 0."""
    if not 0 < odds < math.inf:
        return "–"
    return f"{odds:.3g} : 1" if odds >= 1 else f"1 : {1 / odds:.3g}"
