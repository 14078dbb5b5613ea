"""Nodes, their order, their evaluation, and the proof of their units.

A node is a plain function. Its name is the quantity it yields; the names of its arguments say where
they come from: a prior, or another node. A prior overrules the node of its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from mcfrontier.errors import InputError, located, suggest

if TYPE_CHECKING:
    import numpy as np
    import pint

Function = TypeVar("Function", bound=Callable)


def node(
    unit: str, along: str | None = None, event: bool = False, capped: bool = False
) -> Callable[[Function], Function]:
    """Declare a function to be a node that yields `unit`, such as "USD", "chip*h", "share" or "1".

    With `along`, the node works along that dimension: it is given arrays with the dimension as their first axis, not
    a number where a row has no figure, and yields a result without it.

    An `event` yields 1 in the draws in which it happens and 0 in all others, or true and false; its unit is "share".
    It is told by its probability, the mean, where percentiles would all be 0 or 1.

    Of what is `capped` the largest value stands for all beyond, such as the last year that is looked at for later, or
    never. How many draws lie there is told.

    The function is left as it is: plain, to be called with numbers, arrays or quantities with units.
    It sees numbers in base units (h, W, USD, FLOP, chip, ...), so a formula holds no conversion.
    """
    if not isinstance(unit, str):
        raise InputError("a node's unit stands in parentheses above its function, as in @mcf.node('USD')")
    if event and unit != "share":
        raise InputError(f"an event is told by its probability, which is a share, not in {unit}; write 'share'")

    def declare(function: Function) -> Function:
        function.unit, function.along, function.event, function.capped = unit, along, event, capped
        return function

    return declare


@dataclass(frozen=True)
class Node:
    """A node: its function, the unit that is yielded, and the quantities needed."""

    name: str
    unit: str
    function: Callable
    needs: tuple[str, ...]
    along: str | None = None
    event: bool = False
    capped: bool = False

    @property
    def about(self) -> str:
        """The first line of the docstring: what the quantity is."""
        return (self.function.__doc__ or "").strip().split("\n")[0]

    @property
    def remarks(self) -> str:
        """The rest of the docstring: how, why, and the source."""
        from inspect import getdoc

        return " ".join((getdoc(self.function) or "").split("\n")[1:]).strip()

    @property
    def formula(self) -> str:
        """What the function returns, as it is written; what it is made of where the source cannot be read."""
        if stands_for := getattr(self.function, "stands_for", None):
            return stands_for
        import ast
        import inspect
        import textwrap

        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.function)))
            returns = [part.value for part in ast.walk(tree) if isinstance(part, ast.Return) and part.value]
            return ast.unparse(returns[-1])
        except (OSError, TypeError, SyntaxError, IndexError):
            return f"of {', '.join(self.needs)}"


def taken_from(name: str, unit: str, other: str, event: bool = False) -> Node:
    """A node that yields what another quantity is."""

    def same(x: Any) -> Any:
        return x

    same.stands_for = other
    same.__doc__ = f"In this study the same as {other}."
    return Node(name, unit, same, (other,), event=event)


def nodes_of(model: ModuleType | Iterable[Callable] | Callable) -> dict[str, Node]:
    """The nodes of a module, of a package of modules, of a list of functions, or of one, by name."""
    one = [model] if isinstance(model, FunctionType) else model
    functions = functions_in(one) if isinstance(one, ModuleType) else list(one)
    nodes: dict[str, Node] = {}
    for function in functions:
        new = read(function)
        if new.name in nodes:
            places = " and ".join(f.__module__ for f in (nodes[new.name].function, function))
            raise InputError(f"node {new.name}: defined twice, in {places}; rename or delete one")
        nodes[new.name] = new
    return nodes


def functions_in(module: ModuleType) -> list[Callable]:
    """The node functions that a module, or any module of a package, defines itself."""
    modules = [module]
    if hasattr(module, "__path__"):
        from importlib import import_module
        from pkgutil import iter_modules

        modules += [import_module(f"{module.__name__}.{part.name}") for part in iter_modules(module.__path__)]
    return [
        value
        for place in modules
        for value in vars(place).values()
        if isinstance(value, FunctionType) and hasattr(value, "unit") and value.__module__ == place.__name__
    ]


def read(function: Callable) -> Node:
    """A function as a Node."""
    name = getattr(function, "__name__", repr(function))
    if name == "<lambda>":
        raise InputError("a lambda has no name, and a node is called by its name; write it with def")
    if not isinstance(function, FunctionType) or not hasattr(function, "unit"):
        raise InputError(f"{name}: not a node; put @mcf.node('unit') above the function")
    code = function.__code__
    needs = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if code.co_flags & 0x0C or function.__defaults__ or function.__kwdefaults__:  # *args, **kwargs
        raise InputError(f"node {name}: name each quantity it needs, without *, ** or defaults")
    words = {word: getattr(function, word) for word in ("along", "event", "capped") if hasattr(function, word)}
    return Node(name, function.unit, function, needs, **words)


def order(
    nodes: Mapping[str, Node], given: Collection[str], targets: Iterable[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the targets need: the names of `given` that are reached, and the nodes in order of evaluation.

    A name in `given` is an end: it overrules the node of its name.
    """
    needs: dict[str, tuple[str, ...]] = {}
    ahead = [(target, "the targets") for target in reversed(list(targets))]
    while ahead:
        name, asker = ahead.pop()
        if name in needs:
            continue
        if name not in given and name not in nodes:
            raise InputError(
                f"{name}: {asker} need{'' if asker == 'the targets' else 's'} it, and there is neither an "
                f"entry nor a node of that name; state it{or_above(asker)}{suggest(name, {*nodes, *given})}"
            )
        needs[name] = () if name in given else nodes[name].needs
        ahead += [(need, f"node {name}") for need in reversed(needs[name])]
    try:
        reached = tuple(TopologicalSorter(needs).static_order())
    except CycleError as circle:
        raise InputError(
            f"node {circle.args[1][0]}: goes in a circle, {' <- '.join(circle.args[1])}; state one of them"
        ) from None
    return tuple(n for n in reached if n in given), tuple(n for n in reached if n not in given)


