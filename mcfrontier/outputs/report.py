"""report.pdf: what the run says, for a reader who decides something with it.

This file gathers the words and figures; report.typ lays them out.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier.analysis import shape
from mcfrontier.outputs.manifest import versions
from mcfrontier.priors import Disclosed, Prior
from mcfrontier.results import Run
from mcfrontier.study import DRAWS, SAMPLER, SEED
from mcfrontier.wording import figure, label, ordinal, sentence


def write_report(run: Run, path: Path) -> None:
    """Typeset the report. The same run gives the same bytes: no date, no fonts of the machine."""
    import typst

    from mcfrontier.figures import FIGURES

    files, figures = {"main.typ": Path(__file__).with_name("report.typ").read_bytes()}, {}
    for draw in FIGURES:
        drawn = {f"{draw.__name__}-{i}.svg": svg(one) for i, one in enumerate(draw(run))}
        figures[draw.__name__] = {"files": list(drawn), "caption": " ".join(draw.__doc__.split())}
        files |= drawn
    files["data.json"] = json.dumps(contents(run) | {"figures": figures}).encode()
    path.write_bytes(typst.compile(files, ignore_system_fonts=True))


def svg(drawn: Any) -> bytes:
    """A figure as SVG, its text kept as text."""
    out = io.BytesIO()
    drawn.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return out.getvalue()


def contents(run: Run) -> dict[str, Any]:
    """All that the report says, ready to be laid out."""
    study, words = run.study, run.study.page.words
    return {
        "title": study.title,
        "question": words.question or f"What is known of {study.title}, and how well?",
        "about": words.about,
        "answer": answer(run),
        "facts": facts(run),
        "accounts": [account(run, name) for name in run.accounts],
        "disclosed": [told_disclosure(run, fig) for fig in study.page.disclosed.values() if fig.quantity in run.values],
        "targets": [target for name in study.targets for target in rows_of_target(run, name)],
        "inputs": [told_input(prior) for prior in study.inputs.values()],
        "nodes": [told_node(run, name) for name in study.order],
        "made": made(run),
        "notes": run.notes,
    }


def answer(run: Run) -> str:
    """The study's answer in a sentence or two."""
    study, head = run.study, run.study.targets[0]
    if head not in run.summary:
        return f"{sentence(label(head))} of {study.title}: see the table of targets, which has a row for each label."
    p5, p50, p95 = (money(run, head, word) for word in ("p5", "p50", "p95"))
    if p5 == p95:
        return f"{sentence(label(head))} of {study.title}: {p50}, with nothing left uncertain."
    told = f"{sentence(label(head))} of {study.title}: {p50}, and with 90 % probability between {p5} and {p95}."
    others = [name for name in run.accounts if name != head]
    if head not in run.accounts or not others:
        return told
    medians = {name: run.summary[name][1]["p50"] for name in others}
    low, high = min(medians, key=medians.get), max(medians, key=medians.get)
    ends = [f"{money(run, name, 'p50')} ({label(name)})" for name in dict.fromkeys((low, high))]
    return f"{told} Counted in other ways, the same run came to {' to '.join(ends)}."


def money(run: Run, name: str, word: str) -> str:
    """A statistic of a quantity as it is told."""
    unit, values, errors = run.summary[name]
    return figure(values[word], unit, errors[word])


def facts(run: Run) -> list[list[str]]:
    """What page 1 says beside the figures: the price year, the date, the assumption it hangs on most."""
    words, head = run.study.page.words, run.study.targets[0]
    told = []
    if words.price_year:
        told.append(["Prices", f"of {words.price_year}, not adjusted for inflation"])
    if words.date:
        told.append(["Priors", f"as of {words.date.day} {words.date:%B %Y}, in {run.study.page.where}"])
    if head in run.summary:
        names, ends, _, _ = run.swings(head)
        if names:
            unit = run.study.unit(head)
            low, high = (figure(float(end), unit) for end in ends[0])
            hangs = f"{label(names[0])}: from its p5 to its p95 it alone moves the {label(head)} from {low} to {high}"
            told.append(["Hangs most on", hangs])
    return told


