"""Nested studies: distributions of quantities of other studies, with the Monte Carlo errors of these.

The other study is run in 16 independent randomisations, and each has its own quantiles. Draws of a randomisation of the
study that refers to it take those of the same randomisation there, so the spread between randomisations, by which all
Monte Carlo errors are estimated, includes the errors of the other study.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import msgspec
import numpy as np
from msgspec.structs import replace as replace_fields

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import PARTS
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.empirical import sample_distribution
from mcfrontier.distributions.family import Family, Truncatable

# levels of the quantiles: their distances are in proportion to the standard error of a count, sqrt(p (1 - p) / n)
LOWER_LEVELS = np.sin(np.linspace(0, np.pi / 4, 257)) ** 2
LEVELS = np.concatenate([LOWER_LEVELS, 1 - LOWER_LEVELS[-2::-1]])
VALUES = PARTS * LEVELS.size  # of an entry


class Nested(Truncatable, kw_only=True, frozen=True, tag="study"):
    """The distribution of a quantity of another study, by quantiles of its draws there. These are sampled when the
    study that refers to it is run. Inputs that the two studies share are sampled independently in each."""

    lists: ClassVar[tuple[str, ...]] = ("values",)

    study: str
    quantity: str
    values: list[float] = msgspec.field(default_factory=list)
    priors_sha256: str = ""

    @property
    def resolved(self) -> bool:
        return bool(self.values)

    def replicates(self) -> tuple[Family, ...]:
        rows = np.reshape(self.values, (-1, LEVELS.size)).tolist() if len(self.values) > LEVELS.size else ()
        return tuple(replace_fields(self, values=row) for row in rows)

    def untruncated(self) -> Distribution:
        return quantile_distribution(np.mean(np.reshape(self.values, (-1, LEVELS.size)), axis=0))


def quantiles(x: Array) -> Array:
    """Quantiles (16, levels) of the finite draws of each randomisation, the first and the last being the extremes. A
    randomisation without a finite draw has those of all; NaN if no draw is finite."""
    parts = [part[np.isfinite(part)] for part in (*(x[r::PARTS] for r in range(PARTS)), x)]
    if not parts[-1].size:
        return np.full((PARTS, LEVELS.size), np.nan)
    return np.array([np.quantile(part if part.size else parts[-1], LEVELS, method="hazen") for part in parts[:PARTS]])


def quantile_distribution(values: Array) -> Distribution:
    """The distribution with these quantiles at LEVELS, linear between them."""
    values, even = np.sort(values), np.linspace(0, 1, LEVELS.size)
    base = sample_distribution(values)
    return replace(
        base,
        ppf=lambda p: np.interp(p, LEVELS, values),
        isf=lambda q: np.interp(q, LEVELS, values[::-1]),
        cdf=lambda x: np.interp(base.cdf(x), even, LEVELS),
        sf=lambda x: np.interp(base.sf(x), even, LEVELS),
    )


def unresolved(x: Array) -> Array:
    """NaN for any argument."""
    return np.asarray(x) * np.nan


# the distribution of a quantity of a nested study that has not been sampled yet
UNRESOLVED = Distribution(unresolved, unresolved, unresolved, unresolved, np.nan, np.nan, discontinuous=True)
