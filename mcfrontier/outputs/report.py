"""report.pdf: what the run says, for a reader who decides something with it.

This file gathers the words and figures; report.typ lays them out.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier import files
from mcfrontier.analysis import shape
from mcfrontier.mixtures import remark
from mcfrontier.outputs.decision import told_decision
from mcfrontier.outputs.manifest import versions
from mcfrontier.outputs.typeset import typeset
from mcfrontier.priors import Disclosed, Prior
from mcfrontier.results import FEW, MOST, Run
from mcfrontier.sampling import RANDOMISATIONS
from mcfrontier.study import METHOD, SAMPLER, SEED
from mcfrontier.wording import amount, label, parts, percentile_told, probability, sentence, spaced

SIDE_BY_SIDE = 4  # targets with many rows in a table


def write_report(run: Run, path: Path) -> None:
    """Typeset the report. The same run gives the same bytes: no date, no fonts of the machine."""
    from mcfrontier.figures import FIGURES

    pictures, figures = {}, {}
    for draw in FIGURES:
        drawn = {f"{draw.__name__}-{i}.svg": one.svg() for i, one in enumerate(draw(run))}
        figures[draw.__name__] = {"files": list(drawn), "caption": " ".join(draw.__doc__.split())}
        pictures |= drawn
    path.write_bytes(typeset("report.typ", contents(run) | {"figures": figures}, pictures))


def contents(run: Run) -> dict[str, Any]:
    """All that the report says, ready to be laid out."""
    study, words = run.study, run.study.page.words
    return {
        "title": study.title,
        "question": words.question or "How much, and how sure?",
        "about": words.about,
        "answer": answer(run),
        "facts": facts(run),
        "headlines": headlines(run),
        "more": sum(len(run.known_rows(name)) for name in study.targets) - len(run.headlines[:MOST]),
        "accounts": [account(run, row) for row in run.accounts] if len(run.accounts) <= MOST else [],
        "smallest": label(smallest(run)) if run.accounts else "",
        "disclosed": [told_disclosure(run, fig) for fig in told_figures(run)],
        "targets": [target(run, name) for name in study.targets if not study.dimensions_of[name]],
        "leading": leading(run),
        "grids": [grid(run, names) for names in grouped(run)],
        "events": any(map(study.is_event, study.targets)),
        "unsure": [f"{sentence(label(row))}: {why}" for row, s in run.explained.items() if (why := s.warning)],
        "decision": told_decision(run),
        "evidence": told_evidence(run) if run.before else None,
        "inputs": [told for prior in study.inputs.values() for told in told_input(prior)],
        "beliefs": [[" ~ ".join(map(label, what.split(" ~ "))), told] for what, told in study.beliefs],
        "nodes": [told_node(run, name) for name in study.order],
        "made": made(run),
        "notes": run.findings,
    }


def leading(run: Run) -> str:
    """The figure that page 1 shows where there are no accounts."""
    paths = [name for name in run.study.targets if run.study.path(name)]
    if paths:
        return "exceedance" if all(map(run.study.is_event, paths)) else "fan"
    return "along" if len(run.known_rows(run.study.targets[0])) > FEW else "spread"


def statistic(run: Run, row: str, word: str) -> str:
    """A statistic of a row as it is told."""
    unit, values, errors = run.summary[row]
    if run.is_event(row):
        return probability(values["mean"], errors["mean"])
    return amount(values[word], unit, errors[word])


def answer(run: Run) -> str:
    """The study's answer in a sentence."""
    head = run.headlines[0]
    if run.is_event(head):
        return f"{run.study.title}: {label(head)} with a probability of {statistic(run, head, 'mean')}."
    median = statistic(run, head, "p50")
    told = f"{run.study.title}: {label(head)} {median}"
    if run.summary[head].values["sd"] == 0:
        return f"{told}; nothing in it is uncertain."
    told += f" (median), with 90 % probability between {statistic(run, head, 'p5')} and {statistic(run, head, 'p95')}"
    others = [row for row in run.accounts if row != head]
    if head not in run.accounts or not others:
        return f"{told}."
    medians = {row: run.summary[row].values["p50"] for row in others}
    low, high = min(medians, key=medians.get), max(medians, key=medians.get)
    ends = [f"{statistic(run, row, 'p50')} ({label(row)})" for row in dict.fromkeys((low, high))]
    return f"{told}; other ways of counting come to {' to '.join(ends)}."


