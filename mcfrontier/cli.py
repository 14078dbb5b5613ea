"""The command line: words in, files and tables out. It computes nothing.

The floors below are imported inside the commands, so that --help is quick.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import math
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcfrontier import __version__
from mcfrontier.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from mcfrontier.engine import Keeper
    from mcfrontier.priors import Prior
    from mcfrontier.results import Run
    from mcfrontier.study import Study


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. What the user got wrong is one line on standard error and exit 2; a fault of ours
    keeps its traceback."""
    gc.disable()  # a command's cycles are few, and looking for them costs a tenth of its imports
    try:
        with contextlib.suppress(AttributeError):  # a stream that was replaced may not know the call
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
            sys.stderr.reconfigure(encoding="utf-8", errors="replace")
        commands.main(arguments, prog_name="python -m mcfrontier", standalone_mode=False)
        sys.stdout.flush()
    except InputError as problem:
        refuse(str(problem))
    except click.ClickException as problem:
        refuse(" ".join(problem.format_message().split()))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except OSError as problem:
        if problem.errno not in (errno.EPIPE, errno.ENOSPC):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if problem.errno == errno.EPIPE:  # the reader of the pipe has had enough
            sys.exit(141)
        refuse(f"standard output cannot be written: {problem.strerror}")
    finally:
        gc.freeze()  # Python's end looks for cycles once more, for as long as a tenth of a run, and nobody needs it


def refuse(message: str) -> None:
    """End with a message about what was stated."""
    print(f"mcfrontier: {' '.join(message.splitlines())}", file=sys.stderr)
    sys.exit(2)


@click.group(invoke_without_command=True, context_settings={"max_content_width": 110})
@click.version_option(__version__, message="mcfrontier %(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Monte Carlo uncertainty of what frontier AI models take and cost."""
    if context.invoked_subcommand is None:
        print(context.get_help())


def whole_number(text: str) -> int:
    """A count, which may be written as 1e6."""
    try:
        number = float(text.replace("_", "").replace(",", ""))
        if number == int(number):
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise click.BadParameter(f"{text} is no whole number")


def share(text: str) -> float:
    """A share, written as 1% or 0.01."""
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"{text} is no share; write it as 1% or 0.01") from None


