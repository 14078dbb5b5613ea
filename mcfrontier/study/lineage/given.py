"""Entries whose distribution depends on errors of sources in a part, or in a nested study.

The distribution is known without errors, and with each error alone at some levels, on the same draws. A draw keeps its
probability: it moves from its quantile without errors to that at the error, between levels in proportion to the
logarithm of the error. Movements by several errors are added: on the logarithms of positive quantities, else on the
values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array

PROBABILITIES = special.ndtr(np.linspace(-4, 4, 257))  # of the quantiles that are compared
LEVELS = (0.005, 0.1, 0.5, 0.9, 0.995)  # of an error, at which the distribution is computed


@dataclass(frozen=True)
class Movements:
    """The movements of quantiles by an error: (levels, quantiles), of the logarithms of the quantities if `logs`."""

    levels: tuple[float, ...]
    quantiles: tuple[float, ...]
    moved: tuple[tuple[float, ...], ...]
    logs: bool

    def at(self, x: Array, error: Array) -> Array:
        """The movement of quantities (n,) at errors (n,)."""
        rows = np.array([np.interp(x, self.quantiles, row) for row in self.moved])
        levels, e = np.log(self.levels), np.log(error)
        left = np.clip(np.searchsorted(levels, e, side="right") - 1, 0, levels.size - 2)
        along = (e - levels[left]) / (levels[left + 1] - levels[left])
        low, high = (np.take_along_axis(rows, place[None], 0)[0] for place in (left, left + 1))
        found: Array = low + (high - low) * along
        return found


def movements(before: Array, by_level: Mapping[float, Array]) -> Movements:
    """The movements from quantiles without an error to those at its levels, in base units; none at an error of 1."""
    quantiles, places = np.unique(before, return_index=True)
    levels = sorted([1.0, *by_level])
    at = [by_level.get(level, before)[places] for level in levels]
    logs = all((each > 0).all() for each in at)
    moved = [tuple((np.log(each / quantiles) if logs else each - quantiles).tolist()) for each in at]
    return Movements(tuple(levels), tuple(quantiles.tolist()), tuple(moved), logs)


@dataclass(frozen=True)
class GivenErrors:
    """The function of the node of such an entry, from its draws without errors and the errors.

    base       the input without errors
    ids        the sources
    known      the movements by each error; none before the study is run
    note       what the quantity is
    """

    base: str
    ids: tuple[str, ...]
    note: str
    known: tuple[Movements, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.note or f"{self.base}, given errors of its sources.")

    @property
    def formula(self) -> str:
        """What it computes, as text."""
        return f"{self.base} given the errors of {', '.join(self.ids)}"

    def with_known(self, known: tuple[Movements, ...]) -> GivenErrors:
        """The function with the movements by each error."""
        return replace(self, known=known)

    def __call__(self, base: Any, *errors: Any) -> Any:
        """The quantity, from arrays in base units."""
        if not self.known:
            return base
        x, *each = np.broadcast_arrays(base, *errors)
        moves = [m.at(x.ravel(), e.ravel()).reshape(x.shape) for m, e in zip(self.known, each, strict=True)]
        made = x
        for move, own in zip(moves, self.known, strict=True):
            made = made * np.exp(move) if own.logs else made + move
        return made
