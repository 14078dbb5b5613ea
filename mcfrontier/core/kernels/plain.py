"""Kernels over draws in numpy: the reference for the compiled ones, and the fallback without a C compiler."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from mcfrontier.core.arrays import Array

ONE = np.float64(1).view(np.uint64)  # the bits of 1.0: with 52 other bits below them, a float from 1 to 2
PARTS = 16  # draw i belongs to part i mod 16
BITS, CELL_BITS = 52, 12  # bits of a point, and of its cell number
COARSE_SHIFT = 3  # a coarse bin covers 2^3 fine bins
ROUNDING = 2.0**-51  # of a parabola, relative to the sum of its terms
THIRD_DIFFERENCE = 3**0.5 / 27  # of it, the error of a parabola through three points

# low, high, cells per unit, shift, first cell and parabolas, as `look_up_probability` takes them
ProbabilityTable: TypeAlias = tuple[float, float, float, int, int, Array]


def look_up_quantiles(
    words: Array, shifts: Array, parabolas: Array, tail_shift: int, first_tail: int, tail_cells: int, out: Array
) -> int:
    """Evaluate a quantile table at points of 52 bits, and return the number of results that are NaN.

    The first 12 bits of a point k select its cell; the value is a + u (b + c u) at u = 1 + k / 2^52. Where that is NaN,
    the tail cells are used: the bits of q, the distance of the probability from the nearer end, without the last
    `tail_shift`, select one of them, and the value is a + q (b + c q). Outside of the tail cells the value is NaN.

    Parameters
    ----------
    words, shifts : uint64 arrays (m,) and (times, 16), combined by `combine_words`
    parabolas : array (cells, 3) of a, b, c: the cells of equal probability, then `tail_cells` cells of the lower tail
        and as many of the upper one. A single parabola is a function of the probability itself.
    tail_shift, first_tail, tail_cells : layout of the tail cells; `first_tail` is the shifted bits of the first one
    out : array (times * m,) that receives the values
    """
    points = combine_words(words, shifts)
    if len(parabolas) == 1:
        p = to_probability(points)
        evaluate_parabolas(parabolas, np.zeros(p.size, np.intp), p, out)
        return 0
    cell = (points >> np.uint64(BITS - CELL_BITS)).view(np.int64)
    evaluate_parabolas(parabolas, cell, (points | ONE).view(float), out)
    remaining = np.flatnonzero(np.isnan(out))
    points = points[remaining]
    p = to_probability(points)
    q = np.minimum(p, 1 - p)
    cell = (q.view(np.int64) >> tail_shift) - first_tail
    start = len(parabolas) - 2 * tail_cells + (points >> np.uint64(51)).view(np.int64) * tail_cells
    values = evaluate_parabolas(parabolas, start + cell, q, np.empty_like(q))
    out[remaining] = np.where((cell < 0) | (cell >= tail_cells), np.nan, values)
    return int(np.count_nonzero(np.isnan(out[remaining])))


def to_probability(words: Array) -> Array:
    """The probability of each point of 52 bits."""
    return (words | ONE).view(float) - (1 - 2.0**-53)


def combine_words(words: Array, shifts: Array) -> Array:
    """Repeat words (m,) for each row of digital shifts (times, 16), each word combined (exclusive or) with the shift of
    its part: (times * m,)."""
    if words.size % PARTS:
        return np.concatenate([words ^ np.resize(row, words.size) for row in shifts])
    return (words.reshape(-1, PARTS) ^ shifts[:, None]).reshape(-1)


def evaluate_parabolas(parabolas: Array, cell: Array, u: Array, out: Array) -> Array:
    """Evaluate the parabolas (cells, 3) of the given cells, clipped to those that exist, at u, into `out`."""
    level, slope, bend = parabolas.take(cell, axis=0, mode="clip").T
    with np.errstate(over="ignore", invalid="ignore"):  # draws that are not finite are counted by name afterwards
        np.multiply(bend, u, out=out)
        out += slope
        out *= u
        out += level
    return out


def count_draws(
    x: Array, centre: float, shift: int, first_key: int, zero_key: int, fine: Array, coarse: Array, sums: Array
) -> int:
    """Count draws in bins, by part, and return the number of draws that are not finite and therefore left out.

    Parameters
    ----------
    x : array (n,) of draws; the first belongs to part 0
    centre : the value from which the moments are measured
    shift, zero_key : define the keys of draws, see `bin_keys`
    first_key : the key of bin 0; draws beyond the bins are counted in the nearest bin
    fine : integer array (bins,), increased by one for each draw; no bin may be that of a value that is not finite
    coarse : integer array (coarse bins, 16), increased likewise, by part
    sums : array (2, 16), set to the sums by part of the distances from the centre and of their squares
    """
    size, part, distance = x.size, np.arange(x.size) % PARTS, np.zeros((-(-x.size // PARTS), PARTS))
    with np.errstate(over="ignore", invalid="ignore"):
        np.subtract(x, centre, out=distance.reshape(-1)[:size])
        sums[:] = distance.sum(axis=0), (distance * distance).sum(axis=0)
        if not np.isfinite(sums).all():
            finite = np.isfinite(x)
            distance.reshape(-1)[:size][~finite] = 0.0
            sums[:] = distance.sum(axis=0), (distance * distance).sum(axis=0)
            x, part = x[finite], part[finite]
    key = bin_keys(x, shift, zero_key)
    key -= first_key
    np.minimum(np.maximum(key, 0, out=key), fine.size - 1, out=key)
    np.add.at(fine, key, fine.dtype.type(1))
    key >>= COARSE_SHIFT
    key *= PARTS
    key += part
    np.add.at(coarse.reshape(-1), key, coarse.dtype.type(1))
    return size - x.size


def bin_keys(x: Array, shift: int, zero_key: int) -> Array:
    """The bits of each draw without the last `shift`: integers that increase with it.

    With `zero_key` -1, the keys of positive draws; those of negative ones are below 0. Otherwise the key of a draw is
    that of its absolute value, counted from `zero_key`, with the sign of the draw.
    """
    if zero_key < 0:
        return x.view(np.int64) >> shift
    size: Array = np.maximum((np.abs(x).view(np.int64) >> shift) - zero_key, 0)
    return np.where(x < 0, -size, size)


def sum_probabilities(
    at: Array, start: Array, inverse: Array, origin: float, negated: bool, table: ProbabilityTable, sums: Array
) -> None:
    """Sum by part, over draws, the probabilities that start + (t - origin) / inverse is at most each value of `at`.

    `table` gives P(T <= t), or, if it is `negated`, P(T >= t). Where the sign of `inverse` requires the other tail, the
    complement is taken.

    Parameters
    ----------
    at : array (values,)
    start, inverse : arrays (n,) over draws, n a multiple of 16
    sums : array (values, 16) that receives the sums
    """
    complement = inverse > 0 if negated else inverse < 0
    for value, row in zip(at, sums, strict=True):
        p = look_up_probability((value - start) * inverse + origin, *table)
        row[:] = np.where(complement, 1 - p, p).reshape(-1, PARTS).sum(axis=0)


def look_up_probability(
    t: Array, low: float, high: float, cells_per_unit: float, shift: int, first_cell: int, parabolas: Array
) -> Array:
    """Evaluate a probability table: a + d (b + c d) at d = t - low, with t clipped to the range from low to high.

    The parabolas (cells, 3) are those of cells of equal width, `cells_per_unit` of them in a unit of t. Where that is
    0, the bits of the float d without the last `shift` select the cell, those of the second one being `first_cell`.
    """
    d = np.minimum(np.maximum(t, low), high) - low
    with np.errstate(invalid="ignore"):  # NaN stays NaN
        by_width = cells_per_unit > 0
        cell = (d * cells_per_unit).astype(np.intp) if by_width else (d.view(np.int64) >> shift) - first_cell + 1
    return evaluate_parabolas(parabolas, cell, d, np.empty_like(d))


def fit_parabolas(
    values: Array,
    left: Array,
    step: Array,
    errors: Array,
    tolerances: tuple[float, float],
    summary: tuple[float, float],
    support: tuple[float, float],
    out: Array,
) -> None:
    """Fit a parabola through three values of a quantile function in each cell, in rows of cells of equal width.

    Coefficients are NaN where the error exceeds the tolerance, the parabola is not monotone, or rounding might take it
    out of the support.

    Parameters
    ----------
    values : array (rows, 2 * cells + 1): the function at the ends and centres of the cells
    left, step : arrays (rows, cells) and (rows, 1): the argument at the left end of each cell, in cells, and the width
        of a cell, a power of two
    errors : array (rows, cells) of the errors of the parabolas, or empty for an estimate from third differences
    tolerances : of the error, relative to the distance from the median, and relative to the value
    summary : the median, and the least distance from it that the error is compared with
    support : the lowest and the highest value
    out : array (rows, cells, 3) that receives the coefficients
    """
    with np.errstate(all="ignore"):
        halves, ends = np.diff(values), values[:, ::2]  # differences: exactly 0 where values are equal
        first, turn = halves[:, ::2], halves[:, 1::2] - halves[:, ::2]
        rise, bend = 2 * first - turn, 2 * turn  # over a cell from 0 to 1
        if (
            not errors.size
        ):  # of a parabola through three points of a smooth curve: sqrt(3) / 27 of the third difference
            between = first[:, 1:] - halves[:, 1:-1:2]
            errors = np.full(first.shape, np.nan)
            errors[:, :-1] = np.abs(between - turn[:, :-1])
            errors[:, 1:] = np.fmax(errors[:, 1:], np.abs(turn[:, 1:] - between))
            errors *= THIRD_DIFFERENCE
        slope = rise - left * bend
        level, slope, bend = values[:, :-1:2] - left * slope, (slope - left * bend) / step, bend / step**2
        margin = ROUNDING * (np.abs(level) + (left + 1) * step * (np.abs(slope) + (left + 1) * step * np.abs(bend)))
        margin *= ends[:, :-1] != ends[:, 1:]
        distance = np.maximum(np.abs(ends - summary[0]), summary[1])
        accurate = errors <= tolerances[0] * np.maximum(distance[:, :-1], distance[:, 1:])
        accurate &= rise * (rise + 4 * turn) >= 0
        for end in (ends[:, :-1], ends[:, 1:]):
            accurate &= errors <= tolerances[1] * np.abs(end)
            accurate &= (end - support[0] >= margin) & (support[1] - end >= margin)
        out[:] = np.stack([level, slope, bend], axis=-1)
        out[~(accurate & np.isfinite(out).all(axis=-1))] = np.nan


def evaluate_polynomials(polynomials: Array, position: Array, out: Array) -> None:
    """Evaluate the polynomials (cells, powers) of cells of width 1, the highest power first, at positions, (n,), into
    `out`: each at the distance from the start of its cell. Positions beyond the cells belong to the first one."""
    cell = np.where((position >= 0) & (position < len(polynomials)), position, 0).astype(np.intp)
    distance = position - cell
    out[:] = polynomials[:, 0].take(cell)
    for power in polynomials.T[1:]:
        out *= distance
        out += power.take(cell)


def is_linear(
    low: Array, high: Array, between: Array, ends: tuple[float, float], t: Array, tolerances: tuple[float, float]
) -> bool:
    """Whether values lie on the lines through two others, at all draws.

    Parameters
    ----------
    low, high, between : arrays (n,), the values at two points `ends` and at `t` in between
    t : array (n,), or (1,) if it is the same at all draws
    tolerances : of the deviation, relative to the distance from the nearer end, and relative to the values at the ends
    """
    with np.errstate(all="ignore"):
        place, rise = (t - ends[0]) / (ends[1] - ends[0]), high - low
        deviation = np.abs((between - low) / rise - place)
        limit = tolerances[0] * np.minimum(np.abs(place), np.abs(1 - place))
        linear = deviation < limit
        if not linear.all():  # by rounding, or since the values are not linear
            rounding = tolerances[1] * np.maximum(np.abs(low), np.abs(high)) / np.abs(rise)
            linear |= (rise != 0) & (deviation <= limit + rounding)
    return bool(linear.all())
