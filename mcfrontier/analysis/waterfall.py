"""What moves a figure from one side to the other, thing by thing, in no order: Shapley (1953).

Things change sides one by one; what one adds on changing is averaged over all orders of changing. The bars add up to
the whole change, and what has no effect has a bar of 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mcfrontier.analysis import intervals
from mcfrontier.analysis.shapley import every_set, some_orders
from mcfrontier.sampling import RANDOMISATIONS, Sampler

Array = np.ndarray
EXACT = 10  # things up to which all sets of them are gone through
ORDERS = 2  # beyond it: so many times sixteen random orders, and as many backwards


@dataclass(frozen=True)
class Changes:
    """Ways from one side to the other: `sets` (sets, things) that have changed, the first none and the last all, and
    steps between two of them, (steps, lots): which thing `joins`, the sets `before` and `after`, and the `weight`
    that a step has in its lot of orders (steps,)."""

    sets: Array
    joins: Array
    before: Array
    after: Array
    weight: Array


@dataclass(frozen=True)
class Waterfall:
    """What each thing moves, the largest first: its name, its bar, the Monte Carlo error of it, and the error of taking
    a few orders only (0 where all were taken). `ends` are the figure on both sides, with `end_errors`; `total` is what
    lies between them, `ratio` the second over the first, each with its error. The bars add up to the total; the
    `factors` (with both errors in one) multiply to the ratio, and are not numbers where a logarithm has no meaning."""

    names: list[str]
    bars: Array
    errors: Array
    order_errors: Array
    factors: Array
    factor_errors: Array
    ends: tuple[float, float]
    end_errors: tuple[float, float]
    total: tuple[float, float]
    ratio: tuple[float, float]

    @property
    def all_errors(self) -> Array:
        """Both errors of each bar."""
        return np.hypot(self.errors, self.order_errors)

    def beside(self, things: Iterable[str]) -> Waterfall:
        """The same with bars of 0 for all other things, which have no part in it."""
        idle = [name for name in things if name not in self.names]
        words = {"bars": 0, "errors": 0, "order_errors": 0, "factors": 1, "factor_errors": 0}
        arrays = {word: np.append(getattr(self, word), [float(value)] * len(idle)) for word, value in words.items()}
        return replace(self, names=[*self.names, *idle], **arrays)


def changes(plan: Sampler, things: list[str]) -> Changes:
    """The sets of things to look at: every one where things are few, else those met in some random orders and the same
    backwards, in sixteen lots."""
    count = len(things)
    if not count:
        nothing = np.empty((0, 1), int)
        return Changes(np.zeros((1, 0), bool), nothing, nothing, nothing, np.empty(0))
    few = count <= EXACT
    kept, joins, weight, before, after = every_set(count) if few else some_orders(plan, things, ORDERS)
    lots = 1 if few else RANDOMISATIONS
    places = np.stack([before, after])[:, :, None] * lots + np.arange(lots)
    met, places = np.unique(places, return_inverse=True)
    sets, same = np.unique(kept[:, :lots].reshape(-1, count)[met], axis=0, return_inverse=True)
    before, after = same.ravel()[places.reshape(2, len(before), lots)]
    return Changes(sets, joins[:, :lots], before, after, weight)


def waterfall(
    ways: Changes, things: Sequence[str], found: Sequence[tuple[float, Array]], log: bool = True
) -> Waterfall:
    """The bars of things from the figure of every set, and that of each randomisation (16,); with factors if all are
    positive and `log` has a meaning."""
    whole, parts = np.array([v for v, _ in found]), np.array([p for _, p in found])
    figures = np.concatenate([whole[:, None], parts], axis=1)  # (sets, 1 + 16)
    bars, errors, few = attributed(ways, len(things), figures)
    factors = factor_errors = np.full(len(things), np.nan)
    ratio = np.full(1 + RANDOMISATIONS, np.nan)
    if log and (figures > 0).all():
        logs, *both = attributed(ways, len(things), np.log(figures))
        factors, factor_errors = np.exp(logs), np.exp(logs) * np.hypot(*both)
        ratio = figures[-1] / figures[0]
    sides = (figures[0], figures[-1])
    told = [(float(x[0]), float(intervals.error(x[0], x[1:]))) for x in (*sides, sides[1] - sides[0], ratio)]
    first = np.argsort(-np.abs(bars), kind="stable")
    return Waterfall(
        [things[i] for i in first],
        *(x[first] for x in (bars, errors, few, factors, factor_errors)),
        ends=(told[0][0], told[1][0]),
        end_errors=(told[0][1], told[1][1]),
        total=told[2],
        ratio=told[3],
    )


def attributed(ways: Changes, count: int, figures: Array) -> tuple[Array, Array, Array]:
    """The bars of so many things from the figures of sets (sets, 1 + 16), their Monte Carlo errors, and those of taking
    a few orders: (things,) each."""
    steps = ways.weight[:, None, None] * (figures[ways.after] - figures[ways.before])  # (steps, lots, 1 + 16)
    lots = np.arange(ways.joins.shape[1])
    each = np.zeros((count, lots.size, 1 + RANDOMISATIONS))
    np.add.at(each, (ways.joins, lots), steps)
    bars = each.mean(axis=1)
    few = each[:, :, 0].std(axis=1, ddof=1) / lots.size**0.5 if lots.size > 1 else np.zeros(count)
    return bars[:, 0], intervals.error(bars[:, 0], bars[:, 1:].T), few
