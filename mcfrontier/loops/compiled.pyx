# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops over draws, compiled: what plain.py does, to the bit."""

from libc.math cimport NAN, fabs, isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)
    #define BY_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "default")))
    #else
    #define BY_PROCESSOR
    #endif
    """
    ctypedef void by_processor "BY_PROCESSOR void"  # compiled for wide processors too; the loader picks

cdef uint64_t ONE = <uint64_t> 1023 << 52  # the bits of 1.0

cdef enum:
    LAST = 15  # draw i is of part i & 15, which is i mod 16
    PARTS = 16  # this and those below as in plain.py
    SHIFT = 52 - 12  # bits of a point behind those that tell its cell
    COARSE = 3
    TURN = 512  # draws that one short loop after the other goes through: the processor takes several of them at once

ctypedef fused Count:
    int32_t
    int64_t

cdef union Number:
    double value
    int64_t bits


cdef inline double parabola(const double* cell, double u) noexcept nogil:
    return (cell[2] * u + cell[1]) * u + cell[0]


cdef struct Cells:
    const double* cells
    const double* tails
    int fine
    int64_t first, tail


cdef by_processor look_up(
    Py_ssize_t n, const uint64_t* words, const uint64_t* by, const Cells* of, double* y, Py_ssize_t* missed
) noexcept nogil:
    """A few points, (n,). What is not in the cells of most is looked for eight by eight: mostly none is."""
    cdef double u[TURN]
    cdef int32_t place[TURN]
    cdef const double* cells = of.cells
    cdef Py_ssize_t i, k
    cdef uint64_t word
    cdef double total, p
    cdef Number q
    for i in range(n):
        word = words[i] ^ by[i]
        q.bits = word | ONE
        u[i] = q.value
        place[i] = 3 * <int32_t> (word >> SHIFT)
    for i in range(0, n, 8):
        if i + 8 <= n:
            total = 0
            for k in range(8):
                p = parabola(cells + place[i + k], u[i + k])
                y[i + k] = p
                total += p
            if total == total:
                continue
        for k in range(i, min(i + 8, n)):
            y[k] = parabola(cells + place[k], u[k])
            if y[k] != y[k]:
                y[k] = in_tails(words[k] ^ by[k], of)
                missed[0] += y[k] != y[k]


cdef by_processor look_along(
    Py_ssize_t n, const uint64_t* words, const uint64_t* by, const double* cell, double* y
) noexcept nogil:
    """A few points, (n,), of a single parabola."""
    cdef Py_ssize_t i
    cdef Number q
    for i in range(n):
        q.bits = (words[i] ^ by[i]) | ONE
        y[i] = parabola(cell, q.value - (1 - 2.0 ** -53))


cdef double in_tails(uint64_t word, const Cells* of) noexcept nogil:
    cdef Number q
    cdef int64_t cell
    q.bits = word | ONE
    q.value -= 1 - 2.0 ** -53
    q.value = 1 - q.value if 1 - q.value < q.value else q.value
    cell = (q.bits >> of.fine) - of.first
    return parabola(of.tails + 3 * (<int64_t> (word >> 51) * of.tail + cell), q.value) if 0 <= cell < of.tail else NAN


def looked_up(
    const uint64_t[::1] words,
    const uint64_t[:, ::1] moved,
    const double[:, ::1] parabolas,
    int fine,
    int64_t first,
    int64_t tail,
    double[::1] out,
):
    """See plain.looked_up."""
    cdef Cells of
    cdef Py_ssize_t size = words.shape[0], missed = 0, row, turn, begin, n, i
    cdef uint64_t by[TURN]
    of.cells, of.tails = &parabolas[0, 0], &parabolas[max(parabolas.shape[0] - 2 * tail, 0), 0]
    of.fine, of.first, of.tail = fine, first, tail
    with nogil:
        for row in range(moved.shape[0]):
            for i in range(TURN):
                by[i] = moved[row, i & LAST]
            for turn in range((size + TURN - 1) / TURN):
                begin = turn * TURN
                n = min(TURN, size - begin)
                if parabolas.shape[0] == 1:
                    look_along(n, &words[begin], by, of.cells, &out[row * size + begin])
                else:
                    look_up(n, &words[begin], by, &of, &out[row * size + begin], &missed)
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


cdef struct Table:
    double low, high, steps
    int shift
    int64_t lowest, highest
    const double* cells


cdef by_processor add_chances(
    Py_ssize_t n, double v, const double* start, const double* inverse, double first, double sense, Table* of, double* sums
) noexcept nogil:
    """Those of a few draws, (n,), by part."""
    cdef double low = of.low, high = of.high, steps = of.steps, highest = of.highest, t
    cdef double p[TURN]
    cdef double own[PARTS]
    cdef int32_t place[TURN]
    cdef const double* cells = of.cells
    cdef Py_ssize_t i, part
    cdef int64_t cell
    cdef Number d
    for part in range(PARTS):
        own[part] = sums[part]
    for i in range(n):
        t = (v - start[i]) * inverse[i] + first
        t = high if t > high else t
        p[i] = (low if t < low else t) - low
    if steps > 0:
        for i in range(n):
            t = p[i] * steps
            t = highest if t > highest else t
            place[i] = 3 * <int32_t> (t if t > 0 else 0)  # the first where it is no number
    else:
        for i in range(n):
            d.value = p[i]
            cell = (d.bits >> of.shift) - of.lowest + 1
            place[i] = 3 * <int32_t> (0 if cell < 0 else of.highest if cell > of.highest else cell)
    for i in range(n):
        p[i] = parabola(cells + place[i], p[i])
    for i in range(n / PARTS):
        for part in range(PARTS):
            t = p[i * PARTS + part]
            own[part] += 1 - t if inverse[i * PARTS + part] * sense < 0 else t
    for part in range(PARTS):
        sums[part] = own[part]


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
    cdef const double[:, ::1] parabolas = table[5]
    cdef Table of
    cdef Py_ssize_t size = start.shape[0], turn, begin, k
    of.low, of.high, of.steps, of.shift, of.lowest = table[:5]
    of.highest, of.cells = parabolas.shape[0] - 1, &parabolas[0, 0]
    sums[:] = 0
    with nogil:
        for k in range(at.shape[0]):
            for turn in range((size + TURN - 1) / TURN):
                begin = turn * TURN
                add_chances(
                    min(TURN, size - begin),
                    at[k],
                    &start[begin],
                    &inverse[begin],
                    first,
                    -1 if turned else 1,
                    &of,
                    &sums[k, 0],
                )
