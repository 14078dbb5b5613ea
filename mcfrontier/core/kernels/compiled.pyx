# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Compiled kernels over draws: the same results as plain.py, to the bit."""

from libc.math cimport NAN, fabs, fmax, isfinite
from libc.stdint cimport int32_t, int64_t, uint64_t

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && __GNUC__ >= 12 && !defined(__clang__)
    #define BY_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "default")))
    #else
    #define BY_PROCESSOR
    #endif
    """
    ctypedef void by_processor "BY_PROCESSOR void"  # also compiled for x86-64-v4; the loader selects the version

cdef uint64_t ONE = <uint64_t> 1023 << 52  # the bits of 1.0

cdef double ROUNDING = 2.0 ** -51, THIRD_DIFFERENCE = 3 ** 0.5 / 27  # as in plain.py

cdef enum:
    PART_MASK = 15  # draw i belongs to part i & 15, which is i mod 16
    PARTS = 16  # as in plain.py
    CELL_SHIFT = 52 - 12  # bits of a point below those of its cell number
    COARSE_SHIFT = 3  # as in plain.py
    CHUNK = 512  # draws that pass through several short loops at a time, so that the compiler can vectorise each loop

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
    int tail_shift
    int64_t first_tail, tail_cells


cdef by_processor look_up_chunk(
    Py_ssize_t n, const uint64_t* words, const uint64_t* shifts, const Cells* table, double* y, Py_ssize_t* nan_count
) noexcept nogil:
    """Look up one chunk of points, (n,). Groups of eight are tested for NaN at once; in most of them no point needs the
    tail cells."""
    cdef double u[CHUNK]
    cdef int32_t offset[CHUNK]
    cdef const double* cells = table.cells
    cdef Py_ssize_t i, k
    cdef uint64_t word
    cdef double total, p
    cdef Number q
    for i in range(n):
        word = words[i] ^ shifts[i]
        q.bits = word | ONE
        u[i] = q.value
        offset[i] = 3 * <int32_t> (word >> CELL_SHIFT)
    for i in range(0, n, 8):
        if i + 8 <= n:
            total = 0
            for k in range(8):
                p = parabola(cells + offset[i + k], u[i + k])
                y[i + k] = p
                total += p
            if total == total:
                continue
        for k in range(i, min(i + 8, n)):
            y[k] = parabola(cells + offset[k], u[k])
            if y[k] != y[k]:
                y[k] = look_up_tail(words[k] ^ shifts[k], table)
                nan_count[0] += y[k] != y[k]


cdef by_processor evaluate_chunk(
    Py_ssize_t n, const uint64_t* words, const uint64_t* shifts, const double* cell, double* y
) noexcept nogil:
    """Evaluate a single parabola at one chunk of points, (n,)."""
    cdef Py_ssize_t i
    cdef Number q
    for i in range(n):
        q.bits = (words[i] ^ shifts[i]) | ONE
        y[i] = parabola(cell, q.value - (1 - 2.0 ** -53))


cdef double look_up_tail(uint64_t word, const Cells* table) noexcept nogil:
    cdef Number q
    cdef int64_t cell
    q.bits = word | ONE
    q.value -= 1 - 2.0 ** -53
    q.value = 1 - q.value if 1 - q.value < q.value else q.value
    cell = (q.bits >> table.tail_shift) - table.first_tail
    if not 0 <= cell < table.tail_cells:
        return NAN
    return parabola(table.tails + 3 * (<int64_t> (word >> 51) * table.tail_cells + cell), q.value)


def look_up_quantiles(
    const uint64_t[::1] words,
    const uint64_t[:, ::1] shifts,
    const double[:, ::1] parabolas,
    int tail_shift,
    int64_t first_tail,
    int64_t tail_cells,
    double[::1] out,
):
    """See plain.look_up_quantiles."""
    cdef Cells table
    cdef Py_ssize_t size = words.shape[0], nan_count = 0, row, chunk, begin, n, i
    cdef uint64_t shifts_by_draw[CHUNK]
    table.cells, table.tails = &parabolas[0, 0], &parabolas[max(parabolas.shape[0] - 2 * tail_cells, 0), 0]
    table.tail_shift, table.first_tail, table.tail_cells = tail_shift, first_tail, tail_cells
    with nogil:
        for row in range(shifts.shape[0]):
            for i in range(CHUNK):
                shifts_by_draw[i] = shifts[row, i & PART_MASK]
            for chunk in range((size + CHUNK - 1) / CHUNK):
                begin = chunk * CHUNK
                n = min(CHUNK, size - begin)
                if parabolas.shape[0] == 1:
                    evaluate_chunk(n, &words[begin], shifts_by_draw, table.cells, &out[row * size + begin])
                else:
                    look_up_chunk(n, &words[begin], shifts_by_draw, &table, &out[row * size + begin], &nan_count)
    return nan_count


def count_draws(
    const double[::1] x,
    double centre,
    int shift,
    int64_t first_key,
    int64_t zero_key,
    Count[::1] fine,
    Count[:, ::1] coarse,
    double[:, ::1] sums,
):
    """See plain.count_draws."""
    cdef const double* values = &x[0]
    cdef Count* fine_counts = &fine[0]
    cdef Count* coarse_counts = &coarse[0, 0]
    cdef double moments[2][PARTS]
    cdef Py_ssize_t i, part, nonfinite = 0
    cdef int64_t key, last = fine.shape[0] - 1
    cdef double distance
    cdef Number number
    for part in range(PARTS):
        moments[0][part] = moments[1][part] = 0
    with nogil:
        for i in range(x.shape[0]):
            number.value = values[i]
            if zero_key < 0:
                key = (number.bits >> shift) - first_key
            else:
                number.value = fabs(number.value)
                key = (number.bits >> shift) - zero_key
                key = 0 if key < 0 else key
                key = (-key if values[i] < 0 else key) - first_key
            if not 0 <= key <= last:
                if not isfinite(values[i]):
                    nonfinite += 1
                    continue
                key = 0 if key < 0 else last
            part = i & PART_MASK
            distance = values[i] - centre
            moments[0][part] += distance
            moments[1][part] += distance * distance
            fine_counts[key] += 1
            coarse_counts[(key >> COARSE_SHIFT) * PARTS + part] += 1
    for part in range(PARTS):
        sums[0, part], sums[1, part] = moments[0][part], moments[1][part]
    return nonfinite


cdef struct ProbabilityTable:
    double low, high, cells_per_unit
    int shift
    int64_t first_cell, last_cell
    const double* cells


cdef by_processor add_probabilities(
    Py_ssize_t n,
    double v,
    const double* start,
    const double* inverse,
    double origin,
    double sign,
    const ProbabilityTable* table,
    double* sums,
) noexcept nogil:
    """Add the probabilities at one chunk of draws, (n,), to the sums of their parts."""
    cdef double low = table.low, high = table.high, cells_per_unit = table.cells_per_unit
    cdef double last_cell = table.last_cell, t
    cdef double p[CHUNK]
    cdef double totals[PARTS]
    cdef int32_t offset[CHUNK]
    cdef const double* cells = table.cells
    cdef Py_ssize_t i, part
    cdef int64_t cell
    cdef Number d
    for part in range(PARTS):
        totals[part] = sums[part]
    for i in range(n):
        t = (v - start[i]) * inverse[i] + origin
        t = high if t > high else t
        p[i] = (low if t < low else t) - low
    if cells_per_unit > 0:
        for i in range(n):
            t = p[i] * cells_per_unit
            t = last_cell if t > last_cell else t
            offset[i] = 3 * <int32_t> (t if t > 0 else 0)  # the first cell if NaN
    else:
        for i in range(n):
            d.value = p[i]
            cell = (d.bits >> table.shift) - table.first_cell + 1
            offset[i] = 3 * <int32_t> (0 if cell < 0 else table.last_cell if cell > table.last_cell else cell)
    for i in range(n):
        p[i] = parabola(cells + offset[i], p[i])
    for i in range(n / PARTS):
        for part in range(PARTS):
            t = p[i * PARTS + part]
            totals[part] += 1 - t if inverse[i * PARTS + part] * sign < 0 else t
    for part in range(PARTS):
        sums[part] = totals[part]


def sum_probabilities(
    const double[::1] at,
    const double[::1] start,
    const double[::1] inverse,
    double origin,
    bint negated,
    tuple table,
    double[:, ::1] sums,
):
    """See plain.sum_probabilities."""
    cdef const double[:, ::1] parabolas = table[5]
    cdef ProbabilityTable lookup
    cdef Py_ssize_t size = start.shape[0], chunk, begin, k
    lookup.low, lookup.high, lookup.cells_per_unit, lookup.shift, lookup.first_cell = table[:5]
    lookup.last_cell, lookup.cells = parabolas.shape[0] - 1, &parabolas[0, 0]
    sums[:] = 0
    with nogil:
        for k in range(at.shape[0]):
            for chunk in range((size + CHUNK - 1) / CHUNK):
                begin = chunk * CHUNK
                add_probabilities(
                    min(CHUNK, size - begin),
                    at[k],
                    &start[begin],
                    &inverse[begin],
                    origin,
                    -1 if negated else 1,
                    &lookup,
                    &sums[k, 0],
                )


def fit_parabolas(
    const double[:, ::1] values,
    const double[:, ::1] left,
    const double[:, ::1] step,
    const double[:, ::1] errors,
    tuple tolerances,
    tuple summary,
    tuple support,
    double[:, :, ::1] out,
):
    """See plain.fit_parabolas."""
    cdef double by_distance = tolerances[0], by_value = tolerances[1], median = summary[0], least = summary[1]
    cdef double lowest = support[0], highest = support[1], width, a, b, c, first, turn, rise, error, right, margin
    cdef const double* x
    cdef double* cell
    cdef Py_ssize_t row, i, cells = out.shape[1]
    with nogil:
        for row in range(out.shape[0]):
            width = step[row, 0]
            for i in range(cells):
                x = &values[row, 2 * i]
                first, turn = x[1] - x[0], (x[2] - x[1]) - (x[1] - x[0])
                rise, c = 2 * first - turn, 2 * turn
                if errors.shape[0]:
                    error = errors[row, i]
                else:
                    error = fabs((x[3] - x[2]) - (x[2] - x[1]) - turn) if i + 1 < cells else NAN
                    if i:
                        error = fmax(error, fabs(turn - (first - (x[0] - (x - 1)[0]))))
                    error *= THIRD_DIFFERENCE
                b = rise - left[row, i] * c
                a, b, c = x[0] - left[row, i] * b, (b - left[row, i] * c) / width, c / (width * width)
                right = (left[row, i] + 1) * width
                margin = ROUNDING * (fabs(a) + right * (fabs(b) + right * fabs(c))) * (x[0] != x[2])
                cell = &out[row, i, 0]
                cell[0], cell[1], cell[2] = a, b, c
                if not (
                    error <= by_distance * max(fabs(x[0] - median), fabs(x[2] - median), least)
                    and error <= by_value * fabs(x[0])
                    and error <= by_value * fabs(x[2])
                    and x[0] - lowest >= margin
                    and x[2] - lowest >= margin
                    and highest - x[0] >= margin
                    and highest - x[2] >= margin
                    and rise * (rise + 4 * turn) >= 0
                    and isfinite(a)
                    and isfinite(b)
                    and isfinite(c)
                ):
                    cell[0] = cell[1] = cell[2] = NAN


def evaluate_polynomials(const double[:, ::1] polynomials, const double[::1] position, double[::1] out):
    """See plain.evaluate_polynomials."""
    cdef Py_ssize_t cells = polynomials.shape[0], powers = polynomials.shape[1], i, k
    cdef const double* coefficients
    cdef double distance, value
    with nogil:
        for i in range(position.shape[0]):
            k = <Py_ssize_t> position[i] if 0 <= position[i] < cells else 0
            coefficients, distance = &polynomials[k, 0], position[i] - k
            value = coefficients[0]
            for k in range(1, powers):
                value = value * distance + coefficients[k]
            out[i] = value


cdef by_processor find_deviations(
    Py_ssize_t n,
    const double* low,
    const double* high,
    const double* between,
    double start,
    double length,
    const double* t,
    Py_ssize_t step,
    double tolerance,
    double rounding,
    bint* found,
) noexcept nogil:
    """Whether values of one chunk of draws, (n,), do not lie on their lines."""
    cdef double place[CHUNK]
    cdef double deviation[CHUNK]
    cdef Py_ssize_t i
    cdef int near = 1
    for i in range(n):
        place[i] = (t[i * step] - start) / length
    for i in range(n):
        deviation[i] = fabs((between[i] - low[i]) / (high[i] - low[i]) - place[i])
        place[i] = tolerance * min(fabs(place[i]), fabs(1 - place[i]))
        near &= deviation[i] < place[i]
    found[0] = False
    if not near:
        for i in range(n):
            if not deviation[i] < place[i] and not (
                high[i] != low[i]
                and deviation[i] <= place[i] + rounding * max(fabs(low[i]), fabs(high[i])) / fabs(high[i] - low[i])
            ):
                found[0] = True


def is_linear(
    const double[::1] low,
    const double[::1] high,
    const double[::1] between,
    tuple ends,
    const double[::1] t,
    tuple tolerances,
):
    """See plain.is_linear."""
    cdef Py_ssize_t size = low.shape[0], step = t.shape[0] > 1, chunk, begin
    cdef double start = ends[0], length = ends[1] - ends[0], tolerance = tolerances[0], rounding = tolerances[1]
    cdef bint found = False
    with nogil:
        for chunk in range((size + CHUNK - 1) / CHUNK):
            begin = chunk * CHUNK
            find_deviations(
                min(CHUNK, size - begin),
                &low[begin],
                &high[begin],
                &between[begin],
                start,
                length,
                &t[begin * step],
                step,
                tolerance,
                rounding,
                &found,
            )
            if found:
                break
    return not found
