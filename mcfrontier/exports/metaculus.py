"""The forecast of a continuous question on Metaculus: a CDF at the points of its scale that the server accepts.

The rules, and the steps that outcomes are counted to, are those of the server (github.com/Metaculus/metaculus:
docs/openapi.yml, questions/serializers/common.py, utils/the_math/formulas.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.analysis.intervals import BRIEF, BRIEF_WORDS, Estimate
from mcfrontier.errors import InputError, located
from mcfrontier.exports.standard import ONE, standardised
from mcfrontier.finished import Finished
from mcfrontier.outputs.text import json_text
from mcfrontier.units import read
from mcfrontier.wording import amount, probability

QUESTION = ("lower", "upper", "open_lower", "open_upper", "zero_point", "points")
POINTS, FEWEST, MOST = 201, 3, 10_001
BEYOND = 0.05  # of the draws, at most, beyond a closed bound: from there on p5 or p95 would lie outside of the question


@dataclass(frozen=True)
class Grid:
    """The scale of a question: its bounds, open where an outcome may lie beyond them, and the point at which a
    logarithmic scale would come to nothing; None if it is linear."""

    lower: float
    upper: float
    open_lower: bool
    open_upper: bool
    zero_point: float | None
    points: int

    @property
    def x(self) -> np.ndarray:
        """The values at the points of the scale: shape (points,)."""
        return self.at(np.linspace(0, 1, self.points))

    def at(self, way: np.ndarray) -> np.ndarray:
        """The values part of the way from lower to upper."""
        if self.zero_point is not None:
            ratio = math.log((self.upper - self.zero_point) / (self.lower - self.zero_point))
            way = np.expm1(way * ratio) / math.expm1(ratio)
        return np.where(way == 1, self.upper, self.lower + (self.upper - self.lower) * way)


def metaculus(
    run: Finished,
    rows: Sequence[str],
    lower: str | None = None,
    upper: str | None = None,
    open_lower: bool = False,
    open_upper: bool = False,
    zero_point: str | None = None,
    points: int = POINTS,
    tell: Callable[[str], None] = lambda _: None,
) -> str:
    """JSON text: `continuous_cdf`, what question it answers, how much of the draws lies beyond the bounds, and how far
    the rules of the server moved the draws' percentiles, beside their Monte Carlo errors. What a closed bound leaves
    out is told, too."""
    if len(rows) != 1:
        raise InputError(f"--to metaculus: a question is about one row; choose with --target: {', '.join(rows)}")
    (row,), unit = rows, run.unit(rows[0])
    if run.is_event(row):
        told = f"{row} is an event, and a binary question takes a probability: {probability(*asked(run, row))}"
        raise InputError(f"--to metaculus: {told}")
    if lower is None or upper is None:
        raise InputError("--to metaculus: state the question's range with --lower and --upper")
    bounds = (stated("--lower", lower, row, unit), stated("--upper", upper, row, unit))
    zero = None if zero_point is None else stated("--zero-point", zero_point, row, unit)
    grid = Grid(*bounds, open_lower, open_upper, zero, points)
    check(grid)
    draws = run.told(row)
    if np.isnan(draws).all():
        raise InputError(f"--to metaculus: {row}: no draw of it has a figure; choose another with --target")
    if (top := run.manifest.capped.get(row)) is not None:
        if grid.upper > top:
            end = amount(top, unit)
            raise InputError(
                f"--upper {upper}: {row} is told up to {end}, which stands for all beyond; give that or less"
            )
        draws = np.where(draws >= top, np.inf, draws)
    outside = beyond(grid, draws)
    if sum(share for share, _ in outside) == 1:
        raise InputError(f"--to metaculus: {row}: no draw lies between --lower and --upper; give them in {unit}")
    for bound, (share, _) in zip(("lower", "upper"), outside, strict=True):
        check_closed(grid, bound, share, unit)
    for bound, (share, _) in zip(("lower", "upper"), outside, strict=True):
        if share and not getattr(grid, f"open_{bound}"):
            tell(f"{row}: {100 * share:.2g}% of the draws lie beyond --{bound}, which is closed; they are left out")
    counted = counts(grid, draws)
    billionths = standardised(counted, grid.open_lower, grid.open_upper)
    cdf, tails = billionths / ONE, (billionths[0] / ONE, (ONE - billionths[-1]) / ONE)
    told: dict[str, Any] = run.head | {"quantity": row, "unit": unit, "grid": asdict(grid)}
    told["outside"] = {
        word: {"draws": share, "mc_error": error, "cdf": given}
        for word, (share, error), given in zip(("below_lower", "above_upper"), outside, tails, strict=True)
    }
    told["moved"] = {"largest_cdf_difference": float(np.abs(cdf - counted).max())}
    told["moved"] |= moved(run, row, grid, counted, cdf)
    return json_text(told | {"continuous_cdf": cdf.tolist()}) + "\n"


def asked(run: Finished, row: str) -> tuple[float, float]:
    """The probability of an event, with its error."""
    _, values, errors = run.summary[row]
    return values["probability"], errors["probability"]


def stated(option: str, text: str, row: str, unit: str) -> float:
    """The number that an option states, in the unit of the row."""
    with located(f"{option} {text}"):
        return read(text, unit, row)


def check(grid: Grid) -> None:
    """Refuse a scale that is none."""
    if not grid.lower < grid.upper:
        raise InputError(f"--lower {grid.lower:g}: it must be below --upper {grid.upper:g}")
    if grid.zero_point is not None and grid.zero_point >= grid.lower:
        told = f"it must be below --lower {grid.lower:g}; leave it out if the question's scale is linear"
        raise InputError(f"--zero-point {grid.zero_point:g}: {told}")
    if not FEWEST <= grid.points <= MOST:
        told = f"a question has {FEWEST} to {MOST:,}; {POINTS} if it is not a discrete one"
        raise InputError(f"--points {grid.points}: {told}")
    if not (np.diff(grid.x) > 0).all():
        raise InputError(f"--points {grid.points}: two of them are the same number; give a wider range or fewer points")


def check_closed(grid: Grid, bound: str, share: float, unit: str) -> None:
    """Refuse a closed bound that much of the draws lies beyond."""
    if not getattr(grid, f"open_{bound}") and share > BEYOND:
        where = "below" if bound == "lower" else "above"
        mend = f"add --open-{bound} if the question's is open, or give another --{bound}"
        told = f"{100 * share:.3g}% of the draws lie {where} it, and it is closed; {mend}"
        raise InputError(f"--{bound} {amount(getattr(grid, bound), unit)}: {told}")


def beyond(grid: Grid, draws: np.ndarray) -> list[Estimate]:
    """The share of the draws below the lower bound and that above the upper one, of those with a figure, each with its
    Monte Carlo error."""
    lie = (draws < grid.lower, draws > grid.upper)
    return [intervals.estimate(np.where(np.isnan(draws), np.nan, lies)) for lies in lie]


def counts(grid: Grid, draws: np.ndarray) -> np.ndarray:
    """The draws' CDF at the points of the scale, given that a closed bound is not left: shape (points,).

    The server counts an outcome at a point to the step that ends there, and one at the lower bound to the first: so
    what comes before the first point is what lies below it, and what comes up to any other one is what is not above.
    """
    kept = ~np.isnan(draws)
    kept &= (draws >= grid.lower) | grid.open_lower
    kept &= (draws <= grid.upper) | grid.open_upper
    draws = np.sort(draws[kept])
    upto = np.searchsorted(draws, grid.x, side="right")
    upto[0] = np.searchsorted(draws, grid.lower, side="left")
    return upto / draws.size


def moved(run: Finished, row: str, grid: Grid, counted: np.ndarray, cdf: np.ndarray) -> dict[str, Any]:
    """Percentiles of the draws, of their CDF read straight between the points, and of the CDF as told: what lies
    between the last two is what standardising moved. A percentile beyond the bounds is none."""
    draws, errors = (each[2:] for each in run.estimates(row, BRIEF))

    def between(cdf: np.ndarray) -> np.ndarray:
        way = np.interp(BRIEF, cdf, np.linspace(0, 1, grid.points), left=math.nan, right=math.nan)
        return grid.at(way)

    before, after = between(counted), between(cdf)
    columns = (draws, before, after, after - before, errors)
    words = ("draws", "before", "after", "difference", "mc_error")
    return {
        word: dict(zip(words, map(float, each), strict=True)) for word, *each in zip(BRIEF_WORDS, *columns, strict=True)
    }
