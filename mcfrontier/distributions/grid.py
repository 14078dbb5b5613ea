"""The cells of quantile tables: their layout, and the probabilities at which quantile functions are evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS, CELL_BITS

TAIL_SHARE = 2.0**-6  # probability of each tail
TAIL_HALVINGS, TAIL_CELL_BITS = 16, 6  # a tail has 16 halvings of the probability, with 2^6 cells each
TAIL_STARTS = TAIL_SHARE / 2.0 ** np.arange(TAIL_HALVINGS, 0, -1)  # where each halving begins
# layout of the tail cells for the kernel: bits to drop, shifted bits of the first cell, number of cells
TAIL_CELLS = (
    BITS - TAIL_CELL_BITS,
    int(TAIL_STARTS[:1].view(np.int64)[0]) >> BITS - TAIL_CELL_BITS,
    TAIL_HALVINGS << TAIL_CELL_BITS,
)


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows of cells of equal width, each row with its own start and width of a cell.

    start, step  (rows, 1): distances from the nearer end, as probabilities
    number       the number of cells in a row
    origin       added to the distance to give the argument of the parabolas
    from_above   (rows, 1): whether the distance is from 1, not from 0
    """

    start: Array
    step: Array
    number: int
    origin: float
    from_above: Array

    def probabilities(self, cell: Array) -> Array:
        """The probabilities at positions along each row, counted in cells: (rows, positions)."""
        distance = self.start + self.step * cell
        found: Array = np.where(self.from_above, 1 - distance, distance)
        return found

    @cached_property
    def left(self) -> Array:
        """The argument of the parabolas at the left end of each cell, in cells: (rows, cells)."""
        return (self.start + self.origin) / self.step + np.arange(self.number)

    @cached_property
    def right_distance(self) -> Array:
        """The distance at the right end of each cell: (rows, cells)."""
        return (self.left + 1) * self.step


BODY = Cells(np.zeros((1, 1)), np.array([[2.0**-CELL_BITS]]), 2**CELL_BITS, 1.0, np.zeros((1, 1), bool))
TAILS = Cells(
    np.tile(TAIL_STARTS, 2)[:, None],
    np.tile(TAIL_STARTS / 2**TAIL_CELL_BITS, 2)[:, None],
    2**TAIL_CELL_BITS,
    0.0,
    np.repeat([False, True], TAIL_HALVINGS)[:, None],
)
GRID = np.concatenate([cells.probabilities(np.arange(2 * cells.number + 1) / 2).ravel() for cells in (BODY, TAILS)])
GRID_SCORES = special.ndtri(GRID)


def normal_scores(p: Array) -> Array:
    """The quantiles of the standard normal distribution; those of GRID are computed once."""
    scores: Array = GRID_SCORES if p is GRID else special.ndtri(p)
    return scores
