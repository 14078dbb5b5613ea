"""The tables of the report: targets, evidence, inputs, formulas."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcfrontier.analysis.estimates import density
from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.core.formatting import amount, label, sentence, spaced, split_row
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import MAX_HEADLINES, by_path, cost_bases, headlines
from mcfrontier.runs.sensitivity import evidence
from mcfrontier.study import money
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study

MAX_COLUMNS = 4  # targets, or paths of a target, side by side in a table
MAX_EVENT_COLUMNS = 8  # labels along a path of an event, side by side in a table
MIN_SHIFT = 0.02  # of an input in the table of evidence, in half-widths of its interval
FEW_ROWS = 3  # rows of an input that are listed where it has more than MAX_HEADLINES


def statistic(run: RunCore, row: str, word: str) -> str:
    """A statistic of a row, formatted."""
    return summary(run)[row].text(word)


def target_row(run: RunCore, row: str) -> dict[str, Any]:
    """A row of the table of targets: percentiles, each with its error."""
    found = summary(run)[row]
    words = found.kind.statistics_of(("p5", "p25", "p50", "p75", "p95"))
    cells = [[found.text(word), found.error_text(word) if found.errors[word] else ""] for word in words]
    return {"name": sentence(label(row)), "cells": cells}


def informed_by(study: Study) -> str:
    """What the draws of a study are conditioned on: evidence, conditions or both."""
    return " and ".join(["evidence"] * bool(study.evidence) + ["conditions"] * bool(study.given))


def evidence_table(run: RunCore) -> dict[str, Any] | None:
    """The evidence and conditions, and their effect on the targets and on the inputs that they shift most; None without
    any."""
    if run.before is None or run.resampled is None:
        return None
    pieces = []
    for key, seen in run.study.evidence.items():
        ends = f"{amount(seen.p5, seen.unit)} to {amount(seen.p95, seen.unit)}{seen.doubt}"
        alone = f"used alone: effective sample size {run.resampled.effective_by[key]:,.0f}"
        pieces.append([label(key), f"{label(seen.quantity)} {ends}: {seen.source}. {seen.note} ({alone})"])
    for text in run.study.given:
        pieces.append(["given", f"{text} (used alone: {run.resampled.effective_by[text]:,.0f} draws are left)"])
    shifts = evidence(run).moved.to_series().to_dict()
    inputs = [row for row in shifts if run.rows[row][0] in run.study.inputs and row not in headlines(run)]
    inputs = sorted((row for row in inputs if abs(shifts[row]) > MIN_SHIFT), key=lambda row: -abs(shifts[row]))
    lines = []
    for row in [*headlines(run), *inputs[:MAX_HEADLINES]]:
        words = run.kind(row).statistics_of(("p50", "p5", "p95"))
        cells = [[statistic(each, row, word) for word in words] for each in (run.before, run)]
        texts = [f"{middle} ({' to '.join(ends)})" if ends else middle for middle, *ends in cells]
        lines.append([sentence(label(row)), *texts, f"{shifts[row]:+.2f}".replace("-", "−")])
    return {"word": informed_by(run.study), "pieces": pieces, "rows": lines}


def grids_of_targets(run: RunCore) -> list[list[str]]:
    """The targets along dimensions, grouped into tables: those along the same dimensions together, at most MAX_COLUMNS;
    a target with several paths has a table of its own."""
    along: dict[tuple[str, ...], list[str]] = {}
    for name in run.study.targets:
        if own := run.study.dimensions_of[name]:
            along.setdefault((name,) if has_columns(run, name) else own, []).append(name)
    return [names[i : i + MAX_COLUMNS] for names in along.values() for i in range(0, len(names), MAX_COLUMNS)]


def has_columns(run: RunCore, name: str) -> bool:
    """Whether a target has several paths, few enough for a column each, or is an event along them."""
    return 1 < len(by_path(run, name)) <= MAX_COLUMNS or has_lines(run, name)


def has_lines(run: RunCore, name: str) -> bool:
    """Whether a target has a line for each path: an event, whose cells are narrow, along many short paths."""
    paths = by_path(run, name)
    short = all(len(rows) <= MAX_EVENT_COLUMNS for rows in paths.values())
    return run.study.kind(name) is EVENT and len(paths) > MAX_COLUMNS and short


def grid_of(run: RunCore, names: list[str]) -> dict[str, Any]:
    """A table of targets along the same dimensions: a line for each label, with medians and 90 % intervals."""
    if has_columns(run, names[0]):
        return grid_of_paths(run, names[0])
    labels = [spaced(split_row(row)[1]) for row in run.rows_of(names[:1])]
    columns = [[grid_cell(run, row) for row in run.rows_of([name])] for name in names]
    lines = [[text, list(cells)] for text, *cells in zip(labels, *columns, strict=True) if any(cells)]
    own = run.study.dimensions_of[names[0]]
    return {"along": sentence(", ".join(own)), "heads": [sentence(label(name)) for name in names], "rows": lines}


def grid_of_paths(run: RunCore, name: str) -> dict[str, Any]:
    """A table of a target with a column for each path and a line for each label along them, or the other way round."""
    paths = by_path(run, name)
    if has_lines(run, name):
        lines = [[path, [grid_cell(run, row) for row in rows.values()]] for path, rows in paths.items()]
        return {"along": sentence(label(name)), "heads": list(next(iter(paths.values()))), "rows": lines}
    labels = dict.fromkeys(each for rows in paths.values() for each in rows)
    lines = [[each, [grid_cell(run, rows[each]) if each in rows else [] for rows in paths.values()]] for each in labels]
    return {"along": sentence(label(name)), "heads": list(paths), "rows": lines}


def grid_cell(run: RunCore, row: str) -> list[str]:
    """The median of a row and its 90 % interval; for an event, its probability and its error; nothing where the row has
    no figure."""
    if row in run.missing:
        return []
    if run.kind(row) is EVENT:
        found = summary(run)[row]
        error = found.error_text(PROBABILITY)
        return [found.text(PROBABILITY), f"± {error}" if error else ""]
    low, middle, high = (statistic(run, row, word) for word in SUMMARY_STATISTICS)
    values = summary(run)[row].values
    return [middle] if values["p5"] == values["p95"] else [middle, f"{low} to {high}"]


def input_rows(prior: Prior) -> list[dict[str, Any]]:
    """The lines of an input, one for each of its rows: density, percentiles, unit, source and note."""
    entry = prior.entry
    if prior.known and prior.labels:
        known = [row.median for row in prior.distributions if np.isfinite(row.median)]
        ends = [amount(end, entry.unit) for end in (min(known), max(known))] if known else []
        figures = [f"{len(known) or 'no'} known values", *([" to ".join(ends)] if ends else [])]
        line = {"name": label(prior.name), "family": "column", "unit": entry.unit, "figures": figures, "outline": []}
        return [line | {"source": entry.source, "note": entry.note}]
    triples = zip(prior.labels or ("",), prior.distributions, prior.best_guesses, strict=True)
    rows = [row for row in triples if np.isfinite(row[1].median)]
    listed = rows if len(rows) <= MAX_HEADLINES else rows[:FEW_ROWS]
    lines: list[dict[str, Any]] = []
    for i, (row, distribution, guess) in enumerate(listed):
        digits = 8 if prior.known else 3
        values = distribution.ppf(np.array(SUMMARY_LEVELS)).tolist()
        percentiles = [amount(value, entry.unit, digits=digits) for value in values]
        best = [] if guess is None else [f"best {amount(guess, entry.unit)}"]
        lines.append(
            {
                "name": label(prior.name) + (f" [{row}]" if row else ""),
                "family": entry.__struct_config__.tag,
                "unit": entry.unit,
                "figures": percentiles[1:2] if prior.known else percentiles + best,
                "outline": [] if prior.known else density.prior_density(distribution),
                "source": "as above" if i else entry.source,
                "note": "" if i else "; ".join(filter(None, [entry.remark(), money.text(prior), entry.note])),
            }
        )
    if len(rows) > len(listed):
        lines[-1]["name"] += f" and {len(rows) - len(listed)} more rows"
    return lines


def formula_row(run: RunCore, name: str) -> dict[str, str]:
    """A formula, from its node; the remarks of cost bases are in the comparison of these."""
    node = run.study.nodes[name]
    remarks = "" if name in cost_bases(run) else node.remarks
    return {"name": name, "formula": node.formula, "unit": node.unit, "about": node.about, "remarks": remarks}
