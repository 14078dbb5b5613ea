# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops over draws, compiled: what plain.py does, to the bit."""

from libc.math cimport NAN, fabs, isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t

cdef uint64_t ONE = <uint64_t> 1023 << 52  # the bits of 1.0

cdef enum:
    LAST = 15  # draw i is of part i & 15, which is i mod 16

ctypedef fused Count:
    int32_t
    int64_t

cdef union Number:
    double value
    int64_t bits


def looked_up(
    const uint64_t[::1] words,
    const uint64_t[:, ::1] moved,
    const double[:, ::1] body,
    const double[:, :, ::1] tails,
    int shift,
    int64_t edge,
    int fine,
    int64_t first,
    double[::1] out,
):
    """See plain.looked_up."""
    cdef Py_ssize_t size = words.shape[0], cells = body.shape[1], missed = 0, place = 0, upper, row, i
    cdef int64_t cell
    cdef uint64_t word
    cdef double y, p
    cdef Number u
    with nogil:
        for row in range(moved.shape[0]):
            for i in range(size):
                word = words[i] ^ moved[row, i & LAST]
                u.bits = word | ONE
                cell = <int64_t> (word >> shift) - edge
                if 0 <= cell < cells:
                    y = (body[2, cell] * u.value + body[1, cell]) * u.value + body[0, cell]
                else:
                    upper = word >> 51
                    p = u.value - (1 - 2.0 ** -53)
                    u.value = 1 - p if upper else p
                    cell = (u.bits >> fine) - first
                    if cell < 0:
                        y = NAN
                    else:
                        y = (tails[2, upper, cell] * u.value + tails[1, upper, cell]) * u.value + tails[0, upper, cell]
                out[place] = y
                missed += y != y
                place += 1
    return missed


def counted(
    const double[::1] x,
    double centre,
    int shift,
    int64_t first,
    int64_t zero,
    int wide,
    Count[::1] fine,
    Count[:, ::1] coarse,
    double[:, ::1] sums,
):
    """See plain.counted."""
    cdef Py_ssize_t n = x.shape[0], i, part, lost = 0
    cdef int64_t key, last = fine.shape[0] - 1
    cdef double off
    cdef Number each
    sums[:] = 0
    with nogil:
        for i in range(n):
            part = i & LAST
            if not isfinite(x[i]):
                lost += 1
                continue
            off = x[i] - centre
            sums[0, part] += off
            sums[1, part] += off * off
            each.value = x[i]
            if zero < 0:
                key = (each.bits >> shift) - first
            else:
                each.value = fabs(x[i])
                key = (each.bits >> shift) - zero
                key = 0 if key < 0 else key
                key = (-key if x[i] < 0 else key) - first
            key = 0 if key < 0 else last if key > last else key
            fine[key] += 1
            coarse[key >> wide, part] += 1
    return lost


def below(
    const double[::1] at, const double[::1] start, const double[::1] inverse, bint turned, tuple table, double[:, ::1] sums
):
    """See plain.below."""
    cdef double low = table[0], high = table[1], steps = table[2], t, p
    cdef int shift = table[3]
    cdef int64_t first = table[4], cell
    cdef const double[:, ::1] parabolas = table[5]
    cdef Py_ssize_t last = parabolas.shape[1] - 1
    cdef Py_ssize_t i, k
    cdef Number d
    sums[:] = 0
    with nogil:
        for k in range(at.shape[0]):
            for i in range(start.shape[0]):
                t = (at[k] - start[i]) * inverse[i]
                d.value = (low if t < low else high if t > high else t) - low
                if steps > 0:
                    cell = <int64_t> (d.value * steps)
                else:
                    cell = (d.bits >> shift) - first + 1
                cell = 0 if cell < 0 else last if cell > last else cell  # d may be no number
                p = (parabolas[2, cell] * d.value + parabolas[1, cell]) * d.value + parabolas[0, cell]
                sums[k, i & LAST] += 1 - p if (inverse[i] < 0) != turned else p
