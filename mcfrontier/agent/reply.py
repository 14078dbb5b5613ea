"""Replies of at most 2 KB: pages of lists, shortened texts, and the command line that computes the same."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import finite
from mcfrontier.core.printable import echo, message_line, one_line

MAX_BYTES = 2048  # of a reply, in UTF-8
COMMAND_BYTES = 900  # of the command line in it
MIN_TEXT = 24  # characters that a text is shortened to at most
MAX_NOTES = 3  # of a run, in a reply
OPTIONS = {"priors": "prior", "targets": "target", "reading": "as"}  # of arguments with other names
WHOLE = {"command", "priors_sha256", "unit"}  # the keys whose texts are not shortened
KEYS = {  # of replies, and what they state
    "answer": "the median; the probability of an event; of `compare` the ratio of b to a or the difference",
    "unit": "the unit of answer, low, high and mc_error",
    "low": "the lower end of the interval",
    "high": "the upper end of the interval",
    "interval": "what the interval is of: the draws, or the Monte Carlo error of a probability",
    "mc_error": "the Monte Carlo standard error of answer: more draws reduce it, and not the interval",
    "text": "answer and interval, formatted with the digits that the error allows",
    "account": "what the quantity counts, and of a cost basis the question that it answers",
    "drivers": "the three inputs with the largest shares of the variance; of `compare` with the largest contributions",
    "notes": "warnings on the run",
    "price_year": "the year of the money",
    "priors_sha256": "the hash of the priors, as in manifest.json; of `compare` a list, of both studies",
    "command": "the command line that prints the same reply",
    "page": "the page of the list in the reply",
    "pages": "the number of pages",
}
Reply = dict[str, Any]
Item = TypeVar("Item")


def reply_json(content: Reply) -> str:
    """A reply as JSON on one line: hidden characters visible, long texts shortened until it has at most 2 KB."""
    content = visible(content)
    while len(text := serialised(content)) > MAX_BYTES:
        holder, key = max(texts_of(content), key=lambda each: len(each[0][each[1]]), default=(None, None))
        if holder is None or len(holder[key]) <= MIN_TEXT:
            raise InputError(f"the reply has {len(text):,} bytes, and at most {MAX_BYTES:,}; ask for fewer quantities")
        holder[key] = one_line(holder[key], max(MIN_TEXT, len(holder[key]) * 2 // 3))
    return text.decode()


def error_line(problem: InputError) -> str:
    """A message of at most 2 KB: a longer one loses its middle."""
    text, most = str(problem), MAX_BYTES
    while len(text.encode()) > MAX_BYTES:
        text, most = message_line(text, most), most * 2 // 3
    return text


def serialised(content: Reply) -> bytes:
    """A reply as JSON in UTF-8."""
    return json.dumps(finite(content), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def visible(value: Any) -> Any:
    """A value with each text on one line, its hidden characters made visible, in new mappings and lists."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: visible(item) for key, item in value.items()}
    return [*map(visible, value)] if isinstance(value, list | tuple) else value


def texts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """The texts in nested mappings and lists that may be shortened, each by its holder and its key."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str) and key not in WHOLE:
            yield value, key
        elif isinstance(item, dict | list) and key not in WHOLE:
            yield from texts_of(item)


def page_of(items: Sequence[Item], page: int, size: int) -> tuple[Sequence[Item], Reply]:
    """The items of a page, the first of which is 1, and the keys that state it."""
    pages = max(1, -(-len(items) // size))
    if not 1 <= page <= pages:
        raise InputError(
            f"page {page}: there {'is 1 page' if pages == 1 else f'are {pages} pages'}; ask for one of them"
        )
    return items[(page - 1) * size : page * size], {"page": page, "pages": pages} if pages > 1 else {}


def noted(notes: Sequence[str]) -> Reply:
    """The key with the notes of a run, if there are any."""
    more = [f"{len(notes) - MAX_NOTES} more notes"] * (len(notes) > MAX_NOTES)
    return {"notes": [*notes[:MAX_NOTES], *more]} if notes else {}


def command_line(command: str, arguments: Sequence[object], page: int, **options: object) -> str:
    """The command line that prints a reply: options that are None, False or empty are left out; a mapping or a list is
    an option for each of its items."""
    options |= {"compact": True, "page": page if page > 1 else None}
    stated: list[str] = []
    for name, value in options.items():
        for each in values_of(value):
            stated += [f"--{OPTIONS.get(name, name).replace('_', '-')}", *([] if each is True else [str(each)])]
    places = [*map(str, arguments)]
    dashed = any(place.startswith("-") and place != "-" for place in places)
    line = shlex.join(["mcfrontier", command, *([*stated, "--", *places] if dashed else [*places, *stated])])
    if line != one_line(line):
        raise InputError(f"{echo(line)}: an argument has a line break or a hidden character; leave it out")
    if (size := len(line.encode())) > COMMAND_BYTES:
        raise InputError(f"the arguments are {size:,} bytes long, and at most {COMMAND_BYTES}; state fewer or shorter")
    return line


def values_of(option: object) -> Iterator[object]:
    """The values of an option, each of which is stated."""
    if isinstance(option, Mapping):
        yield from (f"{name}={value}" for name, value in option.items())
    elif isinstance(option, list | tuple):
        yield from option
    elif option is not None and option is not False:
        yield option
