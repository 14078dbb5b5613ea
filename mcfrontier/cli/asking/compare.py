"""python -m mcfrontier compare"""

from __future__ import annotations

from collections.abc import Sequence
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
    say,
    show_table,
    split_pins,
    targets_option,
)
from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.tasks.compare.comparison import Comparison
    from mcfrontier.tasks.compare.pairs import Pair

MAX_WATERFALLS = 4  # waterfalls of a pair that are printed
MAX_COMPACT_ROWS = 40  # rows of a pair that are printed one by one


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="NAME|PATH...", shell_complete=complete_studies)
@sampling_options("Number of draws of each study.  [default: 16384, or less]")
@pins_option("Pin a quantity in all studies; with one study, compare it with itself so pinned.")
@click.option(
    "--against",
    multiple=True,
    metavar="NAME=VALUE[UNIT]",
    help="Pin a quantity in the first study, where one study is compared with itself as pinned by --set. Repeatable.",
)
@prior_option("State another prior in all studies, as --set does")
@targets_option("Quantity to compare. Repeatable.  [default: the common targets]")
@as_of_option()
@given_option()
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@compact_option()
@click.option("--out", metavar="FOLDER", help="Also write comparison.json and comparison.pdf into this folder.")
def command(
    studies: Sequence[str],
    pins: Sequence[str],
    conditions: Sequence[str],
    against: Sequence[str],
    targets: Sequence[str],
    as_json: bool,
    compact: int | None,
    out: str | None,
    **settings: Any,
) -> None:
    """Compare studies on common draws and attribute differences.

    The first study is compared with each of the rest, or, with --set, with itself once quantities are pinned, or, with
    --as-of, with itself as of a day.
    """
    from mcfrontier.outputs.report.typeset import pdf_folder
    from mcfrontier.tasks.compare.compare import compare
    from mcfrontier.tasks.compare.comparison import comparison_json

    if compact and out is not None:
        raise InputError("--compact: --out writes the whole comparison; leave one of the two out")
    folder = pdf_folder(out)
    options = given(**settings, targets=targets or None)
    options |= {"set": split_pins(pins), "against": split_pins(against), "given": conditions}
    if compact:
        from mcfrontier.agent import answers

        show_reply(answers.compare(*studies, **options, page=compact))
        return
    with progress() as steps:
        found = compare(*studies, progress=steps, **options)
    written = found.write(folder) if folder else []
    for text in found.notes:
        note(text)
    if as_json:
        emit([comparison_json(found), "\n"])
        return
    show(found)
    if written:
        say(f"in {folder}: {', '.join(file.name for file in written)}")


def show(found: Comparison) -> None:
    """Print each pair: its rows, and the waterfalls of its representative rows."""
    from mcfrontier.tasks.compare.page import attributed_rows, compact_rows, headings

    for i, pair in enumerate(found.pairs):
        if i:
            say()
        show_rows(pair)
        compact = compact_rows(pair)
        if 0 < len(compact) <= MAX_COMPACT_ROWS:
            say()
            show_table((f"{headings(pair)[2]} of each row", *pair.names, "difference", "ratio"), compact)
        elif compact:
            say()
            say(f"representative rows of {len(compact)}; --target NAME shows all of a target, --out FOLDER all")
        rows = attributed_rows(pair)
        for row in rows[:MAX_WATERFALLS]:
            say()
            show_waterfall(pair, row)
        if (more := len(rows) - MAX_WATERFALLS) > 0:
            have = "row has" if more == 1 else "rows have"
            say()
            say(f"{more} more {have} a waterfall; --target NAME shows one, --out FOLDER all")


def show_rows(pair: Pair) -> None:
    """Print the rows of a pair, or its representative rows if there are many: sides, difference, ratio, probability."""
    from mcfrontier.core.formatting import label, sentence
    from mcfrontier.tasks.compare.page import full_rows, headings, lines, probability_text

    rows = []
    for row in full_rows(pair):
        rows += [[sentence(label(row))], *([f"  {name}", *cells] for name, *cells in lines(pair, row))]
        rows += [[f"  {text}"]] if (text := probability_text(pair, row)) else []
    show_table(headings(pair), rows)


def show_waterfall(pair: Pair, row: str) -> None:
    """Print the contributions of the differing inputs to the difference of the medians (or probabilities) of a row."""
    from mcfrontier.core.formatting import label
    from mcfrontier.tasks.compare.page import total_cells, waterfall_lines

    statistic = pair.by_row[row].central
    head = (f"Change in the {statistic} of {label(row)}", *pair.names, "change", "±", "factor")
    rows = [*waterfall_lines(pair, row), ["Total", "", "", *total_cells(pair, row)]]
    show_table(head, rows, left=(0, 1, 2), widest=(48, 44, 44))
