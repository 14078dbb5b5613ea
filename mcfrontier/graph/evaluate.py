"""Evaluation of the graph on arrays of draws."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.graph.formula import Formula
from mcfrontier.graph.node import Node

FLOAT = np.dtype(float)  # of which numpy has one object


def evaluate(
    nodes: Mapping[str, Node],
    names: Iterable[str],
    given: Mapping[str, Array],
    dimensions: Sequence[str] = (),
    outputs: Collection[str] | None = None,
    sample: Callable[[str], Array] | None = None,
) -> dict[str, Array]:
    """Evaluate nodes on draws; returns the values of each quantity, in base units and read-only.

    A node that does not return one value for each draw is refused.

    Parameters
    ----------
    names : the nodes to evaluate, in order of evaluation
    given : the quantities that are not computed, in base units: (dimensions..., draws), with a last axis of 1 where
        nothing is uncertain
    dimensions : of the study, in the order of the leading axes
    outputs : the quantities to return, by default all; any other is released after its last use
    sample : returns the values of a quantity that is neither given nor computed; called at its first use, so that the
        working set stays in the processor's cache
    """
    names, values = tuple(names), Values(given, sample)
    after = released(names, tuple(nodes[name].needs for name in names), None if outputs is None else tuple(outputs))
    with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
        for name, unused in zip(names, after, strict=True):
            node = nodes[name]
            arguments = [values[need] for need in node.needs]
            axis = None if node.along is None else axis_of(node, dimensions)
            if axis is not None:
                arguments = [np.moveaxis(x, axis, 0) for x in arguments]
            result = call(node, arguments)
            if axis is None and type(result) is np.ndarray and result.dtype is FLOAT and same_shape(result, arguments):
                x = result
            else:
                shapes = tuple(y.shape for y in arguments) or ((1,) * (len(dimensions) + 1),)
                if isinstance(node.function, Formula) and node.reduced:
                    shapes = (np.asarray(result).shape,)  # it keeps the axis of a dimension that it works along
                x = check_result(name, result, result_shape(shapes, axis is not None))
                x = x if axis is None else np.expand_dims(x, axis)
            x.setflags(write=False)
            values[name] = x
            for need in unused:
                del values[need]
    return values if outputs is None else {name: values[name] for name in outputs}


class Values(dict[str, Array]):
    """Values by name; a missing one is sampled at its first use."""

    def __init__(self, given: Mapping[str, Array], sample: Callable[[str], Array] | None) -> None:
        super().__init__(given)
        self.sample = sample
        for x in given.values():
            x.flags.writeable = False  # a node that works in place would change the arguments of other nodes

    def __missing__(self, name: str) -> Array:
        if self.sample is None:
            raise KeyError(name)
        x = self[name] = self.sample(name)
        x.setflags(write=False)
        return x


@lru_cache(maxsize=64)
def released(
    names: tuple[str, ...], needs: tuple[tuple[str, ...], ...], outputs: tuple[str, ...] | None
) -> tuple[tuple[str, ...], ...]:
    """The quantities that can be released after each node, in order of evaluation; none where `outputs` is None."""
    if outputs is None:
        return ((),) * len(names)
    last = {need: name for name, own in zip(names, needs, strict=True) for need in own}
    return tuple(tuple(need for need, after in last.items() if after == name and need not in outputs) for name in names)


def same_shape(x: Array, arguments: list[Array]) -> bool:
    """Whether there are arguments, and all of them have the shape of x."""
    for argument in arguments:
        if argument.shape != x.shape:
            return False
    return bool(arguments)


@lru_cache(maxsize=1024)
def result_shape(shapes: tuple[tuple[int, ...], ...], along: bool) -> tuple[int, ...]:
    """The shape of a node's result from those of its arguments, without their first axis if it works along one."""
    return np.broadcast_shapes((1,), *(shape[along:] for shape in shapes))


def axis_of(node: Node, dimensions: Sequence[str]) -> int | None:
    """The axis that a node works along."""
    if node.along is None:
        return None
    if node.along not in dimensions:
        raise InputError(f"node {node.name}: works along '{node.along}', a dimension that the study does not have")
    return list(dimensions).index(node.along)


def call(node: Node, arguments: Sequence[object]) -> object:
    """Call a node's function. An exception that it raises keeps its traceback, and names the node in a note."""
    try:
        return node.function(*arguments)
    except Exception as problem:
        problem.add_note(f"in node {node.name}, called with {', '.join(node.needs) or 'nothing'}")
        raise


def check_result(name: str, result: object, shape: tuple[int, ...]) -> Array:
    """The result of a node as an array of floats; refused unless it has one value for each draw."""
    x = np.asarray(result)
    if x.shape == shape and x.dtype == float:
        return x
    if x.shape == (1, *shape):  # a node along a dimension, with arguments that do not vary along it
        x = x[0]
    if x.dtype.kind not in "fiub":
        raise InputError(f"node {name}: yields {kind(result)}; return a number or an array of numbers")
    if not x.shape and shape[-1] == 1:
        x = x.reshape(shape)
    if x.shape != shape:
        raise InputError(
            f"node {name}: yields an array of shape {x.shape} from draws of shape {shape}; return one value for each "
            "draw, without sums, means or selections over the draws"
        )
    return x.astype(float, copy=False)


def kind(result: object) -> str:
    """The type of a result, for messages."""
    return "nothing" if result is None else f"a {type(result).__name__}"
