"""The mixture: what several sources believe, pooled by weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy import special

from mcfrontier import units
from mcfrontier.distributions import Array, Curve, Distribution, crossing, from_both_ends, stretched
from mcfrontier.errors import InputError, located
from mcfrontier.family import REPORTED, Family, Truncatable
from mcfrontier.samples import check_weights, shares

OWN = ("by", "best", "times", "autocorrelation", *REPORTED)  # words of the whole, not of a part


class Part(NamedTuple):
    """One of the distributions that are pooled, with the name it goes by."""

    name: str
    entry: Family


class Mixture(Truncatable, kw_only=True, frozen=True, tag="mixture"):
    """Several distributions pooled: each draw is from one of the `parts`, by their weights, all alike if there are
    none. A part has the words of another family, a unit and a source if they are others, and perhaps a name."""

    lists: ClassVar[tuple[str, ...]] = ("parts", "weights")

    parts: list[Any]
    weights: list[float] | None = None

    def check(self) -> None:
        if len(self.parts) < 2:
            raise InputError("parts: at least two are needed; of one, state its family itself")
        check_weights(self.weights, len(self.parts), "parts")
        for i, part in enumerate(self.parts, 1):
            with located(told(part, i)):
                part.entry.check()
                check_part(part.entry, self.unit)

    def whole(self) -> Distribution:
        return mixture(self.pooled(), shares(self.weights, len(self.parts)))

    def pooled(self) -> list[Distribution]:
        """The distributions of the parts, in the unit of the whole."""
        made = []
        for i, part in enumerate(self.parts, 1):
            with located(told(part, i)):
                one = part.entry.distribution()
            scale = units.convert(1.0, part.entry.unit, self.unit)
            made.append(one if scale == 1 else stretched(one, 0.0, scale))
        return made


def told(part: Part, number: int) -> str:
    """Which part it is."""
    return f"parts[{number}]" + (f" ({part.name})" if part.name else "")


def check_part(entry: Family, unit: str) -> None:
    """Refuse a part that is none."""
    if isinstance(entry, Mixture) or entry.joint:
        raise InputError(f"a {entry.__struct_config__.tag} cannot be part of a mixture; name another family")
    for word in OWN:
        if getattr(entry, word) is not None:
            raise InputError(f"{word} is a word of the whole mixture; take it out of the part")
    if not units.same_kind(entry.unit, unit):
        raise InputError(f"unit '{entry.unit}' does not measure what '{unit}' does; give it in {unit}")


def mixture(parts: Sequence[Distribution], weights: Array) -> Distribution:
    """The distribution of a draw from one of the parts, chosen by weights that sum to one."""

    def cdf(x: Array) -> Array:
        return sum(weight * part.cdf(x) for part, weight in zip(parts, weights, strict=True))

    def sf(x: Array) -> Array:
        return sum(weight * part.sf(x) for part, weight in zip(parts, weights, strict=True))

    if all(part.knots is not None for part in parts):
        return through(np.unique(np.concatenate([part.knots for part in parts])), cdf, sf)

    def lower(p: Array) -> Array:
        at = np.array([part.quantile(p) for part in parts])
        return crossing(cdf, p, at.min(axis=0), at.max(axis=0))

    def upper(q: Array) -> Array:
        at = np.array([part.upper_quantile(q) for part in parts])
        return crossing(lambda x: -sf(x), -q, at.min(axis=0), at.max(axis=0))

    quantile, upper_quantile = from_both_ends(lower, upper)
    return Distribution(
        quantile=quantile,
        upper_quantile=upper_quantile,
        cdf=cdf,
        sf=sf,
        low=min(part.low for part in parts),
        high=max(part.high for part in parts),
        costly=True,
        rough=True,
    )


def through(knots: Array, cdf: Curve, sf: Curve) -> Distribution:
    """The distribution whose probabilities go straight between knots, and may jump there."""
    sides = np.stack([np.nextafter(knots, -math.inf), knots], axis=1).ravel()  # before a jump, and after it
    below, beyond, x = np.maximum.accumulate(cdf(sides)), np.maximum.accumulate(-sf(sides)), np.repeat(knots, 2)
    quantile, upper_quantile = from_both_ends(lambda p: np.interp(p, below, x), lambda q: np.interp(-q, beyond, x))
    low, high = float(knots[0]), float(knots[-1])
    return Distribution(quantile, upper_quantile, cdf, sf, low, high, rough=True, knots=knots)


def disagreement(entry: Mixture) -> float:
    """How much of the variance of a mixture, before any cut, lies between the means of its parts, from 0 to 1; the
    rest is each part's own width. 0 where that is infinite."""
    means, variances = np.array([moments(part) for part in entry.pooled()]).T
    weights = shares(entry.weights, len(entry.parts))
    within = weights @ variances
    between = weights @ (means - weights @ means) ** 2
    return float(between / (between + within)) if 0 < between + within < math.inf else 0.0


def moments(distribution: Distribution) -> tuple[float, float]:
    """Mean and variance, by a sum over logits of the probability; the variance infinite where it does not converge."""
    steps = np.linspace(-5.03, 5.03, 2013)
    logits = 3 * np.sinh(steps)  # to 230 either way, a probability of 1e-100
    weight = 3 * np.cosh(steps) * special.expit(logits) * special.expit(-logits) * (steps[1] - steps[0])
    below = logits < 0
    lower, upper = special.expit(logits[below]), special.expit(-logits[~below])
    x = np.concatenate([distribution.quantile(lower), distribution.upper_quantile(upper)])
    with np.errstate(all="ignore"):
        x = x - distribution.median
        squares = weight * x * x
        mean, total = float((weight * x).sum()), float(squares.sum())
        near = float(squares[np.abs(logits) < 115].sum())
    if not total <= 1.001 * near:  # what lies beyond a probability of 1e-50 still matters: there is no end to it
        return distribution.median, math.inf
    return distribution.median + mean, total - mean * mean


def remark(entry: Family) -> str:
    """What a reader must be told of a mixture: how much of it is disagreement, and who believes what; "" of others."""
    if not isinstance(entry, Mixture):
        return ""
    names = [f"{part.name or i}: {part.entry.source}" for i, part in enumerate(entry.parts, 1)]
    others = any(part.entry.source != entry.source for part in entry.parts)
    share = f"{100 * disagreement(entry):.0f} % of the variance is disagreement between {len(entry.parts)} parts"
    return share + (f" ({'; '.join(names)})" if others else "")