def account(run: Run, name: str) -> dict[str, Any]:
    """A row of the accounts: its percentiles, what it counts, and how many times the smallest it is."""
    study = run.study
    smallest = min(run.accounts, key=lambda other: run.summary[other][1]["p50"])
    ratios = []
    if name != smallest and run.summary[smallest][1]["p1"] > 0:
        ratios = shape.at(np.sort(run.told(name) / run.told(smallest), axis=None), np.array([0.05, 0.5, 0.95]))
    names = run.swings(name)[0]
    node = study.nodes.get(name)
    return {
        "name": sentence(label(name)),
        "figures": [money(run, name, word) for word in ("p5", "p50", "p95")],
        "about": study.about(name),
        "remarks": node.remarks if node and name not in study.inputs else "",
        "hangs": label(names[0]) if names else "nothing uncertain",
        "ratio": [figure(float(ratio), "1", 0.001 * float(ratio), 2) for ratio in ratios],
        "smallest": label(smallest),
    }


def told_disclosure(run: Run, disclosed: Disclosed) -> str:
    """A disclosed figure and the percentile it falls in."""
    percentile = run.percentile_of(disclosed.quantity, disclosed.value, disclosed.unit)
    bound = "" if disclosed.bound == "about" else f"{disclosed.bound} "
    return (
        f"{bound}{figure(disclosed.value, disclosed.unit)} of {label(disclosed.quantity)} ({disclosed.source}). "
        f"This is the {ordinal(round(percentile))} percentile of this study, which did not use it."
    )


def rows_of_target(run: Run, name: str) -> list[dict[str, Any]]:
    """The rows of a target in the table: its percentiles with their errors."""
    out = []
    for row, (unit, values, errors) in run.summary.items():
        if row == name or row.startswith(f"{name}["):
            words = ("p5", "p25", "p50", "p75", "p95")
            cells = [[figure(values[w], unit, errors[w]), figure(errors[w], unit, digits=1)] for w in words]
            if all(errors[w] == 0 for w in words):
                cells = [[cell, ""] for cell, _ in cells]
            out.append({"name": sentence(label(row)), "cells": cells})
    return out


def told_input(prior: Prior) -> dict[str, Any]:
    """An input: its distribution drawn small, its percentiles, unit, source and note."""
    entry, first = prior.entry, prior.distributions[0]
    percentiles = [figure(float(first.quantile(p)), entry.unit) for p in (0.05, 0.5, 0.95)]
    return {
        "name": label(prior.name),
        "family": entry.__struct_config__.tag,
        "unit": entry.unit,
        "figures": percentiles[1:2] if prior.known else percentiles,
        "outline": [] if prior.known else shape.outline(first),
        "rows": f"first of {len(prior.labels)} rows, {prior.labels[0]}" if prior.labels else "",
        "source": entry.source,
        "note": entry.note,
        "where": prior.where,
    }


def told_node(run: Run, name: str) -> dict[str, str]:
    """A formula, from the node itself."""
    node = run.study.nodes[name]
    formula = node.formula or f"of {', '.join(node.needs)}"
    return {"name": name, "formula": formula, "unit": node.unit, "about": node.about, "remarks": node.remarks}


def made(run: Run) -> list[list[str]]:
    """How the run was made, and how to make it again."""
    study, plan = run.study, run.sampler
    asked = [("draws", plan.draws, DRAWS), ("seed", plan.seed, SEED), ("sampler", plan.kind, SAMPLER)]
    command = ["python -m mcfrontier run", study.name]
    command += [f"--{word} {value}" for word, value, default in asked if value != default]
    command += [f"--set {name}={value}" for name, value in study.pins.items()]
    if study.targets != tuple(study.page.words.targets):
        command += [f"--target {name}" for name in study.targets]
    return [
        ["Command", " ".join(command)],
        ["Draws", f"{plan.draws:,}, in 16 independent randomisations"],
        ["Sampler", {"sobol": "scrambled Sobol points", "lhs": "Latin hypercube", "random": "random"}[plan.kind]],
        ["Seed", str(plan.seed)],
        ["Priors", f"{study.page.where}, SHA-256 {study.page.digest}"],
        ["Versions", ", ".join(f"{name} {number}" for name, number in versions().items())],
    ]
