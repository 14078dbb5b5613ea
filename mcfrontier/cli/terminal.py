"""What commands have in common: what they tell a person or a pipe, and the words they take."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import zip_longest

import click

from mcfrontier.errors import InputError


def refuse(message: str) -> None:
    """End with a message about what was stated."""
    print(f"mcfrontier: {' '.join(message.splitlines())}", file=sys.stderr)
    sys.exit(2)


def note(told: str) -> None:
    """Tell what is worth knowing, out of the way of a pipe."""
    print(f"note: {told}", file=sys.stderr)


def warn(told: str) -> None:
    """Tell what is doubtful, out of the way of a pipe."""
    print(f"warning: {told}", file=sys.stderr)


def show_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], left: Container[int] = (0,), widest: Sequence[int] = ()
) -> None:
    """Print rows under a head, if there is one: as wide as the terminal, or as it needs to be in a pipe. Some columns
    stand to the `left`, all others to the right; the first ones are no wider than `widest`."""
    from rich.console import Console
    from rich.table import Table

    class Output(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich itself would end with 1, which is an answer of some commands

    table = Table(box=None, pad_edge=False, show_header=bool(head))
    for place, (heading, most) in enumerate(zip_longest(head, widest)):
        # a cell that is too wide is folded: figures cut short would mislead
        table.add_column(heading, justify="left" if place in left else "right", overflow="fold", max_width=most)
    for row in rows:
        table.add_row(*row)
    width = max(100, Console().width) if sys.stdout.isatty() else 1000
    Output(width=width, markup=False).print(table)


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
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"{text} is no share; write it as 1% or 0.01") from None
    if not 0 < number < 1:
        mend = f"{text}%" if 1 <= number < 100 and not text.endswith("%") else "1% or 0.01"
        raise click.BadParameter(f"{text} is no share above 0% and below 100%; write it as {mend}")
    return number


def percents(text: str) -> list[float]:
    """Quantiles from percents, 2.5,50,97.5."""
    levels = []
    for each in text.split(","):
        try:
            level = float(each.strip().removesuffix("%")) / 100
        except ValueError:
            level = 0.0
        if not 0 < level < 1:
            told = f"{each.strip() or 'nothing'} is no percent above 0 and below 100; write them as 2.5,50,97.5"
            raise InputError(f"--quantiles {text}: {told}")
        levels.append(level)
    return levels


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
