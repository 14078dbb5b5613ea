"""Probabilities of draws, then draws: every input has a stream that belongs to its name.

The draws are 16 independent randomisations, interleaved: draw i belongs to randomisation i mod 16, so
the spread between them gives the Monte Carlo error of any statistic under any sampler, and under
`sobol` and `random` the first draws of a long run are the draws of a short one.

A stream depends on the seed, the sampler, the name of the input and, for an input with a row for each
label, the label. Adding, removing or editing another input changes none of it. Generators are counter-based (Philox).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from scipy import special

from mcfrontier.distributions import Array, Curve, Distribution
from mcfrontier.errors import InputError, suggest
from mcfrontier.priors import Prior

RANDOMISATIONS = 16
SMALLEST = 2 * RANDOMISATIONS
BITS = 52  # a probability is (k + 1/2) / 2^52: never 0, never 1, and exact in a float
REACH, KNOTS = 6, 128  # of the table of a costly quantile function: standard deviations, knots in each
SMALL = 1e-7  # of the width of a rough one: an error that its table may have half-way between knots


@dataclass(frozen=True)
class Sampler:
    """How probabilities are drawn. `dimensions` is the Sobol dimension of each input; `notes` tell what
    was settled: draws rounded up, names that met in one dimension."""

    kind: str
    seed: int
    draws: int
    dimensions: Mapping[str, int]
    notes: tuple[str, ...] = ()


def sampler(kind: str, seed: int, draws: int, names: Iterable[str]) -> Sampler:
    """The sampler of a run over the single-valued inputs of these names."""
    if kind not in STREAMS:
        raise InputError(f"sampler: unknown sampler '{kind}'{suggest(str(kind), STREAMS)}")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed = {seed}: a whole number of 0 or more is expected")
    if not isinstance(draws, int | np.integer) or draws <= 0:
        raise InputError(f"draws = {draws}: a whole number above 0 is expected")
    used = max(int(draws), SMALLEST)
    if kind == "sobol":
        used = 1 << (used - 1).bit_length()
    rule = "a power of two for Sobol points" if kind == "sobol" and used > SMALLEST else f"at least {SMALLEST}"
    notes = () if used == draws else (f"{draws:,} draws rounded up to {used:,}: {rule}",)
    dimensions, meetings = dimensions_of(names) if kind == "sobol" else ({}, ())
    return Sampler(kind, int(seed), used, dimensions, notes + meetings)


def probabilities(plan: Sampler, name: str, label: str | None = None) -> Array:
    """The probability of each draw of an input: shape (draws,), strictly between 0 and 1.

    A row of a many-valued input, told by its label, takes a random stream of its own: quasi-random
    points are worth their while in few dimensions, and a table has many.
    """
    stream = STREAMS[plan.kind] if label is None else random_stream
    return stream(plan, name, label)


def points(plan: Sampler, prior: Prior) -> Array:
    """The probabilities of an uncertain input: shape (draws,) or (labels, draws)."""
    rows = [probabilities(plan, prior.name, label) for label in prior.labels or (None,)]
    return np.stack(rows) if prior.labels else rows[0]


def values(prior: Prior, at: Array | None) -> Array:
    """An input in base units at probabilities (..., draws), of shape (draws,) or (labels, draws); a last axis of 1 if
    it is known, whatever they are."""
    together = None if prior.known else prior.entry.together(at)
    if together is not None:
        return together * prior.scale
    rows = []
    for i, distribution in enumerate(prior.distributions):
        if prior.known:
            rows.append(np.array([distribution.median]))
            continue
        with np.errstate(all="ignore"):  # draws that are not finite are counted by name afterwards
            quantile = tabulated(distribution) if distribution.costly else distribution.quantile
            rows.append(quantile(at[i] if prior.labels else at))
    return (np.stack(rows) if prior.labels else rows[0]) * prior.scale


def draw(plan: Sampler, prior: Prior) -> Array:
    """Draws of an input that depends on no other, in base units."""
    return values(prior, None if prior.known else points(plan, prior))


def generator(plan: Sampler, name: str, label: str | None, *words: object) -> np.random.Generator:
    """The random generator of a stream: counter-based, its key a hash of all that the stream belongs to."""
    told = repr((plan.seed, plan.kind if label is None else "row", name, label, *words))
    return np.random.Generator(np.random.Philox(key=int.from_bytes(blake2b(told.encode()).digest()[:16])))


def to_probability(words: Array) -> Array:
    """Whole numbers of 52 bits as probabilities."""
    return (words + 0.5) * 2.0**-BITS


def random_stream(plan: Sampler, name: str, label: str | None) -> Array:
    """Independent random probabilities."""
    words = generator(plan, name, label).integers(0, 1 << BITS, plan.draws, dtype=np.uint64)
    return to_probability(words.astype(float))


def latin_stream(plan: Sampler, name: str, label: str | None) -> Array:
    """Latin hypercube: within each randomisation, one draw in each of equal strata, in random order."""
    out = np.empty(plan.draws)
    for r in range(RANDOMISATIONS):
        rng = generator(plan, name, label, r)
        part = out[r::RANDOMISATIONS]
        part[:] = (rng.permutation(part.size) + to_probability(rng.integers(0, 1 << BITS, part.size))) / part.size
    return out


def sobol_stream(plan: Sampler, name: str, label: str | None) -> Array:
    """Sobol points in the dimension of the name, scrambled 16 times over.

    The scramble is a random lower-triangular matrix over the bits, then a random shift (Matousek 1998).
    """
    rng = generator(plan, name, label)
    bits = (plan.draws // RANDOMISATIONS).bit_length() - 1
    words = scrambled(direction_words(plan.dimensions[name], bits), rng)
    points = np.empty((1 << bits, RANDOMISATIONS), dtype=np.uint64)
    points[0] = rng.integers(0, 1 << BITS, RANDOMISATIONS, dtype=np.uint64)
    for bit in range(bits):
        np.bitwise_xor(points[: 1 << bit], words[bit], out=points[1 << bit : 2 << bit])
    return to_probability(points.reshape(-1).astype(float))


STREAMS = {"sobol": sobol_stream, "random": random_stream, "lhs": latin_stream}


def scrambled(directions: Array, rng: np.random.Generator) -> Array:
    """Direction words times a random matrix of bits (ones on its diagonal, none above) for each of the
    16 randomisations: shape (words, 16)."""
    place = np.uint64(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint64)  # highest bit first
    higher = np.uint64((1 << BITS) - 1) ^ (2 * place - np.uint64(1))
    matrix = rng.integers(0, 1 << BITS, (RANDOMISATIONS, BITS), dtype=np.uint64) & higher | place
    odd = np.bitwise_count(directions[:, None, None] & matrix) & 1
    return np.bitwise_or.reduce(np.where(odd, place, np.uint64(0)), axis=-1)


@cache
def joe_kuo() -> Array:
    """Primitive polynomials and initial direction numbers of 21,201 Sobol dimensions (Joe and Kuo 2008)."""
    return np.load(Path(__file__).parent / "data" / "joe-kuo.npy", mmap_mode="r")


def direction_words(dimension: int, count: int) -> Array:
    """The first `count` direction words of a Sobol dimension, the highest of 52 bits first."""
    polynomial, *initial = (int(number) for number in joe_kuo()[dimension])
    degree = polynomial.bit_length() - 1
    numbers = [1] * count if dimension == 0 else initial[:degree]
    for i in range(len(numbers), count):
        number = numbers[i - degree] ^ numbers[i - degree] << degree
        for k in range(1, degree):
            if polynomial >> (degree - k) & 1:
                number ^= numbers[i - k] << k
        numbers.append(number)
    return np.array([numbers[i] << (BITS - 1 - i) for i in range(count)], dtype=np.uint64)


def dimensions_of(names: Iterable[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """The Sobol dimension of each name, by hash, and a note on each meeting.

    Where two names meet, the one that comes later in the alphabet moves on to its next hash; the other
    stays. So a new name can move at most the names it meets, and it is told.
    """
    taken: dict[int, str] = {}
    notes = []
    for name in sorted(names):
        attempt = 0
        while (dimension := hashed_dimension(name, attempt)) in taken:
            notes.append(f"{name} met {taken[dimension]} in Sobol dimension {dimension} and moved to its next")
            attempt += 1
        taken[dimension] = name
    return {name: dimension for dimension, name in taken.items()}, tuple(notes)


def hashed_dimension(name: str, attempt: int) -> int:
    """The Sobol dimension that a name picks, at the first or a later attempt."""
    return int.from_bytes(blake2b(f"{attempt}:{name}".encode()).digest()[:8]) % len(joe_kuo())


def tabulated(distribution: Distribution) -> Curve:
    """The quantile function read from a table over normal scores, by cubics through four knots.

    Over normal scores the curve is smooth to far out in its tails, so a small table serves; beyond
    six standard deviations the exact function is called, and where a rough curve has jumps or kinks.
    tests/test_sampling.py holds the error.
    """
    cells = 2 * REACH * KNOTS
    knots = at_scores(distribution, np.arange(-1, cells + 2) / KNOTS - REACH)

    def between(cell: Array, t: Array) -> Array:
        before, left, right, after = (knots.take(cell + k) for k in range(4))
        rise = right - left
        bend = (2 - t) * (rise - left + before) + (1 + t) * (after - right - rise)
        return left + t * rise + t * (t - 1) * bend / 6

    smooth = np.ones(cells, dtype=bool)
    if distribution.rough:
        width = np.diff(distribution.quantile(np.array([0.05, 0.95])))
        for t in (0.25, 0.5, 0.75):
            exact = at_scores(distribution, (np.arange(cells) + t) / KNOTS - REACH)
            smooth &= np.abs(between(np.arange(cells), np.full(cells, t)) - exact) <= SMALL * width

    def quantile(p: Array) -> Array:
        at = (special.ndtri(p) + REACH) * KNOTS
        body = (at >= 0) & (at < cells)
        cell = np.where(body, at, 0).astype(np.intp)
        body &= smooth[cell]
        found = between(cell, at - cell)
        if not body.all():
            found[~body] = distribution.quantile(p[~body])
        return found

    return quantile


def at_scores(distribution: Distribution, scores: Array) -> Array:
    """Quantiles at rising normal scores, each counted from the nearer end."""
    lower, upper = scores[scores < 0], scores[scores >= 0]
    return np.concatenate(
        [distribution.quantile(special.ndtr(lower)), distribution.upper_quantile(special.ndtr(-upper))]
    )
