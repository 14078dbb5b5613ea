"""Scrambled Sobol points: 16 independent randomisations with random access."""

from __future__ import annotations

from functools import cache, lru_cache, reduce
from pathlib import Path

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.kernels.plain import BITS
from mcfrontier.distributions.tables import Points
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler, Stream, generator
from mcfrontier.sampling.random import random_stream

DIMENSIONS = 1024  # of Joe and Kuo's 21,201: more inputs than that take random points
BLOCK_BITS = 9  # a block has 2^9 Sobol points of each randomisation; other blocks are shifts of the first


def sobol_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """Sobol points in the dimension of an input, with 16 independent scrambles; random points if it has no dimension.

    A scramble is a random lower-triangular matrix over the bits, followed by a random digital shift (Matousek 1998).
    """
    if name not in plan.dimensions:
        return random_stream(plan, name, label)
    bits = (plan.draws // RANDOMISATIONS).bit_length() - 1
    return scrambled_net(plan.seed, plan.kind, name, plan.dimensions[name], bits)


@lru_cache(maxsize=64)
def scrambled_net(seed: int, kind: str, name: str, dimension: int, bits: int) -> Stream:
    """The points of an input: those of 2^`bits` indices in its dimension, with 16 scrambles."""
    return net(*scrambled(direction_words(dimension, bits), generator(Sampler(kind, seed, 0, {}), name, None)))


def net(directions: Array, shift: Array) -> Stream:
    """The points of 16 interleaved scrambles, from their direction words (words, 16) and digital shifts (16,).

    The points of a block are those of the first block, combined (exclusive or) with one shift for each scramble.
    """
    # the bits of an index: first those within a block, then groups of those of the block number
    starts = range(0, max(len(directions), BLOCK_BITS + 1), BLOCK_BITS)
    first, table, *higher = (combinations(directions[bit : bit + BLOCK_BITS]) for bit in starts)
    table ^= shift

    @lru_cache(maxsize=1)
    def group_shifts(group: int) -> Array:
        """The shifts of a group of as many blocks as the table has rows: (blocks, 16)."""
        mask = (1 << BLOCK_BITS) - 1
        return reduce(np.bitwise_xor, (own[group >> i * BLOCK_BITS & mask] for i, own in enumerate(higher)), table)

    def block_shifts(start: int, stop: int) -> Array:
        """The shifts of the blocks from start to stop, which are mostly of one group: (blocks, 16)."""
        group, skipped = start // len(table), start % len(table)
        if stop <= (group + 1) * len(table):
            return group_shifts(group)[skipped : skipped + stop - start]
        return np.concatenate([group_shifts(group)[skipped:], block_shifts((group + 1) * len(table), stop)])

    def between(start: int, stop: int) -> Points:
        begin, end = start // first.size, -(-stop // first.size)
        found, skipped = Points(first.reshape(-1), block_shifts(begin, end)), begin * first.size
        if end - begin == 1:
            return found._replace(words=found.words[start - skipped : stop - skipped])
        return found if found.size == stop - start else Points(found.combined[start - skipped : stop - skipped])

    return between


def combinations(directions: Array) -> Array:
    """The exclusive or of the direction words (bits, scrambles) at the set bits of each number: (2^bits, scrambles)."""
    out = np.zeros((1 << len(directions), directions.shape[1]), dtype=np.uint64)
    for bit, word in enumerate(directions):
        np.bitwise_xor(out[: 1 << bit], word, out=out[1 << bit : 2 << bit])
    return out


def scrambled(directions: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Multiply direction words by 16 random lower-triangular bit matrices with unit diagonal: (words, 16).

    Also returns 16 random digital shifts. A product is the exclusive or of the columns at the set bits of the word.
    """
    used = len(directions)  # word k has set bits among the first k + 1 only
    diagonal = np.uint64(1) << np.arange(BITS - 1, BITS - 1 - used, -1, dtype=np.uint64)  # highest bit first
    columns = rng.integers(0, 1 << BITS, (BITS, RANDOMISATIONS), dtype=np.uint64)[:used]
    columns = columns & (diagonal - np.uint64(1))[:, None] | diagonal[:, None]
    chosen = (directions[:, None] & diagonal) != 0
    words = np.bitwise_xor.reduce(np.where(chosen[:, :, None], columns, np.uint64(0)), axis=1)
    return words, rng.integers(0, 1 << BITS, RANDOMISATIONS, dtype=np.uint64)


@cache
def joe_kuo() -> Array:
    """Primitive polynomials and initial direction numbers of the first DIMENSIONS dimensions (Joe and Kuo 2008)."""
    values: Array = np.load(Path(__file__).with_name("data") / "joe-kuo.npy", mmap_mode="r")
    return values


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
