"""The nodes that the targets need, in order of evaluation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.graph.node import Node

Files = Mapping[str, tuple[str, Sequence[str]]]  # by quantity: its unit, and the names of the files that state it
MAX_MISSING, MAX_FILES = 36, 2  # missing quantities that a message lists, and files for each


def order(
    nodes: Mapping[str, Node], given: Collection[str], targets: Iterable[str], stated_in: Callable[[], Files] = dict
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sort the part of the graph that the targets need: the names of `given` in it, and the nodes in order of
    evaluation.

    `given` are the quantities that are not computed; one of these overrides the node of its name. `stated_in` returns
    the files that state quantities, for the message on those that are neither given nor nodes. These are refused, all
    in one message, and so are nodes that depend on each other in a cycle.
    """
    needs, missing = needs_of(nodes, given, targets)
    if missing:
        raise InputError(missing_text(missing, {*nodes, *given}, stated_in()))
    try:
        found = sorted_names(tuple(needs.items()))
    except CycleError as cycle:
        raise InputError(
            f"node {cycle.args[1][0]}: depends on itself, {' <- '.join(cycle.args[1])}; state one of them"
        ) from None
    return tuple(n for n in found if n in given), tuple(n for n in found if n not in given)


def computable(nodes: Mapping[str, Node], given: Collection[str], target: str) -> bool:
    """Whether `order` sorts the part of the graph that a target needs."""
    needs, missing = needs_of(nodes, given, (target,))
    try:
        return not missing and bool(sorted_names(tuple(needs.items())))
    except CycleError:
        return False


def needs_of(
    nodes: Mapping[str, Node], given: Collection[str], targets: Iterable[str]
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """What each quantity that the targets need is computed from, and those that are neither given nor nodes, each with
    the node that needs it, "" for a target."""
    needs: dict[str, tuple[str, ...]] = {}
    missing: dict[str, str] = {}
    pending = [(target, "") for target in reversed(list(targets))]
    while pending:
        name, user = pending.pop()
        if name in needs:
            continue
        if name not in given and name not in nodes:
            missing.setdefault(name, user)
            continue
        needs[name] = () if name in given else nodes[name].needs
        pending += [(need, name) for need in reversed(needs[name])]
    return needs, missing


@lru_cache(maxsize=64)
def sorted_names(needs: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    """Names, each after those that it needs."""
    return tuple(TopologicalSorter(dict(needs)).static_order())


def missing_text(missing: Mapping[str, str], known: Collection[str], files: Files) -> str:
    """The message on quantities that are neither given nor nodes, each with the node that needs it, "" for a target."""
    needed = {name: f"node {user} needs" if user else "the targets need" for name, user in missing.items()}
    stated = {name: f"stated in {', '.join(files[name][1][:MAX_FILES])}" for name in missing if name in files}
    named = {name: f"{name} [{files[name][0]}]" if name in files and files[name][0] else name for name in missing}
    if len(missing) == 1:
        ((name, user),) = missing.items()
        hint = f"; {stated[name]}" if name in stated else suggest(name, known)
        itself = f", or {user} itself" if user else ""
        problem = f"{needed[name]} it, and there is neither an entry nor a node of that name"
        return f"{named[name]}: {problem}; state it{itself}{hint}"
    reasons = {name: "; ".join([f"{needed[name]} it", *([stated[name]] if name in stated else [])]) for name in missing}
    each = [f"{named[name]} ({reason})" for name, reason in reasons.items()]
    more = [f"and {len(each) - MAX_MISSING} more"] if len(each) > MAX_MISSING else []
    listed = ", ".join(each[:MAX_MISSING] + more)
    remedy = "state each, or the quantity that needs it, or extend a file that does"
    return f"{len(missing)} quantities have neither an entry nor a node: {listed}; {remedy}"