def facts(run: Run) -> list[list[str]]:
    """What page 1 says beside the figures: price year, date, what was set, the assumption it hangs on most."""
    study, words, head = run.study, run.study.page.words, run.headlines[0]
    told = []
    if words.price_year and study.accounts:
        adjusted = "" if "deflator" in run.values else ", not adjusted for inflation"
        told.append(["Prices", f"of about {words.price_year}, as each source gives them{adjusted}"])
    if words.date:
        told.append(["Priors", f"as of {words.date.day} {words.date:%B %Y}, in {files.kept(study.page.where)}"])
    if study.page.decision and (found := told_decision(run)):
        told.append(["Decision", found["told"]])
    if study.pins:
        pins = [f"{label(name)} {pinned}" for name, pinned in study.pins.items()]
        told.append(["Set", f"for this run, whatever the priors say: {', '.join(pins)}"])
    swing = run.swing(head)
    if swing.inputs and not run.is_event(head):
        low, high = (amount(float(end), run.unit(head)) for end in swing.reach[0])
        before = "before the evidence, " if run.before else ""
        hangs = f"{label(swing.inputs[0])}: {before}between its p5 and its p95 it alone moves the {label(head)}"
        told.append(["Hangs most on", f"{hangs} from {low} to {high}"])
    return told


def headlines(run: Run) -> list[dict[str, Any]]:
    """The rows of page 1; of several rows of one quantity the first says what it is."""
    rows = run.headlines[:MOST]
    names = [run.rows[row][0] for row in rows]
    told = [headline(run, row) for row in rows]
    return [each | ({"about": ""} if names[i] in names[:i] else {}) for i, each in enumerate(told)]


def headline(run: Run, row: str) -> dict[str, Any]:
    """A row of page 1: its percentiles, what it is, and what it hangs on most: an event, by rank correlation."""
    if run.is_event(row):
        moved = sorted(run.behind(row), key=lambda name: -abs(run.rank_correlation(name, row))) * run.varies(row)
    else:
        moved = run.swing(row).inputs
    return {
        "name": sentence(label(row)),
        "figures": [statistic(run, row, word) for word in words_of(run, row, ("p5", "p50", "p95"))],
        "about": run.study.about(run.rows[row][0]),
        "hangs": label(moved[0]) if moved else "nothing uncertain",
    }


