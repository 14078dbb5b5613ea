"""Messages, tables, progress bars and options that several commands have."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, TypeVar

import click

from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import echo, message_line, one_line, printable
from mcfrontier.core.progress import Progress, silent
from mcfrontier.sampling import SAMPLERS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = TypeVar("Command", bound=Callable[..., Any])


class RegistryOption(click.Option):
    """An option whose value is a name in a registry of the layers below, which its help lists."""

    def __init__(self, *arguments: Any, registry: Collection[str], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.registry = registry

    def make_metavar(self, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.registry)}]"


def registry_option(*names: str, registry: Collection[str], **settings: Any) -> Callable[[Command], Command]:
    """An option whose value is a name in a registry."""
    return click.option(*names, cls=RegistryOption, registry=registry, **settings)


def sampling_options(draws_help: str, of: str = "") -> Callable[[Command], Command]:
    """--draws, --seed and --sampler; `of` begins their help."""
    draws = click.option("--draws", type=whole_number, metavar="COUNT", help=f"{of}{draws_help}")
    seed = click.option("--seed", type=int, help=f"{of}Seed of the draws.  [default: 1]")
    text = f"{of}Sampling method.  [default: sobol]"
    sampler = registry_option("--sampler", registry=SAMPLERS, help=text)
    return lambda command: draws(seed(sampler(command)))


def pins_option(help: str = "Pin a quantity.") -> Callable[[Command], Command]:
    """--set, repeatable."""
    return click.option(
        "--set",
        "pins",
        multiple=True,
        metavar="NAME=VALUE[UNIT]",
        help=f"{help} Repeatable.",
        shell_complete=complete_quantities,
    )


def sweep_option() -> Callable[[Command], Command]:
    """--sweep, repeatable."""
    return click.option(
        "--sweep",
        "sweeps",
        multiple=True,
        metavar="NAME=LOW..HIGH:POINTS",
        help="Set a quantity to several values, such as mfu=0.25..0.55:13; --set mfu=0.3,0.4 lists them. Repeatable.",
    )


def prior_option(help: str = "State another prior for this run") -> Callable[[Command], Command]:
    """--prior, repeatable: None without one."""
    text = f'{help}, such as "gpu_price = 9k..20k USD/chip". Repeatable.'
    settings: dict[str, Any] = {"multiple": True, "metavar": "NAME=BELIEF", "help": text}
    return click.option("--prior", "priors", callback=lambda *given: split_beliefs(given[2]), **settings)


def as_of_option() -> Callable[[Command], Command]:
    """--as-of."""
    return click.option("--as-of", type=day, metavar="DATE", help="Day as of which tables of facts are read.")


def targets_option(help: str) -> Callable[[Command], Command]:
    """--target, repeatable."""
    return click.option(
        "--target", "targets", multiple=True, metavar="NAME", help=help, shell_complete=complete_quantities
    )


def given_option() -> Callable[[Command], Command]:
    """--given, repeatable."""
    return click.option(
        "--given",
        "conditions",
        multiple=True,
        metavar="CONDITION",
        help='Condition that the draws must meet, such as "energy > 40 GWh". Repeatable.',
    )


def complete_studies(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The studies whose names begin so, for a shell; or files, where there are none."""
    from click.shell_completion import CompletionItem

    from mcfrontier.study import locate

    found = [CompletionItem(name) for name in locate.runnable() if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def complete_quantities(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The quantities, of the study or the saved run on the command line, whose names begin so."""
    from mcfrontier.outputs.folder.saved import is_run, read_folder
    from mcfrontier.runs.load import load

    stated = [value for key in ("name", "source", "folder", "studies") if (value := context.params.get(key))]
    stated += context.args  # not parsed, after an option without a value yet
    try:
        source = str(stated[0] if isinstance(stated[0], str) else stated[0][0])
        names = read_folder(source).quantities if is_run(source) else load(source).quantities
    except (InputError, IndexError):  # there is nothing to complete yet
        return []
    ending = "=" if parameter.name == "pins" else ""
    return [f"{name}{ending}" for name in names if name.startswith(incomplete)]


def saved_run(source: str, options: Iterable[str]) -> bool:
    """Whether an argument names a saved run, and not a study. `options` are those that only a study takes, and that
    were given: they are refused of a saved run."""
    from mcfrontier.outputs.folder.saved import is_run
    from mcfrontier.study import locate

    if source in locate.studies() or not (is_run(source) or is_no_study(source)):
        return False
    for option in options:
        raise InputError(f"--{option}: {echo(source)} is a saved run; leave the option out, or name the study")
    return True


def is_no_study(source: str) -> bool:
    """Whether a path cannot be that of a study, so that it must be that of a run."""
    path = Path(source)
    if os.path.isdir(source):  # unlike the methods of Path, this never raises
        return not any(path.glob("*.toml"))
    return len(path.parts) > 1 and path.suffix != ".toml" and not os.path.exists(f"{source}.toml")


def say(text: str = "") -> None:
    """Print one line on standard output."""
    print(one_line(text))


def emit(pieces: Iterable[str]) -> None:
    """Print the pieces of a text of several lines, such as JSON or CSV, on standard output."""
    sys.stdout.writelines(map(printable, pieces))


def fail(message: str) -> NoReturn:
    """Exit with status 2 and a message of one line."""
    report(message)
    sys.exit(2)


def report(message: str) -> None:
    """Print the message of an error on standard error."""
    print_message(f"mcfrontier: {message}")


def note(text: str) -> None:
    """Print a note on standard error."""
    print_message(f"note: {text}")


def warn(text: str) -> None:
    """Print a warning on standard error."""
    print_message(f"warning: {text}")


def info(text: str) -> None:
    """Print information on standard error."""
    print_message(f"info: {text}")


def print_message(text: str) -> None:
    """Print a line on standard error, if that can be written."""
    try:
        print(message_line(text), file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def discard(stream: TextIO) -> None:
    """Redirect a stream to the null device, so that Python writes nothing to it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def given(**options: Any) -> dict[str, Any]:
    """The options that have a value: keyword arguments of a call with defaults of its own."""
    return {name: value for name, value in options.items() if value is not None}


def show_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], left: Container[int] = (0,), widest: Sequence[int] = ()
) -> None:
    """Print a table: `left` are the columns that are aligned to the left, `widest` the maximum widths of the first
    columns. In a terminal that is too narrow for its longest words, print a paragraph for each row instead."""
    from rich.console import Console
    from rich.table import Table

    from mcfrontier.core.text.columns import MAX_WIDTH, column_widths

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would exit with 1, which is a result of some commands

    columns = Console().width if sys.stdout.isatty() else MAX_WIDTH
    lines = [[*map(one_line, row)] for row in rows]
    heads = [*map(one_line, head)] or [""] * max(map(len, lines), default=0)
    if not heads:
        return
    widths = column_widths([heads, *lines], widest, columns)
    if not widths:
        sys.stdout.writelines(f"{line}\n" for line in paragraphs(heads, lines, columns))
        return
    table = Table(box=None, pad_edge=False, show_header=bool(head))
    for i, (heading, width) in enumerate(zip(heads, widths, strict=True)):
        # a cell that is too wide is folded, since a truncated number would mislead
        table.add_column(heading, justify="left" if i in left else "right", overflow="fold", width=width)
    for line in lines:
        table.add_row(*line)
    Output(width=columns, markup=False, emoji=False).print(table)


