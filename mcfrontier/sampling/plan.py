"""The sampling plan of a run: sampler, seed, number of draws, and the random generators of its streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from mcfrontier.core.kernels.plain import PARTS
from mcfrontier.distributions.tables import Points

RANDOMISATIONS = PARTS
MIN_DRAWS = 2 * RANDOMISATIONS  # of a run

Stream = Callable[[int, int], Points]  # the points of the draws from start (a multiple of 16) to stop


@dataclass(frozen=True)
class Sampler:
    """The sampling plan of a run.

    kind        the name of the sampler, a key of SAMPLERS
    seed        the seed
    draws       the number of draws
    dimensions  the Sobol dimension of each input; empty for other samplers
    notes       messages: a rounded number of draws, inputs without a Sobol dimension
    requested   the requested number of draws
    nested_seed the seed from which those of other studies are derived that the study refers to; None for `seed`
    """

    kind: str
    seed: int
    draws: int
    dimensions: Mapping[str, int]
    notes: tuple[str, ...] = ()
    requested: int = 0
    nested_seed: int | None = None


def generator(plan: Sampler, name: str, label: str | None, *purpose: object) -> np.random.Generator:
    """The random generator of a stream: counter-based (Philox), its key a hash of everything that identifies it."""
    identity = repr((plan.seed, plan.kind if label is None else "row", name, label, *purpose))
    return np.random.Generator(np.random.Philox(key=int.from_bytes(blake2b(identity.encode()).digest()[:16])))
