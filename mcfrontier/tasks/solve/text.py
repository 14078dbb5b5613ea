"""A solution as sentences, as a table of the quantities at its values, and as JSON."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.formatting import amount, label
from mcfrontier.core.jsontext import json_text
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.folder.percentiles import statistics
from mcfrontier.runs.summary import Summary
from mcfrontier.tasks.solve.search import Point
from mcfrontier.tasks.solve.solve import SolutionResult

VALUE_DIGITS = 6  # maximum digits of a value that is solved for


def sentences(found: SolutionResult) -> list[str]:
    """The solution, the conditions with the search range, and the quantity in the study itself."""
    conditions = " and ".join(condition.text.strip() for condition in found.conditions)
    tried = " to ".join(amount(end, found.unit) for end in found.tried)
    chance = found.believed_probability.text()
    return [
        f"{label(found.decide)}: {answer(found)}",
        f"so that {conditions} with a probability of {share(found.probability)}; search range: {tried}",
        f"value in the study, not used: {spread(found.believed)}; with it the probability is {chance}",
    ]


def answer(found: SolutionResult) -> str:
    """The values at which the conditions hold."""
    if found.holds:
        return ", or ".join(interval_text(*ends, found.unit) for ends in found.holds)
    if not found.best:
        return "none: the conditions hold in no draw at any value of the search range"
    chance = found.best.probability.text()
    return f"none: {chance} is the highest probability, at {value_text(found.best, found.unit)}"


def interval_text(low: Point | None, high: Point | None, unit: str) -> str:
    """An interval of values, each end with its error."""
    if low and high:
        return f"from {with_error(low, unit)} to {with_error(high, unit)}"
    if low:
        return f"at least {with_error(low, unit)}"
    return f"at most {with_error(high, unit)}" if high else "any value of the search range"


def with_error(point: Point, unit: str) -> str:
    """A value with its Monte Carlo error, if it has one."""
    return value_text(point, unit) + (f" (MC error {amount(point.error, unit, digits=1)})" if point.error else "")


def value_text(point: Point, unit: str) -> str:
    """A value to the first digit of its error, which follows it."""
    if point.error is None:
        return amount(point.value, unit)
    return amount(point.value, unit, point.error if point.error < math.inf else 0.0, digits=VALUE_DIGITS)


def share(probability: float) -> str:
    """A probability as the user gave it: 80%, 97.5%."""
    return f"{100 * probability:.10g}%"


def cells(found: SolutionResult) -> tuple[list[str], list[list[str]]] | None:
    """The head and the rows of a table: median (p5 to p95) of each quantity at each value of the solution; None if
    there are no values."""
    points = found.points
    if not points:
        return None
    rows = [[label(row), *(spread(point.quantities[row]) for point in points)] for row in points[0].quantities]
    return ["", *(f"at {value_text(point, found.unit)}" for point in points)], rows


def spread(found: Summary) -> str:
    """Median (p5 to p95), or the value of a known quantity, or the probability of an event."""
    words = found.kind.statistics
    low, middle, high = map(found.text, (words[0], found.kind.central, words[-1]))
    return middle if low == high else f"{middle} ({low} to {high})"


def solution_json(found: SolutionResult) -> str:
    """A solution as JSON text, in the format that docs/solve.md describes. A number that is not finite is null."""
    content = {
        "format": FORMAT,
        "study": found.study.name,
        "seed": found.sampler.seed,
        "draws": found.sampler.draws,
        "sampler": found.sampler.kind,
        "set": dict(found.study.pins),
        "for": found.decide,
        "unit": found.unit,
        "so_that": [condition.text for condition in found.conditions],
        "with": found.probability,
        "tried": list(found.tried),
        "holds": [{"from": point_json(low), "to": point_json(high)} for low, high in found.holds],
        "best": point_json(found.best),
        "believed": statistics(found.believed) | probability_json(found.believed_probability),
    }
    return json_text(content)


def point_json(point: Point | None) -> dict[str, Any] | None:
    """A value, with the probability and the quantities there."""
    if point is None:
        return None
    quantities = {row: {"unit": each.unit, **statistics(each)} for row, each in point.quantities.items()}
    value = {"value": point.value, "mc_error": point.error}
    return value | probability_json(point.probability) | {"quantities": quantities}


def probability_json(found: Probability) -> dict[str, Any]:
    """A probability with its error and its confidence interval."""
    interval = {f"probability_{word}": value for word, value in found.interval.items()}
    return {"probability": found.value, "probability_mc_error": found.error, **interval}
