"""The command line: parses arguments, calls the layers below and prints their results. It computes nothing.

Each command is the module of its name. It imports the layers below inside its functions, so that --help starts quickly.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from mcfrontier.cli.terminal import discard, fail
from mcfrontier.core import signals
from mcfrontier.core.errors import WRITE_ERRORS, InputError, check_docstrings, suggest
from mcfrontier.core.version import __version__

PROGRAM = "mcfrontier"  # also as python -m mcfrontier
COMMANDS = {  # the only list of commands: name of the command and of its module, and its group in --help
    "new": "Run",
    "import": "Run",
    "run": "Run",
    "list": "Read",
    "show": "Read",
    "preview": "Read",
    "percentiles": "Read",
    "export": "Read",
    "page": "Read",
    "site": "Read",
    "figure": "Read",
    "schema": "Read",
    "explain": "Ask",
    "lineage": "Ask",
    "probability": "Ask",
    "compare": "Ask",
    "crux": "Ask",
    "solve": "Ask",
    "mcp": "Ask",
    "check": "Check",
    "verify": "Check",
    "score": "Check",
    "calibrate": "Check",
    "backtest": "Check",
    "reproduce": "Check",
}
FOLDERS = {"Ask": "asking.", "Check": "checking."}  # of the modules of a group; those of the other groups are here


NAN_WARNINGS = "All-NaN|Mean of empty|Degrees of freedom"  # of numpy in a node: such draws are counted and noted


class ClosedPipe(Exception):
    """The reader of standard output has closed it."""


@contextmanager
def closed_pipe() -> Iterator[None]:
    """Raise ClosedPipe where click would exit with 1, which is a result of some commands."""
    try:
        yield
    except BrokenPipeError:
        raise ClosedPipe from None


class CommandGroup(click.Group):
    """The commands in COMMANDS, each imported when it is needed."""

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        with closed_pipe():  # of --help and --version
            return super().make_context(*arguments, **settings)

    def invoke(self, context: click.Context) -> None:
        with closed_pipe():
            super().invoke(context)
            sys.stdout.flush()

    def list_commands(self, context: click.Context) -> list[str]:
        return [*COMMANDS]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            raise InputError(f"{name}: there is no such command{suggest(name, COMMANDS)}")
        return load_command(name)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for group in dict.fromkeys(COMMANDS.values()):
            with formatter.section(group):
                formatter.write_dl([(name.ljust(width), summary(name)) for name in COMMANDS if COMMANDS[name] == group])


def load_command(name: str) -> click.Command:
    """A command, imported from its module."""
    command: click.Command = import_module(f"mcfrontier.cli.{FOLDERS.get(COMMANDS[name], '')}{name}").command
    return command


def summary(name: str) -> str:
    """The first sentence of the help of a command."""
    return load_command(name).get_short_help_str(limit=200)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command.

    An input error is one line on standard error and exit status 2. An error of this package keeps its traceback.
    """
    for name in ("stdout", "stderr"):  # a closed stream is None
        setattr(sys, name, getattr(sys, name) or open(os.devnull, "w"))  # noqa: SIM115
    try:
        check_working_folder()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a stream that was replaced may be of another class
                stream.reconfigure(encoding="utf-8", errors="replace")
        check_docstrings()
        warnings.filterwarnings("ignore", NAN_WARNINGS, RuntimeWarning)
        with signals.raised():
            commands.main(arguments, prog_name=PROGRAM, standalone_mode=False)
    except InputError as problem:
        fail(str(problem))
    except click.ClickException as problem:
        fail(usage_text(problem))
    except (click.Abort, KeyboardInterrupt) as stopped:
        reason = stopped.__cause__ or stopped
        sys.exit(128 + (reason.number if isinstance(reason, signals.Stopped) else signal.SIGINT))
    except ClosedPipe:
        discard(sys.stdout)
        sys.exit(141)
    except OSError as problem:
        if problem.errno not in WRITE_ERRORS or problem.filename is not None:
            raise
        discard(sys.stdout)
        fail(f"standard output cannot be written: {problem.strerror}")


def check_working_folder() -> None:
    """Refuse a current folder that does not exist any more, of which no path can be found."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise InputError("the current folder was deleted; change to another one") from None


def usage_text(problem: click.ClickException) -> str:
    """The message of an error of click, with a pointer to the help if it states no correction."""
    text = " ".join(problem.format_message().split())
    context = getattr(problem, "ctx", None)
    if ";" in text or text.endswith("?"):
        return text
    return f"{text.removesuffix('.')}; see {context.command_path if context else PROGRAM} --help"


@click.group(cls=CommandGroup, invoke_without_command=True, context_settings={"max_content_width": 110})
@click.version_option(__version__, message="mcfrontier %(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Monte Carlo uncertainty of what frontier AI models take and cost."""
    if context.invoked_subcommand is None:
        print(context.get_help())
