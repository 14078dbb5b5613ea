"""python -m mcfrontier solve"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from mcfrontier.cli.terminal import (
    as_of_option,
    complete_studies,
    emit,
    given,
    given_option,
    note,
    pins_option,
    prior_option,
    sampling_options,
    say,
    share,
    show_table,
    split_pins,
)


@click.command()
@click.argument("name", metavar="NAME|PATH", shell_complete=complete_studies)
@click.option("--for", "decide", required=True, metavar="NAME", help="The quantity to solve for.")
@click.option(
    "--so-that",
    "so_that",
    required=True,
    multiple=True,
    metavar="CONDITION",
    help='A condition, such as "amortised_cost < 5e7 USD". Repeatable; all must hold in the same draw.',
)
@click.option(
    "--with",
    "probability",
    type=share,
    metavar="SHARE",
    help="Probability with which the conditions hold.  [default: 50%]",
)
@click.option(
    "--between",
    nargs=2,
    metavar="LOW HIGH",
    help="Range of values to search.  [default: three or six decades around the central value; of a share, 0 to 1]",
)
@pins_option()
@prior_option()
@as_of_option()
@given_option()
@sampling_options("Number of draws, as in run.  [default: 131072, or less]")
@click.option("--json", "as_json", is_flag=True, help="Print the solution as JSON.")
def command(
    name: str,
    decide: str,
    so_that: Sequence[str],
    conditions: Sequence[str],
    pins: Sequence[str],
    as_json: bool,
    **settings: Any,
) -> None:
    """Find the values of a quantity at which conditions hold.

    The conditions hold with a given probability: the largest model for a budget, the days for a deadline, the chips
    for both.
    """
    from mcfrontier.tasks.solve.solution import cells, sentences, solution_json
    from mcfrontier.tasks.solve.solve import solve

    found = solve(name, decide, so_that, set=split_pins(pins), given=conditions, **given(**settings))
    for text in found.notes:
        note(text)
    if as_json:
        emit([solution_json(found), "\n"])
        return
    for text in sentences(found):
        say(text)
    if table := cells(found):
        say()
        show_table(*table)
