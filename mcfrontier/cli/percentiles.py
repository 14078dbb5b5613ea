"""python -m mcfrontier percentiles"""

from __future__ import annotations

import math
import sys
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import note, percents, progress, show_table, split_pins, whole_number
from mcfrontier.errors import InputError, suggest

if TYPE_CHECKING:
    from mcfrontier.results import Run, Summary

FORMATS = ("table", "csv", "json")
QUANTILES = "1,5,25,50,75,95,99"


@click.command()
@click.argument("source", metavar="NAME|FOLDER")
@click.argument("quantities", nargs=-1, metavar="[QUANTITY...]")
@click.option("--quantiles", default=QUANTILES, show_default=True, metavar="PERCENTS", help="Which; 2.5 is one, too.")
@click.option(
    "--format", "form", default="table", show_default=True, metavar="[table|csv|json]", help="The form of it."
)
@click.option("--draws", type=whole_number, metavar="COUNT", help="Of a study, as run has it.")
@click.option("--seed", type=int, help="Of a study, as run has it.")
@click.option("--sampler", metavar="[sobol|lhs|random]", help="Of a study, as run has it.")
@click.option("--set", "pins", multiple=True, metavar="NAME=VALUE[UNIT]", help="Pin a quantity; may be repeated.")
def command(
    source: str,
    quantities: Sequence[str],
    quantiles: str,
    form: str,
    draws: int | None,
    seed: int | None,
    sampler: str | None,
    pins: Sequence[str],
) -> None:
    """Print percentiles of a study, or of a finished run in its folder, with their Monte Carlo errors.

    Of any QUANTITY, input or result, such as energy or gpu_price[A100]; of the targets if none is named.
    """
    levels = percents(quantiles)
    if form not in FORMATS:
        raise InputError(f"--format {form}: unknown format{suggest(form, FORMATS)}")
    from mcfrontier import files
    from mcfrontier.finished import finished, is_run, owners_of, rows_of, summary_at

    asked = {"draws": draws, "seed": seed, "sampler": sampler}
    asked = {word: value for word, value in asked.items() if value is not None}
    if source not in files.studies() and (is_run(source) or no_study(Path(source))):
        for option in [*asked, *(["set"] if pins else [])]:
            raise InputError(f"--{option}: {source} is a run that is finished; leave it out, or name the study")
        run = finished(source)
        for noted in run.manifest.notes:
            note(noted)
        rows = rows_of(owners_of(run.rows), quantities or run.manifest.targets, source)
    else:
        run = made(source, quantities, asked, split_pins(pins))
        rows = rows_of(owners_of(run.rows), quantities or run.study.targets, source)
    from mcfrontier.outputs.percentiles import percentiles_csv, percentiles_json

    told = {row: summary_at(run, row, levels) for row in rows}
    if form == "table":
        show_told(told, run.unstable)
    else:
        sys.stdout.write(percentiles_csv(run, told) if form == "csv" else percentiles_json(run, told) + "\n")


def no_study(source: Path) -> bool:
    """Whether a path cannot be that of a study, so that a run must be meant."""
    if source.is_dir():
        return not any(source.glob("*.toml"))
    return len(source.parts) > 1 and source.suffix != ".toml" and not Path(f"{source}.toml").exists()


def made(source: str, quantities: Sequence[str], asked: Mapping[str, int | str], pins: Mapping[str, str]) -> Run:
    """A run of a study that has the quantities. What its targets do not need is a target, too, and so is whatever else
    is asked where the draws of targets alone are counted."""
    from mcfrontier import study
    from mcfrontier.finished import owners_of, rows_of
    from mcfrontier.wording import parts

    loaded = study.load(source, set=pins)
    draws = asked.get("draws", loaded.draws)
    there = loaded.quantities if loaded.held(draws) == draws else loaded.targets
    more = [name for name in dict.fromkeys(parts(quantity)[0] for quantity in quantities) if name not in there]
    if more:
        loaded = study.load(source, targets=(*loaded.targets, *more), set=pins)
    rows_of(owners_of(loaded.rows), quantities, source)  # before any work is done
    with progress() as steps:
        done = study.run(loaded, **asked, progress=steps)
    for told in done.notes:
        note(told)
    return done


def show_told(told: Mapping[str, Summary], unstable: Container[str]) -> None:
    """Print the statistics of some rows, each beside its Monte Carlo error; of an event the probability alone. Of some
    the mean is not stable."""
    from mcfrontier.outputs.percentiles import UNSTABLE
    from mcfrontier.wording import amount, label, probability

    rows = []
    known = {row: each for row, each in told.items() if math.isfinite(each.values["mean"])}
    for row, (unit, values, errors) in (known or told).items():  # no cell of a table that is empty by design
        for i, word in enumerate(["probability"] if "probability" in values else values):
            value, error = values[word], errors[word]
            mark = f", {UNSTABLE}" if word in ("mean", "sd") and row in unstable else ""
            shown = probability(value, error) if word == "probability" else amount(value, unit, error)
            rows.append(["" if i else label(row), word + mark, shown, amount(error, unit, digits=1)])
    show_table(("quantity", "", "value", "MC error"), rows, left=(0, 1))
