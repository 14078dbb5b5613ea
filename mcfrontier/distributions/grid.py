"""The cells of quantile tables: their layout, and the probabilities at which quantile functions are evaluated.

Cells are in rows of 64 of equal width: 64 rows of equal probability, the body; then a row for each halving of the
probability towards either end, the lower and the upper tail. The parabola of a cell is a function of the distance from
the nearer end, as a probability; in the body of the distance from 0, plus 1.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS, CELL_BITS

TAIL_SHARE = 2.0**-6  # probability of each tail
TAIL_HALVINGS, ROW_BITS = 16, 6  # a tail has 16 halvings of the probability, a row 2^6 cells
ROW_CELLS, BODY_ROWS = 2**ROW_BITS, 2 ** (CELL_BITS - ROW_BITS)
TAIL_STARTS = TAIL_SHARE / 2.0 ** np.arange(TAIL_HALVINGS, 0, -1)  # where each halving begins
# layout of the tail cells for the kernel: bits to drop, shifted bits of the first cell, number of cells
TAIL_CELLS = (
    BITS - ROW_BITS,
    int(TAIL_STARTS[:1].view(np.int64)[0]) >> BITS - ROW_BITS,
    TAIL_HALVINGS << ROW_BITS,
)
# of each row (rows, 1): where it starts, the width of its cells, both as distances from the nearer end, what is added
# to distances, and whether the distance is from 1, not from 0
START = np.concatenate([np.arange(BODY_ROWS) / BODY_ROWS, TAIL_STARTS, TAIL_STARTS])[:, None]
STEP = np.concatenate([np.full(BODY_ROWS, 1 / BODY_ROWS), TAIL_STARTS, TAIL_STARTS])[:, None] / ROW_CELLS
ORIGIN = np.repeat([1.0, 0.0], [BODY_ROWS, 2 * TAIL_HALVINGS])[:, None]
FROM_ABOVE = np.repeat([False, True], [BODY_ROWS + TAIL_HALVINGS, TAIL_HALVINGS])[:, None]
LEFT = (START + ORIGIN) / STEP + np.arange(ROW_CELLS)  # the argument at the left end of each cell, in cells


def probabilities(cell: Array) -> Array:
    """The probabilities at positions along each row, counted in cells: (rows, positions)."""
    distance = START + STEP * cell
    found: Array = np.where(FROM_ABOVE, 1 - distance, distance)
    return found


GRID = probabilities(np.arange(2 * ROW_CELLS + 1) / 2)  # the ends and centres of the cells
GRID_SCORES = special.ndtri(GRID)


def normal_scores(p: Array) -> Array:
    """The quantiles of the standard normal distribution; those of GRID are computed once."""
    scores: Array = GRID_SCORES if p is GRID else special.ndtri(p)
    return scores