def words_of(run: Run, row: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The statistics that a row is told by: those named, of an event its probability alone."""
    return ("mean",) if run.is_event(row) else words


def smallest(run: Run) -> str:
    """The account with the smallest median."""
    return min(run.accounts, key=lambda row: run.summary[row].values["p50"])


def account(run: Run, row: str) -> dict[str, Any]:
    """A row of the accounts side by side: its median, what it counts, and how many times the smallest it is."""
    name, least = run.rows[row][0], smallest(run)
    ratios = []
    if row != least and run.summary[least].values["p1"] > 0:
        ratios = shape.at(np.sort(run.told(row) / run.told(least)), np.array([0.05, 0.5, 0.95]))
    return {
        "name": sentence(label(row)),
        "median": statistic(run, row, "p50"),
        "about": run.study.about(name),
        "remarks": run.study.nodes[name].remarks if name in run.study.order else "",
        "ratio": [amount(float(ratio), "1", 0.001 * float(ratio), 2) for ratio in ratios],
    }


def told_figures(run: Run) -> list[Disclosed]:
    """The disclosed figures of what this run evaluates."""
    return [fig for fig in run.study.page.disclosed.values() if fig.quantity in {*run.values, *run.rows}]


def told_disclosure(run: Run, disclosed: Disclosed) -> str:
    """A disclosed figure and the percentile it falls in, row by row."""
    bound = "" if disclosed.bound == "about" else f"{disclosed.bound} "
    figure = amount(disclosed.value, disclosed.unit, digits=4)
    told = f"{sentence(label(disclosed.quantity))}: {bound}{figure} ({disclosed.source})."
    for row in [disclosed.quantity] if disclosed.quantity in run.rows else run.rows_of([disclosed.quantity]):
        percentile = run.percentile_of(row, disclosed.value, disclosed.unit)
        which = f" of {label(row)}" if row != disclosed.quantity else ""
        told += f" This is {percentile_told(percentile)}{which} in this study, of which it is no input"
        against = {"at least": percentile, "at most": 100 - percentile}.get(disclosed.bound)
        told += "." if against is None else f": {against:.0f} % of the draws disagree with it."
    return f"{told} {sentence(disclosed.note)}".rstrip()


def target(run: Run, row: str) -> dict[str, Any]:
    """A row of the table of targets: percentiles with their errors."""
    unit, _, errors = run.summary[row]
    words = words_of(run, row, ("p5", "p25", "p50", "p75", "p95"))
    told = [amount(errors[word], unit, digits=1) if errors[word] else "" for word in words]
    cells = [[statistic(run, row, word), error] for word, error in zip(words, told, strict=True)]
    return {"name": sentence(label(row)), "cells": cells}


def told_evidence(run: Run) -> dict[str, Any]:
    """What was observed, and what it changed: targets before and after, and the inputs that moved most."""
    pieces = []
    for key, seen in run.study.evidence.items():
        ends = f"{amount(seen.p5, seen.unit)} to {amount(seen.p95, seen.unit)}"
        alone = f"alone it leaves {run.weighed.left_by[key]:,.0f} draws' worth"
        pieces.append([label(key), f"{label(seen.quantity)} {ends}: {seen.source}. {seen.note} ({alone})"])
    moved = run.evidence.moved.to_series().to_dict()
    inputs = [row for row in moved if run.rows[row][0] in run.study.inputs and row not in run.headlines]
    inputs = sorted((row for row in inputs if abs(moved[row]) > 0.02), key=lambda row: -abs(moved[row]))
    lines = []
    for row in [*run.headlines, *inputs[:MOST]]:
        words = words_of(run, row, ("p50", "p5", "p95"))
        cells = [[statistic(each, row, word) for word in words] for each in (run.before, run)]
        told = [f"{middle} ({' to '.join(ends)})" if ends else middle for middle, *ends in cells]
        lines.append([sentence(label(row)), *told, f"{moved[row]:+.2f}".replace("-", "−")])
    return {"pieces": pieces, "rows": lines}


def grouped(run: Run) -> list[list[str]]:
    """The targets with many rows, those along the same dimensions together, so many as stand side by side; one whose
    paths stand side by side is alone."""
    along: dict[tuple[str, ...], list[str]] = {}
    for name in run.study.targets:
        if own := run.study.dimensions_of[name]:
            along.setdefault((name,) if beside(run, name) else own, []).append(name)
    return [names[i : i + SIDE_BY_SIDE] for names in along.values() for i in range(0, len(names), SIDE_BY_SIDE)]


def beside(run: Run, name: str) -> bool:
    """Whether a target has several paths, so many as stand side by side."""
    return 1 < len(run.by_path(name)) <= SIDE_BY_SIDE


def grid(run: Run, names: list[str]) -> dict[str, Any]:
    """Targets along the same dimensions: a row a label, with the median and the 90 % interval of each target."""
    if beside(run, names[0]):
        return grid_of_paths(run, names[0])
    labels = [spaced(parts(row)[1]) for row in run.rows_of(names[:1])]
    columns = [[grid_cell(run, row) for row in run.rows_of([name])] for name in names]
    lines = [[label, list(cells)] for label, *cells in zip(labels, *columns, strict=True) if any(cells)]
    own = run.study.dimensions_of[names[0]]
    return {"along": sentence(", ".join(own)), "heads": [sentence(label(name)) for name in names], "rows": lines}


def grid_of_paths(run: Run, name: str) -> dict[str, Any]:
    """A target, its paths side by side: a row a label along them."""
    paths = run.by_path(name)
    labels = dict.fromkeys(label for rows in paths.values() for label in rows)
    lines = [[each, [grid_cell(run, rows[each]) if each in rows else [] for rows in paths.values()]] for each in labels]
    return {"along": sentence(label(name)), "heads": list(paths), "rows": lines}


def grid_cell(run: Run, row: str) -> list[str]:
    """The median of a row and its 90 % interval, of an event its probability; nothing where the row has no figure."""
    if row in run.missing:
        return []
    if run.is_event(row):
        return [statistic(run, row, "mean"), f"± {amount(run.summary[row].errors['mean'], 'share', digits=1)}"]
    low, middle, high = (statistic(run, row, word) for word in ("p5", "p50", "p95"))
    return [middle] if run.summary[row].values["sd"] == 0 else [middle, f"{low} to {high}"]


def told_input(prior: Prior) -> list[dict[str, Any]]:
    """An input, row by row: its distribution drawn small, its percentiles, unit, source and note."""
    entry, out = prior.entry, []
    if prior.known and prior.labels:
        known = [row.median for row in prior.distributions if np.isfinite(row.median)]
        ends = [amount(end, entry.unit) for end in (min(known), max(known))]
        told = [f"{len(known)} known values", f"{ends[0]} to {ends[1]}"]
        words = {"name": label(prior.name), "family": "column", "unit": entry.unit, "figures": told, "outline": []}
        return [words | {"source": entry.source, "note": entry.note}]
    triples = zip(prior.labels or ("",), prior.distributions, prior.bests, strict=True)
    rows = [row for row in triples if np.isfinite(row[1].median)]
    shown = rows if len(rows) <= MOST else rows[:3]
    for i, (row, distribution, stated) in enumerate(shown):
        digits = 8 if prior.known else 3
        percentiles = [amount(float(distribution.quantile(p)), entry.unit, digits=digits) for p in (0.05, 0.5, 0.95)]
        best = [] if stated is None else [f"best {amount(stated, entry.unit)}"]
        out.append(
            {
                "name": label(prior.name) + (f" [{row}]" if row else ""),
                "family": entry.__struct_config__.tag,
                "unit": entry.unit,
                "figures": percentiles[1:2] if prior.known else percentiles + best,
                "outline": [] if prior.known else shape.outline(distribution),
                "source": "as above" if i else entry.source,
                "note": "" if i else "; ".join(filter(None, [remark(entry), entry.note])),
            }
        )
    if len(rows) > len(shown):
        out[-1]["name"] += f" and {len(rows) - len(shown)} more rows"
    return out


def told_node(run: Run, name: str) -> dict[str, str]:
    """A formula, from the node itself; what an account counts stands with the accounts."""
    node = run.study.nodes[name]
    remarks = "" if name in run.accounts else node.remarks
    return {"name": name, "formula": node.formula, "unit": node.unit, "about": node.about, "remarks": remarks}


def made(run: Run) -> list[list[str]]:
    """How the run was made, and how to make it again."""
    study, plan = run.study, run.sampler
    asked = [("draws", plan.draws, study.draws), ("seed", plan.seed, SEED), ("sampler", plan.kind, SAMPLER)]
    asked.append(("method", run.method, METHOD))
    words = ["python", "-m", "mcfrontier", "run", study.page.command]
    words += [word for name, value, default in asked if value != default for word in (f"--{name}", str(value))]
    words += [word for name, value in study.pins.items() for word in ("--set", f"{name}={value}")]
    if study.targets != tuple(study.page.words.targets):
        words += [word for name in study.targets for word in ("--target", name)]
    from_python = study.own_model or not study.page.command
    return [
        [
            "Command",
            "mcf.run(...) in Python, with priors or a model of its own" if from_python else shlex.join(words),
        ],
        ["Draws", f"{plan.draws:,}, in {RANDOMISATIONS} independent randomisations"],
        ["Sampler", {"sobol": "scrambled Sobol points", "lhs": "Latin hypercube", "random": "random"}[plan.kind]],
        ["Seed", str(plan.seed)],
        *([["Percentiles", told_integrated(run)]] if run.integrated else []),
        ["Priors", f"{files.kept(study.page.where)}, SHA-256 {study.page.digest}"],
        ["Versions", ", ".join(f"{name} {number}" for name, number in versions().items())],
    ]


def told_integrated(run: Run) -> str:
    """Which input is integrated out of the percentiles of which rows."""
    rows: dict[str, list[str]] = {}
    for row, name in run.integrated.items():
        rows.setdefault(name, []).append(label(row))
    told = "; ".join(f"of {', '.join(own)} with {label(name)} integrated out" for name, own in rows.items())
    return f"{told}; all others are order statistics" if run.counted is None else told
