"""Independent random points with random access."""

from __future__ import annotations

import numpy as np

from mcfrontier.core.kernels.plain import BITS
from mcfrontier.distributions.tables import Points
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler, Stream, generator


def random_stream(plan: Sampler, name: str, label: str | None) -> Stream:
    """Independent random points."""
    state = generator(plan, name, label).bit_generator.state

    def between(start: int, stop: int) -> Points:
        bits = np.random.Philox()
        bits.state = state  # type: ignore[assignment]  # the stub of Philox is narrower than that of BitGenerator
        bits.advance(start // RANDOMISATIONS * RANDOMISATIONS // 4)  # a step of the counter yields four numbers
        return Points(bits.random_raw(stop - start) >> np.uint64(64 - BITS))

    return between
