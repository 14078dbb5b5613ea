"""Sums of a target by bin of each input, which add up over any number of draws: first indices are told from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from mcfrontier.engine.blocks import Blocks, size_of, spans
from mcfrontier.engine.tally import Row
from mcfrontier.quantiles import BITS
from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray


@dataclass(frozen=True)
class Binning:
    """A row, counted from a number near its middle, on the logarithmic scale or not, and the uncertain rows of inputs
    in whose 2^bits bins of equal probability it is summed up."""

    blocks: Blocks
    row: Row
    log: bool
    centre: float
    inputs: tuple[tuple[str, int], ...]
    bits: int


@dataclass(frozen=True)
class Sums:
    """What the draws of a row come to: `sums` and `counts` (inputs, bins, 16), by bin of each input; `whole` (3, 16),
    how many draws there are, their sum and the sum of their squares. Draws that are not finite are left out."""

    sums: Array
    counts: Array
    whole: Array

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.sums + other.sums, self.counts + other.counts, self.whole + other.whole)


def binned(binning: Binning, start: int, stop: int) -> Sums:
    """What the draws from `start` to `stop` come to."""
    bins, (name, index) = 1 << binning.bits, binning.row
    size = bins * RANDOMISATIONS
    shape = (len(binning.inputs), bins, RANDOMISATIONS)
    found = Sums(np.zeros((shape[0], size)), np.zeros((shape[0], size)), np.zeros((3, RANDOMISATIONS)))
    for first, last in spans(stop, size_of(binning.blocks.study), start):
        at = cache(binning.blocks.points(first, last))
        y = np.broadcast_to(binning.blocks.values(at)[name][index], last - first)
        with np.errstate(all="ignore"):
            y = (np.log(y) if binning.log else y) - binning.centre
        kept = np.flatnonzero(np.isfinite(y))
        y, part = y[kept], kept % RANDOMISATIONS
        found.whole[:] += [np.bincount(part, w, RANDOMISATIONS) for w in (None, y, y * y)]
        for (own, i), sums, counts in zip(binning.inputs, found.sums, found.counts, strict=True):
            words = at(own)[i].whole[kept]
            cell = (words >> np.uint64(BITS - binning.bits)).view(np.intp) * RANDOMISATIONS + part
            sums += np.bincount(cell, y, size)
            counts += np.bincount(cell, minlength=size)
    return Sums(found.sums.reshape(shape), found.counts.reshape(shape), found.whole)
