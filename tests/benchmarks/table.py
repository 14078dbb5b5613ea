"""Tables in plain text, and goals that are met or missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def show(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table as it may stand in a text: the first column to the left, the others to the right."""
    rows = [tuple(head), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = [f"{'-' * (width - 1)}{':' if i else '-'}" for i, width in enumerate(widths)]
    lines = [
        [cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in (rows[0], rule, *rows[1:])
    ]
    print(f"\n{title}\n", *(f"| {' | '.join(line)} |" for line in lines), sep="\n", flush=True)


def at_least(value: float, goal: float | None) -> str:
    """A goal from below, and whether it is missed."""
    return "" if goal is None else f"≥ {goal:g}{'' if value >= goal else ', missed'}"


def at_most(value: float, goal: float | None) -> str:
    """A goal from above, and whether it is missed."""
    return "" if goal is None else f"≤ {goal:g}{'' if value <= goal else ', missed'}"


def three(value: float) -> str:
    """A figure of three digits: 0.0123, 1.23, 12,300,000."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
