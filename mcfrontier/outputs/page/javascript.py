"""Formulas as JavaScript, by a walk over the syntax tree of each function.

Only what is listed here is converted; anything else raises `NotConverted` with its name. A formula is elementwise over
draws, so its JavaScript is the body of a loop. The formula of a node along a dimension is one of vectors: the draws at
each label. `V` in numbers.js applies a function to each element of vectors and draws.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
from scipy import special

from mcfrontier.graph.formula import ALONG, Formula
from mcfrontier.graph.formula import ELEMENTWISE as FUNCTIONS_OF_FORMULAS
from mcfrontier.graph.node import Node

BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
}
COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "===",
    ast.NotEq: "!==",
}
UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "!", ast.Not: "!"}
ELEMENTWISE: dict[Any, str] = {  # functions of numbers, by their names in JavaScript
    **{getattr(np, name): f"Math.{name}" for name in ("log", "log10", "log2", "log1p", "exp", "expm1", "sqrt", "ceil")},
    **{getattr(np, name): f"Math.{name}" for name in ("floor", "abs", "sin", "cos", "tan", "tanh")},
    np.minimum: "Math.min",
    np.maximum: "Math.max",
    np.power: "Math.pow",
    np.isfinite: "Number.isFinite",
    np.isnan: "Number.isNaN",
    abs: "Math.abs",
    special.ndtr: "ndtr",
    special.ndtri: "ndtri",
    special.stdtrit: "stdtrit",
}
REDUCTIONS = ("sum", "min", "max", "mean", "nansum", "nanmin", "nanmax", "nanmean")  # over the first axis
Constant = float | int | bool


class NotConverted(Exception):
    """A formula has something that is not converted."""


@dataclass
class Converted:
    """The JavaScript of functions that formulas call, by name."""

    functions: dict[str, str] = field(default_factory=dict)

    def node(self, node: Node) -> str:
        """A node as a function of the number of draws and of the draws of its arguments."""
        stated = isinstance(node.function, Formula)
        tree = (node.definition if stated else None) or tree_of(node.function)
        names = [argument.arg for argument in tree.args.args + tree.args.kwonlyargs]
        known = FUNCTIONS_OF_FORMULAS if stated else vars_of(node.function)
        return (self.along if along_of(node) else self.loop)(tree.body, names, known)

    def formula(self, formula: Formula) -> str:
        """A formula of a priors file as a function of the number of draws and of the draws of its needs."""
        if formula.along:
            raise NotConverted(f"along={formula.along[0]}")
        names = {need: f"x{k}" for k, need in enumerate(formula.needs)}
        body = formula.syntax
        for each in ast.walk(body):
            if isinstance(each, ast.Name):
                each.id = names.get(each.id, each.id)
        return self.loop([ast.Return(body)], [*names.values()], FUNCTIONS_OF_FORMULAS)

    def loop(self, body: list[ast.stmt], names: list[str], known: Mapping[str, Any]) -> str:
        """Some statements as a loop over the draws of some names."""
        lines = Body(self, known, vector=False).statements(body, names, "out[i] = ")
        values = [f"let {local(name)} = a{k}[i];" for k, name in enumerate(names)]
        arguments = ", ".join(["n", *(f"a{k}" for k in range(len(names)))])
        return (
            f"({arguments}) => {{ const out = new Float64Array(n); "
            f"for (let i = 0; i < n; i++) {{ {' '.join([*values, *lines])} }} return out; }}"
        )

    def along(self, body: list[ast.stmt], names: list[str], known: Mapping[str, Any]) -> str:
        """Some statements as a function of vectors."""
        lines = Body(self, known, vector=True).statements(body, names, "return ")
        return f"({', '.join(['n', *map(local, names)])}) => {{ {' '.join(lines)} }}"

    def called(self, function: FunctionType, vector: bool) -> str:
        """The name in JavaScript of a function that a formula calls."""
        name = f"{'v' if vector else 'f'}_{ascii_name(function.__name__)}"
        if name not in self.functions:
            self.functions[name] = ""  # of a function that calls itself
            tree = tree_of(function)
            names = [argument.arg for argument in tree.args.args]
            lines = Body(self, vars_of(function), vector).statements(tree.body, names, "return ")
            self.functions[name] = f"const {name} = ({', '.join(map(local, names))}) => {{ {' '.join(lines)} }};"
        if not self.functions[name]:
            raise NotConverted(f"{function.__name__}, which calls itself")
        return name


@dataclass
class Body:
    """The statements of one function.

    known   the names that it reads from its module
    vector  whether its values are vectors
    locals  its arguments and the names that it assigns
    leaves  of the expression at hand, the vectors that its elementwise part reads
    """

    converted: Converted
    known: Mapping[str, Any]
    vector: bool
    locals: set[str] = field(default_factory=set)
    leaves: dict[str, str] = field(default_factory=dict)

    def statements(self, body: list[ast.stmt], names: list[str], result: str) -> list[str]:
        """Assignments of names and one return at the end; `result` takes what is returned."""
        self.locals, lines = {*names}, []
        for each in body[:-1]:
            match each:
                case ast.Expr(ast.Constant()):  # the docstring
                    pass
                case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                    lines.append(self.assigned(name, self.value(value)))
                case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)) if len(targets) == len(values):
                    made = [self.value(value) for value in values]
                    for target, text in zip(targets, made, strict=True):
                        if not isinstance(target, ast.Name) or target.id in self.locals:
                            raise NotConverted(ast.unparse(each))
                        lines.append(self.assigned(target.id, text))
                case _:
                    raise NotConverted(ast.unparse(each).split("\n")[0])
        match body[-1]:
            case ast.Return(ast.expr() as value):
                return [*lines, f"{result}{self.value(value)};"]
        raise NotConverted("a function that does not end with its only return")

    def assigned(self, name: str, text: str) -> str:
        """The assignment of a local name."""
        new = name not in self.locals
        self.locals.add(name)
        return f"{'let ' if new else ''}{local(name)} = {text};"

    def value(self, expression: ast.expr) -> str:
        """An expression: of numbers as such; of vectors as a function applied to each element."""
        if not self.vector:
            return self.element(expression)
        before, self.leaves = self.leaves, {}
        text, leaves = self.element(expression), self.leaves
        self.leaves = before
        if [text] == [*leaves]:
            return leaves[text]
        return f"V(({', '.join(leaves)}) => {text}, {', '.join(leaves.values())})" if leaves else text

    def element(self, expression: ast.expr) -> str:
        """An expression of the elements of vectors, or of numbers."""
        match expression:
            case ast.Constant(value) if isinstance(value, Constant):
                return number(value)
            case ast.Name(name) if name in self.locals:
                return self.leaf(local(name), local(name))
            case ast.BinOp(left, operator, right) if type(operator) in BINARY:
                return f"({self.element(left)} {BINARY[type(operator)]} {self.element(right)})"
            case ast.UnaryOp(operator, operand) if type(operator) in UNARY:
                return f"({UNARY[type(operator)]}{self.element(operand)})"
            case ast.Compare(left, [operator], [right]) if type(operator) in COMPARED:
                return f"({self.element(left)} {COMPARED[type(operator)]} {self.element(right)})"
            case ast.Call(function, arguments, keywords):
                return self.call(expression, function, arguments, keywords)
            case ast.Subscript(value, ast.Slice(low, high, None)) if self.vector:
                ends = ", ".join("undefined" if end is None else str(whole(end)) for end in (low, high))
                return self.new_leaf(f"vector({self.value(value)}).slice({ends})")
            case ast.Subscript(value, index) if self.vector:
                return self.new_leaf(f"vector({self.value(value)}).at({whole(index)})")
            case ast.Attribute(ast.Call(function, [ast.Name("float")]), name) if self.resolved(function) is np.finfo:
                return number(float(getattr(np.finfo(float), name)))
            case ast.Name() | ast.Attribute():
                found = self.resolved(expression)
                if isinstance(found, Constant):
                    return number(found)
        raise NotConverted(ast.unparse(expression))

    def leaf(self, key: str, text: str) -> str:
        """The name in an elementwise expression of something that may be a vector."""
        if self.vector:
            self.leaves[key] = text
        return key

    def new_leaf(self, text: str) -> str:
        """The name in an elementwise expression of a vector, or of a number made of one."""
        return self.leaf(f"x{len(self.leaves)}", text)

    def call(
        self, expression: ast.expr, function: ast.expr, arguments: list[ast.expr], keywords: list[ast.keyword]
    ) -> str:
        """The call of a function: elementwise, of the formulas' own, or over the first axis."""
        if self.vector and isinstance(function, ast.Attribute) and function.attr in REDUCTIONS:
            over = [] if self.is_module(function.value) else [function.value]
            if len(over + arguments) == 1 and [ast.unparse(word) for word in keywords] == ["axis=0"]:
                return self.new_leaf(f"{function.attr}({self.value((over + arguments)[0])})")
        match function, arguments:
            case ast.Name(name), [argument, ast.Constant()] if self.vector and name in ALONG:  # of a formula
                return self.new_leaf(f"{name}({self.value(argument)})")
        found = self.resolved(function)
        if keywords or any(isinstance(argument, ast.Starred) for argument in arguments):
            raise NotConverted(ast.unparse(expression))
        if found is np.where and len(arguments) == 3:
            condition, one, other = map(self.element, arguments)
            return f"(Number({condition}) !== 0 ? {one} : {other})"
        if found is np.concatenate and self.vector and isinstance(arguments[0], ast.List):
            return self.new_leaf(f"[{', '.join(f'...vector({self.value(each)})' for each in arguments[0].elts)}]")
        if isinstance(found, FunctionType) and ascii_name(found.__name__):
            name = self.converted.called(found, self.vector)
            if self.vector:
                return self.new_leaf(f"{name}({', '.join(map(self.value, arguments))})")
            return f"{name}({', '.join(map(self.element, arguments))})"
        name = next((text for known, text in ELEMENTWISE.items() if known is found), "")
        if not name:
            raise NotConverted(ast.unparse(expression))
        return f"{name}({', '.join(map(self.element, arguments))})"

    def is_module(self, expression: ast.expr) -> bool:
        """Whether an expression is the name of a module."""
        return isinstance(expression, ast.Name) and isinstance(self.known.get(expression.id), ModuleType)

    def resolved(self, expression: ast.expr) -> Any:
        """What a name of the module, or an attribute of a module that it imports, stands for."""
        match expression:
            case ast.Name(name) if name not in self.locals and name in self.known:
                return self.known[name]
            case ast.Attribute(value, name) if self.is_module(value):
                return getattr(self.resolved(value), name, None)
        raise NotConverted(ast.unparse(expression))


