"""Shapley shares of a target's variance: they sum to 1, whether inputs depend on each other or not.

The value of a set of inputs is the variance of the target's expectation given them. The share of an input is the
increase of the value when it joins a set, averaged over all orders of joining: Owen and Prieur (2017).
"""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import partial
from itertools import combinations
from typing import NamedTuple

import numpy as np

from mcfrontier.analysis.sensitivity.pick_freeze import Design
from mcfrontier.analysis.sensitivity.variance import ratio
from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler, generator

MAX_EXACT_INPUTS = 8  # inputs up to which all subsets are evaluated
RANDOM_ORDERS = 2  # beyond it: random orders of joining in each randomisation, each reversed as well


class Joins(NamedTuple):
    """Sets of inputs, and steps in which an input joins a set.

    sets (blocks, 16, inputs): the members of each set, by randomisation; joining (steps, 16): the input; weight
    (steps,): of the step in the average over orders; before and after (steps,): the sets without and with the input.
    """

    sets: Array
    joining: Array
    weight: Array
    before: Array
    after: Array


def design(plan: Sampler, inputs: list[str], dependent: Collection[str]) -> Design:
    """A block with all inputs from A, for each input one with all but it, one with none, and one for each further set:
    all sets where the inputs are few, else those in random orders of joining."""
    joins = all_subsets(len(inputs)) if len(inputs) <= MAX_EXACT_INPUTS else random_orders(plan, inputs)
    independent = ~np.isin(inputs, list(dependent))[joins.joining]
    return Design(joins.sets, ("share",), partial(shares, joins, independent))


def base_sets(count: int) -> Array:
    """The sets of all inputs, of all but one, and of none: (blocks, inputs)."""
    return np.concatenate([np.ones((1, count), bool), ~np.eye(count, dtype=bool), np.zeros((1, count), bool)])


def all_subsets(count: int) -> Joins:
    """All sets of `count` inputs, and all steps between two of them."""
    sizes = range(1, count - 1)
    further = [np.isin(np.arange(count), own) for size in sizes for own in combinations(range(count), size)]
    sets = np.concatenate([base_sets(count), *(own[None] for own in further)])
    place = {own.tobytes(): block for block, own in enumerate(sets)}
    steps = [
        (i, 1 / (count * math.comb(count - 1, own.sum())), block, place[(own | (np.arange(count) == i)).tobytes()])
        for block, own in enumerate(sets)
        if block == place[own.tobytes()]  # with one input, the set of all but it is that of none
        for i in np.flatnonzero(~own)
    ]
    columns = [np.array(column) for column in zip(*steps, strict=True)] if steps else [np.empty(0, int)] * 4
    joining, weight, before, after = columns
    sets, joining = (each[:, None].repeat(RANDOMISATIONS, axis=1) for each in (sets, joining))
    return Joins(sets, joining, weight, before, after)


def random_orders(plan: Sampler, inputs: list[str], orders_each: int = RANDOM_ORDERS) -> Joins:
    """The sets in random orders of joining and in their reverses, independent in each randomisation, so that the spread
    of the 16 includes the error of sampling orders.

    The position of an input comes from a stream of its own, so that a further input leaves the order of the rest.
    """
    count, orders_total = len(inputs), 2 * orders_each
    keys = [generator(plan, name, None, "order").random((orders_each, RANDOMISATIONS)) for name in inputs]
    orders = np.argsort(keys, axis=0)
    orders = np.concatenate([orders, orders[::-1]], axis=1)  # (inputs, orders_total, 16): the first, second, ... input
    position = np.argsort(orders, axis=0)
    partial_sets = [np.moveaxis(position < size, 0, -1) for size in range(1, count)]  # each (orders_total, 16, inputs)
    sets = np.concatenate([base_sets(count)[:, None].repeat(RANDOMISATIONS, axis=1), *partial_sets])
    between = np.arange(count + 2, len(sets)).reshape(count - 1, orders_total)
    full, empty = np.zeros((1, orders_total), int), np.full((1, orders_total), count + 1)
    chain = np.concatenate([empty, between, full])
    joining = orders.reshape(-1, RANDOMISATIONS)
    return Joins(sets, joining, np.full(len(joining), 1 / orders_total), chain[:-1].ravel(), chain[1:].ravel())


def shares(steps: Joins, independent: Array, x: Array) -> tuple[Array, Array, int]:
    """The shares (1, inputs) from a target in the blocks (blocks, points), their errors, and the number of points that
    are left out because a value is not finite. `independent` (steps, 16): whether the input depends on no other.

    The increase of the value when an input joins a set is the mean of the target times the difference between the
    blocks after and before. From the target a mean is subtracted that is symmetric in the two values of the input,
    while the difference is antisymmetric: that leaves the expectation and removes most of the variance (Goda 2021). For
    an independent input it is the mean of A and the block with all but the input from A; else that of the blocks before
    and after, which gives half a difference of squares, as in Jansen (1999).
    """
    x = np.ascontiguousarray(x.reshape(len(x), -1, RANDOMISATIONS).swapaxes(1, 2))  # (blocks, 16, points)
    non_finite = 0
    if not np.isfinite(x).all():
        finite = np.isfinite(x).all(axis=0)
        x, non_finite = np.where(finite, x, 0.0), int((~finite).sum())
    count, randomisations = steps.joining.max() + 1, np.arange(RANDOMISATIONS)
    increases, centred = np.zeros((count, RANDOMISATIONS)), (x[0] - x[1 : 1 + count]) / 2
    terms = np.empty(steps.joining.shape)
    for k, own in enumerate(independent):
        before, after = x[steps.before[k]], x[steps.after[k]]
        from_mean = centred[steps.joining[k], randomisations]
        if not own.all():
            from_mean = np.where(own[:, None], from_mean, x[0] - (before + after) / 2)
        terms[k] = steps.weight[k] * np.einsum("rp,rp->r", after - before, from_mean)
    by_size = np.lexsort((terms, steps.joining), axis=0)  # or an idle input among the rest would change their rounding
    joining, terms = (np.take_along_axis(each, by_size, axis=0) for each in (steps.joining, terms))
    np.add.at(increases, (joining, np.broadcast_to(randomisations, joining.shape)), terms)
    figures, errors = ratio(increases, increases.sum(axis=0))
    return figures[None], errors[None], non_finite
