"""Mixtures: the distributions of several sources, pooled by weight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from msgspec import Meta
from msgspec.structs import replace as replace_fields
from scipy import special

from mcfrontier.core import units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, located
from mcfrontier.distributions.curves import Curve, Distribution, find_crossing, from_nearer_end, on_interval
from mcfrontier.distributions.empirical import check_weights, normalised_weights
from mcfrontier.distributions.family import REPORTED_KEYS, Family, Truncatable, check_positive
from mcfrontier.distributions.nested import Nested
from mcfrontier.distributions.tables import quantiles_at_scores

GRID_SCORES = np.linspace(-8.2, 8.2, 513)  # normal scores of the breakpoints of a part that is not piecewise linear
CELLS_PER_SD_BETWEEN_JUMPS = 128  # of a table of the quantile function of a mixture over normal scores
MIXTURE_KEYS = ("by", "best", "autocorrelation", *REPORTED_KEYS)  # allowed for a mixture, not for a part


class Part(NamedTuple):
    """One of the pooled distributions, with its name ("" without one)."""

    name: str
    entry: Family


class Mixture(Truncatable, kw_only=True, frozen=True, tag="mixture"):
    """Several distributions pooled: each draw is from one of the `parts`, by their weights, equal ones by default. A
    part has the keys of another family, its unit and source if they differ, and optionally a name."""

    lists: ClassVar[tuple[str, ...]] = ("parts", "weights")

    parts: Annotated[
        list[Any], Meta(extra_json_schema={"items": {"$ref": "#/$defs/part"}})
    ]  # tables as they are read, replaced by Part
    weights: list[float] | None = None

    @property
    def resolved(self) -> bool:
        return all(part.entry.resolved for part in self.parts)

    def check(self) -> None:
        if len(self.parts) < 2:
            raise InputError("parts: at least two are needed; of one, state its family itself")
        check_weights(self.weights, len(self.parts), "parts")
        for i, part in enumerate(self.parts, 1):
            with located(part_place(part, i)):
                part.entry.check()
                check_part(part.entry, self.unit)

    def replicates(self) -> tuple[Family, ...]:
        own = [part.entry.replicates() or (part.entry,) for part in self.parts]
        every = [
            [part._replace(entry=each[r % len(each)]) for part, each in zip(self.parts, own, strict=True)]
            for r in range(max(map(len, own)))
        ]
        return tuple(replace_fields(self, parts=parts) for parts in every) if len(every) > 1 else ()

    def untruncated(self) -> Distribution:
        tabulated = any(isinstance(part.entry, Nested) for part in self.parts)
        return mixture(self.part_distributions(), normalised_weights(self.weights, len(self.parts)), tabulated)

    def remark(self) -> str:
        sources = [f"{part.name or i}: {part.entry.source}" for i, part in enumerate(self.parts, 1)]
        differ = any(part.entry.source != self.source for part in self.parts)
        share = f"{100 * disagreement(self):.0f} % of the variance is disagreement between {len(self.parts)} parts"
        return share + (f" ({'; '.join(sources)})" if differ else "")

    def part_distributions(self) -> list[Distribution]:
        """The distributions of the parts, in the unit of the mixture."""
        distributions = []
        for i, part in enumerate(self.parts, 1):
            with located(part_place(part, i)):
                one = part.entry.distribution()
            scale = units.convert(1.0, part.entry.unit, self.unit) * (part.entry.times or 1.0)
            distributions.append(one if scale == 1 else on_interval(one, 0.0, scale))
        return distributions


def part_place(part: Part, number: int) -> str:
    """The place of a part in messages."""
    return f"parts[{number}]" + (f" ({part.name})" if part.name else "")


def check_part(entry: Family, unit: str) -> None:
    """Refuse a part that cannot be pooled in a mixture with this unit."""
    if isinstance(entry, Mixture) or entry.joint:
        raise InputError(f"a {entry.__struct_config__.tag} cannot be part of a mixture; name another family")
    for key in MIXTURE_KEYS:
        if getattr(entry, key) is not None:
            raise InputError(f"{key} is a key of the mixture; remove it from the part")
    if entry.times is not None:
        check_positive(entry.times, "times")
    if not units.same_kind(entry.unit, unit):
        raise InputError(f"unit '{entry.unit}' does not measure what '{unit}' does; give it in {unit}")


def mixture(parts: Sequence[Distribution], weights: Array, tabulated: bool = False) -> Distribution:
    """The distribution of a draw from one of the parts, chosen by weights that sum to one.

    If `tabulated`, its CDF is linear between many points at which it is exact.
    """

    def pooled(curves: Sequence[Curve]) -> Curve:
        def curve(x: Array) -> Array:
            values: Array = sum(weight * each(x) for each, weight in zip(curves, weights, strict=True))
            return values

        return curve

    cdf, sf = pooled([part.cdf for part in parts]), pooled([part.sf for part in parts])
    atoms = np.unique(np.concatenate([part.atoms for part in parts]))
    mean_exists = all(part.mean_exists for part in parts)
    breakpoints = [grid(part) if tabulated else part.breakpoints for part in parts]
    known = [each for each in breakpoints if each is not None]
    if len(known) == len(parts):
        return piecewise_linear(np.unique(np.concatenate([*known, atoms])), cdf, sf, atoms)

    def crossing(curve: Curve, target: Array, quantiles: Sequence[Array]) -> Array:
        ends = np.min(quantiles, axis=0), np.max(quantiles, axis=0)
        return nearest_atoms(curve, target, find_crossing(curve, target, *ends), atoms)

    def lower(p: Array) -> Array:
        return crossing(cdf, p, [part.ppf(p) for part in parts])

    def upper(q: Array) -> Array:
        return crossing(lambda x: -sf(x), -q, [part.isf(q) for part in parts])

    low, high = min(part.low for part in parts), max(part.high for part in parts)
    return Distribution(
        *from_nearer_end(lower, upper),
        cdf,
        sf,
        low,
        high,
        tabulate=CELLS_PER_SD_BETWEEN_JUMPS,
        discontinuous=True,
        atoms=atoms,
        mean_exists=mean_exists,
    )


def grid(part: Distribution) -> Array:
    """The breakpoints of a part, or else its quantiles from tail to tail."""
    if part.breakpoints is not None:
        return part.breakpoints
    x = quantiles_at_scores(part, GRID_SCORES)
    return x[np.isfinite(x)]


def nearest_atoms(curve: Curve, target: Array, crossing: Array, atoms: Array) -> Array:
    """The crossings of an increasing curve with each target, exact where the curve jumps over the target at an atom."""
    if not atoms.size:
        return crossing
    below, reached = curve(np.nextafter(atoms, -math.inf)), curve(atoms)
    at = np.minimum(np.searchsorted(reached, target), len(atoms) - 1)
    return np.where((below[at] < target) & (target <= reached[at]), atoms[at], crossing)


def piecewise_linear(breakpoints: Array, cdf: Curve, sf: Curve, atoms: Array) -> Distribution:
    """The distribution whose cdf is linear between breakpoints, at which it may jump."""
    sides = np.stack([np.nextafter(breakpoints, -math.inf), breakpoints], axis=1).ravel()  # before and after a jump
    below, above, x = np.maximum.accumulate(cdf(sides)), np.maximum.accumulate(-sf(sides)), np.repeat(breakpoints, 2)
    ppf, isf = from_nearer_end(lambda p: np.interp(p, below, x), lambda q: np.interp(-q, above, x))
    low, high = breakpoints[[0, -1]].tolist()
    return Distribution(ppf, isf, cdf, sf, low, high, discontinuous=True, breakpoints=breakpoints, atoms=atoms)


@extremes_allowed()
def disagreement(entry: Mixture) -> float:
    """The share of the variance of a mixture, before truncation, that lies between the means of its parts; 0 where the
    variance is infinite, or beyond the largest float."""
    means, variances = np.array([moments(part) for part in entry.part_distributions()]).T
    weights = normalised_weights(entry.weights, len(entry.parts))
    within = weights @ variances
    between = weights @ (means - weights @ means) ** 2
    return float(between / (between + within)) if 0 < between + within < math.inf else 0.0


@lru_cache(maxsize=512)
def moments(distribution: Distribution) -> tuple[float, float]:
    """Mean and variance, by a sum over logits of the probability; the variance is infinite if it does not converge."""
    steps = np.linspace(-5.03, 5.03, 2013)
    logits = 3 * np.sinh(steps)  # from -230 to 230, where the tail probability is 1e-100
    weight = 3 * np.cosh(steps) * special.expit(logits) * special.expit(-logits) * (steps[1] - steps[0])
    is_lower = logits < 0
    lower, upper = special.expit(logits[is_lower]), special.expit(-logits[~is_lower])
    shares, ppf, isf = distribution.components or (np.ones(1), distribution.ppf, distribution.isf)
    x = np.concatenate([ppf(lower), isf(upper)], axis=-1)
    with np.errstate(all="ignore"):
        x = x - distribution.median
        squares = (shares[:, None] * (weight * x) * x).sum(axis=0)
        mean, total = float((shares[:, None] * (weight * x)).sum()), float(squares.sum())
        central = float(squares[np.abs(logits) < 115].sum())
    if not total <= 1.001 * central:  # the sum has not converged at tail probabilities of 1e-50
        return distribution.median, math.inf
    return distribution.median + mean, total - mean * mean
