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

from mcfrontier.analysis.sensitivity.pick_freeze import Design, Target, base_blocks, dot
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
    """The base blocks and one for each further set of inputs from A: all sets where the inputs are few, else those in
    random orders of joining."""
    joins = all_subsets(len(inputs)) if len(inputs) <= MAX_EXACT_INPUTS else random_orders(plan, inputs)
    independent = ~np.isin(inputs, list(dependent))[joins.joining]
    return Design(joins.sets, ("share",), partial(variances, joins, independent))


def all_subsets(count: int) -> Joins:
    """All sets of `count` inputs, and all steps between two of them."""
    sizes = range(1, count - 1)
    further = [np.isin(np.arange(count), own) for size in sizes for own in combinations(range(count), size)]
    sets = np.concatenate([base_blocks(count)[:, 0], *(own[None] for own in further)])
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
    sets = np.concatenate([base_blocks(count), *partial_sets])
    between = np.arange(count + 2, len(sets)).reshape(count - 1, orders_total)
    full, empty = np.zeros((1, orders_total), int), np.ones((1, orders_total), int)
    chain = np.concatenate([empty, between, full])
    joining = orders.reshape(-1, RANDOMISATIONS)
    return Joins(sets, joining, np.full(len(joining), 1 / orders_total), chain[:-1].ravel(), chain[1:].ravel())


def variances(steps: Joins, independent: Array, target: Target) -> tuple[Array, Array]:
    """The variances by input (1, inputs, 16) and their sum (16,). `independent` (steps, 16): whether the input depends
    on no other.

    The increase of the value when an input joins a set is the mean of the target times the difference between the
    blocks after and before. From the target a mean is subtracted that is symmetric in the two values of the input,
    while the difference is antisymmetric: that leaves the expectation and removes most of the variance (Goda 2021). For
    an independent input it is the mean of A and the block with all but the input from A; else that of the blocks before
    and after, which gives half a difference of squares, as in Jansen (1999). The product of the surrogate is left out,
    since its mean is known.
    """
    found = target.known.variances(steps.sets.shape[-1])[2]
    randomisations = np.arange(RANDOMISATIONS)
    for joining, own, weight, *ends in zip(
        steps.joining, independent, steps.weight, steps.before, steps.after, strict=True
    ):
        (step, centre), (missed, rest) = (
            factors(x, x[2 + joining, randomisations], own, *ends) for x in (target.surrogate, target.remainder)
        )
        np.add.at(found, (joining, randomisations), weight * (dot(step, rest) + dot(centre + rest, missed)))
    return found[None], found.sum(axis=0)


def factors(x: Array, all_but: Array, independent: Array, before: int, after: int) -> tuple[Array, Array]:
    """The difference between the blocks after and before, and the centred target; `all_but` is the block with all but
    the input from A."""
    centred = (x[0] - all_but) / 2
    if not independent.all():
        centred = np.where(independent[:, None], centred, x[0] - (x[before] + x[after]) / 2)
    return x[after] - x[before], centred
