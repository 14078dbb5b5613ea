"""The tables that a run prints: its headlines first, then as much of its targets as a screen has room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from mcfrontier.core.formatting import label
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.text.columns import column_widths, height
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import headlines

SCREEN_LINES, SCREEN_COLUMNS = 21, 80  # of a screen of 24 lines, less those of the names of files
MIN_SIDE_BY_SIDE = 3  # labels of a quantity with p5, p50 and p95 that are printed in columns
MAX_LABELS = 40  # of a quantity, beyond which only its medians are printed
Tables = dict[tuple[str, ...], list[list[str]]]  # lines by their head
EVENT_HEADS = ("Event", "Probability")


def overview(run: RunCore, all_rows: bool) -> tuple[Tables, int]:
    """The tables of a run, and the number of rows of its targets that they leave out.

    These are all rows, if they are requested or a screen has room for them; or the headlines, and each further target
    that there is room for.
    """
    tall = {name: along[0] for name in run.study.targets if (along := tall_dimensions(run, name))}
    whole = {name: target_table(run, name) for name in run.study.targets if name not in tall}
    if all_rows:
        medians = [medians_table(run, each, [*tall]) for each in dict.fromkeys(tall.values())]
        return joined([*whole.values(), *medians]), 0
    rows = {name: [row for row in headlines(run) if run.rows[row][0] == name] for name in run.study.targets}
    chosen: dict[str, Tables] = {}
    blocks = chain(((name, rows_table(run, rows[name])) for name in rows if rows[name]), whole.items())
    if not tall and screen_lines(joined(whole.values())) <= SCREEN_LINES:
        blocks = chain(whole.items())
    for name, block in blocks:
        larger = chosen | {name: block}
        if screen_lines(joined(larger.values())) <= SCREEN_LINES:
            chosen = larger
    shown = {
        name: len(run.known_rows(name)) if block is whole.get(name) else len(rows[name])
        for name, block in chosen.items()
    }
    hidden = sum(len(run.known_rows(name)) - shown.get(name, 0) for name in rows)
    return joined([chosen[name] for name in rows if name in chosen]), hidden


def tall_dimensions(run: RunCore, name: str) -> list[str]:
    """The dimension of a quantity along which it has too many rows to print each; in a list that is else empty."""
    along = run.study.dimensions_of[name]
    return [each for each in along if len(along) == 1 and len(run.study.file.dimensions[each]) > MAX_LABELS]


def rows_table(run: RunCore, rows: Iterable[str]) -> Tables:
    """Rows below each other, with the Monte Carlo error of the median or of the probability."""
    tables: Tables = {}
    for row in rows:
        found = summary(run)[row]
        words = found.kind.statistics
        title, error = (run.study.title, "MC error of p50") if len(words) > 1 else (EVENT_HEADS[0], "MC error")
        line = [label(row), *map(found.text, words), found.error_text(found.kind.central)]
        tables.setdefault((title, *words, error), []).append(line)
    return tables


def target_table(run: RunCore, name: str) -> Tables:
    """A target, with the labels of its last dimension side by side where that is shorter and fits a screen."""
    rows, along, dimensions = run.known_rows(name), run.study.dimensions_of[name], run.study.file.dimensions
    if not rows or not along or len(dimensions[along[-1]]) < MIN_SIDE_BY_SIDE:
        return rows_table(run, rows)
    labels, place, groups = dimensions[along[-1]], list(dimensions).index(along[-1]), dict[str, dict[int, str]]()
    for row in rows:
        index = run.rows[row][1]
        rest = ",".join(dimensions[each][index[list(dimensions).index(each)]] for each in along[:-1])
        groups.setdefault(f"{name}[{rest}]" if rest else name, {})[index[place]] = row
    found, event = summary(run), run.kind(rows[0]) is EVENT
    lines = [
        [
            label(group) if event else f"{label(group)} {word}",
            *(found[members[i]].text(word) if i in members else "" for i in range(len(labels))),
        ]
        for group, members in groups.items()
        for word in found[rows[0]].kind.statistics
    ]
    head = (EVENT_HEADS[1] if event else run.study.title, *labels)
    widths = column_widths([head, *lines], (), SCREEN_COLUMNS)
    shorter = widths and height([head, *lines], widths) <= screen_lines(rows_table(run, rows))
    return {head: lines} if shorter else rows_table(run, rows)


def medians_table(run: RunCore, dimension: str, names: Sequence[str]) -> Tables:
    """The medians of quantities, and the probabilities of events, with a line for each label of a dimension."""
    names = [name for name in names if run.study.dimensions_of[name] == (dimension,)]
    known, lines = {row for name in names for row in run.known_rows(name)}, []
    for each in run.study.file.dimensions[dimension]:
        found = [summary(run)[row] if (row := f"{name}[{each}]") in known else None for name in names]
        lines.append([each, *("" if one is None else one.text(one.kind.central) for one in found)])
    return {(f"{run.study.title}: medians", *map(label, names)): lines}


def joined(blocks: Iterable[Tables]) -> Tables:
    """Tables of the same head as one, those of events last."""
    tables: Tables = {}
    for head, lines in chain.from_iterable(block.items() for block in blocks):
        tables.setdefault(head, []).extend(lines)
    return {head: tables[head] for head in sorted(tables, key=lambda head: head[0] in EVENT_HEADS)}


def screen_lines(tables: Tables) -> int:
    """The number of lines of tables on a screen."""
    lines = [([head, *rows], column_widths([head, *rows], (), SCREEN_COLUMNS)) for head, rows in tables.items()]
    return sum(height(rows, widths) if widths else 2 * len(rows) for rows, widths in lines)
