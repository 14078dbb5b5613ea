"""Points of draws, then draws: every input has a stream that belongs to its name and is read at any place.

The draws are 16 independent randomisations, interleaved: draw i belongs to randomisation i mod 16, so
the spread between them gives the Monte Carlo error of any statistic under any sampler, and under
`sobol` and `random` the first draws of a long run are the draws of a short one. Sobol points come in
powers of two.

A stream depends on the seed, the sampler, the name of the input and, for an input with a row for each
label, the label. Adding, removing or editing another input changes none of it. Generators are counter-based (Philox).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from hashlib import blake2b
from pathlib import Path

import numpy as np

from mcfrontier.distributions import Array
from mcfrontier.errors import InputError, suggest
from mcfrontier.loops.plain import PARTS
from mcfrontier.priors import Prior
from mcfrontier.quantiles import BITS, Points, to_points

RANDOMISATIONS = PARTS
SMALLEST = 2 * RANDOMISATIONS
MOST = 2**48
BLOCK_BITS = 9  # of the Sobol points of each randomisation that are worked out one by one
MIXINGS = 5  # of the bits of a place in a Latin hypercube

Stream = Callable[[int, int], Points]  # of the draws from one (a multiple of 16) to another


@dataclass(frozen=True)
class Sampler:
    """How probabilities are drawn. `dimensions` is the Sobol dimension of each input; `notes` tell what
    was settled: draws rounded up from as many as were `asked`, names that met in one dimension."""

    kind: str
    seed: int
    draws: int
    dimensions: Mapping[str, int]
    notes: tuple[str, ...] = ()
    asked: int = 0


def sampler(kind: str, seed: int, draws: int, names: Iterable[str]) -> Sampler:
    """The sampler of a run over the single-valued inputs of these names."""
    if kind not in STREAMS:
        raise InputError(f"sampler: unknown sampler '{kind}'{suggest(str(kind), STREAMS)}")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed = {seed}: a whole number of 0 or more is expected")
    if isinstance(draws, float) and draws.is_integer():  # 1e6
        draws = int(draws)
    if not isinstance(draws, int | np.integer) or draws <= 0:
        raise InputError(f"draws = {draws}: a whole number above 0 is expected")
    if draws > MOST:
        raise InputError(f"draws = {draws:,}: {MOST:,} at most, beyond which points would come again")
    used, rule = max(int(draws), SMALLEST), f"at least {SMALLEST}"
    if kind == "sobol" and used > SMALLEST:
        used, rule = 1 << (used - 1).bit_length(), "a power of two for Sobol points"
    notes = () if used == draws else (f"{draws:,} draws rounded up to {used:,}: {rule}",)
    dimensions, meetings = dimensions_of(names) if kind == "sobol" else ({}, ())
    return Sampler(kind, int(seed), used, dimensions, notes + meetings, int(draws))


def stream(plan: Sampler, name: str, label: str | None = None) -> Stream:
    """The points of an input's draws, from any to any.

    A row of a many-valued input, told by its label, takes a random stream of its own: quasi-random
    points are worth their while in few dimensions, and a table has many.
    """
    return (STREAMS[plan.kind] if label is None else random_stream)(plan, name, label)


def streams(plan: Sampler, prior: Prior) -> tuple[Stream, ...]:
    """The streams of an uncertain input's rows."""
    return tuple(stream(plan, prior.name, label) for label in prior.labels or (None,))


def probabilities(plan: Sampler, name: str, label: str | None = None) -> Array:
    """The probability of each draw of an input: shape (draws,), strictly between 0 and 1."""
    return stream(plan, name, label)(0, plan.draws).probabilities


def points(plan: Sampler, prior: Prior) -> Array:
    """The probabilities of an uncertain input: shape (draws,) or (labels, draws)."""
    return stacked(prior, [row(0, plan.draws) for row in streams(plan, prior)])


def stacked(prior: Prior, at: Sequence[Points]) -> Array:
    """The probabilities of an input, (draws,) or (labels, draws), from the points of its rows."""
    return np.stack([row.probabilities for row in at]) if prior.labels else at[0].probabilities


def values(prior: Prior, at: Array | None) -> Array:
    """An input in base units at probabilities (..., draws), of shape (draws,) or (labels, draws); a last axis of 1 if
    it is known, whatever they are."""
    return values_at(prior, [] if prior.known or at is None else [to_points(row) for row in np.atleast_2d(at)])


def values_at(prior: Prior, at: Sequence[Points] = ()) -> Array:
    """The same at the points of its rows."""
    if prior.known:
        rows = [np.array([distribution.median]) for distribution in prior.distributions]
        return (np.stack(rows) if prior.labels else rows[0]) * prior.scale
    if prior.entry.joint:
        return prior.entry.together(stacked(prior, at)) * prior.scale
    if not prior.labels:
        return prior.quantiles[0](at[0])
    return np.stack([row(here) for row, here in zip(prior.quantiles, at, strict=True)])


def generator(plan: Sampler, name: str, label: str | None, *words: object) -> np.random.Generator:
    """The random generator of a stream: counter-based, its key a hash of all that the stream belongs to."""
    told = repr((plan.seed, plan.kind if label is None else "row", name, label, *words))
    return np.random.Generator(np.random.Philox(key=int.from_bytes(blake2b(told.encode()).digest()[:16])))


