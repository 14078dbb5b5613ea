"""Where conditions hold: in sentences, as a table of what else is there, as JSON."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier.finished import FORMAT
from mcfrontier.outputs.percentiles import statistics
from mcfrontier.outputs.text import json_text
from mcfrontier.results import Summary
from mcfrontier.solution import Solution
from mcfrontier.trials import Point
from mcfrontier.wording import amount, label, probability

DIGITS = 6  # the most of a value that is solved for


def sentences(found: Solution) -> list[str]:
    """The answer, what it is the answer to, and what was set aside for it."""
    asked = " and ".join(condition.text.strip() for condition in found.conditions)
    tried = " to ".join(amount(end, found.unit) for end in found.tried)
    chance = amount(found.chance[0], "share", found.chance[1])
    return [
        f"{label(found.decide)}: {answer(found)}",
        f"so that {asked} with a probability of {share(found.probability)}; tried: {tried}",
        f"set aside: what the study has, {spread(found.believed)}; with it the probability is {chance}",
    ]


def answer(found: Solution) -> str:
    """Which values do, in words."""
    if found.holds:
        return ", or ".join(stretch(*ends, found.unit) for ends in found.holds)
    if not found.best:
        return "none: it holds in no draw, whatever is tried"
    chance = amount(found.best.probability[0], "share", found.best.probability[1])
    return f"none: {chance} is the highest probability, at {value(found.best, found.unit)}"


def stretch(low: Point | None, high: Point | None, unit: str) -> str:
    """A stretch of values, each end with its error."""
    if low and high:
        return f"from {with_error(low, unit)} to {with_error(high, unit)}"
    if low or high:
        return f"at least {with_error(low, unit)}" if low else f"at most {with_error(high, unit)}"
    return "any value that was tried"


def with_error(point: Point, unit: str) -> str:
    """A value with its Monte Carlo error, if it has one."""
    return value(point, unit) + (f" (MC error {amount(point.error, unit, digits=1)})" if point.error else "")


def value(point: Point, unit: str) -> str:
    """A value down to the first digit of its error, which is told beside it."""
    if point.error is None:
        return amount(point.value, unit)
    return amount(point.value, unit, point.error if point.error < math.inf else 0.0, digits=DIGITS)


def share(probability: float) -> str:
    """A probability as it was asked: 80%, 97.5%."""
    return f"{100 * probability:.10g}%"


def cells(found: Solution) -> tuple[list[str], list[list[str]]] | None:
    """What else is there at each value of the answer, a head and rows: median (p5 to p95) of each quantity; None where
    there is nothing."""
    points = found.points
    if not points:
        return None
    rows = [[label(row), *(spread(point.quantities[row]) for point in points)] for row in points[0].quantities]
    return ["", *(f"at {value(point, found.unit)}" for point in points)], rows


def spread(told: Summary) -> str:
    """Median (p5 to p95), or the value of what is known, or the probability of an event."""
    if "probability" in told.values:
        return probability(told.values["probability"], told.errors["probability"])
    low, middle, high = (amount(told.values[word], told.unit, told.errors[word]) for word in ("p5", "p50", "p95"))
    return middle if low == high else f"{middle} ({low} to {high})"


def solution_json(found: Solution) -> str:
    """The same as JSON text: see docs/solve.md. A number that is not finite is null."""
    told = {
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
        "holds": [{"from": point(low), "to": point(high)} for low, high in found.holds],
        "best": point(found.best),
        "believed": statistics(found.believed) | likely(found.chance),
    }
    return json_text(told)


def point(told: Point | None) -> dict[str, Any] | None:
    """A value with what is there."""
    if told is None:
        return None
    quantities = {row: {"unit": each.unit, **statistics(each)} for row, each in told.quantities.items()}
    return {"value": told.value, "mc_error": told.error} | likely(told.probability) | {"quantities": quantities}


def likely(told: tuple[float, float]) -> dict[str, Any]:
    """A probability with its error."""
    return {"probability": told[0], "probability_mc_error": told[1]}