def or_above(asker: str) -> str:
    """The other way to mend a missing input: state what it is for."""
    return f", or {asker.removeprefix('node ')} itself" if asker.startswith("node ") else ""


def evaluate(
    nodes: Mapping[str, Node],
    names: Iterable[str],
    given: Mapping[str, np.ndarray],
    dimensions: Sequence[str] = (),
    wanted: Collection[str] | None = None,
    drawn: Callable[[str], np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """The values of all quantities, or of those wanted: those given, and the named nodes in turn. All in base units.

    Arrays of shape (dimensions..., draws), a last axis of 1 where nothing is uncertain. A node must give a
    value for each draw, and cannot change what it is given. What is not wanted is let go once it was used, and what is
    not given is drawn when it is first needed: so what is worked on stays near the processor.
    """
    import numpy as np

    names, values, plain = tuple(names), Values(given, drawn), np.dtype(float)
    gone = let_go(names, tuple(nodes[name].needs for name in names), None if wanted is None else tuple(wanted))
    with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
        for name, done in zip(names, gone, strict=True):
            node = nodes[name]
            needed = [values[need] for need in node.needs]
            axis = None if node.along is None else axis_of(node, dimensions)
            if axis is not None:
                needed = [np.moveaxis(x, axis, 0) for x in needed]
            x = called(node, needed)
            if not (axis is None and type(x) is np.ndarray and x.dtype is plain and alike(x.shape, needed)):
                x = one_value_a_draw(name, x, shape_of(tuple(y.shape for y in needed), axis is not None))
                x = x if axis is None else np.expand_dims(x, axis)
            x.setflags(write=False)
            values[name] = x
            for need in done:
                del values[need]
    return values if wanted is None else {name: values[name] for name in wanted}


class Values(dict):
    """Values by name, those that are not there drawn when they are asked for."""

    def __init__(self, given: Mapping[str, np.ndarray], drawn: Callable[[str], np.ndarray] | None) -> None:
        super().__init__(given)
        self.drawn = drawn
        for x in given.values():
            x.flags.writeable = False  # a node that works in place would change what others see

    def __missing__(self, name: str) -> np.ndarray:
        if self.drawn is None:
            raise KeyError(name)
        x = self[name] = self.drawn(name)
        x.setflags(write=False)
        return x


@lru_cache(maxsize=64)
def let_go(
    names: tuple[str, ...], needs: tuple[tuple[str, ...], ...], wanted: tuple[str, ...] | None
) -> tuple[tuple[str, ...], ...]:
    """What is not needed any more after each of the nodes, in order of evaluation, and is not wanted: nothing if all
    is."""
    last = {} if wanted is None else {need: name for name, own in zip(names, needs, strict=True) for need in own}
    return tuple(tuple(need for need, after in last.items() if after == name and need not in wanted) for name in names)


def alike(shape: tuple[int, ...], needed: list[np.ndarray]) -> bool:
    """Whether arrays, one or more, are all of a shape."""
    for x in needed:
        if x.shape != shape:
            return False
    return bool(needed)


@lru_cache(maxsize=1024)
def shape_of(shapes: tuple[tuple[int, ...], ...], along: bool) -> tuple[int, ...]:
    """The shape that a node makes of those it needs, their first axis left out where it works along a dimension."""
    import numpy as np

    return np.broadcast_shapes((1,), *(shape[along:] for shape in shapes))


def axis_of(node: Node, dimensions: Sequence[str]) -> int | None:
    """The axis that a node works along."""
    if node.along is None:
        return None
    if node.along not in dimensions:
        raise InputError(f"node {node.name}: works along '{node.along}', a dimension that the study does not have")
    return list(dimensions).index(node.along)


def called(node: Node, needed: list) -> object:
    """What a node's function returns. An exception of its own keeps its traceback, and tells the node."""
    try:
        return node.function(*needed)
    except Exception as problem:
        problem.add_note(f"in node {node.name}, called with {', '.join(node.needs) or 'nothing'}")
        raise


def one_value_a_draw(name: str, result: object, shape: tuple[int, ...]) -> np.ndarray:
    """The result of a node as an array, refused unless it has a value for each draw it was given."""
    import numpy as np

    x = np.asarray(result)
    if x.shape == shape and x.dtype == float:
        return x
    if x.shape == (1, *shape):  # a node along a dimension, of what does not run along it
        x = x[0]
    if x.dtype.kind not in "fiub":
        raise InputError(f"node {name}: yields {kind(result)}; return a number or an array of numbers")
    if not x.shape and shape[-1] == 1:
        x = x.reshape(shape)
    if x.shape != shape:
        raise InputError(
            f"node {name}: yields an array of shape {x.shape} from draws of shape {shape}; a node gives one value "
            "for each draw, so no sums, means or choices over draws"
        )
    return x.astype(float, copy=False)


def kind(result: object) -> str:
    """What a node returned, in words."""
    return "nothing" if result is None else f"a {type(result).__name__}"


def prove_units(
    nodes: Mapping[str, Node],
    names: Iterable[str],
    given: Mapping[str, tuple[np.ndarray, str]],
    dimensions: Sequence[str] = (),
) -> None:
    """Evaluate the graph once on numbers that carry units; a node whose units do not fit is refused by name.

    `given` holds (array in base units, unit) of every quantity that is not computed.
    """
    import numpy as np

    from mcfrontier import units

    quantity = units.registry().Quantity
    values = {
        name: quantity(value, (1 * units.parse(unit)).to_root_units().units) for name, (value, unit) in given.items()
    }
    for name in names:
        node = nodes[name]
        axis = axis_of(node, dimensions)
        needed = [values[need] for need in node.needs]
        if axis is not None:
            needed = [quantity(np.moveaxis(x.magnitude, axis, 0), x.units) for x in needed]
        with located(f"node {name}"), np.errstate(all="ignore"):
            x = proved(node, needed)
        if axis is not None:
            kept = x.magnitude[0] if np.ndim(x.magnitude) == len(dimensions) + 1 else x.magnitude
            x = quantity(np.expand_dims(kept, axis), x.units)
        values[name] = x


def proved(node: Node, needed: list[pint.Quantity]) -> pint.Quantity:
    """The result of a node with its unit, which must be of the kind that is declared."""
    import numpy as np
    import pint

    from mcfrontier import units

    told = ", ".join(f"{need} in {units.told(x)}" for need, x in zip(node.needs, needed, strict=True))
    try:
        result = node.function(*needed)
    except (pint.errors.PintError, pint.errors.PintTypeError, TypeError, ValueError) as problem:
        if any(x.dimensionality for x in needed):
            raise InputError(f"units do not fit: {problem} (from {told})") from problem
        result = called(node, [x.to_root_units().magnitude for x in needed])  # plain numbers have nothing to prove
    if not isinstance(result, pint.Quantity | int | float | np.ndarray):
        raise InputError(f"yields {kind(result)}; return a number or an array of numbers")
    result = units.registry().Quantity(result).to_root_units()
    if result.dimensionality != units.parse(node.unit).dimensionality:
        raise InputError(f"yields {units.told(result)}, not {node.unit}; check the units of what it needs: {told}")
    return result
