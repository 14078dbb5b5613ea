"""Solution: as sentences, as a table of the quantities at its values, and as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.formatting import amount, label
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.printable import html_table
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.folder.percentiles import statistics
from mcfrontier.runs.conditions import Condition
from mcfrontier.runs.summary import Summary
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Study
from mcfrontier.tasks.solve.search import Point

VALUE_DIGITS = 6  # maximum digits of a value that is solved for


@dataclass(frozen=True, repr=False)
class Solution:
    """The values of a quantity for which conditions hold with a probability, from `solve`.

    Parameters
    ----------
    study : Study
        The study, with its prior of the quantity.
    sampler : Sampler
        The sampling plan: `kind`, `seed`, `draws`.
    decide : str
        The quantity that is solved for.
    conditions : tuple of Condition
        The conditions, as stated (`text`) and as read.
    probability : float
        The probability with which all conditions must hold, above 0 and below 1.
    holds : tuple of (Point or None, Point or None)
        Intervals of values for which they do, each by its ends: `value` and `error` in `unit`. None is an end beyond
        the search range. Empty if there is no such value.
    tried : (float, float)
        The search range, in `unit`.
    best : Point or None
        Where `holds` is empty: the value with the highest probability; None if the probability is 0 everywhere.
    believed : Summary
        Summary of the quantity in the study itself, which the solution does not use.
    believed_probability : Probability
        The probability of the conditions in the study itself: its `value`, its Monte Carlo `error`, `low` and `high`,
        the ends of a 95 % confidence interval, and `hits` of `draws`.
    notes : tuple of str
        Warnings, one sentence each.

    Examples
    --------
    >>> found = mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=1024)
    >>> low, high = found.holds[0]
    >>> low is None, 40_000 < high.value < 55_000
    (True, True)
    """

    study: Study
    sampler: Sampler
    decide: str
    conditions: tuple[Condition, ...]
    probability: float
    holds: tuple[tuple[Point | None, Point | None], ...]
    tried: tuple[float, float]
    best: Point | None
    believed: Summary
    believed_probability: Probability
    notes: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of the quantity that is solved for.

        Returns
        -------
        str
            Such as "chip".

        Examples
        --------
        >>> mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=64).unit
        'chip'
        """
        return self.study.unit(self.decide)

    @property
    def points(self) -> list[Point]:
        """The finite ends of the intervals in `holds`, or else the best value.

        Returns
        -------
        list of Point
            `value` and `error` in `unit`; empty if there is neither.

        Examples
        --------
        >>> len(mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=64).points)
        1
        """
        ends = [end for interval in self.holds for end in interval if end]
        return ends or ([self.best] if self.best else [])

    def __repr__(self) -> str:
        return "\n".join(sentences(self))

    def _repr_html_(self) -> str:
        return html_table(" ".join(sentences(self)), *(cells(self) or ((), ())))


def sentences(found: Solution) -> list[str]:
    """The solution, the conditions with the search range, and the quantity in the study itself."""
    conditions = " and ".join(condition.text.strip() for condition in found.conditions)
    tried = " to ".join(amount(end, found.unit) for end in found.tried)
    chance = found.believed_probability.text()
    return [
        f"{label(found.decide)}: {answer(found)}",
        f"so that {conditions} with a probability of {share(found.probability)}; search range: {tried}",
        f"value in the study, not used: {spread(found.believed)}; with it the probability is {chance}",
    ]


def answer(found: Solution) -> str:
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


def cells(found: Solution) -> tuple[list[str], list[list[str]]] | None:
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


def solution_json(found: Solution) -> str:
    """A solution as JSON text, in the format that docs/solve.md describes. A number that is not finite is null."""
    content = {
        "format": FORMAT,
        "study": found.study.name,
        "seed": found.sampler.seed,
        "draws": found.sampler.draws,
        "sampler": found.sampler.kind,
        "set": dict(found.study.pins),
        **({"given": list(found.study.given)} if found.study.given else {}),
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
