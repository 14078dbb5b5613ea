"""Draws counted in bins, from which quantiles are told to a known precision however many draws there are.

A bin holds the floats that agree in sign, exponent and the first bits of the mantissa, so its width is a fixed share
of what it holds: 2^-10 of it, or finer where the draws lie close together. Counting takes the bits as they are, and
counts add up exactly, in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mcfrontier import loops
from mcfrontier.loops.plain import COARSE, keys
from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray
MANTISSA = 52
FINE = 10  # bits of the mantissa that tell a bin; fewer where many rows are counted
ROWS = 32  # so many that they are
MARGIN = 2**12  # bins beyond the lowest and highest of the draws that the bins were made for
MOST = 2**20
RARE = 8  # draws beyond a quantile, of all; of fewer a randomisation has none that tell the density
LARGEST = np.array([np.finfo(float).max])
ATOM = 8  # draws of the first that are equal, from which on they are no chance


@dataclass(frozen=True)
class Bins:
    """How the draws of a row are told apart.

    shift   bits that do not matter
    first   the key of bin 0
    count   how many bins; what lies beyond is counted in the first and the last
    zero    where draws of both signs are foreseen, the key of a size below which all is taken for 0; else -1
    atoms   values that came again and again: what falls into the bin of one is taken for it
    """

    shift: int
    first: int
    count: int
    zero: int
    atoms: tuple[float, ...] = ()

    def of(self, x: Array) -> Array:
        """The bin of each draw."""
        return np.clip(keys(x, self.shift, self.zero) - self.first, 0, self.count - 1)

    def edges(self, bins: Array) -> Array:
        """The lower edge of some bins; the upper one is that of the next."""
        key = np.asarray(bins, np.int64) + self.first
        if self.zero < 0:
            return (key << self.shift).view(float)
        size = np.where(key > 0, key, 1 - key) + self.zero
        return np.where(key > 0, 1.0, -1.0) * (size << self.shift).view(float)

    @property
    def width(self) -> float:
        """The width of a bin as a share of what it holds, at most."""
        return 2.0 ** (self.shift - MANTISSA)


def made_for(x: Array, rows: int) -> Bins:
    """The bins for a row, as its first draws suggest, one of so many rows."""
    x = np.sort(x[np.isfinite(x)])
    low, high = x[[int(0.05 * (x.size - 1)), int(0.95 * (x.size - 1))]]
    spread, top = float(high - low), max(abs(float(low)), abs(float(high)))
    bits = FINE - max(0, math.ceil(math.log2(rows / ROWS)))
    if 0 < spread < top:  # draws that lie close together agree in their first bits
        bits = min(40, bits + math.ceil(math.log2(top / spread)))
    again = x[ATOM - 1 :] == x[: max(0, x.size - ATOM + 1)]
    atoms = tuple(np.unique(x[: again.size][again]).tolist())
    while True:  # as fine as leaves room for all that was seen
        shift, margin = MANTISSA - bits, MARGIN >> max(0, FINE - bits)
        least = (spread or top or 1e-300) * 2.0**-bits
        zero = int(np.float64(least).view(np.int64)) >> shift if x[0] <= 0 else -1
        first, last = keys(x[[0, -1]], shift, zero).tolist()
        if last - first + 2 * margin < MOST:
            break
        bits -= 1
    most = int(keys(LARGEST, shift, zero)[0])  # what is not finite is in no bin
    first, last = max(first - margin, 1 if zero < 0 else -most), min(last + margin, most)
    return Bins(shift, first, last - first + 1, zero, atoms)


@dataclass(frozen=True)
class Counts:
    """Draws of a row by bin: `fine` (bins,), and `coarse` (coarse bins, 16), draws i mod 16 on their
    own. A coarse bin is as wide as 2^3 fine ones."""

    bins: Bins
    fine: Array
    coarse: Array

    @classmethod
    def none(cls, bins: Bins, kind: type = np.int64) -> Counts:
        """No draws yet; of 32 bits, counts lie nearer to the processor."""
        shape = ((bins.count >> COARSE) + 1, RANDOMISATIONS)
        return cls(bins, np.zeros(bins.count, kind), np.zeros(shape, kind))

    def add(self, x: Array, centre: float) -> tuple[Array, int]:
        """Count draws, (n,), the first of them i mod 16 = 0. The sums of their distances from a centre
        and of the squares of these, apart likewise, (2, 16); and how many are left out, for they are not finite."""
        made, sums = self.bins, np.empty((2, RANDOMISATIONS))
        return sums, loops.counted(x, centre, made.shift, made.first, made.zero, self.fine, self.coarse, sums)

    def trimmed(self) -> list[tuple[int, Array]]:
        """What was counted, (place, counts) of both, without the zeros before and after."""
        return [trim(self.fine), trim(self.coarse.reshape(-1))]

    def join(self, others: list[tuple[int, Array]]) -> None:
        """Add what was counted elsewhere."""
        for own, (start, counts) in zip((self.fine, self.coarse.reshape(-1)), others, strict=True):
            own[start : start + counts.size] += counts


def trim(counts: Array) -> tuple[int, Array]:
    """Counts from the first that is not 0 to the last, and where they start."""
    filled = counts != 0
    if not filled.any():
        return 0, counts[:0].copy()
    start, stop = int(filled.argmax()), counts.size - int(filled[::-1].argmax())
    return start, counts[start:stop].copy()


def quantiles(counts: Counts, levels: Array) -> tuple[Array, Array]:
    """Quantiles (levels,), and those that each randomisation would have, (16, levels), in a line about them.

    Within a bin the draws are taken to lie evenly. That of a randomisation is as far off as the share of its draws
    below the quantile is from the level, over the density there; where hardly a draw is beyond, it is its own.
    """
    start, fine = trim(counts.fine)
    upto = np.concatenate([[0], np.cumsum(fine)])
    draws = int(upto[-1])

    def at(levels: Array) -> tuple[Array, Array]:
        """Quantiles and the bins that they lie in."""
        rank = levels * (draws - 1) + 0.5
        place = np.clip(np.searchsorted(upto, rank, side="right") - 1, 0, fine.size - 1)
        way = (rank - upto[place]) / np.maximum(fine[place], 1)
        low, high = counts.bins.edges(start + place), counts.bins.edges(start + place + 1)
        return low + way * (high - low), place

    found, place = at(levels)
    for atom in counts.bins.atoms:
        found[start + place == counts.bins.of(np.array([atom]))] = atom
    nearby = np.minimum(np.minimum(levels, 1 - levels) / 2, 0.02)
    span = at(levels + nearby)[0] - at(levels - nearby)[0]
    lowest = start >> COARSE
    coarse = counts.coarse[lowest : (start + fine.size >> COARSE) + 1]
    below = np.cumsum(np.concatenate([np.zeros_like(coarse[:1]), coarse]), axis=0)
    bin_of = (start + place >> COARSE) - lowest
    edge = np.clip((bin_of + lowest << COARSE) - start, 0, fine.size)
    rank = levels * (draws - 1) + 0.5
    within = (rank - upto[edge]) / np.maximum(coarse[bin_of].sum(axis=1), 1)
    share = (below[bin_of] + within[:, None] * coarse[bin_of]) / np.maximum(below[-1], 1)
    with np.errstate(all="ignore"):
        parts = found - np.where(nearby > 0, (share.T - share.mean(axis=1)) * span / (2 * nearby), np.nan)
    for level in np.flatnonzero((nearby > 0) & (np.minimum(levels, 1 - levels) * draws < RARE)):
        for part, own in enumerate(below.T):
            rank = levels[level] * (own[-1] - 1) + 0.5
            bin_of = int(np.clip(np.searchsorted(own, rank, side="right") - 1, 0, len(coarse) - 1))
            low, high = counts.bins.edges(np.array([bin_of, bin_of + 1]) + lowest << COARSE)
            parts[part, level] = low + (high - low) * (rank - own[bin_of]) / max(1, own[bin_of + 1] - own[bin_of])
    return found, parts
