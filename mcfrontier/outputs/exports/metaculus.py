"""A forecast for a continuous question on Metaculus: a CDF, at the points of its scale, that the server accepts.

The rules, and the steps that outcomes are assigned to, are those of the server (github.com/Metaculus/metaculus:
docs/openapi.yml, questions/serializers/common.py, utils/the_math/formulas.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS, Estimate
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.expressions.amounts import read
from mcfrontier.core.formatting import amount
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.outputs.exports.standard import BILLION, standardised
from mcfrontier.outputs.folder.saved import RunFolder

DEFAULT_POINTS, MIN_POINTS, MAX_POINTS = 201, 3, 10_001
MAX_CLOSED_SHARE = 0.05  # of the draws beyond a closed bound: with more, p5 or p95 would lie outside of the question


@dataclass(frozen=True)
class Grid:
    """The scale of a question: its bounds, open where an outcome may lie beyond them, and its zero point if it is
    logarithmic."""

    lower: float
    upper: float
    open_lower: bool
    open_upper: bool
    zero_point: float | None
    points: int

    @property
    def x(self) -> Array:
        """The values at the points of the scale: shape (points,)."""
        return self.at(np.linspace(0, 1, self.points))

    def at(self, position: Array) -> Array:
        """The values at positions from 0 (the lower bound) to 1 (the upper bound)."""
        if self.zero_point is not None:
            ratio = math.log((self.upper - self.zero_point) / (self.lower - self.zero_point))
            position = np.expm1(position * ratio) / math.expm1(ratio)
        return np.where(position == 1, self.upper, self.lower + (self.upper - self.lower) * position)


def metaculus(
    run: RunFolder,
    rows: Sequence[str],
    lower: str | None = None,
    upper: str | None = None,
    open_lower: bool = False,
    open_upper: bool = False,
    zero_point: str | None = None,
    points: int = DEFAULT_POINTS,
    note: Callable[[str], None] = lambda _: None,
) -> str:
    """JSON text: `continuous_cdf`, the question that it answers, the share of draws beyond the bounds, and how far the
    rules of the server moved the percentiles of the draws, beside their Monte Carlo errors. `note` is called for draws
    that are left out because a bound is closed."""
    row = question_row(run, rows)
    unit = run.unit(row)
    if lower is None or upper is None:
        raise InputError("--to metaculus: state the question's range with --lower and --upper")
    bounds = (read_option("--lower", lower, row, unit), read_option("--upper", upper, row, unit))
    zero = None if zero_point is None else read_option("--zero-point", zero_point, row, unit)
    grid = Grid(*bounds, open_lower, open_upper, zero, points)
    check_grid(grid)
    draws = question_draws(run, row, grid, upper)
    outside = beyond(grid, draws)
    if sum(share for share, _ in outside) == 1:
        raise InputError(f"--to metaculus: {row}: no draw lies between --lower and --upper; give them in {unit}")
    closed = [
        (bound, share)
        for bound, (share, _) in zip(("lower", "upper"), outside, strict=True)
        if not getattr(grid, f"open_{bound}")
    ]
    for bound, share in closed:
        check_closed(grid, bound, share, unit)
    for bound, share in closed:
        if share:
            note(f"{row}: {100 * share:.2g}% of the draws lie beyond --{bound}, which is closed; they are left out")
    counted = counts(grid, draws)
    billionths = standardised(counted, grid.open_lower, grid.open_upper)
    cdf, tails = billionths / BILLION, (billionths[0] / BILLION, (BILLION - billionths[-1]) / BILLION)
    content: dict[str, Any] = run.head | {"quantity": row, "unit": unit, "grid": asdict(grid)}
    content["outside"] = {
        key: {"draws": share, "mc_error": error, "cdf": tail}
        for key, (share, error), tail in zip(("below_lower", "above_upper"), outside, tails, strict=True)
    }
    content["moved"] = {"largest_cdf_difference": float(np.abs(cdf - counted).max())}
    content["moved"] |= percentile_shifts(run, row, grid, counted, cdf)
    return json_text(content | {"continuous_cdf": cdf.tolist()}) + "\n"


def question_row(run: RunFolder, rows: Sequence[str]) -> str:
    """The one row that the question is about; an event is refused."""
    if len(rows) != 1:
        raise InputError(f"--to metaculus: a question is about one row; choose with --target: {', '.join(rows)}")
    if run.kind(rows[0]) is EVENT:
        chance = run.summary[rows[0]].text(PROBABILITY)
        raise InputError(f"--to metaculus: {rows[0]} is an event, and a binary question takes a probability: {chance}")
    return rows[0]


def question_draws(run: RunFolder, row: str, grid: Grid, upper: str) -> Array:
    """The draws of a row; those at the largest value of a capped node, which stands for all larger values, as inf."""
    draws = run.samples(row)
    if np.isnan(draws).all():
        raise InputError(f"--to metaculus: {row}: no draw of it has a figure; choose another with --target")
    if (top := run.manifest.capped.get(row)) is None:
        return draws
    if grid.upper > top:
        end = amount(top, run.unit(row))
        problem = f"{row} is computed up to {end}, which stands for all larger values; give that or less"
        raise InputError(f"--upper {upper}: {problem}")
    return np.where(draws >= top, np.inf, draws)


def read_option(option: str, text: str, row: str, unit: str) -> float:
    """The value of an option, in the unit of the row."""
    with located(f"{option} {text}"):
        return read(text, unit, row)


def check_grid(grid: Grid) -> None:
    """Refuse an invalid scale."""
    if not grid.lower < grid.upper:
        raise InputError(f"--lower {grid.lower:g}: it must be below --upper {grid.upper:g}")
    if grid.zero_point is not None and grid.zero_point >= grid.lower:
        problem = f"it must be below --lower {grid.lower:g}; leave it out if the question's scale is linear"
        raise InputError(f"--zero-point {grid.zero_point:g}: {problem}")
    if not MIN_POINTS <= grid.points <= MAX_POINTS:
        problem = f"a question has {MIN_POINTS} to {MAX_POINTS:,}; {DEFAULT_POINTS} if it is not a discrete one"
        raise InputError(f"--points {grid.points}: {problem}")
    if not (np.diff(grid.x) > 0).all():
        raise InputError(f"--points {grid.points}: two of them are the same number; give a wider range or fewer points")


def check_closed(grid: Grid, bound: str, share: float, unit: str) -> None:
    """Refuse a closed bound with more than 5 % of the draws beyond it."""
    if share > MAX_CLOSED_SHARE:
        where = "below" if bound == "lower" else "above"
        remedy = f"add --open-{bound} if the question's is open, or give another --{bound}"
        problem = f"{100 * share:.3g}% of the draws lie {where} it, and it is closed; {remedy}"
        raise InputError(f"--{bound} {amount(getattr(grid, bound), unit)}: {problem}")


def beyond(grid: Grid, draws: Array) -> list[Estimate]:
    """The shares of the draws with a figure below the lower bound and above the upper one, with their errors."""
    sides = (draws < grid.lower, draws > grid.upper)
    return [estimates.estimate(np.where(np.isnan(draws), np.nan, side)) for side in sides]


def counts(grid: Grid, draws: Array) -> Array:
    """The CDF of the draws at the points of the scale, given that no closed bound is crossed: shape (points,).

    The server assigns an outcome at a point to the step that ends there, and one at the lower bound to the first step.
    So the CDF at the first point is the share below it, and at any other point the share that is not above it.
    """
    inside = ~np.isnan(draws) & ((draws >= grid.lower) | grid.open_lower) & ((draws <= grid.upper) | grid.open_upper)
    draws = np.sort(draws[inside])
    upto = np.searchsorted(draws, grid.x, side="right")
    upto[0] = np.searchsorted(draws, grid.lower, side="left")
    return upto / draws.size


def percentile_shifts(run: RunFolder, row: str, grid: Grid, counted: Array, cdf: Array) -> dict[str, Any]:
    """Percentiles of the draws, of their CDF with linear interpolation between the points ("before"), and of the
    standardised CDF ("after"): the difference of the last two is due to the rules. NaN beyond the bounds."""
    draws, errors = (each[2:] for each in run.estimates(row, SUMMARY_LEVELS))

    def interpolated(cdf: Array) -> Array:
        position = np.interp(SUMMARY_LEVELS, cdf, np.linspace(0, 1, grid.points), left=math.nan, right=math.nan)
        return grid.at(position)

    before, after = interpolated(counted), interpolated(cdf)
    columns = (draws, before, after, after - before, errors)
    keys = ("draws", "before", "after", "difference", "mc_error")
    return {
        word: dict(zip(keys, map(float, each), strict=True))
        for word, *each in zip(SUMMARY_STATISTICS, *columns, strict=True)
    }
