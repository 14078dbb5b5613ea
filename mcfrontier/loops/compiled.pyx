# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops over draws, compiled: what plain.py does, to the bit."""

from libc.math cimport fabs, isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t

cdef uint64_t ONE = <uint64_t> 1023 << 52  # the bits of 1.0

cdef enum:
    LAST = 15  # draw i is of part i & 15, which is i mod 16
    PARTS = 16  # this and those below as in plain.py
    SHIFT = 52 - 12  # bits of a point behind those that tell its cell
    COARSE = 3
    TURN = 512  # points that are looked up before those that are left are

ctypedef fused Count:
    int32_t
    int64_t

cdef union Number:
    double value
    int64_t bits


def looked_up(
    const uint64_t[::1] words,
    const uint64_t[:, ::1] moved,
    const double[:, ::1] parabolas,
    int fine,
    int64_t first,
    int64_t tail,
    double[::1] out,
):
    """See plain.looked_up. What is not in the cells of most points is left for a second turn, so that the first is
    short and has no choices."""
    cdef const uint64_t* own = &words[0]
    cdef const double* cells = &parabolas[0, 0]
    cdef const double* each
    cdef const uint64_t* by
    cdef double* y = &out[0]
    cdef Py_ssize_t size = words.shape[0], behind = parabolas.shape[0] - 2 * tail, missed = 0, row, turn, i, k, count
    cdef int32_t left[TURN]
    cdef int64_t cell
    cdef uint64_t word
    cdef double p
    cdef Number u
    with nogil:
        for row in range(moved.shape[0]):
            by = &moved[row, 0]
            for turn in range((size + TURN - 1) / TURN):
                count = 0
                for i in range(turn * TURN, min((turn + 1) * TURN, size)):
                    word = own[i] ^ by[i & LAST]
                    u.bits = word | ONE
                    each = cells + 3 * (word >> SHIFT)
                    p = (each[2] * u.value + each[1]) * u.value + each[0]
                    y[i] = p
                    left[count] = <int32_t> i
                    count += p != p
                for k in range(count):
                    i = left[k]
                    word = own[i] ^ by[i & LAST]
                    u.bits = word | ONE
                    p = u.value - (1 - 2.0 ** -53)
                    u.value = 1 - p if 1 - p < p else p
                    cell = (u.bits >> fine) - first
                    if 0 <= cell < tail:
                        each = cells + 3 * (behind + <int64_t> (word >> 51) * tail + cell)
                        y[i] = (each[2] * u.value + each[1]) * u.value + each[0]
                    missed += y[i] != y[i]
            y += size
    return missed


def counted(
    const double[::1] x,
    double centre,
    int shift,
    int64_t first,
    int64_t zero,
    Count[::1] fine,
    Count[:, ::1] coarse,
    double[:, ::1] sums,
):
    """See plain.counted."""
    cdef const double* values = &x[0]
    cdef Count* singly = &fine[0]
    cdef Count* by_part = &coarse[0, 0]
    cdef double powers[2][PARTS]
    cdef Py_ssize_t i, part, lost = 0
    cdef int64_t key, last = fine.shape[0] - 1
    cdef double off
    cdef Number each
    for part in range(PARTS):
        powers[0][part] = powers[1][part] = 0
    with nogil:
        for i in range(x.shape[0]):
            each.value = values[i]
            if zero < 0:
                key = (each.bits >> shift) - first
            else:
                each.value = fabs(each.value)
                key = (each.bits >> shift) - zero
                key = 0 if key < 0 else key
                key = (-key if values[i] < 0 else key) - first
            if not 0 <= key <= last:
                if not isfinite(values[i]):
                    lost += 1
                    continue
                key = 0 if key < 0 else last
            part = i & LAST
            off = values[i] - centre
            powers[0][part] += off
            powers[1][part] += off * off
            singly[key] += 1
            by_part[(key >> COARSE) * PARTS + part] += 1
    for part in range(PARTS):
        sums[0, part], sums[1, part] = powers[0][part], powers[1][part]
    return lost


def below(
    const double[::1] at,
    const double[::1] start,
    const double[::1] inverse,
    double first,
    bint turned,
    tuple table,
    double[:, ::1] sums,
):
    """See plain.below."""
    cdef double low = table[0], high = table[1], steps = table[2], v, t, p
    cdef int shift = table[3]
    cdef int64_t lowest = table[4], cell
    cdef const double[:, ::1] parabolas = table[5]
    cdef const double* starts = &start[0]
    cdef const double* inverses = &inverse[0]
    cdef const double* cells = &parabolas[0, 0]
    cdef const double* each
    cdef double own[PARTS]
    cdef Py_ssize_t highest = parabolas.shape[0] - 1, size = start.shape[0], i, k, part
    cdef Number d
    with nogil:
        for k in range(at.shape[0]):
            v = at[k]
            for part in range(PARTS):
                own[part] = 0
            for i in range(size):
                t = (v - starts[i]) * inverses[i] + first
                t = high if t > high else t
                d.value = (low if t < low else t) - low
                cell = <int64_t> (d.value * steps) if steps > 0 else (d.bits >> shift) - lowest + 1
                if not 0 <= cell <= highest:  # or d is no number
                    cell = 0 if cell < 0 else highest
                each = cells + 3 * cell
                p = (each[2] * d.value + each[1]) * d.value + each[0]
                own[i & LAST] += 1 - p if (inverses[i] < 0) != turned else p
            for part in range(PARTS):
                sums[k, part] = own[part]
