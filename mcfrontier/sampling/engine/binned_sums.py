"""Sums of a target by bins of each input, which add up over any number of draws, for first-order indices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS
from mcfrontier.sampling.blocks import Blocks, block_size, spans
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study.study import Row


@dataclass(frozen=True)
class Binning:
    """A row, and the rows of uncertain inputs by whose bins it is summed.

    blocks  the draws
    row     the row of the target
    log     whether its logarithms are summed
    centre  a number near its median that is subtracted first
    inputs  the rows of inputs, as (input, index)
    bits    each input has 2^bits bins of equal probability
    """

    blocks: Blocks
    row: Row
    log: bool
    centre: float
    inputs: tuple[tuple[str, int], ...]
    bits: int


@dataclass(frozen=True)
class Sums:
    """Sums of the finite draws of a row.

    sums    (inputs, bins, 16), by bin of each input and by randomisation
    counts  (inputs, bins, 16), the number of draws
    totals  (3, 16), the number of draws, their sum and the sum of their squares
    """

    sums: Array
    counts: Array
    totals: Array

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.sums + other.sums, self.counts + other.counts, self.totals + other.totals)


def binned(binning: Binning, start: int, stop: int) -> Sums:
    """Sum the draws from `start` to `stop`."""
    bins, (name, index) = 1 << binning.bits, binning.row
    size = bins * RANDOMISATIONS
    shape = (len(binning.inputs), bins, RANDOMISATIONS)
    found = Sums(np.zeros((shape[0], size)), np.zeros((shape[0], size)), np.zeros((3, RANDOMISATIONS)))
    for first, last in spans(stop, block_size(binning.blocks.study), start):
        at = cache(binning.blocks.points(first, last))
        y = np.broadcast_to(binning.blocks.values(at)[name][index], last - first)
        with np.errstate(all="ignore"):
            y = (np.log(y) if binning.log else y) - binning.centre
        finite = np.flatnonzero(np.isfinite(y))
        y, part = y[finite], finite % RANDOMISATIONS
        found.totals[:] += [np.bincount(part, w, RANDOMISATIONS) for w in (None, y, y * y)]
        for (own, i), sums, counts in zip(binning.inputs, found.sums, found.counts, strict=True):
            words = at(own)[i].combined[finite]
            cell = (words >> np.uint64(BITS - binning.bits)).view(np.intp) * RANDOMISATIONS + part
            sums += np.bincount(cell, y, size)
            counts += np.bincount(cell, minlength=size)
    return Sums(found.sums.reshape(shape), found.counts.reshape(shape), found.totals)