def random_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """Independent random points."""
    first = generator(plan, name, label).bit_generator.state

    def between(start: int, stop: int) -> Points:
        place = np.random.Philox()
        place.state = first
        place.advance(start // RANDOMISATIONS * RANDOMISATIONS // 4)  # a step of its counter makes four numbers
        return Points(place.random_raw(stop - start) >> np.uint64(64 - BITS))

    return between


def latin_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """Latin hypercube: within each randomisation, one draw in each of equal strata, in random order."""
    rng, jitter = generator(plan, name, label, "order"), random_stream(plan, name, label)
    size = (plan.draws - np.arange(RANDOMISATIONS, dtype=np.uint64) + (RANDOMISATIONS - 1)) // RANDOMISATIONS
    order = permutation(rng, size.astype(np.uint64))

    def between(start: int, stop: int) -> Points:
        count = -(-(stop - start) // RANDOMISATIONS)
        place = np.arange(start // RANDOMISATIONS, start // RANDOMISATIONS + count, dtype=np.uint64)
        stratum = order(place).ravel()[: stop - start]
        within = jitter(start, stop).probabilities
        return to_points((stratum + within) / np.resize(size, stop - start))

    return between


def permutation(rng: np.random.Generator, size: Array) -> Callable[[Array], Array]:
    """Sixteen random orders of 0 to each `size`, looked up at any place without the rest: shape (places, 16).

    Multiplications by odd numbers, additions and shifts are mixed, each of which maps the numbers of so many bits one
    to one; what comes out beyond the size goes in again (cycle walking: Black and Rogaway 2002).
    """
    bits = max(2, (int(size.max()) - 1).bit_length())
    mask, shift = np.uint64((1 << bits) - 1), np.uint64(bits // 2)
    odd, added = rng.integers(0, 1 << bits, (2, MIXINGS, RANDOMISATIONS), dtype=np.uint64)
    odd |= np.uint64(1)

    def mixed(x: Array) -> Array:
        for a, b in zip(odd, added, strict=True):
            x = x * a + b & mask
            x ^= x >> shift
        return x

    def at(place: Array) -> Array:
        x = mixed(np.minimum(place[:, None], size - np.uint64(1)))
        while (beyond := x >= size).any():
            x = np.where(beyond, mixed(x), x)
        return x

    return at


def sobol_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """Sobol points in the dimension of the name, scrambled 16 times over.

    The scramble is a random lower-triangular matrix over the bits, then a random shift (Matousek 1998).
    """
    words = direction_words(plan.dimensions[name], (plan.draws // RANDOMISATIONS).bit_length() - 1)
    return net(*scrambled(words, generator(plan, name, label)))


def net(directions: Array, shift: Array) -> Stream:
    """The points of sixteen scrambles in turn, by their direction words (words, 16) and shifts (16,). Those of a block
    are those of the first, each combined with one word."""
    digits = range(0, max(len(directions), BLOCK_BITS + 1), BLOCK_BITS)  # of a place: within a block, then others of it
    first, table, *others = (combined(directions[bit : bit + BLOCK_BITS]) for bit in digits)
    table ^= shift

    @lru_cache(maxsize=1)
    def run(number: int) -> Array:
        """What the first block is combined with to be those of a run, as many as the table has: (blocks, 16)."""
        last = (1 << BLOCK_BITS) - 1
        return reduce(np.bitwise_xor, (own[number >> i * BLOCK_BITS & last] for i, own in enumerate(others)), table)

    def moved(start: int, stop: int) -> Array:
        """The same for any blocks, which mostly are of one run."""
        number, skipped = start // len(table), start % len(table)
        if stop <= (number + 1) * len(table):
            return run(number)[skipped : skipped + stop - start]
        return np.concatenate([run(number)[skipped:], moved((number + 1) * len(table), stop)])

    def between(start: int, stop: int) -> Points:
        begin, end = start // first.size, -(-stop // first.size)
        found, skipped = Points(first.reshape(-1), moved(begin, end)), begin * first.size
        if end - begin == 1:
            return found._replace(words=found.words[start - skipped : stop - skipped])
        return found if found.size == stop - start else Points(found.whole[start - skipped : stop - skipped])

    return between


def combined(directions: Array) -> Array:
    """What direction words, (bits, scrambles), come to at each number of so many bits: (2^bits, scrambles)."""
    out = np.zeros((1 << len(directions), directions.shape[1]), dtype=np.uint64)
    for bit, word in enumerate(directions):
        np.bitwise_xor(out[: 1 << bit], word, out=out[1 << bit : 2 << bit])
    return out


STREAMS = {"sobol": sobol_stream, "random": random_stream, "lhs": latin_stream}


def scrambled(directions: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Direction words times a random matrix of bits (ones on its diagonal, none above), 16 times anew: (words, 16); and
    16 random shifts. A word is made of the columns where it has a one."""
    used = len(directions)  # the first words have ones in the first bits alone
    place = np.uint64(1) << np.arange(BITS - 1, BITS - 1 - used, -1, dtype=np.uint64)  # highest bit first
    columns = rng.integers(0, 1 << BITS, (BITS, RANDOMISATIONS), dtype=np.uint64)[:used]
    columns = columns & (place - np.uint64(1))[:, None] | place[:, None]
    chosen = (directions[:, None] & place) != 0
    words = np.bitwise_xor.reduce(np.where(chosen[:, :, None], columns, np.uint64(0)), axis=1)
    return words, rng.integers(0, 1 << BITS, RANDOMISATIONS, dtype=np.uint64)


@cache
def joe_kuo() -> Array:
    """Primitive polynomials and initial direction numbers of 21,201 Sobol dimensions (Joe and Kuo 2008)."""
    return np.load(Path(__file__).parent / "data" / "joe-kuo.npy", mmap_mode="r")


@lru_cache(maxsize=1024)
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
