"""The check that the units of a graph are consistent: one evaluation on quantities with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.graph.evaluate import axis_of, call, evaluate, kind
from mcfrontier.graph.formula import Formula, base_quantity
from mcfrontier.graph.node import Node

if TYPE_CHECKING:
    import pint

Given = Mapping[str, tuple[Array, str]]  # values in base units, and the unit, of quantities that are not computed
DATE_SHIFT = 8766.0  # a year in hours: an exact change of a double that is a date, so that differences stay the same
DATE_TOLERANCE = 1e-6  # relative, and absolute in base units


def check_units(nodes: Mapping[str, Node], names: Sequence[str], given: Given, dimensions: Sequence[str] = ()) -> None:
    """Evaluate the graph on quantities with units, and refuse a node whose units are inconsistent.

    The second time, all numbers are changed: if the units are consistent again, they do not depend on the numbers, as
    those of x ** y do, and a graph of the same nodes, units and dimensions is not evaluated any more.

    `names` are the nodes in order of evaluation; `given` are values in base units, and the unit, of each quantity that
    is not computed; `dimensions` are those of the study, in the order of the leading axes.
    """
    shapes = tuple((name, unit, value.shape) for name, (value, unit) in given.items())
    checked = checks(tuple(nodes[name] for name in names), shapes, tuple(dimensions))
    if len(checked) == 1:
        changed = {name: (x * (1.1 + i / 64) + 0.1, unit) for i, (name, (x, unit)) in enumerate(given.items())}
        with suppress(Exception):  # whatever a function raises at such numbers, or units that depend on them
            evaluate_with_units(nodes, names, changed, dimensions)
            checked.append("changed")
    if len(checked) < 2:
        evaluate_with_units(nodes, names, given, dimensions)
        checked[:] = ["medians"]


@lru_cache(maxsize=64)
def checks(
    nodes: tuple[Node, ...], given: tuple[tuple[str, str, tuple[int, ...]], ...], dimensions: tuple[str, ...]
) -> list[str]:
    """The numbers at which the units of a graph are consistent: a list to fill."""
    return []


def evaluate_with_units(
    nodes: Mapping[str, Node], names: Sequence[str], given: Given, dimensions: Sequence[str]
) -> None:
    """Evaluate the graph on quantities with units: see `check_units`."""
    quantity = units.registry().Quantity
    values: dict[str, pint.Quantity[Any]] = {
        name: quantity(value, (1 * units.parse(unit)).to_root_units().units) for name, (value, unit) in given.items()
    }
    for name in names:
        node = nodes[name]
        axis = axis_of(node, dimensions)
        arguments = [values[need] for need in node.needs]
        if axis is not None:
            arguments = [quantity(np.moveaxis(x.magnitude, axis, 0), x.units) for x in arguments]
        with located(f"node {name}"), np.errstate(all="ignore"):
            x = with_unit(node, arguments)
        if axis is not None:
            row = x.magnitude[0] if np.ndim(x.magnitude) == len(dimensions) + 1 else x.magnitude
            x = quantity(np.expand_dims(row, axis), x.units)
        values[name] = x
    check_dates(nodes, names, given, dimensions)


def check_dates(nodes: Mapping[str, Node], names: Sequence[str], given: Given, dimensions: Sequence[str]) -> None:
    """Refuse a node that adds or multiplies dates, which have no zero: if all given dates move by the same time, every
    date that is computed must move by it too, and nothing else may change."""
    dates = {name for name, (_, unit) in given.items() if unit == units.DATE_UNIT}
    dates |= {name for name in names if nodes[name].unit == units.DATE_UNIT}
    if not dates:
        return
    moves = {name: DATE_SHIFT if name in dates else 0.0 for name in (*given, *names)}
    later = {name: moved(nodes[name]) for name in names}
    before, after = (
        evaluate(each, names, {name: x + by * moves[name] for name, (x, _) in given.items()}, dimensions)
        for each, by in ((nodes, 0.0), (later, 1.0))
    )
    for name in names:
        if not np.allclose(
            after[name], before[name] + moves[name], rtol=DATE_TOLERANCE, atol=DATE_TOLERANCE, equal_nan=True
        ):
            raise InputError(
                f"node {name}: adds or multiplies dates; the difference of two dates is a duration, and a duration can "
                "be added to a date"
            )


def moved(node: Node) -> Node:
    """A node whose dates are moved by the same time as those that are given."""
    return replace(node, function=node.function.moved(DATE_SHIFT)) if isinstance(node.function, Formula) else node


def with_unit(node: Node, arguments: list[pint.Quantity[Any]]) -> pint.Quantity[Any]:
    """The result of a node in base units; refused unless it has the dimensionality of the declared unit."""
    import pint

    quantity = units.registry().Quantity
    try:
        result = getattr(node.function, "with_units", node.function)(*arguments)
    except (pint.errors.PintError, pint.errors.PintTypeError, TypeError, ValueError) as problem:
        if isinstance(node.function, Formula) or any(x.dimensionality for x in arguments):
            raise InputError(
                f"units do not fit: {problem_text(problem)} (from {units_of(node, arguments)})"
            ) from problem
        result = call(node, [x.to_root_units().magnitude for x in arguments])  # no units are involved
    if not node.needs and isinstance(result, int | float) and result == 0:
        result = quantity(result, node.unit)  # 0 is the same in all units
    if not isinstance(result, pint.Quantity | int | float | np.ndarray):
        raise InputError(f"yields {kind(result)}; return a number or an array of numbers")
    try:
        # the stub of pint declares its base class
        found: pint.Quantity[Any] = quantity(result).to_root_units()  # type: ignore[assignment]
    except TypeError as problem:
        raise InputError(f"units do not fit: {problem_text(problem)} (from {units_of(node, arguments)})") from problem
    if found.dimensionality != units.parse(node.unit).dimensionality:
        remedy = f"check the units of its arguments: {units_of(node, arguments)}"
        raise InputError(f"yields {units.unit_text(found)}, not {node.unit}; {remedy}")
    return found


def result_with_units(formula: Formula, given: Mapping[str, str]) -> pint.Quantity[Any]:
    """The result of a formula of quantities with the given units; refused where these do not fit."""
    node = Node("", "1", formula, tuple(given))
    arguments = [base_quantity(1.5, unit) for unit in given.values()]
    try:
        found: pint.Quantity[Any] = units.registry().Quantity(formula.with_units(*arguments))
    except (ArithmeticError, AttributeError, TypeError, ValueError) as problem:
        raise InputError(f"units do not fit: {problem_text(problem)} (from {units_of(node, arguments)})") from problem
    return found


def problem_text(problem: Exception) -> str:
    """The message of pint, replaced where an array is the exponent of a quantity with a unit."""
    power = "a quantity with a unit is raised to a power that is not a constant; divide it by its unit first"
    return power if "unhashable" in str(problem) else str(problem)


def units_of(node: Node, arguments: list[pint.Quantity[Any]]) -> str:
    """The arguments of a node, each with its unit."""
    return ", ".join(f"{need} in {units.unit_text(x)}" for need, x in zip(node.needs, arguments, strict=True))
