"""Formulas: functions made from the tree of a text, of a whitelist of operators and functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.expressions.tree import COMPARISONS, Binary, Call, Name, Negative, Number, Tree, names_of
from mcfrontier.core.kernels.plain import PARTS

FUNCTIONS: dict[str, tuple[int, int]] = {  # the least and the most arguments; those of ALONG take a dimension as well
    "where": (3, 3), "minimum": (2, 9), "maximum": (2, 9), "exp": (1, 1), "log": (1, 1), "log10": (1, 1),
    "sqrt": (1, 1), "sum": (1, 1), "mean": (1, 1), "max": (1, 1), "median": (1, 1),
}  # fmt: skip
ALONG = ("sum", "mean", "max")
OPERATORS: dict[str, ast.operator] = {
    "+": ast.Add(), "-": ast.Sub(), "*": ast.Mult(), "/": ast.Div(), "^": ast.Pow(),
}  # fmt: skip
COMPARING: dict[str, ast.cmpop] = {"<": ast.Lt(), ">": ast.Gt(), "<=": ast.LtE(), ">=": ast.GtE()}


@dataclass(frozen=True)
class Formula:
    """A function of quantities, in base units.

    tree   the tree of its text
    about  what it computes
    axes   the axis of each dimension
    shift  added to every date in it
    """

    tree: Tree
    about: str = ""
    axes: Mapping[str, int] = field(default_factory=dict, compare=False)
    shift: float = 0.0

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the tree; the function is made again."""
        return Formula, (self.tree, self.about, dict(self.axes), self.shift)

    @property
    def formula(self) -> str:
        """Its text."""
        return str(self.tree)

    @property
    def needs(self) -> tuple[str, ...]:
        """The quantities and elements in it: its arguments."""
        return tuple(map(str, names_of(self.tree)))

    @property
    def event(self) -> bool:
        """Whether it is a comparison: 1 or 0 in each draw."""
        return is_comparison(self.tree)

    @property
    def along(self) -> tuple[str, ...]:
        """The dimensions that a function in it works along."""
        return tuple(dict.fromkeys(each.along for each in self.tree.walk() if isinstance(each, Call) and each.along))

    def moved(self, by: float) -> Formula:
        """The formula with all its dates moved by a time, in base units."""
        return replace(self, shift=by)

    @property
    def syntax(self) -> ast.expr:
        """Its Python expression, with constants in base units: names, numbers, operators and functions of FUNCTIONS."""
        return python(self.tree, lambda each: ast.Constant(self.base(each)))

    def base(self, number: Number) -> float:
        """A constant in base units."""
        shift = self.shift if number.unit == units.DATE_UNIT else 0.0
        return number.value * units.scale(number.unit) + shift if number.unit else number.value

    def __call__(self, *arguments: Any) -> Any:
        return self.function(*arguments)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """Its function of arrays in base units."""
        return self.compiled(self.syntax)

    @cached_property
    def with_units(self) -> Callable[..., Any]:
        """Its function of quantities with units."""
        return self.compiled(python(self.tree, quantity_call))

    def compiled(self, body: ast.expr) -> Callable[..., Any]:
        """A Python expression as a function of the arguments, which has no other names than those of FUNCTIONS."""
        names = dict(zip(self.needs, (f"x{i}" for i in range(len(self.needs))), strict=True))
        for each in ast.walk(body):
            if isinstance(each, ast.Name) and each.id in names:
                each.id = names[each.id]
        arguments = [ast.arg(name) for name in names.values()]
        made = ast.Lambda(ast.arguments([], arguments, None, [], [], None, []), body)
        code = compile(ast.fix_missing_locations(ast.Expression(made)), "formula", "eval")
        along = {name: self.reduction(name) for name in ALONG}
        function: Callable[..., Any] = eval(code, {"__builtins__": {}, **ELEMENTWISE, **along})
        return function

    def reduction(self, name: str) -> Callable[..., Any]:
        """A function along a dimension."""

        def reduced(x: Any, along: str) -> Any:
            axis = self.axes[along]
            rows = [x[(slice(None),) * axis + (slice(i, i + 1),)] for i in range(x.shape[axis])]
            if name == "max":
                return reduce(np.maximum, rows)
            total = reduce(np.add, rows)  # in order, so that the sum does not depend on the number of draws
            return total / len(rows) if name == "mean" else total

        return reduced


def quantity_call(number: Number) -> ast.expr:
    """A constant as a quantity with a unit."""
    if not number.unit:
        return ast.Constant(number.value)
    return ast.Call(ast.Name("quantity", ast.Load()), [ast.Constant(number.value), ast.Constant(number.unit)], [])


def base_quantity(value: float, unit: str) -> Any:
    """A number with a unit, in base units."""
    return units.registry().Quantity(value * units.scale(unit), (1 * units.parse(unit)).to_root_units().units)


