"""The plain-text table of results, with goals met or missed."""

from __future__ import annotations

Key = tuple[str, int]  # the tool or command, and the number of draws
Rows = dict[Key, dict[str, str]]  # the cells of each row by column head
COLUMNS = (
    *("seconds", "× ours", "draws/s", "of raw", "MB", "× numpy's"),
    *("p5", "p50", "p95", "mean", "p5, p95 × best", "× imports"),
    *("first × SALib", "total × SALib", "shapley × SALib"),
    *("p5 × random", "p50 × random", "p95 × random", "coverage", "× before"),
)


def show(found: Rows) -> None:
    """Print the table in Markdown: the first column left-aligned, the remaining ones right-aligned."""
    heads = [head for head in COLUMNS if any(head in cells for cells in found.values())]
    rows = [("what", "draws", *heads)]
    rows += [(what, f"{draws:,}", *(cells.get(head, "") for head in heads)) for (what, draws), cells in found.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = [f"{'-' * (width - 1)}{':' if i else '-'}" for i, width in enumerate(widths)]
    lines = [
        [cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        for row in (rows[0], rule, *rows[1:])
    ]
    print(*(f"| {' | '.join(line)} |" for line in lines), sep="\n", flush=True)


def at_least(value: float, goal: float | None) -> str:
    """Format a figure with its lower goal, if any, and whether it is missed."""
    found = f"{value:.3f}" if value < 0.995 else f"{value:.2f}"
    return found if goal is None else f"{found}, {'≥' if value >= goal else 'missed'} {goal:g}"


def at_most(value: float, goal: float | None) -> str:
    """Format a figure with its upper goal, if any, and whether it is missed."""
    found = f"{value:.3f}" if value < 0.995 else three(value)
    return found if goal is None else f"{found}, {'≤' if value <= goal else 'missed'} {goal:g}"


def three(value: float) -> str:
    """Format a figure with three digits: 0.0123, 1.23, 12,300,000."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
