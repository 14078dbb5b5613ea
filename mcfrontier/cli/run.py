"""python -m mcfrontier run"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcfrontier.cli.terminal import note, progress, share, show_table, split_pins, whole_number
from mcfrontier.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.engine import Keeper
    from mcfrontier.results import Run
    from mcfrontier.study import Study


@click.command()
@click.argument("name", metavar="NAME|PATH")
@click.option(
    "--draws",
    type=whole_number,
    metavar="COUNT",
    help="For Sobol rounded up to a power of two.  [default: 131072, or less]",
)
@click.option("--seed", type=int, help="The same seed gives the same draws.  [default: 1]")
@click.option("--sampler", metavar="[sobol|lhs|random]", help="How probabilities are drawn.  [default: sobol]")
@click.option(
    "--precision",
    type=share,
    metavar="SHARE",
    help="Double the draws until p5, p50 and p95 of the headlines are known to 1%, say.",
)
@click.option("--set", "pins", multiple=True, metavar="NAME=VALUE[UNIT]", help="Pin a quantity; may be repeated.")
@click.option(
    "--target", "targets", multiple=True, metavar="NAME", help="Ask for this quantity instead; may be repeated."
)
@click.option("--out", metavar="FOLDER", help="The run's own folder.  [default: reports/NAME]")
@click.option("--no-report", is_flag=True, help="Leave out the PDF.")
@click.option("--save-draws", is_flag=True, help="Write the draws however many there are.")
@click.option("--method", metavar="[auto|order]", help="Integrate an input out where that is surer.  [default: auto]")
@click.option("--engine", metavar="[local|threads|processes|dask]", help="Who works on many draws.  [default: local]")
@click.option("--workers", type=int, help="How many, of an engine that has several.  [default: as many as processors]")
@click.option("--scheduler", metavar="ADDRESS", help="A dask scheduler.  [default: one that is started here]")
@click.option("--resume", is_flag=True, help="Go on with a stopped run of many draws, from its unfinished.npz.")
@click.option("--point", is_flag=True, help="Evaluate once, at the central values; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print percentiles as JSON, for a pipe.")
@click.option("--quiet", is_flag=True, help="Print no table.")
def command(
    name: str,
    draws: int | None,
    seed: int | None,
    sampler: str | None,
    precision: float | None,
    pins: Sequence[str],
    targets: Sequence[str],
    out: str | None,
    no_report: bool,
    save_draws: bool,
    method: str | None,
    engine: str | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    point: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a study and write its percentiles, its draws and its report."""
    from mcfrontier import outputs, study
    from mcfrontier.engine import KEPT, Engine, Keeper
    from mcfrontier.writing import check_folder

    asked = {"draws": draws, "seed": seed, "sampler": sampler, "precision": precision, "method": method}
    loaded = study.load(name, targets=targets or None, set=split_pins(pins))
    if point:
        given = {"--out": out, "--draws": draws, "--save-draws": save_draws, "--sampler": sampler, "--seed": seed}
        given |= {"--engine": engine, "--scheduler": scheduler, "--resume": resume}
        given |= {"--precision": precision, "--method": method, "--workers": workers, "--no-report": no_report}
        for option in (option for option, value in given.items() if value not in (None, False)):
            raise InputError(f"{option}: --point draws nothing and writes nothing; leave one of them out")
        show_point(loaded, as_json)
        return
    folder = check_folder(Path("reports") / loaded.name if out is None else out)
    before = {path.name for path in folder.glob("*")} - {KEPT}
    if resume and not (folder / KEPT).exists():
        note(f"nothing to go on with: there is no {KEPT} in {folder}; begun anew")
    keeper = Keeper(folder / KEPT, resume, note)
    who = Engine(engine or "local", workers, scheduler, keeper)
    with progress() as steps, stopped(keeper):
        chosen = {word: value for word, value in asked.items() if value is not None}
        done = study.run(loaded, **chosen, engine=who, progress=steps)
        for told in done.notes:
            note(told)
        files = outputs.write(done, folder, report=not no_report, save_draws=save_draws, progress=steps)
    if done.counted is not None:
        keeper.end(done.counted.tally.job)
    else:
        given = {"--engine": engine, "--workers": workers, "--resume": resume}
        for option in (option for option, value in given.items() if value):
            note(f"{option}: {done.sampler.draws:,} draws are all kept, and worked out here")
    if not any(file.name.startswith("draws.") for file in files):
        note("the draws are left out, being many; --save-draws writes them")
    for gone in sorted(before - {path.name for path in folder.glob("*")}):
        note(f"{folder / gone} of an earlier run is taken away, since this one left it out")
    if as_json:
        print(outputs.percentiles_json(done))
    elif not quiet:
        show_summary(done)
        print(f"in {folder}: {', '.join(file.name for file in files)}")


@contextlib.contextmanager
def stopped(keeper: Keeper) -> Iterator[None]:
    """Tell whoever stops a run how to go on with it."""
    try:
        yield
    except KeyboardInterrupt:
        if keeper.path.exists():
            note("stopped; the same command with --resume goes on from where it was")
        raise


def show_point(loaded: Study, as_json: bool) -> None:
    """Print the targets at the central values of the inputs."""
    from mcfrontier.outputs.point import point_json, point_rows
    from mcfrontier.wording import amount, label

    for told in loaded.notes:
        note(told)
    found = point_rows(loaded)
    for name in loaded.targets:
        if name in loaded.rows and name not in found:
            note(f"{name}: no figure at the central values; look for a division by zero")
    if as_json:
        print(point_json(loaded))
        return
    rows = [[label(row), amount(value, unit)] for row, (value, unit) in found.items()]
    show_table((f"{loaded.title}, at the central values", ""), rows)


def show_summary(done: Run) -> None:
    """Print the targets with their quantiles and the error of the median, and the events among them with their
    probabilities."""
    from mcfrontier.wording import amount, label, probability

    quantiles, probabilities = [], []
    for row in (row for row in done.rows_of(done.study.targets) if row not in done.missing):
        unit, values, errors = done.summary[row]
        if done.is_event(row):
            told = probability(values["mean"], errors["mean"])
            probabilities.append([label(row), told, amount(errors["mean"], unit, digits=1)])
        else:
            cells = [amount(values[word], unit, errors[word]) for word in ("p5", "p50", "p95")]
            quantiles.append([label(row), *cells, amount(errors["p50"], unit, digits=1)])
    if quantiles:
        show_table((done.study.title, "p5", "p50", "p95", "MC error of p50"), quantiles)
    if probabilities:
        show_table(("Event" if quantiles else done.study.title, "probability", "MC error"), probabilities)