def paragraphs(heads: Sequence[str], lines: Iterable[Sequence[str]], columns: int) -> Iterator[str]:
    """The rows of a table as paragraphs: the first cell, and each other one after the head of its column."""
    from textwrap import wrap

    for first, *cells in ([heads[0]], *lines):
        rest = "; ".join(f"{head} {cell}".strip() for head, cell in zip(heads[1:], cells, strict=False) if cell.strip())
        text = f"{first.strip()}: {rest}" if first.strip() and rest else first.strip() or rest
        yield from wrap(text, columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:

        def advance(steps: Sequence[Any], title: str) -> Iterable[Any]:
            task = bar.add_task(title, total=len(steps))
            for step in steps:
                yield step
                bar.advance(task)

        yield advance


def whole_number(text: str) -> int:
    """Parse a count, which may be written as 1e6."""
    try:
        number = float(text.replace("_", "").replace(",", ""))
        if number == int(number):
            return int(number)
    except (ValueError, OverflowError):
        pass
    raise click.BadParameter(f"{echo(text)} is not a whole number; write it as 4096 or 1e6")


def day(text: str) -> date:
    """Parse a day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{echo(text)} is not a day; write it as 2025-06-30") from None


def share(text: str) -> float:
    """Parse a share, written as 1% or 0.01."""
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"{echo(text)} is not a share; write it as 1% or 0.01") from None
    if not 0 < number < 1:
        correction = f"{text}%" if 1 <= number < 100 and not text.endswith("%") else "1% or 0.01"
        raise click.BadParameter(f"{echo(text)} is not a share above 0% and below 100%; write it as {correction}")
    return number


def percents(text: str) -> list[float]:
    """Parse percents such as 2.5,50,97.5 into quantile levels."""
    levels = []
    for each in text.split(","):
        try:
            level = float(each.strip().removesuffix("%")) / 100
        except ValueError:
            level = 0.0
        if not 0 < level < 1:
            message = (
                f"{echo(each.strip() or 'nothing')} is not a percent above 0 and below 100; write them as 2.5,50,97.5"
            )
            raise InputError(f"--quantiles {echo(text)}: {message}")
        levels.append(level)
    if max(levels) < 0.01:
        note(f"--quantiles {echo(text)}: these are percents, all below 1; for 5 % write 5, not 0.05")
    return levels


def split_beliefs(texts: Sequence[str]) -> dict[str, str] | None:
    """Split texts such as NAME = BELIEF into a mapping, if there are any."""
    beliefs: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise InputError(f'--prior {echo(text)}: write NAME = BELIEF, such as "gpu_price = 9k..20k USD/chip"')
        if name in beliefs:
            raise InputError(f"--prior {echo(text)}: {echo(name)} has two priors; state one")
        beliefs[name] = value
    return beliefs or None


def split_pins(texts: Sequence[str], sweeps: Sequence[str] = ()) -> dict[str, str]:
    """Split texts such as NAME=VALUE into a mapping."""
    pins: dict[str, str] = {}
    for option, text in (*(("set", text) for text in texts), *(("sweep", text) for text in sweeps)):
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            example = "NAME=VALUE, such as gpu_price=15000"
            example = "NAME=LOW..HIGH:POINTS, such as mfu=0.25..0.55:13" if option == "sweep" else example
            raise InputError(f"--{option} {echo(text)}: write {example}")
        if option == "sweep" and "," not in value and ".." not in value:
            raise InputError(f"--sweep {echo(text)}: one value; write several, such as mfu=0.25..0.55:13, or use --set")
        if name in pins:
            raise InputError(f"--{option} {echo(text)}: {echo(name)} is set twice; set it once")
        pins[name] = value
    return pins
