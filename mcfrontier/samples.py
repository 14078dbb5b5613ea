"""Families that are lists of values: some values with their chances, and a sample that is its own distribution."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import numpy as np

from mcfrontier.distributions import Array, Distribution
from mcfrontier.errors import InputError
from mcfrontier.family import Family, Truncatable, positive


class Discrete(Family, kw_only=True, frozen=True, tag="discrete"):
    """One of some values, by their weights; all alike if there are none."""

    lists: ClassVar[tuple[str, ...]] = ("values", "weights")

    values: list[float]
    weights: list[float] | None = None

    def check(self) -> None:
        if len({*self.values}) < 2:
            raise InputError('values: at least two different ones are needed; of one, take family = "value"')
        check_weights(self.weights, len(self.values), "values")

    def whole(self) -> Distribution:
        return counted(np.array(self.values), shares(self.weights, len(self.values)))


class Empirical(Truncatable, kw_only=True, frozen=True, tag="empirical"):
    """What a sample says: its quantile function goes straight from each value to the next larger one. The sample is
    `values`, or a `column` of a CSV `file` in the priors folders, read before it comes here."""

    lists: ClassVar[tuple[str, ...]] = ("values",)

    values: list[float] = msgspec.field(default_factory=list)
    file: str = ""
    column: str = ""

    def check(self) -> None:
        if len({*self.values}) < 2:
            raise InputError('values: at least two different ones are needed; of one, take family = "value"')

    def whole(self) -> Distribution:
        return sampled(np.array(self.values))


class Output(Truncatable, kw_only=True, frozen=True, tag="study"):
    """What another study says of a quantity of its own: its distribution there, by quantiles that are worked out
    before they come here. Nothing else that the two studies share is drawn once for both."""

    lists: ClassVar[tuple[str, ...]] = ("values",)

    study: str
    quantity: str
    values: list[float] = msgspec.field(default_factory=list)

    def whole(self) -> Distribution:
        return sampled(np.array(self.values))


def check_weights(weights: list[float] | None, count: int, word: str) -> None:
    """Refuse weights that are not one for each of what they weigh, or not above 0."""
    if weights is None:
        return
    if len(weights) != count:
        raise InputError(f"weights: {len(weights)} for {count} {word}; give one each")
    for i, weight in enumerate(weights, 1):
        positive(weight, f"weights[{i}]")


def shares(weights: list[float] | None, count: int) -> Array:
    """Weights that sum to one; equal ones where none are stated."""
    stated = np.ones(count) if weights is None else np.array(weights)
    return stated / stated.sum()


def counted(values: Array, weights: Array) -> Distribution:
    """The distribution of some values, of these weights that sum to one."""
    places = np.argsort(values, kind="stable")
    values, weights = values[places], weights[places]
    upto = np.append(np.cumsum(weights)[:-1], 1.0)
    beyond = np.append(np.cumsum(weights[::-1])[-2::-1], 0.0)

    def place(x: Array) -> Array:
        """How many of the values are not above x."""
        return np.searchsorted(values, x, side="right")

    last = len(values) - 1
    return Distribution(
        quantile=lambda p: values[np.minimum(np.searchsorted(upto, p, side="left"), last)],
        upper_quantile=lambda q: values[last + 1 - np.searchsorted(beyond[::-1], q, side="right")],
        cdf=lambda x: np.concatenate([[0.0], upto])[place(x)],
        sf=lambda x: np.concatenate([[1.0], beyond])[place(x)],
        low=float(values[0]),
        high=float(values[-1]),
        rough=True,
    )


def sampled(values: Array) -> Distribution:
    """The distribution of a sample, its quantiles linear between the sorted values: numpy's default."""
    values = np.sort(values)
    last = len(values) - 1

    def between(at: Array) -> Array:
        """The value at a place from 0 to `last`."""
        left = np.clip(np.floor(at), 0, last - 1).astype(np.intp)
        start, end = values[left], values[left + 1]
        return np.clip(start + (at - left) * (end - start), start, end)

    def steps(x: Array) -> tuple[Array, Array, Array]:
        """How many whole steps between values lie below x, and how far it is from both ends of its own, as parts of
        that; a step without height lies wholly on one side."""
        right = np.clip(np.searchsorted(values, x, side="right"), 1, last)
        start, end = values[right - 1], values[right]
        height = np.where(end > start, end - start, 1.0)
        done, left = (np.clip(way / height, 0, 1) for way in (x - start, end - x))
        flat = end == start
        return right - 1, np.where(flat, x >= end, done), np.where(flat, x < start, left)

    def cdf(x: Array) -> Array:
        whole, done, _ = steps(x)
        return (whole + done) / last

    def sf(x: Array) -> Array:
        whole, _, left = steps(x)
        return (last - 1 - whole + left) / last

    return Distribution(
        quantile=lambda p: between(p * last),
        upper_quantile=lambda q: between(last - q * last),
        cdf=cdf,
        sf=sf,
        low=float(values[0]),
        high=float(values[-1]),
        rough=True,
        knots=values,
    )