@commands.command()
@click.argument("name", metavar="NAME|PATH")
@click.option(
    "--draws",
    type=whole_number,
    metavar="COUNT",
    help="A power of two for Sobol.  [default: 131072, or less]",
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
@click.option("--exact", is_flag=True, help="Of many draws, make the percentiles exact by a second pass.")
@click.option("--engine", metavar="[local|threads|processes|dask]", help="Who works on many draws.  [default: local]")
@click.option("--workers", type=int, help="How many, of an engine that has several.  [default: as many as processors]")
@click.option("--scheduler", metavar="ADDRESS", help="A dask scheduler.  [default: one that is started here]")
@click.option("--resume", is_flag=True, help="Go on with a stopped run of many draws, from its unfinished.npz.")
@click.option("--point", is_flag=True, help="Evaluate once, at the central values; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print percentiles as JSON, for a pipe.")
@click.option("--quiet", is_flag=True, help="Print no table.")
def run(
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
    exact: bool,
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

    asked = {"draws": draws, "seed": seed, "sampler": sampler, "precision": precision, "method": method}
    loaded = study.load(name, targets=targets or None, set=split_pins(pins))
    if point:
        given = {"--out": out, "--draws": draws, "--save-draws": save_draws, "--sampler": sampler, "--seed": seed}
        given |= {"--exact": exact, "--engine": engine, "--scheduler": scheduler, "--resume": resume}
        given |= {"--precision": precision, "--method": method, "--workers": workers, "--no-report": no_report}
        for option in (option for option, value in given.items() if value not in (None, False)):
            raise InputError(f"{option}: --point draws nothing and writes nothing; leave one of them out")
        show_point(loaded, as_json)
        return
    folder = outputs.check_folder(Path("reports") / loaded.name if out is None else out)
    before = {path.name for path in folder.glob("*")} - {KEPT}
    if resume and not (folder / KEPT).exists():
        note(f"nothing to go on with: there is no {KEPT} in {folder}; begun anew")
    keeper = Keeper(folder / KEPT, resume)
    who = Engine(engine or "local", workers, scheduler, keeper)
    with progress() as steps, stopped(keeper):
        chosen = {word: value for word, value in asked.items() if value is not None}
        done = study.run(loaded, **chosen, exact=exact, engine=who, progress=steps)
        for told in done.notes:
            note(told)
        files = outputs.write(done, folder, report=not no_report, save_draws=save_draws, progress=steps)
    if done.counted is not None:
        keeper.end(done.counted.tally.job)
    else:
        given = {"--exact": exact, "--engine": engine, "--workers": workers, "--resume": resume}
        for option in (option for option, value in given.items() if value):
            note(f"{option}: {done.sampler.draws:,} draws are all kept, and worked out here")
    if not any(file.name.startswith("draws.") for file in files):
        note("the draws are left out, being many; --save-draws writes them")
    for gone in sorted(before - {path.name for path in folder.glob("*")}):
        note(f"{folder / gone} of an earlier run is taken away, since this one left it out")
    if as_json:
        print(outputs.percentiles_json(done))
    elif not quiet:
        show_table(summary_table(done))
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
    """Print every quantity at the central values of the inputs."""
    from rich.table import Table

    from mcfrontier.outputs.point import point, point_json
    from mcfrontier.wording import amount, label

    for told in loaded.notes:
        note(told)
    found = point(loaded)
    for name in loaded.targets:
        if found[name].get("value", 0) is None:
            note(f"{name}: no figure at the central values; look for a division by zero")
    if as_json:
        print(point_json(loaded))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{loaded.title}, at the central values")
    table.add_column("", justify="right")
    for name in loaded.targets:
        told = found[name]
        rows = {"": told["value"]} if "value" in told else dict(zip(told["labels"], told["values"], strict=True))
        for row, value in rows.items():
            if value is not None:
                table.add_row(label(name) + (f" [{row}]" if row else ""), amount(value, told["unit"]))
    show_table(table)


def note(told: str) -> None:
    """Tell what is worth knowing, out of the way of a pipe."""
    print(f"note: {told}", file=sys.stderr)


def split_pins(texts: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE, taken apart."""
    pins: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise InputError(f"--set {text}: write NAME=VALUE, such as gpu_price=15000")
        if name in pins:
            raise InputError(f"--set {text}: {name} is set twice; set it once")
        pins[name] = value
    return pins


@contextlib.contextmanager
def progress() -> Iterator:
    """A way to go through steps that shows a bar on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda steps, _: steps
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:

        def advance(steps: Sequence, told: str) -> Iterable:
            task = bar.add_task(told, total=len(steps))
            for step in steps:
                yield step
                bar.advance(task)

        yield advance


def summary_table(done: Run) -> Table:
    """The targets with their quantiles and the error of the median."""
    from rich.table import Table

    from mcfrontier.wording import amount, label

    table = Table(box=None, pad_edge=False, title=None)
    for heading in (done.study.title, "p5", "p50", "p95"):
        table.add_column(heading, justify="left" if heading == done.study.title else "right", no_wrap=True)
    table.add_column("MC error of p50", justify="right", no_wrap=True)
    for row in (row for row in done.rows_of(done.study.targets) if row not in done.missing):
        unit, values, errors = done.summary[row]
        cells = [amount(values[word], unit, errors[word]) for word in ("p5", "p50", "p95")]
        table.add_row(label(row), *cells, amount(errors["p50"], unit, digits=1))
    return table


def show_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or as it needs to be in a pipe."""
    from rich.console import Console

    # a narrow terminal folds the lines itself; figures cut short would mislead
    width = max(100, Console().width) if sys.stdout.isatty() else 1000
    Console(width=width, markup=False).print(table)


@commands.command()
@click.argument("ids", nargs=-1, metavar="[ID...]")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, for a pipe.")
@click.option("--out", metavar="FOLDER", help="Write reproduce.pdf into this folder as well.")
def reproduce(ids: Sequence[str], as_json: bool, out: str | None) -> None:
    """Compare published figures with ours: all of them, or those of the systems named, such as L1 or T4.

    Ends with 1 if one disagrees and nothing says why.
    """
    from rich.table import Table

    from mcfrontier import outputs
    from mcfrontier import reproduce as published
    from mcfrontier.outputs.reproduction import cells, rows_json, tally, write_pdf

    folder = None if out is None else outputs.check_folder(out)
    with progress() as steps:
        rows = published.reproduce(ids, progress=steps)
    if as_json:
        print(rows_json(rows))
    else:
        table = Table(box=None, pad_edge=False)
        for heading in ("", "question", "document", "ours", "ratio", "verdict"):
            table.add_column(heading, justify="right" if heading in ("document", "ours", "ratio") else "left")
        for row in rows:
            table.add_row(*cells(row))
        show_table(table)
        print(tally(rows))
    if folder:
        written = write_pdf(rows, folder)
        if not as_json:
            print(f"in {folder}: {written.name}")
    if not all(row.agrees for row in rows):
        sys.exit(1)


@commands.command("list")
def list_studies() -> None:
    """List the studies that can be run by name."""
    from rich.table import Table

    from mcfrontier import files, priors

    table = Table(box=None, pad_edge=False, show_header=False)
    broken = []
    for name, path in files.runnable().items():
        try:
            words = priors.load(name).words
            table.add_row(name, words.title, words.question, files.shown(path))
        except InputError as problem:
            broken.append(str(problem))
    show_table(table)
    if broken:
        refuse(" | ".join(broken))


@commands.command()
@click.argument("name", metavar="NAME|PATH")
def show(name: str) -> None:
    """Show what a study believes: its inputs with units and sources, and what needs what."""
    from mcfrontier import study

    loaded = study.load(name)
    print(f"{loaded.title} ({loaded.page.where})")
    for told in (loaded.page.words.question, loaded.page.words.about):
        if told:
            print(told)
    print("\nInputs: family, p5 / p50 / p95, unit; where they are stated")
    for prior in loaded.inputs.values():
        show_input(prior)
    if loaded.beliefs:
        print("\nBeside the inputs")
        for what, told in loaded.beliefs:
            print(f"\n  {what}: {told}")
    print("\nNodes in the order they are evaluated, the targets marked with a star")
    for each in loaded.order:
        node = loaded.nodes[each]
        print(f"\n  {each}{' *' if each in loaded.targets else ''} = {node.formula}  [{node.unit}]")
        print(f"      {node.about} {node.remarks}".rstrip())


def show_input(prior: Prior) -> None:
    """An input with its distribution, unit, source and note."""
    from mcfrontier.mixtures import remark
    from mcfrontier.wording import amount

    entry = prior.entry
    for label, row, guess in zip(prior.labels or ("",), prior.distributions, prior.bests, strict=True):
        if math.isnan(row.median):  # missing by design
            continue
        levels = (0.5,) if prior.known else (0.05, 0.5, 0.95)
        digits = 8 if prior.known else 3
        told = " / ".join(amount(float(row.quantile(p)), entry.unit, digits=digits) for p in levels)
        best = "" if guess is None else f", best {amount(guess, entry.unit)}"
        name = prior.name + (f"[{label}]" if label else "")
        print(f"\n  {name}: {entry.__struct_config__.tag} {told}{best}  [{entry.unit}; {prior.where}]")
    if told := remark(entry):
        print(f"      {told}")
    print(f"      source: {entry.source}")
    if entry.note:
        print(f"      note: {entry.note}")


@commands.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
def check(paths: Sequence[str]) -> None:
    """Check priors files: every one that can be named, or those given by name, path or folder."""
    from mcfrontier import checks, files, graph, model, priors, reproduce, study

    nodes = graph.nodes_of(model)
    names = [file for path in paths for file in files_of(path)]
    names = names or [*files.studies(), *map(str, files.documents())]
    failed = 0
    for name in names:
        try:
            if files.DOCUMENTS in Path(name).parts:
                print(f"ok  {files.shown(Path(name))}  (published figures, {len(reproduce.read_one(Path(name)))} rows)")
                continue
            page = priors.load(name)
            kind = "study" if page.words.targets else "part, for extends"
            if page.words.targets:
                study.load(name)
            else:
                checks.check_units(page, nodes)
            print(f"ok  {page.where}  ({kind}, {len(page.priors)} entries)")
        except InputError as problem:
            failed += 1
            print(f"mcfrontier: {problem}", file=sys.stderr)
    if failed:
        sys.exit(2)


def files_of(path: str) -> list[str]:
    """The priors files below a folder, or the name or file itself."""
    if not Path(path).is_dir():
        return [path]
    files = sorted(str(file) for file in Path(path).rglob("*.toml"))
    if not files:
        raise InputError(f"{path}: no priors file in this folder")
    return files
