"""The loops over draws, in numpy: what is done, and how where it is not compiled; and what is needed beside them."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
ONE = np.float64(1).view(np.uint64)  # the bits of 1.0: with 52 others behind them, a float from 1 to 2
PARTS = 16  # draw i belongs to part i mod 16
BITS, CELL_BITS = 52, 12  # of a point; those of its first that tell its cell
COARSE = 3  # bits fewer, for the bins in which each part is counted on its own


def looked_up(words: Array, moved: Array, parabolas: Array, fine: int, first: int, tail: int, out: Array) -> int:
    """Parabolas (cells, 3) at the points mixed(words, moved), of 52 bits, into `out`, (n,); how many are not a number.

    The first 12 bits of a point tell its cell, and the value is a + u (b + c u) at u = 1 + k / 2^52 for the point k.
    Where that is not a number, the cell is told by q, how far the probability is from the nearer end: by the bits of
    that float but the last `fine`, from `first` on. There are `tail` such cells of the lower tail and as many of the
    upper one, behind the others, each with a + q (b + c q); beyond them there is nothing.

    A single parabola is that of the probability itself.
    """
    words = mixed(words, moved)
    if len(parabolas) == 1:
        p = to_probability(words)
        evaluated(parabolas, np.zeros(p.size, np.intp), p, out)
        return 0
    evaluated(parabolas, (words >> np.uint64(BITS - CELL_BITS)).view(np.int64), (words | ONE).view(float), out)
    left = np.flatnonzero(np.isnan(out))
    words = words[left]
    p = to_probability(words)
    q = np.minimum(p, 1 - p)
    cell = (q.view(np.int64) >> fine) - first
    behind = len(parabolas) - 2 * tail + (words >> np.uint64(51)).view(np.int64) * tail
    found = evaluated(parabolas, behind + cell, q, np.empty_like(q))
    out[left] = np.where((cell < 0) | (cell >= tail), np.nan, found)
    return int(np.count_nonzero(np.isnan(out[left])))


def to_probability(words: Array) -> Array:
    """The probability of each point of 52 bits."""
    return (words | ONE).view(float) - (1 - 2.0**-53)


def mixed(words: Array, moved: Array) -> Array:
    """Words, (m,), as often as `moved`, (times, 16), has rows, each combined (exclusive or) with the one of its part:
    (times * m,)."""
    if words.size % PARTS:
        return np.concatenate([words ^ np.resize(row, words.size) for row in moved])
    return (words.reshape(-1, PARTS) ^ moved[:, None]).reshape(-1)


def evaluated(parabolas: Array, cell: Array, u: Array, out: Array) -> Array:
    """The parabolas (cells, 3) of some cells, or of the nearest there are, at u, into `out`."""
    level, slope, bend = parabolas.take(cell, axis=0, mode="clip").T
    np.multiply(bend, u, out=out)
    out += slope
    out *= u
    out += level
    return out


def counted(x: Array, centre: float, shift: int, first: int, zero: int, fine: Array, coarse: Array, sums: Array) -> int:
    """Count draws, (n,), of which the first is of part 0; how many are not finite and are left out.

    The key of a draw is its bits but the last `shift`; where `zero` is not -1, its size is counted from the key `zero`
    on, down if it is below 0. Bin 0 is that of the key `first`, and what is beyond the bins goes into the nearest; none
    may be of what is not finite. `fine` (bins,) gets one for each draw; `coarse` (coarse bins, 16), each of 2^3 bins,
    by part; `sums` (2, 16) becomes the sums of their distances from the centre, and of the squares of these.
    """
    size, part, off = x.size, np.arange(x.size) % PARTS, np.zeros((-(-x.size // PARTS), PARTS))
    with np.errstate(over="ignore", invalid="ignore"):
        np.subtract(x, centre, out=off.reshape(-1)[:size])
        sums[:] = off.sum(axis=0), (off * off).sum(axis=0)
        if not np.isfinite(sums).all():
            finite = np.isfinite(x)
            off.reshape(-1)[:size][~finite] = 0.0
            sums[:] = off.sum(axis=0), (off * off).sum(axis=0)
            x, part = x[finite], part[finite]
    key = keys(x, shift, zero)
    key -= first
    np.minimum(np.maximum(key, 0, out=key), fine.size - 1, out=key)
    np.add.at(fine, key, fine.dtype.type(1))
    key >>= COARSE
    key *= PARTS
    key += part
    np.add.at(coarse.reshape(-1), key, coarse.dtype.type(1))
    return size - x.size


def keys(x: Array, shift: int, zero: int) -> Array:
    """The first bits of each draw, as numbers that rise with it."""
    if zero < 0:
        return x.view(np.int64) >> shift
    size = np.maximum((np.abs(x).view(np.int64) >> shift) - zero, 0)
    return np.where(x < 0, -size, size)


def below(at: Array, start: Array, inverse: Array, first: float, turned: bool, table: tuple, sums: Array) -> None:
    """The chances that start + (t - first) / inverse is at most each of `at`, summed up by part: `sums` becomes
    (at, 16).

    `start` and `inverse` are of draws, (n,) both, and n is a multiple of 16. `table` tells how likely t is at most so
    much, or if it is `turned`, at least so much; the rest of it counts where `inverse` has the other sign.
    """
    for v, own in zip(at, sums, strict=True):
        own[:] = chance(v, start, inverse, first, turned, table).reshape(-1, PARTS).sum(axis=0)


def chance(v: float, start: Array, inverse: Array, first: float, turned: bool, table: tuple) -> Array:
    """The chance at each draw, (n,)."""
    p = probability((v - start) * inverse + first, *table)
    return np.where(inverse > 0 if turned else inverse < 0, 1 - p, p)


def probability(t: Array, low: float, high: float, steps: float, shift: int, first: int, parabolas: Array) -> Array:
    """a + d (b + c d) at t = low + d, or at the nearer end of low to high: by `parabolas` (cells, 3), in cells of which
    there are `steps` to 1, or where that is 0, that are told by the bits of the float d but the last `shift`, the
    second of them by `first`."""
    d = np.minimum(np.maximum(t, low), high) - low
    with np.errstate(invalid="ignore"):  # what is no number stays none
        cell = (d * steps).astype(np.intp) if steps > 0 else (d.view(np.int64) >> shift) - first + 1
    return evaluated(parabolas, cell, d, np.empty_like(d))
