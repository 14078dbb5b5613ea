"""Nodes, their order, their evaluation, and the proof of their units.

A node is a plain function. Its name is the quantity it yields; the names of its arguments say where
they come from: a prior, or another node. A prior overrules the node of its name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, TypeVar

from mcfrontier.errors import InputError, suggest

if TYPE_CHECKING:
    import numpy as np

Function = TypeVar("Function", bound=Callable)


def node(unit: str) -> Callable[[Function], Function]:
    """Declare a function to be a node that yields `unit`, such as "USD", "chip*h", "share" or "1".

    The function is left as it is: plain, to be called with numbers, arrays or quantities with units.
    It sees numbers in base units (h, W, USD, FLOP, chip, ...), so a formula holds no conversion.
    """

    def declare(function: Function) -> Function:
        function.unit = unit
        return function

    return declare


@dataclass(frozen=True)
class Node:
    """A node: its function, the unit that is yielded, and the quantities needed."""

    name: str
    unit: str
    function: Callable
    needs: tuple[str, ...]

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
        """What the function returns, as it is written; "" where the source cannot be read."""
        import ast
        import inspect
        import textwrap

        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(self.function)))
        except (OSError, TypeError, SyntaxError):
            return ""
        returns = [part.value for part in ast.walk(tree) if isinstance(part, ast.Return) and part.value]
        return ast.unparse(returns[-1]) if returns else ""


def nodes_of(model: ModuleType | Iterable[Callable]) -> dict[str, Node]:
    """The nodes of a module, of a package of modules, or of a list of functions, by name."""
    functions = functions_in(model) if isinstance(model, ModuleType) else list(model)
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
    if not isinstance(function, FunctionType) or not hasattr(function, "unit"):
        raise InputError(f"{name}: not a node; put @mcf.node('unit') above the function")
    code = function.__code__
    needs = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if code.co_flags & 0x0C or function.__defaults__ or function.__kwdefaults__:  # *args, **kwargs
        raise InputError(f"node {name}: name each quantity it needs, without *, ** or defaults")
    return Node(name, function.unit, function, needs)


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
                f"entry nor a node of that name{suggest(name, {*nodes, *given})}"
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


def evaluate(nodes: Mapping[str, Node], names: Iterable[str], given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The values of all quantities: those given, and the named nodes in turn. All in base units.

    Arrays of any shapes that broadcast together; a node sees what its arguments' names say.
    """
    import numpy as np

    values = dict(given)
    with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
        for name in names:
            node = nodes[name]
            values[name] = np.asarray(node.function(*[values[need] for need in node.needs]), dtype=float)
    return values


def prove_units(nodes: Mapping[str, Node], names: Iterable[str], given: Mapping[str, tuple[float, str]]) -> None:
    """Evaluate the graph once on numbers that carry units; a node whose units do not fit is refused by name.

    `given` holds (number in base units, unit) of every quantity that is not computed.
    """
    import numpy as np
    import pint

    from mcfrontier import units

    def carry(value: float, unit: str) -> pint.Quantity:
        return units.registry().Quantity(np.float64(value), (1 * units.parse(unit)).to_root_units().units)

    values = {name: carry(value, unit) for name, (value, unit) in given.items()}
    for name in names:
        node = nodes[name]
        told = ", ".join(f"{need} [{values[need].units or 'share'}]" for need in node.needs)
        try:
            with np.errstate(all="ignore"):
                result = node.function(*[values[need] for need in node.needs])
        except (pint.errors.PintError, pint.errors.PintTypeError) as problem:
            raise InputError(f"node {name}: units do not fit: {problem} (from {told})") from None
        result = units.registry().Quantity(result)
        declared = units.parse(node.unit)
        if result.dimensionality != declared.dimensionality:
            found = f"{result.to_root_units().units}" if result.dimensionality else "a plain number"
            raise InputError(f"node {name}: yields {found}, not {node.unit} (from {told})")
        values[name] = result.to_root_units()
