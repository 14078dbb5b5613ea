"""The command line: words in, files and tables out. It computes nothing.

A command is a module of its name; the floors below are imported inside of it, so that --help is quick.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from mcfrontier import __version__
from mcfrontier.cli.terminal import refuse
from mcfrontier.errors import InputError, suggest

COMMANDS = ("run", "percentiles", "export", "compare", "solve", "verify", "score", "reproduce", "list", "show", "check")


class Unheard(Exception):
    """The reader of standard output has had enough."""


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def invoke(self, context: click.Context) -> None:
        try:
            super().invoke(context)
            sys.stdout.flush()
        except BrokenPipeError:  # click would end with 1, which is an answer of some commands
            raise Unheard from None

    def list_commands(self, context: click.Context) -> list[str]:
        return [*COMMANDS]  # list is the module of that command here

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            raise InputError(f"{name}: there is no such command{suggest(name, COMMANDS)}")
        return import_module(f"mcfrontier.cli.{name}").command


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command. What the user got wrong is one line on standard error and exit 2; a fault of ours
    keeps its traceback."""
    for name in ("stdout", "stderr"):  # one that is closed hears nothing
        setattr(sys, name, getattr(sys, name) or open(os.devnull, "w"))  # noqa: SIM115
    gc.disable()  # a command's cycles are few, and looking for them costs a tenth of its imports
    try:
        with contextlib.suppress(AttributeError):  # a stream that was replaced may not know the call
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
            sys.stderr.reconfigure(encoding="utf-8", errors="replace")
        commands.main(arguments, prog_name="python -m mcfrontier", standalone_mode=False)
    except InputError as problem:
        refuse(str(problem))
    except click.ClickException as problem:
        refuse(" ".join(problem.format_message().split()))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Unheard:
        close_output()
        sys.exit(141)
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        close_output()
        refuse(f"standard output cannot be written: {problem.strerror}")
    finally:
        gc.freeze()  # Python's end looks for cycles once more, for as long as a tenth of a run, and nobody needs it


def close_output() -> None:
    """Leave nothing for Python to write to standard output at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=Commands, invoke_without_command=True, context_settings={"max_content_width": 110})
@click.version_option(__version__, message="mcfrontier %(version)s")
@click.pass_context
def commands(context: click.Context) -> None:
    """Monte Carlo uncertainty of what frontier AI models take and cost."""
    if context.invoked_subcommand is None:
        print(context.get_help())
