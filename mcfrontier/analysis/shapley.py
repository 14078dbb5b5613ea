"""Shapley shares of a target's variance: they sum to all of it, whether inputs depend on each other or not.

What a set of inputs explains is the variance of the target's expectation given them. The share of an input is what it
adds to that on joining the others, averaged over all orders of joining: Owen and Prieur (2017).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from mcfrontier import sampling
from mcfrontier.analysis.freeze import Way
from mcfrontier.analysis.variance import ratio
from mcfrontier.sampling import RANDOMISATIONS, Sampler

Array = np.ndarray
EXACT = 8  # inputs up to which all sets of them are gone through
ORDERS = 2  # beyond it: orders of joining, and as many backwards, in each randomisation


@dataclass(frozen=True)
class Steps:
    """Inputs that join sets: `joins` (steps, 16) the inputs, `weight` (steps,) what a step counts, `before` and `after`
    (steps,) the blocks without and with; `lone` (steps, 16) whether the input is tied to no other."""

    joins: Array
    weight: Array
    before: Array
    after: Array
    lone: Array


def way(plan: Sampler, inputs: list[str], tied: Collection[str]) -> Way:
    """By a block that keeps all inputs, for each input one that keeps all but it, one that keeps none, and one for
    each further set: all of them where the inputs are few, else those met in random orders."""
    few = len(inputs) <= EXACT
    kept, joins, weight, before, after = every_set(len(inputs)) if few else some_orders(plan, inputs)
    lone = ~np.isin(inputs, list(tied))[joins]
    return Way(kept, ("share",), partial(shares, Steps(joins, weight, before, after, lone)))


def ends(count: int) -> Array:
    """The sets of all inputs, of all but one, and of none: (blocks, inputs)."""
    return np.concatenate([np.ones((1, count), bool), ~np.eye(count, dtype=bool), np.zeros((1, count), bool)])


def every_set(count: int) -> tuple[Array, ...]:
    """Every set of so many inputs, and every step between two."""
    sizes = range(1, count - 1)
    some = [np.isin(np.arange(count), own) for size in sizes for own in combinations(range(count), size)]
    sets = np.concatenate([ends(count), *(own[None] for own in some)])
    place = {own.tobytes(): block for block, own in enumerate(sets)}
    steps = [
        (i, 1 / (count * math.comb(count - 1, own.sum())), block, place[(own | (np.arange(count) == i)).tobytes()])
        for block, own in enumerate(sets)
        if block == place[own.tobytes()]  # of one input, the set of all but it is that of none
        for i in np.flatnonzero(~own)
    ]
    joins, *rest = (np.array(column) for column in zip(*steps, strict=True)) if steps else [np.empty(0, int)] * 4
    kept, joins = (each[:, None].repeat(RANDOMISATIONS, axis=1) for each in (sets, joins))
    return kept, joins, *rest


def some_orders(plan: Sampler, inputs: list[str], orders_each: int = ORDERS) -> tuple[Array, ...]:
    """The sets met in a few random orders and the same backwards, others in each randomisation, so that the spread of
    the sixteen tells the error of taking a few.

    When an input's turn is hangs on a stream of its own, so that another leaves their order as it was.
    """
    count, many = len(inputs), 2 * orders_each
    keys = [sampling.generator(plan, name, None, "order").random((orders_each, RANDOMISATIONS)) for name in inputs]
    orders = np.argsort(keys, axis=0)
    orders = np.concatenate([orders, orders[::-1]], axis=1)  # (inputs, many, 16): who comes first, second, ...
    turn = np.argsort(orders, axis=0)
    met = [np.moveaxis(turn < size, 0, -1) for size in range(1, count)]  # each (many, 16, inputs)
    kept = np.concatenate([ends(count)[:, None].repeat(RANDOMISATIONS, axis=1), *met])
    between = np.arange(count + 2, len(kept)).reshape(count - 1, many)
    chain = np.concatenate([np.full((1, many), count + 1), between, np.zeros((1, many), int)])
    joins = orders.reshape(-1, RANDOMISATIONS)
    return kept, joins, np.full(len(joins), 1 / many), chain[:-1].ravel(), chain[1:].ravel()


def shares(steps: Steps, x: Array) -> tuple[Array, Array, int]:
    """The shares (1, inputs) from a target's blocks (blocks, points), their errors, and how many points were left out.

    What an input adds on joining a set is the mean of the target times the difference it makes. The target is first
    taken from a mean that stays the same when the input's two values trade places, while the difference changes its
    sign: that costs nothing and saves most of the noise (Goda 2021). Of an input that is tied to no other it is the
    mean of the first block and the one that keeps all but the input; else that of the blocks before and after, which
    is half a difference of squares, as in Jansen (1999).
    """
    x = np.ascontiguousarray(x.reshape(len(x), -1, RANDOMISATIONS).swapaxes(1, 2))  # (blocks, 16, points)
    lost = 0
    if not np.isfinite(x).all():
        finite = np.isfinite(x).all(axis=0)
        x, lost = np.where(finite, x, 0.0), int((~finite).sum())
    count, sixteen = steps.joins.max() + 1, np.arange(RANDOMISATIONS)
    added, off = np.zeros((count, RANDOMISATIONS)), (x[0] - x[1 : 1 + count]) / 2
    terms = np.empty(steps.joins.shape)
    for term, joins, weight, lone, *ends in zip(
        terms, steps.joins, steps.weight, steps.lone, steps.before, steps.after, strict=True
    ):
        before, after = (x[block] for block in ends)
        from_mean = off[joins, sixteen]
        if not lone.all():
            from_mean = np.where(lone[:, None], from_mean, x[0] - (before + after) / 2)
        term[:] = weight * np.einsum("rp,rp->r", after - before, from_mean)
    by_size = np.lexsort((terms, steps.joins), axis=0)  # or an idle input, whose turn comes between, would round others
    joins, terms = (np.take_along_axis(each, by_size, axis=0) for each in (steps.joins, terms))
    np.add.at(added, (joins, np.broadcast_to(sixteen, joins.shape)), terms)
    figures, errors = ratio(added, added.sum(axis=0))
    return figures[None], errors[None], lost
