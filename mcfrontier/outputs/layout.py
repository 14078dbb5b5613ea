"""How draws stand in files, as ArviZ and xarray open them: over chain (one), draw and dimensions of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mcfrontier.study import Study


class Variable(NamedTuple):
    """A quantity in a file: the dimensions it has after chain and draw, and what is told of it."""

    name: str
    own: tuple[str, ...]
    unit: str
    about: str

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All its dimensions, in order."""
        return ("chain", "draw", *self.own)

    @property
    def told(self) -> dict[str, str]:
        """What is told of it: its unit and, if there is more to say, what it is."""
        return {"unit": self.unit} | ({"about": self.about} if self.about else {})

    def shape(self, draws: int, dimensions: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
        """How long it is along each dimension, by the labels of those of the study."""
        return (1, draws, *(len(dimensions[each]) for each in self.own))


def variables(study: Study) -> list[Variable]:
    """All quantities of a study."""
    return [Variable(name, study.dimensions_of[name], study.unit(name), study.about(name)) for name in study.quantities]


def laid(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Values of a quantity, (dimensions..., draws), in the shape they have in a file: (1, draws, dimensions...)."""
    x = np.broadcast_to(x, (*x.shape[:-1], shape[1])).reshape(*shape[2:], shape[1])
    return np.moveaxis(x, -1, 0)[None]
