"""Widths of the columns of a table in a terminal, whose cells are folded at spaces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

GAP = 2  # columns between those of a table
MAX_WIDTH = 1000  # of a column
Lines = Sequence[Sequence[str]]


def column_widths(lines: Lines, widest: Sequence[int], columns: int) -> list[int]:
    """The widths of the columns of a table that is at most `columns` wide, those with which it has the fewest lines.

    `widest` are the maximum widths of the first columns. None is narrower than its longest word; the result is empty
    where this is impossible.
    """
    limits = [*widest, *[MAX_WIDTH] * len(lines[0])]
    table = [*zip(zip_longest(*(map(word_widths, line) for line in lines), fillvalue=()), limits, strict=False)]
    cells = [min(max(map(cell_width, column)), limit) for column, limit in table]
    words = [min(max((max(cell, default=0) for cell in column), default=0), limit) for column, limit in table]
    found: dict[tuple[int, ...], int] = {}
    for first in range(cells[0], words[0] - 1, -1):
        for most in range(max(cells), -1, -1):
            rest = [max(word, min(cell, most)) for word, cell in zip(words[1:], cells[1:], strict=True)]
            if first + sum(rest) + GAP * len(rest) <= columns:
                found.setdefault((first, *rest), height(lines, [first, *rest]))
                break
        if found and min(found.values()) == len(lines):
            break
    return list(min(found.items(), key=lambda each: each[1])[0]) if found else []


def height(lines: Lines, widths: Sequence[int]) -> int:
    """The number of lines of a table on a terminal."""
    return sum(
        max((folds(word_widths(cell), width) for cell, width in zip(line, widths, strict=False)), default=1)
        for line in lines
    )


@lru_cache(maxsize=4096)
def word_widths(cell: str) -> tuple[int, ...]:
    """The widths of the words of a cell on a terminal, that of the first with the spaces before it."""
    from rich.cells import cell_len

    indent = len(cell) - len(cell.lstrip())
    return tuple(cell_len(word) + indent * (i == 0) for i, word in enumerate(cell.split()))


def cell_width(words: Sequence[int]) -> int:
    """The width of a cell that is not folded."""
    return sum(words) + max(0, len(words) - 1)


@lru_cache(maxsize=65536)
def folds(words: tuple[int, ...], width: int) -> int:
    """The number of lines of a cell in a column."""
    count, used = 1, -1
    for word in words:
        if used >= 0 and used + 1 + word > width:
            count, used = count + 1, -1
        used += 1 + word
        count, used = (count, used) if used <= width else (count + (used - 1) // max(1, width), used % max(1, width))
    return count
