"""Output of text from others: to a terminal, a report, a figure, a file name or a message.

A title, a label, a note or an argument may contain escape sequences of terminals, forged lines or characters that
reverse the order of others. Every text that is printed, typeset or drawn passes through this file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mcfrontier.core import limits

# control characters, marks that reorder or hide text (bidirectional ones, tags, zero-width ones), lone surrogates
CONTROLS = r"\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"
MARKS = r"\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
LINE_BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"  # those of str.splitlines
HIDDEN = f"[{CONTROLS}{MARKS}]"  # the patterns are compiled when first used, for a quicker start
HIDDEN_OR_BREAK = rf"[{CONTROLS}{MARKS}\v\f\x1c-\x1e\x85\u2028\u2029]|\r(?!\n)"  # all but \n, \r\n and tab
LONG_WORD = rf"(\S{{{limits.ECHO_LENGTH},}}?)([^\w\s/]{{0,3}})(?!\S)"
BREAKS = rf"[{LINE_BREAKS}\t]+"


def printable(text: str) -> str:
    r"""A text of several lines with its hidden characters made visible; line feeds and tabs stay.

    >>> printable("two\nlines \x1b[2J")
    'two\nlines \\x1b[2J'
    """
    if text.isprintable():
        return text
    return re.sub(HIDDEN_OR_BREAK, escaped, text)


def one_line(text: str, most: int | None = None) -> str:
    r"""A text on one line, its hidden characters made visible, cut to a number of characters.

    >>> one_line("ok\nforged \u202e", 12)
    'ok forged \\…'
    """
    if not text.isprintable():
        text = re.sub(HIDDEN, escaped, re.sub(BREAKS, " ", text))
    return text if most is None or len(text) <= most else text[: most - 1] + "…"


def message_line(text: str, most: int = limits.MESSAGE_LENGTH) -> str:
    """A message on one line, its long words cut. A long one loses its middle: it begins with the place and ends with
    the remedy."""
    text, half = re.sub(LONG_WORD, shortened, one_line(text)), most // 2
    return text if len(text) <= 2 * half else f"{text[: half - 1]} … {text[2 - half :]}"


def shortened(match: re.Match[str]) -> str:
    """A long word cut, but for the punctuation at its end; a path is cut at a larger length."""
    word, end = match[1], match[2]
    most = limits.PATH_LENGTH if "/" in word else limits.ECHO_LENGTH
    return f"{word[: most - 1]}…{end}" if len(word) > most else word + end


def echo(value: object) -> str:
    """Input that a message repeats, cut to ECHO_LENGTH characters."""
    return one_line(str(value), limits.ECHO_LENGTH)


def quoted(value: object) -> str:
    """Input that a message repeats as Python writes it, cut to ECHO_LENGTH characters."""
    return one_line(repr(value), limits.ECHO_LENGTH)


def escaped(match: re.Match[str]) -> str:
    """A character as an escape such as \\x1b or \\u202e."""
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def json_escaped(match: re.Match[str]) -> str:
    """A character as an escape in JSON."""
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def printable_values(value: Any) -> Any:
    """Texts in nested mappings and lists with their hidden characters made visible."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: printable_values(item) for key, item in value.items()}
    return [printable_values(item) for item in value] if isinstance(value, list | tuple) else value


def html_table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], pictures: Sequence[str] = ()) -> str:
    """An HTML table, which notebooks display; `pictures` are HTML of its own at the end of each row."""
    from html import escape

    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    lines = [f"{line}<td>{picture}</td>" for line, picture in zip(lines, pictures, strict=True)] if pictures else lines
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{escape(caption)}</caption><tr>{top}</tr>{body}</table>"