def along_of(node: Node) -> str:
    """The dimension that a node works along; "" for none."""
    if not isinstance(node.function, Formula):
        return node.along or ""
    if len(node.function.along) > 1:
        raise NotConverted(f"along={node.function.along[1]}")
    return "".join(node.function.along)


def tree_of(function: Callable[..., Any]) -> ast.FunctionDef:
    """The syntax tree of a function."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        raise NotConverted("a function without source") from None
    if not isinstance(tree, ast.FunctionDef):
        raise NotConverted("a lambda")
    return tree


def vars_of(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The names that a function reads from its module and from functions around it, and the builtins."""
    around = inspect.getclosurevars(function)
    return {**around.builtins, **around.globals, **around.nonlocals}


def local(name: str) -> str:
    """The name of a local variable; the sign keeps it apart from the words of JavaScript."""
    return f"${ascii_name(name)}"


def ascii_name(name: str) -> str:
    """A name of Python that is one of JavaScript as well."""
    if not (name.isascii() and name.isidentifier()):
        raise NotConverted(name)
    return name


def whole(expression: ast.expr) -> int:
    """The whole number of an index."""
    try:
        value = ast.literal_eval(expression)
    except ValueError:
        value = None
    if type(value) is not int:
        raise NotConverted(ast.unparse(expression))
    return value


def number(value: Constant) -> str:
    """A number as a literal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return {"nan": "NaN", "inf": "Infinity", "-inf": "(-Infinity)"}.get(repr(float(value)), repr(float(value)))
