"""The content of a page: everything that its script computes with and displays, as JSON."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

from mcfrontier import graph
from mcfrontier.core import units
from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.formatting import label
from mcfrontier.core.jsontext import finite
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.printable import HIDDEN_OR_BREAK, json_escaped, printable_values
from mcfrontier.core.version import __version__
from mcfrontier.graph.formula import Formula
from mcfrontier.outputs.page.beliefs import coded_draws, input_json
from mcfrontier.outputs.page.javascript import Converted, NotConverted
from mcfrontier.runs import conditions
from mcfrontier.runs.conditions import Condition
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import headlines
from mcfrontier.runs.recipe import SEED
from mcfrontier.sampling import SAMPLERS
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.streams import sampler
from mcfrontier.study.describe import cost_components, path_of
from mcfrontier.study.expressions.beliefs import beliefs_in, values_set
from mcfrontier.study.study import Study
from mcfrontier.study.values import central_values

Json = dict[str, Any]


@extremes_allowed()
def page_json(run: RunCore, draws: int) -> tuple[str, str]:
    """The data of a page as JSON text, and the formulas of its nodes as JavaScript."""
    study = run.study
    plan = sampler(run.sampler.kind, run.sampler.seed, draws, study.sampled, run.sampler.nested_seed)
    blocks = Blocks(study, plan, study.quantities)
    points = blocks.points(0, plan.draws)
    given = conditions.of_study(study)
    texts, functions, refused = formulas(study)
    sides = ",\n".join(f"[{Converted().formula(each.left)}, {Converted().formula(each.right)}]" for each in given)
    content = {
        **study_json(run, plan.draws),
        "inputs": {
            name: input_json(prior, [] if prior.known else points(name)) for name, prior in study.inputs.items()
        },
        "quantities": {name: quantity_json(study, name) for name in study.quantities},
        "fixed": fixed_nodes(study, blocks, refused),
        "published": {row: published(run, row) for name in study.targets for row in run.known_rows(name)},
        "given": [given_json(study, each) for each in given],
        "evidence": [evidence_json(study, key) for key in study.evidence],
        "disclosed": disclosed_json(study),
    }
    nodes = ",\n".join(f'"{name}": {text}' for name, text in texts.items())
    return script_json(content), "\n".join(
        [*functions.values(), f"const FORMULAS = {{\n{nodes}\n}};", f"const CONDITIONS = [{sides}];"]
    )


def study_json(run: RunCore, draws: int) -> Json:
    """What identifies the study and its run, its targets and its dimensions."""
    study, file, plan = run.study, run.study.file, run.sampler
    words = [("seed", plan.seed, SEED), ("sampler", plan.kind, "sobol"), ("nested-seed", plan.nested_seed, None)]
    words += [("as-of", file.as_of, None), ("table", file.table, "")]
    options = [shlex.join([f"--{word}", str(value)]) for word, value, default in words if value != default]
    pins = {name: shlex.join(["--set", f"{name}={value}"]) for name, value in values_set(study.pins).items()}
    pins |= {name: shlex.join(["--prior", f"{name} = {text}"]) for name, text in beliefs_in(study.pins).items()}
    return {
        "study": study.name,
        "title": study.title,
        "question": file.stated.question,
        "about": file.stated.about,
        "price_year": file.stated.price_year,
        "date": file.stated.date and file.stated.date.isoformat(),
        "hash": file.digest,
        "version": __version__,
        "draws": draws,
        "run_draws": plan.draws,
        "independent": not SAMPLERS[plan.kind].quasi_random,
        "options": options,
        "pins": pins,
        "extends": study.name if file.command and not study.own_model else "",
        "targets": list(dict.fromkeys(study.targets)),
        "headlines": headlines(run),
        "components": cost_components(study),
        "dimensions": file.dimensions,
        "paths": {name: path for name in study.targets if (path := path_of(study, name))},
        "missing": sorted(run.missing),
        "order": study.order,
    }


def quantity_json(study: Study, name: str) -> Json:
    """A quantity: its unit, its dimensions, its texts, and of a node what it needs."""
    kind, node = study.kind(name), study.nodes.get(name) if name in study.order else None
    content = {
        "label": label(name),
        "unit": study.unit(name),
        "kind": kind.name,
        "log": kind.logarithmic,
        "scale": units.scale(study.unit(name)),
        "dimensions": study.dimensions_of[name],
        "about": study.about(name),
    }
    if node is None:
        return content
    return content | {
        "needs": node.needs,
        "along": next(iter(node.function.along), "") if isinstance(node.function, Formula) else node.along or "",
        "formula": node.formula,
        "remarks": node.remarks,
        "event": kind is EVENT,
        "capped": node.capped,
    }


def formulas(study: Study) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """The nodes of a study as JavaScript, the functions that these call, and why the other nodes are not converted."""
    converted, texts, refused = Converted(), {}, {}
    for name in study.order:
        node = study.nodes[name]
        try:
            texts[name] = "null" if node.alias else converted.node(node)
        except NotConverted as problem:
            refused[name] = str(problem)
    return texts, converted.functions, refused


def fixed_nodes(study: Study, blocks: Blocks, refused: Mapping[str, str]) -> Json:
    """The nodes whose formulas are not converted: their draws and central values by row, in base units, and all inputs
    behind them."""
    if not refused:
        return {}
    values = evaluate_blocks(Blocks(study, blocks.plan, tuple(refused)), blocks.plan.draws)
    centre = central_values(study)
    found: Json = {}
    for name, why in refused.items():
        rows = values[name].reshape(-1, values[name].shape[-1])
        found[name] = {
            "why": why,
            "rows": [coded_draws(row) if row.size > 1 else row.tolist() for row in rows],
            "centre": centre[name].ravel().tolist(),
            "inputs": graph.order(study.nodes, study.inputs, [name])[0],
        }
    return found


def published(run: RunCore, row: str) -> Json:
    """The figures of a run of a row, each with its Monte Carlo error."""
    found = summary(run)[row]
    return {word: [found.values[word], found.errors[word]] for word in found.kind.statistics}


def given_json(study: Study, condition: Condition) -> Json:
    """A condition that draws must meet: its text, its sign, and the rows of each side, as [quantity, labels]."""
    sign = ("<" if condition.below else ">") + "=" * (not condition.strict)
    sides = [[place_json(study, row) for row in side.needs] for side in (condition.left, condition.right)]
    return {"text": condition.text, "sign": sign, "sides": sides}


def place_json(study: Study, row: str) -> list[Any]:
    """The quantity of a row, and its index by dimension."""
    name, index = study.rows[row]
    return [name, dict(zip(study.file.dimensions, index, strict=True))]


def evidence_json(study: Study, key: str) -> Json:
    """A piece of evidence: its row, its interval on its scale, and the factor from base units to its unit."""
    seen = study.evidence[key]
    name, index = place_json(study, seen.quantity)
    return {
        "key": key,
        "quantity": name,
        "index": index,
        "interval": [seen.p5, seen.p95],
        "unit": seen.unit,
        "log": seen.logarithmic,
        "wrong": seen.chance_wrong,
        "factor": 1 / units.scale(seen.unit),
        "source": seen.source,
    }


def disclosed_json(study: Study) -> list[Json]:
    """The published figures that the study does not use, in the units of their quantities."""
    found = []
    for each in study.file.disclosed.values():
        name = each.quantity.partition("[")[0]
        if name in study.quantities:
            value = units.convert(each.value, each.unit, study.unit(name))
            found.append({"row": each.quantity, "value": value, "bound": each.bound, "source": each.source})
    return found


def script_json(content: Json) -> str:
    """JSON text for a script element: hidden characters are made visible, and none ends the element."""
    text = json.dumps(finite(printable_values(content)), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub(HIDDEN_OR_BREAK, json_escaped, text).replace("<", "\\u003c")
