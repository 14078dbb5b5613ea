"""What is read off a study: its cost bases and their components, its paths, its statements."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from mcfrontier.core.kinds import MONEY
from mcfrontier.study.study import Study


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
    """The statements beside the inputs, as (name, text): correlations, evidence, the decision."""
    file, names = study.file, {prior.name for prior in study.uncertain}
    pairs = [(" ~ ".join(pair), value) for pair, value in file.correlation.pairs.items() if {*pair} <= names]
    kind = f"{file.correlation.kind} correlation"
    found = [(pair, f"{kind} {value:+g}" if value else "independent of each other") for pair, value in pairs]
    paths = [(p.name, p.entry.autocorrelation) for p in study.uncertain if p.entry.autocorrelation is not None]
    found += [(name, f"each row with the next: {kind} {value:+g}") for name, value in paths]
    for key, seen in study.evidence.items():
        text = f"{seen.quantity}: {seen.p5:g} to {seen.p95:g} {seen.unit}; {seen.source}"
        found.append((f"evidence {key}", text))
    if stated := file.decision:
        text = f"act if {stated.quantity} lies {stated.act} {stated.threshold:g} {stated.unit}"
        found.append(("decision", text))
    return found
