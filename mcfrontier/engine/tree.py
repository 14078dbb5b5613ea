"""Sums that do not know in which order their parts came in: up a tree that is fixed by where each part belongs.

A sum of floats depends on how its terms are put together. Here part i of 0, 1, 2, ... is added to its neighbour, that
pair to the next pair, and so on, as soon as both are there: whoever worked them out, and in whatever order.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray
Nodes = dict[tuple[int, int], Array]  # (level, place): the sum of 2^level parts, arrays or what else adds up


def add(nodes: Nodes, part: Array, place: int, level: int = 0) -> None:
    """Put the sum of 2^level parts into its place, and add up what now has its neighbour."""
    while (level, place ^ 1) in nodes:
        other = nodes.pop((level, place ^ 1))
        part = other + part if place % 2 else part + other
        level, place = level + 1, place // 2
    nodes[level, place] = part


def join(nodes: Nodes, others: Nodes) -> None:
    """Put the sums of another tree into theirs."""
    for (level, place), part in others.items():
        add(nodes, part, place, level)


def total(nodes: Nodes) -> Array:
    """The sum of all parts: what has no neighbour is added from the smallest to the largest."""
    parts = [part for _, part in sorted(nodes.items())]
    found = parts[0]
    for part in parts[1:]:
        found = part + found
    return found
