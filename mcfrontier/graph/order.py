"""The nodes that the targets need, in order of evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.graph.node import Node


def order(
    nodes: Mapping[str, Node], given: Collection[str], targets: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort the part of the graph that the targets need.

    Parameters
    ----------
    nodes : mapping of str to Node
        The graph.
    given : collection of str
        The quantities that are not computed; one of these overrides the node of its name.
    targets : iterable of str
        The quantities to evaluate.

    Returns
    -------
    tuple of (tuple of str, tuple of str)
        The names of `given` that the targets need, and the nodes in order of evaluation.

    Raises
    ------
    InputError
        If a quantity is neither given nor a node, or if nodes depend on each other in a cycle.
    """
    needs: dict[str, tuple[str, ...]] = {}
    pending = [(target, "") for target in reversed(list(targets))]
    while pending:
        name, user = pending.pop()
        if name in needs:
            continue
        if name not in given and name not in nodes:
            raise InputError(
                f"{name}: {f'node {user} needs' if user else 'the targets need'} it, and there is neither an entry nor "
                f"a node of that name; state it{f', or {user} itself' if user else ''}{suggest(name, {*nodes, *given})}"
            )
        needs[name] = () if name in given else nodes[name].needs
        pending += [(need, name) for need in reversed(needs[name])]
    try:
        found = tuple(TopologicalSorter(needs).static_order())
    except CycleError as cycle:
        raise InputError(
            f"node {cycle.args[1][0]}: depends on itself, {' <- '.join(cycle.args[1])}; state one of them"
        ) from None
    return tuple(n for n in found if n in given), tuple(n for n in found if n not in given)
