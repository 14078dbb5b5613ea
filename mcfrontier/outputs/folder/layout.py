"""The layout of draws in files, which ArviZ and xarray open: over chain (one), draw and the quantity's dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.study.study import Study


class Variable(NamedTuple):
    """A quantity in a file; `own` are its dimensions after chain and draw."""

    name: str
    own: tuple[str, ...]
    unit: str
    about: str

    @property
    def dimensions(self) -> tuple[str, ...]:
        """All its dimensions, in order."""
        return ("chain", "draw", *self.own)

    @property
    def attrs(self) -> dict[str, str]:
        """Its attributes: its unit and, if it has one, its description."""
        return {"unit": self.unit} | ({"about": self.about} if self.about else {})

    def shape(self, draws: int, dimensions: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
        """Its length along each dimension, from the labels of the dimensions of the study."""
        return (1, draws, *(len(dimensions[each]) for each in self.own))


def study_variables(study: Study) -> list[Variable]:
    """The variables of a study: all its quantities."""
    return [Variable(name, study.dimensions_of[name], study.unit(name), study.about(name)) for name in study.quantities]


def to_file_shape(x: Array, shape: tuple[int, ...]) -> Array:
    """Values of a quantity, (dimensions..., draws), in their shape in a file: (1, draws, dimensions...)."""
    x = np.broadcast_to(x, (*x.shape[:-1], shape[1])).reshape(*shape[2:], shape[1])
    return np.moveaxis(x, -1, 0)[None]
