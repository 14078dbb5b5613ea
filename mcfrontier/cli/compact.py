"""The option --compact: the answer as JSON of at most 2 KB, as the tools of `mcp` reply."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from mcfrontier.cli.terminal import emit, whole_number
from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.agent.reply import Reply

Command = Callable[..., Any]


def compact_option() -> Callable[[Command], Command]:
    """--compact and --page, as one argument: the number of the page, or None without --compact."""
    text = "Print the answer as JSON of at most 2 KB, as the tools of `mcp` do."
    flag = click.option("--compact", is_flag=True, help=text)
    number = click.option("--page", type=whole_number, metavar="COUNT", help="Page of --compact.  [default: 1]")

    def decorated(command: Command) -> Command:
        @wraps(command)
        def merged(*arguments: Any, compact: bool, page: int | None, **options: Any) -> Any:
            if page is not None and not compact:
                raise InputError("--page: a page of --compact; add this option")
            if compact and options.get("as_json"):
                raise InputError("--compact: --json is another form; leave one of the two out")
            return command(*arguments, compact=(1 if page is None else page) if compact else None, **options)

        return flag(number(merged))

    return decorated


def show_reply(content: Reply) -> None:
    """Print a reply."""
    from mcfrontier.agent.reply import reply_json

    emit([reply_json(content), "\n"])
