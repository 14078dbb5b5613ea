"""Headlines: the few rows that represent the targets of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcfrontier.analysis.estimates.estimates import LEVELS
from mcfrontier.core.kinds import EVENT
from mcfrontier.runs.core import RunCore, remembered
from mcfrontier.runs.summary import order_statistics
from mcfrontier.study.describe import cost_components, cost_targets, path_of

MAX_ROWS_EACH = 4  # of a target, to make each row a headline
MANY_ROWS = 40  # of a target, beyond which the largest represents it, not the first
MAX_HEADLINES = 10  # before each target is reduced to its first row


@remembered
def cost_bases(run: RunCore) -> list[str]:
    """The cost bases that have one row."""
    return [name for name in cost_targets(run.study) if not run.study.dimensions_of[name]]


@remembered
def headlines(run: RunCore) -> list[str]:
    """The rows that represent the targets: see `representatives`."""
    return representatives(run, [row for name in run.study.targets for row in run.known_rows(name)])


def representatives(run: RunCore, rows: Iterable[str]) -> list[str]:
    """Select from rows of targets those that represent all.

    Components of cost bases are left out where the base is an earlier target. A target with more than `MAX_ROWS_EACH`
    rows is represented by one row, and each target by its first where there were more than `MAX_HEADLINES`.
    """
    place = {name: i for i, name in enumerate(run.study.targets)}
    after = [(base, share) for base, shares in cost_components(run.study).items() for share in shares.values()]
    components = {share for base, share in after if place[share] > place[base]}
    by_target: dict[str, list[str]] = {}
    for row in rows:
        by_target.setdefault(run.rows[row][0], []).append(row)
    chosen = [
        own if len(own) <= MAX_ROWS_EACH else [representative(run, own)]
        for name, own in by_target.items()
        if name not in components
    ]
    if sum(map(len, chosen)) > MAX_HEADLINES:
        chosen = [own[:1] for own in chosen]
    return [row for own in chosen for row in own]


def with_percentiles(run: RunCore) -> list[str]:
    """The headlines that are summarised by percentiles: all but events."""
    return [row for row in headlines(run) if run.kind(row) is not EVENT]


@remembered
def by_path(run: RunCore, name: str) -> dict[str, dict[str, str]]:
    """The rows of a quantity by the labels of its other dimensions, then along the path by its labels.

    Such as {"trend goes on": {"2024": "cost[...]", ...}}; empty where the quantity is not a path.
    """
    path, dimensions = path_of(run.study, name), run.study.file.dimensions
    found: dict[str, dict[str, str]] = {}
    for row in run.known_rows(name) if path else ():
        at = dict(zip(dimensions, run.rows[row][1], strict=True))
        labels = [dimensions[each][at[each]] for each in run.study.dimensions_of[name] if each != path]
        found.setdefault(", ".join(labels), {})[dimensions[path][at[path]]] = row
    return found


def representative(run: RunCore, rows: Sequence[str]) -> str:
    """The row that represents a quantity: the first, the largest of many, or the end of the first path.

    Of an event along a path, the row whose probability is nearest 1/2.
    """
    paths = [[row for row in path.values() if row in rows] for path in by_path(run, run.rows[rows[0]][0]).values()]
    if not any(paths) and len(rows) > MANY_ROWS and run.kind(rows[0]) is not EVENT:
        return largest(run, rows)[0]
    path = next((path for path in paths if path), list(rows[:1]))
    if run.kind(path[0]) is not EVENT:
        return path[-1]
    return min(path, key=lambda row: abs(float(order_statistics(run, row)[0][0]) - 1 / 2))


def largest(run: RunCore, rows: Sequence[str]) -> list[str]:
    """Rows from the largest median to the smallest."""
    return sorted(rows, key=lambda row: -float(order_statistics(run, row)[0][2 + LEVELS.index(0.5)]))
