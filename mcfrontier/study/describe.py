"""What is read off a study: its cost bases and their components, its paths, its statements, its dependencies, its
content as a whole."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np

from mcfrontier.core.kinds import MONEY
from mcfrontier.graph import Node
from mcfrontier.study import money
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study

LEVELS = {"p5": 0.05, "p50": 0.5, "p95": 0.95}  # of an input


def cost_targets(study: Study) -> tuple[str, ...]:
    """The targets that are amounts of money in the currency of the first of them."""
    amounts = [name for name in study.targets if study.kind(name) is MONEY and "/" not in study.unit(name)]
    return tuple(name for name in amounts if study.unit(name) == study.unit(amounts[0]))


def cost_components(study: Study) -> dict[str, dict[str, str]]:
    """The cost components among the targets, by cost basis: {"upfront_cost": {"staff": "upfront_staff_share"}}.

    The share named `upfront_staff_share` is the component `staff` of the base `upfront_cost`: see model/shares.py.
    """
    found: dict[str, dict[str, str]] = {}
    for base in cost_targets(study):
        head = f"{base.removesuffix('_cost')}_"
        for name in study.targets:
            if name.startswith(head) and name.endswith("_share"):
                found.setdefault(base, {})[name.removeprefix(head).removesuffix("_share")] = name
    return found


def path_of(study: Study, name: str) -> str:
    """The dimension along which a quantity is a path, whose labels are three or more increasing numbers, such as years:
    the last one of this kind, or "" where there is none."""
    own = reversed(study.dimensions_of[name])
    return next((each for each in own if increasing(study.file.dimensions[each])), "")


def increasing(labels: Sequence[str]) -> bool:
    """Whether labels are three or more increasing numbers."""
    with suppress(ValueError):
        return len(labels) > 2 and all(one < other for one, other in pairwise(map(float, labels)))
    return False


def row_index(study: Study, row: str) -> int:
    """The index of a row of an input among its labels; 0 where it has none."""
    return max(study.rows[row][1], default=0)


def statements(study: Study) -> list[tuple[str, str]]:
    """The statements beside the inputs, as (name, text): correlations, evidence, the decision, how the
    question resolves."""
    file, names = study.file, {prior.name for prior in study.uncertain}
    pairs = [(" ~ ".join(pair), value) for pair, value in file.correlation.pairs.items() if {*pair} <= names]
    kind = f"{file.correlation.kind} correlation"
    found = [(pair, f"{kind} {value:+g}" if value else "independent of each other") for pair, value in pairs]
    paths = [(p.name, p.entry.autocorrelation) for p in study.uncertain if p.entry.autocorrelation is not None]
    found += [(name, f"each row with the next: {kind} {value:+g}") for name, value in paths]
    for key, seen in study.evidence.items():
        text = f"{seen.quantity}: {seen.p5:g} to {seen.p95:g} {seen.unit}{seen.doubt}; {seen.source}"
        found.append((f"evidence {key}", text))
    found += [("given", text) for text in study.given]
    if stated := file.decision:
        text = f"act if {stated.quantity} lies {stated.act} {stated.threshold:g} {stated.unit}"
        found.append(("decision", text))
    if stated_resolution := file.stated.resolution:
        keys = [stated_resolution.get(key) for key in ("quantity", "threshold")]
        each = zip(*(value if isinstance(value, list) else [value] for value in keys), strict=False)
        text = " and ".join(f"{quantity} > {threshold}" for quantity, threshold in each)
        found.append(("resolution", f"{text}, by what {stated_resolution.get('publisher')} publishes"))
    return found


def input_rows(prior: Prior) -> Iterator[tuple[str, dict[str, float], float | None]]:
    """The rows of an input that are not missing by design: name, p5, p50 and p95, and best guess, in its unit."""
    for name, row, best in zip(prior.row_names, prior.distributions, prior.best_guesses, strict=True):
        if not math.isnan(row.median):
            yield name, dict(zip(LEVELS, row.ppf(np.array([*LEVELS.values()])).tolist(), strict=True)), best


def content(study: Study) -> dict[str, Any]:
    """A study as JSON values: its statements, the rows of its inputs, and its nodes in order of evaluation."""
    stated = study.file.stated
    days = {key: day and day.isoformat() for key, day in (("date", stated.date), ("price_date", stated.price_date))}
    return {
        "name": study.name,
        "file": study.file.where,
        **{key: getattr(stated, key) for key in ("title", "question", "about", "price_year", "rent_term")},
        **days,
        "precision": study.file.precision,
        "targets": list(study.targets),
        "inputs": [row for prior in study.inputs.values() for row in input_content(prior)],
        "statements": [{"name": name, "text": text} for name, text in statements(study)],
        "nodes": [node_content(study, name) for name in study.order],
        "notes": list(study.notes),
    }


def input_content(prior: Prior) -> list[dict[str, Any]]:
    """The rows of an input as JSON values."""
    entry = prior.entry
    texts = {"source": entry.source, "note": entry.note, "remark": entry.remark(), "money": money.text(prior)}
    head = {"family": entry.__struct_config__.tag, "known": prior.known, "unit": entry.unit, "file": prior.where}
    return [
        {"name": name, "quantity": prior.name, **head, **levels, "best": best, **texts}
        for name, levels, best in input_rows(prior)
    ]


def node_content(study: Study, name: str) -> dict[str, Any]:
    """A node as JSON values."""
    node = study.nodes[name]
    texts = {key: getattr(node, key) for key in ("formula", "about", "remarks")}
    flags = {"event": node.event, "target": name in study.targets}
    return {"name": name, "unit": node.unit, **flags, "needs": list(node.needs), **texts}


def descendants(study: Study, name: str) -> list[str]:
    """The nodes that depend on a quantity, in order of evaluation."""
    found = {name}
    for node in study.order:
        if not found.isdisjoint(study.nodes[node].needs):
            found.add(node)
    return [node for node in study.order if node in found]


def ancestor_rows(
    nodes: Mapping[str, Node], inputs: Mapping[str, Prior], name: str, labels: Mapping[str, str]
) -> list[str]:
    """The rows of uncertain inputs, "price" or "price[A100]", on which a row of a quantity can depend.

    `labels` has the label of the row along each of its dimensions. The row depends on the row of an input with the same
    label along a common dimension, and on all rows where a node in between works along that dimension.
    """
    pending, seen = [(name, frozenset(labels.items()))], set()
    found: dict[str, set[str]] = {}
    while pending:
        step = pending.pop()
        if step in seen:
            continue
        seen.add(step)
        name, at = step
        if name in inputs:
            here = {label for dimension, label in at if dimension == inputs[name].entry.by}
            found.setdefault(name, set()).update(here or inputs[name].labels)
        else:
            remaining = frozenset(pair for pair in at if pair[0] not in nodes[name].reduced)
            pending += [(need, remaining) for need in nodes[name].needs]
    uncertain = [prior for prior in inputs.values() if prior.name in found and not prior.known]
    return [row for prior in uncertain for row in rows_at(prior, found[prior.name])]


def rows_at(prior: Prior, labels: Collection[str]) -> list[str]:
    """The names of the rows of an input at some labels, without rows that have no figure."""
    if not prior.labels:
        return [prior.name]
    pairs = zip(prior.labels, prior.distributions, strict=True)
    return [f"{prior.name}[{label}]" for label, row in pairs if label in labels and not np.isnan(row.median)]
