"""Which quantities of a study depend on which."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from mcfrontier.graph import Node
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study


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
            remaining = frozenset(pair for pair in at if pair[0] != nodes[name].along)
            pending += [(need, remaining) for need in nodes[name].needs]
    uncertain = [prior for prior in inputs.values() if prior.name in found and not prior.known]
    return [row for prior in uncertain for row in rows_at(prior, found[prior.name])]


def rows_at(prior: Prior, labels: Collection[str]) -> list[str]:
    """The names of the rows of an input at some labels, without rows that have no figure."""
    if not prior.labels:
        return [prior.name]
    pairs = zip(prior.labels, prior.distributions, strict=True)
    return [f"{prior.name}[{label}]" for label, row in pairs if label in labels and not np.isnan(row.median)]
