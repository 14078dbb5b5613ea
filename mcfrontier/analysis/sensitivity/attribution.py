"""Attribution of the change of a figure from one side to the other to differences: Shapley values (1953).

Differences change sides one by one; the effect of each is averaged over all orders of changing. The bars add up to the
total change, and a difference without effect has a bar of 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.sensitivity.shapley import all_subsets, random_orders
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler

MAX_EXACT_CHANGES = 10  # differences up to which all subsets are evaluated
RANDOM_ORDERS = 2  # beyond it: random orders in each of 16 groups, each reversed as well


@dataclass(frozen=True)
class Changes:
    """The sets of differences to evaluate, and the steps between them.

    sets (sets, differences): whether each has changed sides, the first none and the last all; joining, before and
    after (steps, groups): the difference that changes, and the sets before and after it; weight (steps,): of the step
    in the average over the orders of its group.
    """

    sets: Array
    joining: Array
    before: Array
    after: Array
    weight: Array


@dataclass(frozen=True)
class Waterfall:
    """The attribution of a change, the largest bar first.

    names: the differences; bars: their contributions; errors: the Monte Carlo errors; order_errors: the errors of
    sampling orders (0 where all sets were evaluated); ends and end_errors: the figure on both sides; total and ratio:
    the difference of the sides and the second over the first, with errors. The bars add up to the total; the factors
    (with both errors combined) multiply to the ratio, and are NaN where a logarithm does not apply.
    """

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
    def total_errors(self) -> Array:
        """Both errors of each bar, combined."""
        return np.hypot(self.errors, self.order_errors)

    def with_zero_bars(self, names: Iterable[str]) -> Waterfall:
        """The waterfall with bars of 0 for further differences that have no effect on the figure."""
        idle = [name for name in names if name not in self.names]
        added = {"bars": 0.0, "errors": 0.0, "order_errors": 0.0, "factors": 1.0, "factor_errors": 0.0}
        arrays: dict[str, Any] = {key: np.append(getattr(self, key), [x] * len(idle)) for key, x in added.items()}
        return replace(self, names=[*self.names, *idle], **arrays)


def changes(plan: Sampler, names: list[str], most: int | None = None) -> Changes:
    """The sets of differences to evaluate: all of at most `most` differences, else those in random orders and their
    reverses, in 16 groups."""
    count = len(names)
    if not count:
        nothing = np.empty((0, 1), int)
        return Changes(np.zeros((1, 0), bool), nothing, nothing, nothing, np.empty(0))
    exact = count <= (MAX_EXACT_CHANGES if most is None else most)
    joins = all_subsets(count) if exact else random_orders(plan, names, RANDOM_ORDERS)
    groups = 1 if exact else RANDOMISATIONS
    places = np.stack([joins.before, joins.after])[:, :, None] * groups + np.arange(groups)
    used, places = np.unique(places, return_inverse=True)
    sets, unique = np.unique(joins.sets[:, :groups].reshape(-1, count)[used], axis=0, return_inverse=True)
    before, after = unique.ravel()[places.reshape(2, len(joins.before), groups)]
    return Changes(sets, joins.joining[:, :groups], before, after, joins.weight)


def waterfall(
    changes: Changes, names: Sequence[str], found: Sequence[tuple[float, Array]], log: bool = True
) -> Waterfall:
    """Attribute a change to differences.

    Parameters
    ----------
    names : of the differences
    found : the figure of each of `changes.sets`, and that of each randomisation (16,)
    log : whether factors apply to the figure, where all figures are positive
    """
    whole, parts = np.array([v for v, _ in found]), np.array([p for _, p in found])
    figures = np.concatenate([whole[:, None], parts], axis=1)  # (sets, 1 + 16)
    bars, errors, order_errors = shapley_values(changes, len(names), figures)
    factors = factor_errors = np.full(len(names), np.nan)
    ratio = np.full(1 + RANDOMISATIONS, np.nan)
    if log and (figures > 0).all():
        logs, *both = shapley_values(changes, len(names), np.log(figures))
        factors, factor_errors = np.exp(logs), np.exp(logs) * np.hypot(*both)
        ratio = figures[-1] / figures[0]
    first, last = figures[0], figures[-1]
    order = np.argsort(-np.abs(bars), kind="stable")
    return Waterfall(
        names=[names[i] for i in order],
        bars=bars[order],
        errors=errors[order],
        order_errors=order_errors[order],
        factors=factors[order],
        factor_errors=factor_errors[order],
        ends=(float(first[0]), float(last[0])),
        end_errors=(with_error(first)[1], with_error(last)[1]),
        total=with_error(last - first),
        ratio=with_error(ratio),
    )


def with_error(x: Array) -> tuple[float, float]:
    """A figure and its standard error, from that of all draws and those of each randomisation, (1 + 16,)."""
    return float(x[0]), float(estimates.standard_error(x[0], x[1:]))


def shapley_values(changes: Changes, count: int, figures: Array) -> tuple[Array, Array, Array]:
    """The Shapley values of `count` differences from the figures of sets (sets, 1 + 16), their Monte Carlo errors, and
    the errors of sampling orders: (differences,) each."""
    steps = changes.weight[:, None, None] * (figures[changes.after] - figures[changes.before])  # (steps, groups, 17)
    groups = np.arange(changes.joining.shape[1])
    values = np.zeros((count, groups.size, 1 + RANDOMISATIONS))
    np.add.at(values, (changes.joining, groups), steps)
    bars = values.mean(axis=1)
    order_errors = np.zeros(count)
    if groups.size > 1:
        order_errors = values[:, :, 0].std(axis=1, ddof=1) / groups.size**0.5
    return bars[:, 0], estimates.standard_error(bars[:, 0], bars[:, 1:].T), order_errors
