"""The layout of draws in files, which ArviZ and xarray open: over chain (one), draw and the quantity's dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.core import limits
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import printable
from mcfrontier.study.study import Study

DTYPE, SINGLE, NO_DRAWS = "float64", "float32", "none"  # the types of numbers in a file, or no file


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
        """Its attributes: its unit, also under the name that the CF conventions use, and its description, if any."""
        return {"unit": self.unit, "units": self.unit} | ({"about": self.about} if self.about else {})

    def shape(self, draws: int, dimensions: Mapping[str, Sequence[str]]) -> tuple[int, ...]:
        """Its length along each dimension, from the labels of the dimensions of the study."""
        return (1, draws, *(len(dimensions[each]) for each in self.own))


class StoredDraws(NamedTuple):
    """The draws of a quantity in a file.

    path      the file
    variable  the quantity, with its unit and its dimensions in the file
    array     an array of h5py or zarr, (1, draws, dimensions...), which is read when it is indexed
    chunk     the number of draws to read at a time where not all are needed together
    """

    path: Path
    variable: Variable
    array: Any
    chunk: int

    @property
    def draws(self) -> int:
        """The number of draws."""
        return int(self.array.shape[1])

    @property
    def dtype(self) -> str:
        """The type of the numbers in the file: DTYPE or SINGLE."""
        return str(np.dtype(self.array.dtype).newbyteorder("="))

    def read(self, start: int = 0, stop: int | None = None) -> Array:
        """The draws from start to stop, by default all: (1, draws, dimensions...)."""
        try:
            return np.asarray(self.array[:, start:stop], float)
        except (OSError, ValueError, RuntimeError) as problem:
            raise InputError(f"{self.path}: damaged: {self.variable.name} cannot be read: {problem}") from None


Groups = dict[str, Mapping[str, StoredDraws]]  # by group and quantity


class Contents(NamedTuple):
    """What a file of draws is to contain: the quantities in each group, the number of draws, the labels."""

    groups: Sequence[str]
    variables: Sequence[Variable]
    draws: int
    dimensions: Mapping[str, Sequence[str]]

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """The shape of the array of a quantity."""
        return variable.shape(self.draws, self.dimensions)


def study_variables(study: Study) -> list[Variable]:
    """The variables of a study: all its quantities."""
    # HDF5 stores no NUL, and escapes are longer than what they replace
    about = {name: printable(study.about(name))[: limits.TEXT_LENGTH] for name in study.quantities}
    return [Variable(name, study.dimensions_of[name], study.unit(name), text) for name, text in about.items()]


def file_values(variable: Variable, x: Array, shape: tuple[int, ...], dtype: str) -> Array:
    """Values of a quantity in its unit, (dimensions..., draws), in the shape and the type that they have in a file.

    Refuse a number that would become infinite or zero.
    """
    x = to_file_shape(x, shape)
    found = x.astype(dtype, copy=False)
    lost = np.isfinite(x) & (x != 0) & ~(np.isfinite(found) & (found != 0)) if dtype == SINGLE else np.array(False)
    if lost.any():
        raise InputError(
            f"draws as {SINGLE}: {variable.name}: {x[lost][0]:.3g} {variable.unit} is beyond its range; "
            f"write them as {DTYPE}"
        )
    return found


def to_file_shape(x: Array, shape: tuple[int, ...]) -> Array:
    """Values of a quantity, (dimensions..., draws), in their shape in a file: (1, draws, dimensions...)."""
    x = np.broadcast_to(x, (*x.shape[:-1], shape[1])).reshape(*shape[2:], shape[1])
    return np.moveaxis(x, -1, 0)[None]


def check_unit(variable: Variable, stated: str) -> None:
    """Refuse draws in another unit than the percentiles are."""
    if stated != variable.unit:
        raise ValueError(f"{variable.name} is in {stated!r}, and the percentiles are in {variable.unit!r}")


def readable_text(text: object) -> str:
    """A text in a file of draws; refused if it is too long or not UTF-8."""
    if not isinstance(text, str):
        raise ValueError("a text is expected")
    text.encode()
    if len(text) > limits.TEXT_LENGTH:
        raise ValueError(f"a text of {len(text):,} characters; the limit is {limits.TEXT_LENGTH:,}")
    return text
