"""Families stated by values: discrete distributions and samples."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.family import Family, Truncatable, check_positive


class Discrete(Family, kw_only=True, frozen=True, tag="discrete"):
    """A discrete distribution over values, by their weights, equal ones by default."""

    lists: ClassVar[tuple[str, ...]] = ("values", "weights")

    values: list[float]
    weights: list[float] | None = None

    def check(self) -> None:
        check_values(self.values)
        check_weights(self.weights, len(self.values), "values")

    def untruncated(self) -> Distribution:
        return discrete_distribution(np.array(self.values), normalised_weights(self.weights, len(self.values)))


class Empirical(Truncatable, kw_only=True, frozen=True, tag="empirical"):
    """A sample, with a quantile function that is linear between its sorted values: `values`, or a `column` of a CSV
    `file` in the priors folders."""

    lists: ClassVar[tuple[str, ...]] = ("values",)

    values: list[float] = msgspec.field(default_factory=list)
    file: str = ""
    column: str | list[str] = ""

    def check(self) -> None:
        check_values(self.values)

    def untruncated(self) -> Distribution:
        return sample_distribution(np.array(self.values))


def check_values(values: list[float]) -> None:
    """Refuse values that are all equal."""
    if len({*values}) < 2:
        raise InputError('values: at least two different ones are needed; for a single one take family = "value"')


def check_weights(weights: list[float] | None, count: int, key: str) -> None:
    """Refuse weights that are not above 0, or whose number is not that of what they weight."""
    if weights is None:
        return
    if len(weights) != count:
        raise InputError(f"weights: {len(weights)} for {count} {key}; give one each")
    for i, weight in enumerate(weights, 1):
        check_positive(weight, f"weights[{i}]")


def normalised_weights(weights: list[float] | None, count: int) -> Array:
    """Weights that sum to one; equal ones if none are stated."""
    stated = np.ones(count) if weights is None else np.array(weights)
    stated = np.ldexp(stated, -np.frexp(stated.max())[1])  # by a power of two, so that the sum is finite
    values: Array = stated / stated.sum()
    return values


def discrete_distribution(values: Array, weights: Array) -> Distribution:
    """The discrete distribution over values, with weights that sum to one."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    p_values = np.append(np.cumsum(weights)[:-1], 1.0)  # P(X <= x) and P(X > x) at each value
    q_values = np.append(np.cumsum(weights[::-1])[-2::-1], 0.0)

    def count_upto(x: Array) -> Array:
        """The number of values that are not above x."""
        return np.asarray(np.searchsorted(values, x, side="right"))

    last = len(values) - 1
    return Distribution(
        ppf=lambda p: values[np.minimum(np.searchsorted(p_values, p, side="left"), last)],
        isf=lambda q: values[last + 1 - np.searchsorted(q_values[::-1], q, side="right")],
        cdf=lambda x: np.concatenate([[0.0], p_values])[count_upto(x)],
        sf=lambda x: np.concatenate([[1.0], q_values])[count_upto(x)],
        low=float(values[0]),
        high=float(values[-1]),
        discontinuous=True,
        atoms=np.unique(values),
    )


def sample_distribution(values: Array) -> Distribution:
    """The distribution of a sample, its quantiles linear between the sorted values: numpy's default."""
    values = np.sort(values)
    last = len(values) - 1

    def interpolate(position: Array) -> Array:
        """The value at a fractional index from 0 to `last`."""
        left = np.clip(np.floor(position), 0, last - 1).astype(np.intp)
        start, end = values[left], values[left + 1]
        result: Array = np.clip(start + (position - left) * (end - start), start, end)
        return result

    def locate(x: Array) -> tuple[Array, Array, Array]:
        """The number of whole steps between values below x, and the distances of x from the start and to the end of its
        own step as fractions of that; a step of height 0 lies entirely on one side of x."""
        right = np.clip(np.searchsorted(values, x, side="right"), 1, last)
        start, end = values[right - 1], values[right]
        height = np.where(end > start, end - start, 1.0)
        before, after = (np.clip(distance / height, 0, 1) for distance in (x - start, end - x))
        flat = end == start
        return right - 1, np.where(flat, x >= end, before), np.where(flat, x < start, after)

    def cdf(x: Array) -> Array:
        steps, before, _ = locate(x)
        return (steps + before) / last

    def sf(x: Array) -> Array:
        steps, _, after = locate(x)
        return (last - 1 - steps + after) / last

    low, high = values[[0, -1]].tolist()
    ppf, isf = (lambda p: interpolate(p * last)), (lambda q: interpolate(last - q * last))
    repeated = np.unique(values[1:][values[1:] == values[:-1]])
    return Distribution(ppf, isf, cdf, sf, low, high, discontinuous=True, breakpoints=values, atoms=repeated)