def median(x: Any) -> Any:
    """The median over the draws, of each randomisation by itself: (..., draws). A single number is its own."""
    if np.ndim(x) == 0:
        return x
    parts = PARTS if x.shape[-1] % PARTS == 0 else 1
    each = x.reshape(*x.shape[:-1], -1, parts)
    known = np.isfinite(each).any(axis=-2, keepdims=True)
    return np.tile(np.nanmedian(np.where(known, each, 0.0), axis=-2), x.shape[-1] // parts)


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "where": np.where, "minimum": np.minimum, "maximum": np.maximum, "exp": np.exp, "log": np.log, "log10": np.log10,
    "sqrt": np.sqrt, "median": median, "quantity": base_quantity,
}  # fmt: skip


def python(tree: Tree, constant: Callable[[Number], ast.expr], condition: bool = False) -> ast.expr:
    """A tree as a Python expression. A comparison is 1 or 0, except as a `condition`."""

    def inner(part: Tree, condition: bool = False) -> ast.expr:
        return python(part, constant, condition)

    if isinstance(tree, Number):
        return constant(tree)
    if isinstance(tree, Name):
        return ast.Name(str(tree), ast.Load())
    if isinstance(tree, Negative):
        return ast.UnaryOp(ast.USub(), inner(tree.operand))
    if isinstance(tree, Call):
        return call(tree, inner)
    assert isinstance(tree, Binary)
    left, right = inner(tree.left), inner(tree.right)
    if tree.operator in OPERATORS:
        return ast.BinOp(left, OPERATORS[tree.operator], right)
    made = ast.Compare(left, [COMPARING[tree.operator]], [right])
    return made if condition else function_call("where", made, ast.Constant(1.0), ast.Constant(0.0))


def call(tree: Call, inner: Callable[..., ast.expr]) -> ast.expr:
    """A function as a Python expression."""
    arguments = [inner(each) for each in tree.arguments]
    if tree.name == "where":
        first = tree.arguments[0]
        is_true = ast.Compare(arguments[0], [ast.NotEq()], [ast.Constant(0.0)])
        arguments[0] = inner(first, True) if is_comparison(first) else is_true
    if tree.name in ("minimum", "maximum"):
        return reduce(lambda one, other: function_call(tree.name, one, other), arguments)
    return function_call(tree.name, *arguments, *([ast.Constant(tree.along)] if tree.along else []))


def function_call(name: str, *arguments: ast.expr) -> ast.expr:
    """The call of a function."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def is_comparison(tree: Tree) -> bool:
    """Whether a tree is a comparison."""
    return isinstance(tree, Binary) and tree.operator in COMPARISONS


def check_functions(tree: Tree, with_draws: bool = False) -> None:
    """Refuse unknown functions, those with another number of arguments or without a dimension, and without all draws at
    once the median over them."""
    for each in tree.walk():
        if isinstance(each, Name) and each.name in FUNCTIONS:
            raise InputError(f"'{each.name}' is a function; write {each.name}(...)")
        if not isinstance(each, Call):
            continue
        if each.name not in FUNCTIONS:
            raise InputError(f"there is no function '{each.name}'{suggest(each.name, FUNCTIONS)}")
        if each.name == "median" and not with_draws:
            raise InputError("median(x) is of all draws, as only an event of `probability` has them; state a number")
        least, most = FUNCTIONS[each.name]
        if not least <= len(each.arguments) <= most:
            instead = {"max": "; write maximum(x, y)", "min": "; write minimum(x, y)"}.get(each.name, "")
            count = least if least == most else f"{least} to {most}"
            raise InputError(f"{each.name} takes {count} argument{'s' * (most > 1)}{instead}")
        if bool(each.along) != (each.name in ALONG):
            need = f"works along a dimension; write {each.name}(x, along=year)" if not each.along else "takes no along"
            raise InputError(f"{each.name} {need}")


def dimensions_of(tree: Tree, known: Mapping[str, Sequence[str]]) -> set[str]:
    """The dimensions of the result of a formula; a function along a dimension that its argument does not have is
    refused."""
    if isinstance(tree, Name):
        return {*known[str(tree)]}
    found = set[str]().union(*(dimensions_of(part, known) for part in tree.parts))
    if isinstance(tree, Call) and tree.along:
        if tree.along not in found:
            have = ", ".join(sorted(found)) or "none"
            raise InputError(f"'{tree}': its argument has no dimension '{tree.along}'; it has {have}")
        found.discard(tree.along)
    return found


def is_date(tree: Tree, unit_of: Mapping[str, str]) -> bool:
    """Whether a formula yields a date: a date, or one with durations added; the difference of two dates is none."""
    if isinstance(tree, Number | Name):
        return (tree.unit if isinstance(tree, Number) else unit_of[str(tree)]) == units.DATE_UNIT
    if isinstance(tree, Binary) and tree.operator in "+-":
        left, right = (is_date(part, unit_of) for part in tree.parts)
        return left != right if tree.operator == "-" else left or right
    if isinstance(tree, Call):
        return any(is_date(part, unit_of) for part in tree.arguments[tree.name == "where" :])
    return False
