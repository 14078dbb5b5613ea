"""Sums that do not depend on the order in which their parts arrive, along a fixed binary tree.

A floating-point sum depends on the order of its terms. Here part i of 0, 1, 2, ... is added to its neighbour, this pair
to the neighbouring pair, and so on, as soon as both are available, whatever the order in which workers computed them.
"""

from __future__ import annotations

from typing import Any, TypeVar

from mcfrontier.core.arrays import extremes_allowed

Part = TypeVar("Part", bound=Any)  # an array, or another object with a sum
Nodes = dict[tuple[int, int], Part]  # (level, place): the sum of 2^level parts


@extremes_allowed()
def add(nodes: Nodes[Part], part: Part, place: int, level: int = 0) -> None:
    """Add the sum of 2^level parts at its place, and combine all neighbours that are now available."""
    while (level, place ^ 1) in nodes:
        other = nodes.pop((level, place ^ 1))
        part = other + part if place % 2 else part + other
        level, place = level + 1, place // 2
    nodes[level, place] = part


def merge(nodes: Nodes[Part], added: Nodes[Part]) -> None:
    """Add the sums of another tree to a tree."""
    for (level, place), part in added.items():
        add(nodes, part, place, level)


@extremes_allowed()
def total(nodes: Nodes[Part]) -> Part:
    """The sum of all parts. Sums without a neighbour are added from the smallest to the largest."""
    parts = [part for _, part in sorted(nodes.items())]
    found = parts[0]
    for part in parts[1:]:
        found = part + found
    return found
