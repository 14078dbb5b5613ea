"""Counts of draws in bins, from which quantiles are computed with a known precision for any number of draws.

A bin contains the floats with equal sign, exponent and first bits of the mantissa, so its width is a fixed share of its
values: 2^-10, or less where the draws lie close together. Counting reads the bits of the draws, and counts add up
exactly, in any order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcfrontier.core import kernels
from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import COARSE_SHIFT, bin_keys
from mcfrontier.sampling.plan import RANDOMISATIONS

MANTISSA_BITS = 52
FINE_BITS = 10  # bits of the mantissa that define a bin; fewer where many rows are counted
FINE_ROWS = 32  # the number of rows beyond which fewer bits are used
MARGIN_BINS = 2**12  # bins beyond the lowest and highest of the draws from which the bins were chosen
MAX_BINS = 2**20
MIN_DRAWS_BEYOND = 8  # beyond a quantile, in total; with fewer, the density is unknown within a randomisation
LARGEST_FLOAT = np.array([np.finfo(float).max])
MIN_ATOM_DRAWS = 8  # equal draws among the first that make a value an atom


@dataclass(frozen=True)
class Bins:
    """The bins of a row.

    shift   the number of trailing bits that are ignored
    first   the key of bin 0
    count   the number of bins; values beyond are counted in the first and the last
    zero    where draws of both signs are expected, the key of the size below which a value is counted as 0; else -1
    atoms   values with positive probability; all draws in the bin of an atom are taken to be equal to it
    """

    shift: int
    first: int
    count: int
    zero: int
    atoms: tuple[float, ...] = ()

    def of(self, x: Array) -> Array:
        """The bin of each draw."""
        values: Array = np.clip(bin_keys(x, self.shift, self.zero) - self.first, 0, self.count - 1)
        return values

    def edges(self, bins: Array) -> Array:
        """The lower edges of some bins; an upper edge is the lower edge of the next bin."""
        key = np.asarray(bins, np.int64) + self.first
        edges: Array = (key << self.shift).view(float)
        if self.zero >= 0:
            size = np.where(key > 0, key, 1 - key) + self.zero
            edges = np.where(key > 0, 1.0, -1.0) * (size << self.shift).view(float)
        return edges

    @property
    def width(self) -> float:
        """The largest width of a bin, as a share of its values."""
        return 2.0 ** (self.shift - MANTISSA_BITS)


def bins_for(x: Array, rows: int) -> Bins:
    """Choose the bins of a row from its first draws; `rows` is the number of all rows that are counted."""
    x = np.sort(x[np.isfinite(x)])
    low, high = x[[int(0.05 * (x.size - 1)), int(0.95 * (x.size - 1))]]
    spread, top = float(high - low), max(abs(float(low)), abs(float(high)))
    bits = FINE_BITS - max(0, math.ceil(math.log2(rows / FINE_ROWS)))
    if 0 < spread < top:  # draws that lie close together have their first bits in common
        bits = min(40, bits + math.ceil(math.log2(top / spread)))
    repeated = x[MIN_ATOM_DRAWS - 1 :] == x[: max(0, x.size - MIN_ATOM_DRAWS + 1)]
    atoms = tuple(np.unique(x[: repeated.size][repeated]).tolist())
    while True:  # as fine as the number of bins permits
        shift, margin = MANTISSA_BITS - bits, MARGIN_BINS >> max(0, FINE_BITS - bits)
        least = (spread or top or 1e-300) * 2.0**-bits
        zero = int(np.float64(least).view(np.int64)) >> shift if x[0] <= 0 else -1
        first, last = bin_keys(x[[0, -1]], shift, zero).tolist()
        if last - first + 2 * margin < MAX_BINS:
            break
        bits -= 1
    last_key = int(bin_keys(LARGEST_FLOAT, shift, zero)[0])  # no bin contains values that are not finite
    first, last = max(first - margin, 1 if zero < 0 else -last_key), min(last + margin, last_key)
    return Bins(shift, first, last - first + 1, zero, atoms)


@dataclass(frozen=True)
class Counts:
    """The counts of a row.

    bins    the bins
    fine    (bins,)
    coarse  (coarse bins, 16), by randomisation; a coarse bin is 2^3 fine ones
    """

    bins: Bins
    fine: Array
    coarse: Array

    @classmethod
    def empty(cls, bins: Bins, dtype: type[np.signedinteger[Any]] = np.int64) -> Counts:
        """The counts of no draws; those of 32 bits take less room in the cache."""
        shape = ((bins.count >> COARSE_SHIFT) + 1, RANDOMISATIONS)
        return cls(bins, np.zeros(bins.count, dtype), np.zeros(shape, dtype))

    def add(self, x: Array, centre: float) -> tuple[Array, int]:
        """Count draws, (n,), of which the first is of randomisation 0.

        Returns the sums of their deviations from `centre` and of the squares of these, by randomisation, (2, 16); and
        the number of draws that are not finite and are excluded.
        """
        bins, sums = self.bins, np.empty((2, RANDOMISATIONS))
        excluded = kernels.count_draws(x, centre, bins.shift, bins.first, bins.zero, self.fine, self.coarse, sums)
        return sums, excluded

    def trimmed(self) -> list[tuple[int, Array]]:
        """Fine and flattened coarse counts as (start, counts), without leading and trailing zeros."""
        return [trim(self.fine), trim(self.coarse.reshape(-1))]

    def merge(self, added: list[tuple[int, Array]]) -> None:
        """Add counts in the form of `trimmed`."""
        for own, (start, counts) in zip((self.fine, self.coarse.reshape(-1)), added, strict=True):
            own[start : start + counts.size] += counts


def farthest(counts: Counts) -> Array:
    """The sixteen lowest and the sixteen highest draws, to a bin."""
    bins = np.flatnonzero(counts.fine)
    times = np.minimum(counts.fine[bins], RANDOMISATIONS)
    lowest = np.repeat(bins[:RANDOMISATIONS], times[:RANDOMISATIONS])[:RANDOMISATIONS]
    highest = np.repeat(bins[-RANDOMISATIONS:], times[-RANDOMISATIONS:])[-RANDOMISATIONS:]
    return np.concatenate([counts.bins.edges(lowest), counts.bins.edges(highest + 1)])


def trim(counts: Array) -> tuple[int, Array]:
    """Counts from the first to the last that is not 0, and the index of the first."""
    nonzero = counts != 0
    if not nonzero.any():
        return 0, counts[:0].copy()
    start, stop = int(nonzero.argmax()), counts.size - int(nonzero[::-1].argmax())
    return start, counts[start:stop].copy()


def quantiles(counts: Counts, levels: Array) -> tuple[Array, Array]:
    """Compute quantiles at levels, (levels,), and those of each randomisation, (16, levels), from the counts of a row.

    Within a bin the draws are taken to be uniform. The quantile of a randomisation is linearised: it deviates by the
    difference between the share of its draws below the quantile and the level, divided by the density. Where hardly a
    draw lies beyond, it is computed from the counts of the randomisation.
    """
    start, fine = trim(counts.fine)
    cumulative = np.concatenate([[0], np.cumsum(fine)])
    draws = int(cumulative[-1])

    def at(levels: Array) -> tuple[Array, Array]:
        """Quantiles, and the bins that contain them."""
        rank = rank_of(levels, draws)
        place = np.clip(np.searchsorted(cumulative, rank, side="right") - 1, 0, fine.size - 1)
        fraction = (rank - cumulative[place]) / np.maximum(fine[place], 1)
        low, high = counts.bins.edges(start + place), counts.bins.edges(start + place + 1)
        return low + fraction * (high - low), place

    found, place = at(levels)
    for atom in counts.bins.atoms:
        found[start + place == counts.bins.of(np.array([atom]))] = atom
    nearby = np.minimum(np.minimum(levels, 1 - levels) / 2, 0.02)
    span = at(levels + nearby)[0] - at(levels - nearby)[0]
    lowest = start >> COARSE_SHIFT
    coarse = counts.coarse[lowest : (start + fine.size >> COARSE_SHIFT) + 1]
    below = np.cumsum(np.concatenate([np.zeros_like(coarse[:1]), coarse]), axis=0)
    bin_of = (start + place >> COARSE_SHIFT) - lowest
    edge = np.clip((bin_of + lowest << COARSE_SHIFT) - start, 0, fine.size)
    rank = rank_of(levels, draws)
    within = (rank - cumulative[edge]) / np.maximum(coarse[bin_of].sum(axis=1), 1)
    share = (below[bin_of] + within[:, None] * coarse[bin_of]) / np.maximum(below[-1], 1)
    with np.errstate(all="ignore"):
        parts = found - np.where(nearby > 0, (share.T - share.mean(axis=1)) * span / (2 * nearby), np.nan)
    for i in np.flatnonzero((nearby > 0) & (np.minimum(levels, 1 - levels) * draws < MIN_DRAWS_BEYOND)):
        parts[:, i] = [tail_quantile(counts.bins, own, lowest, levels[i]) for own in below.T]
    for at_jump, (low, high) in jumps(counts.bins, start, cumulative, rank).items():
        weight = (rank[at_jump] - 0.5) % 1
        found[at_jump], parts[:, at_jump] = low + weight * (high - low), high if weight < 0.5 else low
    return found, parts


def jumps(bins: Bins, start: int, cumulative: Array, rank: Array) -> dict[int, tuple[float, float]]:
    """The quantiles that lie between two atoms, by index, with the two: any number between them is such a quantile. Its
    randomisations are set to the farther atom, so that the error covers both."""
    atoms = dict(zip((bins.of(np.array(bins.atoms)) - start).tolist(), bins.atoms, strict=True)) if bins.atoms else {}
    ends = (np.searchsorted(cumulative, each, side="right") - 1 for each in (np.floor(rank - 0.5), np.ceil(rank - 0.5)))
    pairs = enumerate(zip(*(each.tolist() for each in ends), strict=True))
    return {i: (atoms[low], atoms[high]) for i, (low, high) in pairs if low != high and {low, high} <= atoms.keys()}


def rank_of(levels: Array | float, draws: int) -> Array:
    """The number of draws below each quantile, half of the draw at it included: see estimates.neighbours."""
    values: Array = np.clip(levels * draws, 0.5, draws - 0.5)
    return values


def tail_quantile(bins: Bins, below: Array, lowest: int, level: float) -> float:
    """A quantile of a randomisation from its cumulative counts in coarse bins, of which the first is `lowest`."""
    rank = rank_of(level, below[-1])
    place = int(np.clip(np.searchsorted(below, rank, side="right") - 1, 0, below.size - 2))
    low, high = bins.edges(np.array([place, place + 1]) + lowest << COARSE_SHIFT)
    return float(low + (high - low) * (rank - below[place]) / max(1, below[place + 1] - below[place]))
