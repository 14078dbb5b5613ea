"""python -m mcfrontier percentiles"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from mcfrontier.cli.compact import compact_option, show_reply
from mcfrontier.cli.terminal import (
    as_of_option,
    complete_quantities,
    complete_studies,
    emit,
    given,
    given_option,
    note,
    percents,
    pins_option,
    prior_option,
    progress,
    sampling_options,
    saved_run,
    show_table,
    split_pins,
    sweep_option,
)
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.printable import echo

if TYPE_CHECKING:
    from mcfrontier.outputs.folder.percentiles import Unstable
    from mcfrontier.runs.core import RunCore
    from mcfrontier.runs.summary import Summary

FORMATS = ("table", "csv", "json")
QUANTILES = "1,5,25,50,75,95,99"


@click.command()
@click.argument("source", metavar="NAME|FOLDER", shell_complete=complete_studies)
@click.argument("quantities", nargs=-1, metavar="[QUANTITY...]", shell_complete=complete_quantities)
@click.option(
    "--quantiles", default=QUANTILES, show_default=True, metavar="PERCENTS", help="Percentiles, such as 2.5,50,97.5."
)
@click.option(
    "--format", "form", default="table", show_default=True, metavar=f"[{'|'.join(FORMATS)}]", help="Output format."
)
@sampling_options("Number of draws, as in run.", of="study: ")
@pins_option("study: Pin a quantity.")
@sweep_option()
@prior_option("study: State another prior for this run")
@as_of_option()
@given_option()
@compact_option()
def command(
    source: str,
    quantities: Sequence[str],
    quantiles: str,
    form: str,
    pins: Sequence[str],
    sweeps: Sequence[str],
    as_of: date | None,
    conditions: Sequence[str],
    compact: int | None,
    **settings: Any,
) -> None:
    """Print percentiles of a study or of a saved run.

    A study is run by NAME or path; a saved run is read from its FOLDER. Each QUANTITY is an input or a result, such as
    energy or gpu_price[A100]; by default, the targets. Each statistic has its Monte Carlo error.
    """
    levels = percents(quantiles)
    if form not in FORMATS:
        raise InputError(f"--format {echo(form)}: unknown format{suggest(form, FORMATS)}")
    if compact and (form, quantiles) != (FORMATS[0], QUANTILES):
        raise InputError("--compact: it has p5, p50 and p95 as JSON; leave out --format and --quantiles")
    from mcfrontier.outputs.folder.percentiles import percentiles_csv, percentiles_json
    from mcfrontier.outputs.folder.sample import given_folder
    from mcfrontier.outputs.folder.saved import read_folder, rows_of

    priors = settings.pop("priors")
    options = given(**settings)
    only = {"set": pins, "sweep": sweeps, "prior": priors, "as-of": as_of, "compact": compact}
    if saved_run(source, [*options, *(option for option, value in only.items() if value)]):
        saved = given_folder(read_folder(source), conditions)
        for text in saved.manifest.notes:
            note(text)
        rows = rows_of(saved.rows, quantities or saved.manifest.targets, source)
        summaries = {row: saved.summary_at(row, levels) for row in rows}
        head, unstable, integrated = saved.head, saved.percentiles.unstable, saved.percentiles.integrated
    else:
        stated = {"set": split_pins(pins, sweeps), "priors": priors, "as_of": as_of, "given": conditions}
        if compact:
            from mcfrontier.agent.answers import estimate

            show_reply(estimate(source, quantities, **stated, **options, page=compact))
            return
        run = run_study(source, quantities, options, **stated)
        rows = rows_of(run.rows, quantities or run.study.targets, source)
        summaries, unstable, integrated = summaries_of(run, rows, levels)
        head = run.head
    if form == "table":
        show_summaries(summaries, unstable)
    elif form == "csv":
        emit([percentiles_csv(summaries, unstable)])
    else:
        emit([percentiles_json(head, summaries, unstable, integrated), "\n"])


def summaries_of(
    run: RunCore, rows: Sequence[str], levels: Sequence[float]
) -> tuple[dict[str, Summary], Unstable, dict[str, str]]:
    """The statistics of rows at some levels, which of them are not stable, and the input integrated out of each."""
    from functools import partial

    from mcfrontier.outputs.folder.percentiles import summary_at
    from mcfrontier.runs.diagnostics import unstable_statistics
    from mcfrontier.runs.estimates import integrated, summary
    from mcfrontier.runs.summary import from_draws

    found = {row: summary_at(summary(run)[row], levels, partial(from_draws, run, row)) for row in rows}
    return found, unstable_statistics(run), integrated(run)


def run_study(source: str, quantities: Sequence[str], options: Mapping[str, Any], **stated: Any) -> RunCore:
    """A run of a study that has the quantities."""
    from mcfrontier.outputs.folder.saved import rows_of
    from mcfrontier.runs import recipe
    from mcfrontier.runs.diagnostics import notes
    from mcfrontier.runs.load import with_quantities

    study = with_quantities(source, quantities, options.get("draws"), **stated)
    rows_of(study.rows, quantities, source)  # an unknown row is refused before the run
    with progress() as steps:
        run = recipe.run(study, **options, progress=steps)
    for text in notes(run):
        note(text)
    return run


def show_summaries(summaries: Mapping[str, Summary], unstable: Unstable) -> None:
    """Print the statistics of rows, each with its Monte Carlo error; of an event, the probability only."""
    from mcfrontier.core.formatting import label
    from mcfrontier.outputs.folder.percentiles import UNSTABLE

    lines = []
    known = {row: each for row, each in summaries.items() if math.isfinite(each.values["mean"])}
    for row, found in (known or summaries).items():  # without rows that are missing by design
        for i, word in enumerate(found.kind.statistics_of(tuple(found.values))):
            mark = f", {UNSTABLE}" if word in unstable.get(row, ()) else ""
            lines.append(["" if i else label(row), word + mark, found.text(word), found.error_text(word)])
    show_table(("quantity", "", "value", "MC error"), lines, left=(0, 1))
