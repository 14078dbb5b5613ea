"""python -m mcfrontier run"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from mcfrontier.analysis.conditional import METHODS
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
    registry_option,
    sampling_options,
    say,
    share,
    show_table,
    split_pins,
    sweep_option,
    targets_option,
    warn,
    whole_number,
)
from mcfrontier.core.errors import InputError
from mcfrontier.sampling.engine import ENGINES

if TYPE_CHECKING:
    from pathlib import Path

    from mcfrontier.runs.core import RunCore
    from mcfrontier.sampling.engine.checkpoint import Checkpoint
    from mcfrontier.study.study import Study


@click.command()
@click.argument("name", metavar="NAME|PATH", shell_complete=complete_studies)
@sampling_options("Number of draws; for Sobol rounded up to a power of two.  [default: 131072, or less]")
@click.option(
    "--precision",
    type=share,
    metavar="SHARE",
    help="Double the draws until the relative error of p5, p50 and p95 of the headlines is this small, such as 1%.",
)
@pins_option()
@sweep_option()
@prior_option()
@as_of_option()
@given_option()
@click.option("--table", metavar="FILE", help="CSV file to read in place of the table of the study.")
@targets_option("Quantity to evaluate instead of the targets of the study. Repeatable.")
@click.option("--out", metavar="FOLDER", help="Folder of the run.  [default: reports/NAME]")
@click.option("--no-report", is_flag=True, help="Make neither the PDF report nor its page.")
@click.option("--no-page", is_flag=True, help="Do not make the page, report.html.")
@click.option("--save-draws", is_flag=True, help="Write the draws however many there are.")
@click.option(
    "--draws-as",
    type=click.Choice(("float64", "float32")),
    help="Type of the numbers in the file of the draws; writes it however many there are.  [default: float64]",
)
@click.option("--no-draws", is_flag=True, help="Do not write the draws.")
@registry_option(
    "--method",
    registry=METHODS,
    help="Estimator of percentiles; auto integrates an input out where that has a smaller error.  [default: auto]",
)
@click.option(
    "--points",
    type=whole_number,
    metavar="COUNT",
    help="Points of the Sobol' indices and Shapley shares in the report.  [default: a 64th of the draws]",
)
@registry_option(
    "--engine",
    registry=ENGINES,
    help="Executor of draws that are not retained in memory.  [default: local]",
)
@click.option("--nested-seed", type=int, help="Seed of the studies that this one refers to.  [default: that of --seed]")
@click.option("--workers", type=int, help="Number of workers of the engine.  [default: number of processors]")
@click.option("--scheduler", metavar="ADDRESS", help="Address of a dask scheduler.  [default: start one here]")
@click.option("--resume", is_flag=True, help="Resume a stopped run of many draws from its unfinished.npz.")
@click.option("--point", is_flag=True, help="Evaluate once, at the central values of the inputs; write nothing.")
@click.option("--all", "all_rows", is_flag=True, help="Print all rows of the targets, not only the headlines.")
@click.option("--json", "as_json", is_flag=True, help="Print the percentiles as JSON.")
@compact_option()
@click.option("--quiet", is_flag=True, help="Print no table.")
def command(
    name: str,
    pins: Sequence[str],
    sweeps: Sequence[str],
    conditions: Sequence[str],
    targets: Sequence[str],
    out: str | None,
    no_report: bool,
    no_page: bool,
    engine: str | None,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    point: bool,
    all_rows: bool,
    as_json: bool,
    compact: int | None,
    quiet: bool,
    **settings: Any,
) -> None:
    """Run a study and write its percentiles, draws and report."""
    from mcfrontier.core.atomic import check_folder
    from mcfrontier.outputs.folder import write
    from mcfrontier.outputs.folder.percentiles import run_json
    from mcfrontier.runs import plausible, recipe
    from mcfrontier.runs.diagnostics import notes
    from mcfrontier.runs.load import load
    from mcfrontier.sampling.engine.engine import Engine

    stated = {word: settings.pop(word) for word in ("as_of", "table", "priors")}
    stated |= {"given": conditions, "set": split_pins(pins, sweeps), "targets": targets or None}
    study = load(name, **stated)
    engine_options = {"--engine": engine, "--workers": workers, "--resume": resume}
    if point:
        options: dict[str, object] = {"--out": out, "--no-report": no_report, "--no-page": no_page}
        options |= {"--scheduler": scheduler, "--given": bool(conditions), "--compact": compact}
        options |= {f"--{word.replace('_', '-')}": value for word, value in settings.items()}
        show_point(study, as_json, options | engine_options)
        return
    saved = draws_form(**{word: settings.pop(word) for word in ("save_draws", "draws_as", "no_draws")})
    folder = check_folder(f"reports/{study.name}" if out is None else out)
    before = {name for name in write.WRITERS if (folder / name).exists()}
    checkpoint = checkpoint_in(folder, resume)
    executor = Engine(engine or "local", workers, scheduler, checkpoint, note)
    with progress() as steps, resumable(checkpoint):
        run = recipe.run(study, **given(**settings), engine=executor, progress=steps)
        for text in notes(run):
            note(text)
        for text in plausible.of_run(run.study):
            warn(text)
        files = write.write(run, folder, not no_report, not no_page, saved, steps)
    if run.counted is not None:
        checkpoint.end(run.counted.accumulator.job)
    note_effects(run, folder, saved, before, [] if run.counted is not None else used(engine_options), not no_report)
    if as_json:
        emit([run_json(run), "\n"])
    elif compact:
        show_compact(run, name, stated | settings, compact)
    elif not quiet:
        show_summary(run, all_rows)
        say(f"in {folder}: {', '.join(file.name for file in files)}")


def show_compact(run: RunCore, name: str, options: Mapping[str, Any], page: int) -> None:
    """Print the targets of a run as a reply, with the command line of the run."""
    from mcfrontier.agent.answers import of_run
    from mcfrontier.agent.reply import command_line

    command = command_line("run", [name], page, **options, no_report=True)
    show_reply(of_run(run, run.rows_of(run.study.targets), page, command))


def draws_form(save_draws: bool, draws_as: str | None, no_draws: bool) -> str:
    """The form in which the draws are written: see `outputs.folder.write.write`."""
    if no_draws and (save_draws or draws_as):
        raise InputError("--no-draws: --save-draws and --draws-as write the draws; leave one of the two out")
    return "none" if no_draws else draws_as or ("float64" if save_draws else "auto")


def check_unused(options: Mapping[str, object]) -> None:
    """Refuse options beside --point."""
    for option in used(options):
        raise InputError(f"{option}: --point samples nothing and writes nothing; leave one of the two out")


def used(options: Mapping[str, object]) -> list[str]:
    """The options that the user gave."""
    return [option for option, value in options.items() if value is not None and value is not False]


def note_effects(
    run: RunCore, folder: Path, saved: str, before: Iterable[str], unused: Iterable[str], report: bool
) -> None:
    """Print notes on unused options, on draws, a report and a page that were not written, and on files of an earlier
    run that were removed from the folder."""
    from mcfrontier.outputs.folder.write import WRITERS, report_problem
    from mcfrontier.outputs.page.size import page_draws

    files = {name for name in WRITERS if (folder / name).exists()}
    for option in unused:
        note(f"{option}: no effect, since all {run.sampler.draws:,} draws are retained in memory")
    if saved == "auto" and not any(name.startswith("draws.") for name in files):
        note("the draws are too many to be written by default; --save-draws writes them")
    if report and "report.pdf" not in files:
        note(report_problem())
    if "report.pdf" in files and not page_draws(run):
        note("report.html: not made, since too many rows of inputs are uncertain for a page")
    for removed in sorted({*before} - files):
        note(f"{folder / removed} of an earlier run was removed, since this run did not write it")


@contextlib.contextmanager
def resumable(checkpoint: Checkpoint) -> Iterator[None]:
    """Print how to resume a run when the user stops it. A file that another run left cannot be resumed by this one."""
    from mcfrontier.core.atomic import stamp

    before = None if checkpoint.resume else stamp(checkpoint.path)
    try:
        yield
    except KeyboardInterrupt:
        if stamp(checkpoint.path) != before:
            note("stopped; the same command with --resume continues from here")
        raise


def checkpoint_in(folder: Path, resume: bool) -> Checkpoint:
    """The checkpoint of a run in a folder, which is read where the run is to be resumed."""
    from mcfrontier.sampling.engine.checkpoint import CHECKPOINT_FILE, Checkpoint

    if resume and not (folder / CHECKPOINT_FILE).exists():
        note(f"nothing to resume: there is no {CHECKPOINT_FILE} in {folder}; starting anew")
    return Checkpoint(folder / CHECKPOINT_FILE, resume, note)


def show_point(study: Study, as_json: bool, options: Mapping[str, object]) -> None:
    """Print the targets at the central values of the inputs; options beside --point are refused."""
    from mcfrontier.core.formatting import amount, label
    from mcfrontier.outputs.folder.point import point_json, point_rows
    from mcfrontier.runs import recipe

    check_unused(options)
    study = recipe.resolved(study)
    for text in study.notes:
        note(text)
    found = point_rows(study)
    for name in study.targets:
        if name in study.rows and name not in found:
            note(f"{name}: not finite at the central values; look for a division by zero")
    if as_json:
        emit([point_json(study), "\n"])
        return
    rows = [[label(row), amount(value, unit)] for row, (value, unit) in found.items()]
    show_table((f"{study.title}, at the central values", ""), rows)


def show_summary(run: RunCore, all_rows: bool) -> None:
    """Print the headlines with p5, p50 and p95 and their errors, and what else fits a screen; or all rows."""
    from mcfrontier.outputs.overview import overview

    tables, hidden = overview(run, all_rows)
    for head, lines in tables.items():
        show_table(head, lines)
    if hidden:
        say(f"{hidden:,} more rows: --all prints them, and percentiles.csv has them")
