"""python -m mcfrontier compare"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import note, progress, show_table, split_pins, whole_number

if TYPE_CHECKING:
    from mcfrontier.comparison import Comparison, Pair

MOST = 4  # waterfalls of a pair on a terminal
BRIEF = 40  # rows of a pair on a terminal, where these have a line each


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="NAME|PATH...")
@click.option("--draws", type=whole_number, metavar="COUNT", help="Of each study.  [default: 16384, or less]")
@click.option("--seed", type=int, help="The same seed gives the same draws.  [default: 1]")
@click.option("--sampler", metavar="[sobol|lhs|random]", help="How probabilities are drawn.  [default: sobol]")
@click.option(
    "--set",
    "pins",
    multiple=True,
    metavar="NAME=VALUE[UNIT]",
    help="Pin a quantity: in all studies; of one study alone, to compare it with itself.",
)
@click.option(
    "--target", "targets", multiple=True, metavar="NAME", help="Compare this quantity.  [default: the common targets]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON, for a pipe.")
@click.option("--out", metavar="FOLDER", help="Write comparison.json and comparison.pdf into this folder as well.")
def command(
    studies: Sequence[str],
    draws: int | None,
    seed: int | None,
    sampler: str | None,
    pins: Sequence[str],
    targets: Sequence[str],
    as_json: bool,
    out: str | None,
) -> None:
    """Compare a study with others, or with itself once quantities are set: what differs, and why."""
    from mcfrontier.comparison import compare
    from mcfrontier.outputs.comparison import comparison_json
    from mcfrontier.writing import check_folder

    folder = None if out is None else check_folder(out)
    asked = {"draws": draws, "seed": seed, "sampler": sampler, "targets": targets or None}
    chosen = {word: value for word, value in asked.items() if value is not None}
    with progress() as steps:
        found = compare(*studies, set=split_pins(pins), progress=steps, **chosen)
    written = found.write(folder) if folder else []
    for told in found.notes:
        note(told)
    if as_json:
        print(comparison_json(found))
    else:
        show(found)
    if written and not as_json:
        print(f"in {folder}: {', '.join(file.name for file in written)}")


def show(found: Comparison) -> None:
    """Print each pair: its rows, and what lies behind the first of them."""
    from mcfrontier.outputs.comparison import heads, in_brief, moving

    for i, pair in enumerate(found.pairs):
        if i:
            print()
        show_rows(pair)
        brief = in_brief(pair)
        if 0 < len(brief) <= BRIEF:
            print()
            show_table((f"Each row by its {heads(pair)[2]}", *pair.names, "difference", "ratio"), brief)
        elif brief:
            print(f"\nof {len(brief)} rows the foremost: ask for all of one target with --target, for all with --out")
        told = moving(pair)
        for row in told[:MOST]:
            print()
            show_fall(pair, row)
        if (more := len(told) - MOST) > 0:
            have = "target has" if more == 1 else "targets have"
            print(f"\n{more} more {have} a waterfall: ask for one with --target, for all with --out")


def show_rows(pair: Pair) -> None:
    """Print the rows of a pair, of many the headlines: each side, difference, ratio, probability."""
    from mcfrontier.outputs.comparison import chance, heads, in_full, lines
    from mcfrontier.wording import label, sentence

    rows = []
    for row in in_full(pair):
        rows += [[sentence(label(row))], *([f"  {name}", *cells] for name, *cells in lines(pair, row))]
        rows += [[f"  {likely}"]] if (likely := chance(pair, row)) else []
    show_table(heads(pair), rows)


def show_fall(pair: Pair, row: str) -> None:
    """Print what moves the median of a row, or the probability of an event, from one side to the other."""
    from mcfrontier.outputs.comparison import fall_lines, total
    from mcfrontier.wording import label

    head = (f"What moves the {pair.told[row].central} of {label(row)}", *pair.names, "by", "±", "times")
    rows = [*fall_lines(pair, row), ["Together", "", "", *total(pair, row)]]
    show_table(head, rows, left=(0, 1, 2), widest=(48, 44, 44))
