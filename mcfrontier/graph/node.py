"""Nodes: the functions that compute quantities.

A node is a plain function. Its name is the quantity it yields; the names of its arguments are the quantities it needs,
each a prior or another node. A prior overrides the node of its name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any, TypeVar

from mcfrontier.core.arguments import listed
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.kinds import SHARE, kind_of
from mcfrontier.graph.formula import Formula, dimensions_of

Function = TypeVar("Function", bound=Callable[..., Any])


def node(
    unit: str, along: str | None = None, event: bool = False, capped: bool = False
) -> Callable[[Function], Function]:
    """Declare a function to be a node.

    The function itself is not changed: it can be called with numbers, arrays or quantities with units. In a run it
    receives arrays in base units (h, W, USD, FLOP, chip, ...), so a formula needs no conversion.

    Parameters
    ----------
    unit : str
        The unit of the result, such as "USD", "chip*h", "share" or "1".
    along : str, optional
        A dimension that the node works along: its arguments have this dimension as their first axis, NaN where a row
        has no figure, and its result is without it.
    event : bool, default False
        Whether the result is 1 (or true) in the draws in which an event happens, and 0 in all others; its unit is
        "share". An event is summarised by its probability, the mean, since its percentiles would all be 0 or 1.
    capped : bool, default False
        Whether the largest value stands for all values beyond, such as the last year considered for any later year or
        never. The number of draws at this value is reported.

    Returns
    -------
    callable
        The decorator.

    Raises
    ------
    InputError
        When the unit is missing, or is not "share" for an event.

    Examples
    --------
    >>> @mcf.node("USD")
    ... def electricity_cost(energy, energy_price):
    ...     return energy * energy_price
    >>> electricity_cost(3.0, 2.0)
    6.0
    """
    if not isinstance(unit, str):
        raise InputError("the unit of a node is an argument of its decorator, as in @mcf.node('USD')")
    if event and kind_of(unit) is not SHARE:
        raise InputError(f"an event is summarised by its probability, which is a share, not in {unit}; write 'share'")

    def declare(function: Function) -> Function:
        vars(function).update(unit=unit, along=along, event=event, capped=capped)
        return function

    return declare


@dataclass(frozen=True)
class Node:
    """A node: its function, the unit of its result, and the quantities it needs.

    `alias` is the quantity that it repeats, "" for a node with a formula; for the other fields, see `node`.
    """

    name: str
    unit: str
    function: Callable[..., Any]
    needs: tuple[str, ...]
    along: str | None = None
    event: bool = False
    capped: bool = False
    alias: str = ""

    @property
    def packaged(self) -> bool:
        """Whether the function is one of this package, and not the user's own."""
        return (self.function.__module__ or "").partition(".")[0] == __name__.partition(".")[0]

    @property
    def about(self) -> str:
        """What the quantity is: the first line of the docstring."""
        if self.alias:
            return f"In this study the same as {self.alias}."
        if isinstance(self.function, Formula):
            return self.function.about
        return (self.function.__doc__ or "").strip().split("\n")[0]

    @property
    def remarks(self) -> str:
        """Method and source: the rest of the docstring."""
        if self.alias or isinstance(self.function, Formula):
            return ""
        from inspect import getdoc

        return " ".join((getdoc(self.function) or "").split("\n")[1:]).strip()

    @property
    def formula(self) -> str:
        """The expression that the function returns; the list of its arguments where the source cannot be read."""
        if self.alias:
            return self.alias
        if formula := getattr(self.function, "formula", ""):
            return str(formula)
        definition = self.definition
        returns = [part.value for part in ast.walk(definition) if isinstance(part, ast.Return)] if definition else []
        return ast.unparse(returns[-1]) if returns and returns[-1] else f"of {', '.join(self.needs)}"

    @property
    def definition(self) -> ast.FunctionDef | None:
        """The syntax tree of its function, with constants in base units; None where the source cannot be read. That of
        a formula has one statement, which returns names, numbers, operators and functions of `formula.FUNCTIONS`."""
        import inspect
        import textwrap

        if isinstance(self.function, Formula):
            (made,) = ast.parse("def formula(): pass").body
            assert isinstance(made, ast.FunctionDef)
            made.name, made.body = self.name, [ast.Return(self.function.syntax)]
            made.args.args = [ast.arg(need) for need in self.needs]
            return ast.fix_missing_locations(made)
        try:
            (found,) = ast.parse(textwrap.dedent(inspect.getsource(self.function))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            return None
        return found if isinstance(found, ast.FunctionDef) else None

    def dimensions(self, known: Mapping[str, Sequence[str]]) -> set[str]:
        """The dimensions of its result, from those of the quantities that it needs."""
        if isinstance(self.function, Formula):
            with located(f"formulas.{self.name}"):
                return dimensions_of(self.function.tree, known)
        return {each for need in self.needs for each in known[need]} - {self.along}

    @property
    def reduced(self) -> tuple[str, ...]:
        """The dimensions that it works along."""
        if isinstance(self.function, Formula):
            return self.function.along
        return () if self.along is None else (self.along,)


def identity(x: Any) -> Any:
    """The function of an alias."""
    return x


def alias_node(name: str, unit: str, other: str, event: bool = False) -> Node:
    """A node that yields the value of another quantity."""
    return Node(name, unit, identity, (other,), event=event, alias=other)


def nodes_of(model: ModuleType | Iterable[Callable[..., Any]] | Callable[..., Any]) -> dict[str, Node]:
    """The nodes of a module, of a package of modules, of an iterable of functions, or of one function, by name."""
    if callable(model):
        model = [model]
    functions = functions_in(model) if isinstance(model, ModuleType) else listed("model", model)
    nodes: dict[str, Node] = {}
    for function in functions:
        new = read(function)
        if new.name in nodes:
            places = " and ".join(f.__module__ for f in (nodes[new.name].function, function))
            raise InputError(f"node {new.name}: defined twice, in {places}; rename or delete one")
        nodes[new.name] = new
    return nodes


def functions_in(module: ModuleType) -> list[Callable[..., Any]]:
    """The node functions that a module, or any module of a package at any depth, defines itself."""
    own: list[Callable[..., Any]] = [
        value
        for value in vars(module).values()
        if isinstance(value, FunctionType) and hasattr(value, "unit") and value.__module__ == module.__name__
    ]
    if not hasattr(module, "__path__"):
        return own
    from importlib import import_module
    from pkgutil import iter_modules

    parts = [part.name for part in iter_modules(module.__path__) if part.name != "__main__"]
    return own + [value for part in parts for value in functions_in(import_module(f"{module.__name__}.{part}"))]


def read(function: Callable[..., Any]) -> Node:
    """A function as a Node."""
    name = getattr(function, "__name__", repr(function))
    if name == "<lambda>":
        raise InputError("a lambda has no name, and the name of a node is that of its quantity; write it with def")
    if not isinstance(function, FunctionType) or not hasattr(function, "unit"):
        raise InputError(f"{name}: not a node; put @mcf.node('unit') above the function")
    code = function.__code__
    needs = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    if code.co_flags & 0x0C or function.__defaults__ or function.__kwdefaults__:  # *args, **kwargs
        raise InputError(f"node {name}: name each quantity it needs, without *, ** or defaults")
    options = {word: getattr(function, word) for word in ("along", "event", "capped") if hasattr(function, word)}
    return Node(name, function.unit, function, needs, **options)
