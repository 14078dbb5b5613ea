"""The array type used by all layers, and how its numbers are computed."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]

PIECE = 2**18  # multiplications of matrices at once: OpenBLAS uses threads beyond it


def extremes_allowed() -> np.errstate:
    """A context in which results beyond the largest float are infinite, without warnings of numpy.

    Draws that are not finite are counted in a note, and their statistics are displayed as "–".
    """
    return np.errstate(over="ignore", divide="ignore", invalid="ignore")
