"""The tree of a parsed text. `str` writes a tree as text, from which the parser makes an equal tree."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

COMPARISONS = ("<", ">", "<=", ">=")
BINDING = {"+": 2, "-": 2, "*": 3, "/": 3, "^": 5} | dict.fromkeys(COMPARISONS, 1)  # of operators; the higher first
NEGATIVE = 4  # binding of a sign
ATOM = 6  # binding of what has no operator
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow,
}  # fmt: skip
INTERVAL_LEVEL = 90.0  # in %, of an interval that states none


@dataclass(frozen=True)
class Tree:
    """A node of a tree."""

    @property
    def binding(self) -> int:
        """How strongly its parts are bound together: one that is weaker than its neighbour needs parentheses."""
        return ATOM

    @property
    def parts(self) -> tuple[Tree, ...]:
        """The trees in it."""
        return ()

    def walk(self) -> Iterator[Tree]:
        """This tree and all trees in it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Number(Tree):
    """A number with its unit as stated, "" without one. A day is a number in AD."""

    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{number_text(self.value)}{'' if self.unit in ('', '%') else ' '}{self.unit}"


@dataclass(frozen=True)
class Name(Tree):
    """A quantity, or with labels an element of it."""

    name: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.name}[{self.label}]" if self.label else self.name


@dataclass(frozen=True)
class Call(Tree):
    """A function of arguments, along a dimension ("" for none)."""

    name: str
    arguments: tuple[Tree, ...]
    along: str = ""

    @property
    def parts(self) -> tuple[Tree, ...]:
        return self.arguments

    def __str__(self) -> str:
        along = [f"along={self.along}"] if self.along else []
        return f"{self.name}({', '.join([*map(str, self.arguments), *along])})"


@dataclass(frozen=True)
class Negative(Tree):
    """A tree with a minus sign."""

    operand: Tree

    @property
    def binding(self) -> int:
        return NEGATIVE

    @property
    def parts(self) -> tuple[Tree, ...]:
        return (self.operand,)

    def __str__(self) -> str:
        return f"-{in_parentheses(self.operand, NEGATIVE)}"


@dataclass(frozen=True)
class Binary(Tree):
    """Two trees and the operator between them."""

    operator: str
    left: Tree
    right: Tree

    @property
    def binding(self) -> int:
        return BINDING[self.operator]

    @property
    def parts(self) -> tuple[Tree, ...]:
        return (self.left, self.right)

    def __str__(self) -> str:
        own, power = self.binding, self.operator == "^"
        right = in_parentheses(self.right, NEGATIVE if power else own + 1)
        return f"{in_parentheses(self.left, own + (power or own == 1))} {self.operator} {right}"


@dataclass(frozen=True)
class Interval(Tree):
    """A central interval by its ends, which has a probability of `level` in %; `family` is "" where none is stated."""

    low: Number
    high: Number
    family: str = ""
    level: float = INTERVAL_LEVEL

    @property
    def parts(self) -> tuple[Tree, ...]:
        return (self.low, self.high)

    def __str__(self) -> str:
        level = f"{number_text(self.level)}% " if self.level != INTERVAL_LEVEL else ""
        return f"{level}{self.family}{' ' * bool(self.family)}{self.low}..{self.high}"


@dataclass(frozen=True)
class Points(Tree):
    """The three numbers of a family, parted by slashes: low, mode and high."""

    family: str
    numbers: tuple[Number, ...]

    @property
    def parts(self) -> tuple[Tree, ...]:
        return self.numbers

    def __str__(self) -> str:
        return f"{self.family} {' / '.join(map(str, self.numbers))}"


@dataclass(frozen=True)
class Spread(Tree):
    """A mean and a standard deviation."""

    mean: Number
    sd: Number
    family: str = ""

    @property
    def parts(self) -> tuple[Tree, ...]:
        return (self.mean, self.sd)

    def __str__(self) -> str:
        return f"{self.family}{' ' * bool(self.family)}{self.mean} +- {self.sd}"


@dataclass(frozen=True)
class Quantiles(Tree):
    """Percentiles by their keys, such as p10."""

    keys: tuple[str, ...]
    numbers: tuple[Number, ...]
    family: str = ""

    @property
    def parts(self) -> tuple[Tree, ...]:
        return self.numbers

    def __str__(self) -> str:
        stated = (f"{key}={number}" for key, number in zip(self.keys, self.numbers, strict=True))
        return f"{self.family}{' ' * bool(self.family)}{' '.join(stated)}"


@dataclass(frozen=True)
class Pool(Tree):
    """Beliefs pooled by weight."""

    weights: tuple[float, ...]
    beliefs: tuple[Tree, ...]

    @property
    def parts(self) -> tuple[Tree, ...]:
        return self.beliefs

    def __str__(self) -> str:
        pairs = zip(self.weights, self.beliefs, strict=True)
        return " | ".join(f"{number_text(weight)}: {belief}" for weight, belief in pairs)


def in_parentheses(tree: Tree, least: int) -> str:
    """A tree as text, in parentheses if it binds less than `least`."""
    return str(tree) if tree.binding >= least else f"({tree})"


def number_text(value: float) -> str:
    """A number as text, in the shortest form that is read back as the same number."""
    return repr(float(value)).removesuffix(".0")


def names_of(tree: Tree) -> tuple[Name, ...]:
    """The quantities and elements in a tree, each once."""
    return tuple(dict.fromkeys(each for each in tree.walk() if isinstance(each, Name)))


def with_names(tree: Tree, instead: Callable[[Name], Tree]) -> Tree:
    """A formula with its names replaced."""
    if isinstance(tree, Name):
        return instead(tree)
    if isinstance(tree, Negative):
        return Negative(with_names(tree.operand, instead))
    if isinstance(tree, Binary):
        return Binary(tree.operator, *(with_names(part, instead) for part in tree.parts))
    return (
        replace(tree, arguments=tuple(with_names(part, instead) for part in tree.arguments))
        if isinstance(tree, Call)
        else tree
    )


def constant(tree: Tree) -> float | None:
    """The value of a tree of numbers without units, NaN where it has none; None of any other tree."""
    if isinstance(tree, Number):
        return None if tree.unit else tree.value
    if isinstance(tree, Negative):
        value = constant(tree.operand)
        return None if value is None else -value
    if not isinstance(tree, Binary) or tree.operator not in OPERATIONS:
        return None
    left, right = constant(tree.left), constant(tree.right)
    if left is None or right is None:
        return None
    try:
        found = OPERATIONS[tree.operator](left, right)
    except ArithmeticError:
        return math.nan
    return found if isinstance(found, float) else math.nan  # complex: a root of a negative number
