"""python -m mcfrontier solve"""

from __future__ import annotations

from collections.abc import Sequence

import click

from mcfrontier.cli.terminal import note, share, show_table, split_pins, whole_number


@click.command()
@click.argument("name", metavar="NAME|PATH")
@click.option("--for", "decide", required=True, metavar="NAME", help="The quantity to solve for.")
@click.option(
    "--so-that",
    "conditions",
    required=True,
    multiple=True,
    metavar="CONDITION",
    help='"amortised_cost < 5e7 USD", say; may be repeated, and all must hold at once.',
)
@click.option("--with", "probability", type=share, metavar="SHARE", help="How likely.  [default: 50%]")
@click.option("--between", nargs=2, metavar="LOW HIGH", help="What to try.  [default: far around the central value]")
@click.option("--set", "pins", multiple=True, metavar="NAME=VALUE[UNIT]", help="Pin a quantity; may be repeated.")
@click.option("--draws", type=whole_number, metavar="COUNT", help="As run takes them.  [default: 131072, or less]")
@click.option("--seed", type=int, help="The same seed gives the same draws.  [default: 1]")
@click.option("--sampler", metavar="[sobol|lhs|random]", help="How probabilities are drawn.  [default: sobol]")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON, for a pipe.")
def command(
    name: str,
    decide: str,
    conditions: Sequence[str],
    probability: float | None,
    between: tuple[str, str] | None,
    pins: Sequence[str],
    draws: int | None,
    seed: int | None,
    sampler: str | None,
    as_json: bool,
) -> None:
    """Find the values of a quantity at which conditions hold with a probability.

    The largest model for a budget, the days for a deadline, the chips for both.
    """
    from mcfrontier.outputs.solution import cells, sentences, solution_json
    from mcfrontier.solution import solve

    asked = {"probability": probability, "between": between, "draws": draws, "seed": seed, "sampler": sampler}
    chosen = {word: value for word, value in asked.items() if value is not None}
    found = solve(name, decide, conditions, set=split_pins(pins), **chosen)
    for told in found.notes:
        note(told)
    if as_json:
        print(solution_json(found))
        return
    for told in sentences(found):
        print(told)
    if table := cells(found):
        print()
        show_table(*table)
