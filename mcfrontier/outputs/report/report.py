"""report.pdf: the results of a run for policy analysts. This module collects the texts and figures; report.typ is the
layout."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mcfrontier.analysis.estimates import density
from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.core.formatting import amount, label, sentence
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.version import versions
from mcfrontier.outputs.figures import FIGURES, FRONT
from mcfrontier.outputs.report.decision import decision_text
from mcfrontier.outputs.report.front import answer, disclosed_text, facts, front_rows, front_table
from mcfrontier.outputs.report.tables import (
    evidence_table,
    formula_row,
    grid_of,
    grids_of_targets,
    input_rows,
    statistic,
    target_row,
)
from mcfrontier.outputs.report.typeset import typeset
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import findings
from mcfrontier.runs.estimates import integrated, summary
from mcfrontier.runs.headlines import MAX_HEADLINES, cost_bases
from mcfrontier.runs.recipe import METHOD, SAMPLER, SEED
from mcfrontier.sampling import SAMPLERS
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study import locate
from mcfrontier.study.describe import statements
from mcfrontier.study.expressions.beliefs import beliefs_in, values_set

LAYOUT = Path(__file__).with_name("report.typ")
MAX_DISCLOSED = 1  # disclosed figures on page 1 beside a single drawing


def write_report(run: RunCore, path: Path) -> None:
    """Typeset the report. The same run yields the same bytes: no date, no fonts of the machine."""
    drawn = draw_figures(run)
    content = contents(run)
    content["figures"] = [
        {
            "files": list(drawn[name]),
            "title": figure.title,
            "caption": figure.caption,
            "place": figure.place,
            "columns": figure.columns,
            "remarks": figure.remarks(run),
        }
        for name, figure in FIGURES.items()
    ]
    content["lead"] = lead_files(drawn, len(content["disclosed"]))
    pictures = {name: svg for files in drawn.values() for name, svg in files.items()}
    path.write_bytes(typeset(LAYOUT, content, pictures))


def draw_figures(run: RunCore) -> dict[str, dict[str, bytes]]:
    """The drawings of all figures as SVG, by name of the figure and of the file."""
    return {
        name: {f"{name}-{i}.svg": drawing.svg() for i, drawing in enumerate(figure.draw(run))}
        for name, figure in FIGURES.items()
    }


def lead_files(drawn: Mapping[str, Mapping[str, bytes]], disclosed: int) -> list[str]:
    """The files of the drawings on page 1 where no figure is placed there: see Figure.lead. None where page 1 has no
    room for a single drawing, beside the given number of disclosed figures."""
    if any(drawn[name] for name, figure in FIGURES.items() if figure.place == FRONT):
        return []
    for name, figure in FIGURES.items():
        if figure.lead and drawn[name]:
            if figure.lead == 1 and disclosed > MAX_DISCLOSED:
                return []
            return list(drawn[name])[: figure.lead if len(drawn[name]) >= figure.lead else 1]
    return []


def contents(run: RunCore) -> dict[str, Any]:
    """The contents of the report but for its figures, as JSON data for the layout."""
    study, stated, bases = run.study, run.study.file.stated, cost_bases(run)
    disclosed, known = study.file.disclosed, {*run.values, *run.rows}
    return {
        "title": study.title,
        "question": stated.question or "How much, and how uncertain?",
        "about": stated.about,
        "answer": answer(run),
        "facts": facts(run),
        "headlines": front_table(run),
        "more": sum(len(run.known_rows(name)) for name in study.targets) - len(front_rows(run)),
        "cost_bases": [cost_basis_row(run, row) for row in bases] if len(bases) <= MAX_HEADLINES else [],
        "smallest": label(smallest_basis(run)) if bases else "",
        "disclosed": [disclosed_text(run, each) for each in disclosed.values() if each.quantity in known],
        "targets": [target_row(run, name) for name in study.targets if not study.dimensions_of[name]],
        "grids": [grid_of(run, names) for names in grids_of_targets(run)],
        "events": any(study.kind(name) is EVENT for name in study.targets),
        "decision": decision_text(run),
        "evidence": evidence_table(run),
        "inputs": [row for prior in study.inputs.values() for row in input_rows(prior)],
        "assumptions": [[" ~ ".join(map(label, key.split(" ~ "))), text] for key, text in statements(study)],
        "nodes": [formula_row(run, name) for name in study.order],
        "provenance": provenance(run),
        "notes": findings(run),
    }


def smallest_basis(run: RunCore) -> str:
    """The cost basis with the smallest median."""
    return min(cost_bases(run), key=lambda row: summary(run)[row].values["p50"])


def cost_basis_row(run: RunCore, row: str) -> dict[str, Any]:
    """A row of the comparison of cost bases: its median, its description, and p5, p50 and p95 of its ratio to the
    smallest; no ratio for the smallest itself, or where that may be near 0."""
    name, least = run.rows[row][0], smallest_basis(run)
    ratios: list[float] = []
    if row != least and summary(run)[least].values["p1"] > 0:
        ordered = np.sort(run.samples(row) / run.samples(least))
        ratios = density.nearest_quantiles(ordered, np.array(SUMMARY_LEVELS)).tolist()
    return {
        "name": sentence(label(row)),
        "median": statistic(run, row, "p50"),
        "about": run.study.about(name),
        "remarks": run.study.nodes[name].remarks if name in run.study.order else "",
        "ratio": [amount(ratio, "1", 0.001 * ratio, 2) for ratio in ratios],
    }


def provenance(run: RunCore) -> list[list[str]]:
    """The settings of the run, and the command that reproduces it."""
    study, plan = run.study, run.sampler
    settings = [("draws", plan.draws, study.draws), ("seed", plan.seed, SEED), ("sampler", plan.kind, SAMPLER)]
    settings += [("nested-seed", plan.nested_seed, None), ("method", run.method, METHOD)]
    settings += [("points", run.points, None), ("as-of", study.file.as_of, None), ("table", study.file.table, "")]
    words = ["python", "-m", "mcfrontier", "run", study.file.command]
    words += [word for name, value, default in settings if value != default for word in (f"--{name}", str(value))]
    words += [word for name, value in values_set(study.pins).items() for word in ("--set", f"{name}={value}")]
    words += [word for name, text in beliefs_in(study.pins).items() for word in ("--prior", f"{name} = {text}")]
    words += [word for text in study.given if text not in study.file.given for word in ("--given", text)]
    if study.targets != tuple(study.file.stated.targets):
        words += [word for name in study.targets for word in ("--target", name)]
    from_python = study.own_model or not study.file.command
    command = "mcf.run(...) in Python, with priors or a model defined there" if from_python else shlex.join(words)
    return [
        ["Command", command],
        ["Draws", f"{plan.draws:,}, in {RANDOMISATIONS} independent randomisations{draws_left(run)}"],
        ["Sampler", f"{SAMPLERS[plan.kind].label}: {SAMPLERS[plan.kind].text}"],
        ["Seed", str(plan.seed)],
        *([["As of", f"{study.file.as_of}: tables of facts as known on that day"]] if study.file.as_of else []),
        *([["Percentiles", conditional_text(run)]] if integrated(run) else []),
        ["Priors", f"{locate.portable_path(study.file.where)}, SHA-256 {study.file.digest}"],
        ["Versions", ", ".join(f"{name} {number}" for name, number in versions().items())],
    ]


def draws_left(run: RunCore) -> str:
    """The number of draws that evidence or conditions leave; "" without any."""
    return f"; the effective sample size is {run.effective:,.0f}" if run.resampled else ""


def conditional_text(run: RunCore) -> str:
    """Which input is integrated out of the percentiles of which rows."""
    rows: dict[str, Sequence[str]] = {}
    for row, name in integrated(run).items():
        rows[name] = [*rows.get(name, []), label(row)]
    text = "; ".join(f"of {', '.join(own)} with {label(name)} integrated out" for name, own in rows.items())
    return f"{text}; all others are order statistics" if run.counted is None else text
