"""Latin hypercubes with random access."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.distributions.tables import Points, to_points
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler, Stream, generator
from mcfrontier.sampling.random import random_stream

MIXING_ROUNDS = 5  # of the bits of an index in a Latin hypercube


def latin_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """A Latin hypercube: within each randomisation, one draw in each of equal strata, in random order."""
    rng, jitter = generator(plan, name, label, "order"), random_stream(plan, name, label)
    size = (plan.draws - np.arange(RANDOMISATIONS, dtype=np.uint64) + (RANDOMISATIONS - 1)) // RANDOMISATIONS
    order = permutation(rng, size.astype(np.uint64))

    def between(start: int, stop: int) -> Points:
        count = -(-(stop - start) // RANDOMISATIONS)
        index = np.arange(start // RANDOMISATIONS, start // RANDOMISATIONS + count, dtype=np.uint64)
        stratum = order(index).ravel()[: stop - start]
        within = jitter(start, stop).probabilities
        return to_points((stratum + within) / np.resize(size, stop - start))

    return between


def permutation(rng: np.random.Generator, size: Array) -> Callable[[Array], Array]:
    """Random permutations of 0 ... size - 1, one for each of 16 sizes, evaluated at single indices.

    Each round multiplies by odd numbers, adds, and shifts, which are one-to-one on the integers of a given number of
    bits. A result beyond the size is permuted again (cycle walking: Black and Rogaway 2002).

    Returns a function of indices, (n,), that returns their images, (n, 16).
    """
    bits = max(2, (int(size.max()) - 1).bit_length())
    mask, shift = np.uint64((1 << bits) - 1), np.uint64(bits // 2)
    factors, summands = rng.integers(0, 1 << bits, (2, MIXING_ROUNDS, RANDOMISATIONS), dtype=np.uint64)
    factors |= np.uint64(1)

    def mixed(x: Array) -> Array:
        for a, b in zip(factors, summands, strict=True):
            x = x * a + b & mask
            x ^= x >> shift
        return x

    def at(index: Array) -> Array:
        x = mixed(np.minimum(index[:, None], size - np.uint64(1)))
        while (beyond := x >= size).any():
            x = np.where(beyond, mixed(x), x)
        return x

    return at
