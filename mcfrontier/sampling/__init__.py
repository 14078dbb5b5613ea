"""Sampling: samplers, the point streams of inputs, their draws, and blocks of evaluated draws.

SAMPLERS is the only list of samplers.
"""

from __future__ import annotations

from typing import NamedTuple


class SamplerKind(NamedTuple):
    """A sampler.

    stream        "module:function" of what makes the stream of an input, from the sampling plan, the name and the label
    label         the name in reports
    text          a description of its points
    quasi_random  whether its points are quasi-random: each input has a dimension, their number is a power of two, and
                  integrals of smooth functions have smaller errors
    """

    stream: str
    label: str
    text: str
    quasi_random: bool = False


SAMPLERS: dict[str, SamplerKind] = {
    "sobol": SamplerKind(
        "mcfrontier.sampling.sobol:sobol_stream",
        "scrambled Sobol points",
        "a dimension for each input",
        quasi_random=True,
    ),
    "lhs": SamplerKind(
        "mcfrontier.sampling.latin:latin_stream", "Latin hypercube", "one draw in each of equal strata, in random order"
    ),
    "random": SamplerKind("mcfrontier.sampling.random:random_stream", "random draws", "independent draws"),
}
