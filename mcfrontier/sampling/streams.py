"""The registry of samplers, and the point streams of inputs.

Each input has a stream of points with random access. The draws are 16 independent randomisations, interleaved: draw i
belongs to randomisation i mod 16, so the spread between them gives the Monte Carlo error of any statistic under any
sampler. Under `sobol` and `random` the first draws of a long run are the draws of a short one. The number of Sobol
points is a power of two.

A stream depends on the seed, the sampler, the name of the input and, for an input with a row for each label, the label.
It does not change when another input is added, removed or edited. Generators are counter-based (Philox).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.sampling.latin import latin_stream
from mcfrontier.sampling.plan import MIN_DRAWS, Sampler, Stream
from mcfrontier.sampling.random import random_stream
from mcfrontier.sampling.sobol import dimensions_of, sobol_stream
from mcfrontier.study.prior import Prior

MAX_DRAWS = 2**48  # more draws would repeat points


class SamplerKind(NamedTuple):
    """A sampler.

    stream        makes the stream of an input, from the sampling plan, the name and the label
    label         the name in reports
    text          a description of its points
    quasi_random  whether its points are quasi-random: each input has a dimension, their number is a power of two, and
                  integrals of smooth functions have smaller errors
    """

    stream: Callable[[Sampler, str, str | None], Stream]
    label: str
    text: str
    quasi_random: bool = False


SAMPLERS: dict[str, SamplerKind] = {
    "sobol": SamplerKind(sobol_stream, "scrambled Sobol points", "a dimension for each input", quasi_random=True),
    "lhs": SamplerKind(latin_stream, "Latin hypercube", "one draw in each of equal strata, in random order"),
    "random": SamplerKind(random_stream, "random draws", "independent draws"),
}


def sampler(kind: str, seed: int, draws: float, names: Iterable[str]) -> Sampler:
    """The sampling plan of a run.

    Parameters
    ----------
    kind : str
        A key of SAMPLERS.
    seed : int
        The seed, 0 or more.
    draws : int
        The number of draws; rounded up to a power of two for Sobol points.
    names : iterable of str
        The uncertain inputs with a single value.

    Returns
    -------
    Sampler
        The plan.

    Raises
    ------
    InputError
        If the sampler is unknown, or if the seed or the number of draws is invalid.
    """
    if not isinstance(kind, str) or kind not in SAMPLERS:
        raise InputError(f"sampler: unknown sampler '{kind}'{suggest(str(kind), SAMPLERS)}")
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError(f"seed = {seed}: a whole number of 0 or more is expected")
    if isinstance(draws, float) and draws.is_integer():  # 1e6
        draws = int(draws)
    if not isinstance(draws, int | np.integer) or draws <= 0:
        raise InputError(f"draws = {draws}: a whole number above 0 is expected")
    if draws > MAX_DRAWS:
        raise InputError(f"draws = {draws:,}: at most {MAX_DRAWS:,} are possible, since points would repeat")
    used, rule = max(int(draws), MIN_DRAWS), f"at least {MIN_DRAWS}"
    if SAMPLERS[kind].quasi_random and used > MIN_DRAWS:
        used, rule = 1 << (used - 1).bit_length(), "a power of two for Sobol points"
    notes = () if used == draws else (f"{draws:,} draws rounded up to {used:,}: {rule}",)
    dimensions, collisions = dimensions_of(names) if SAMPLERS[kind].quasi_random else ({}, ())
    return Sampler(kind, int(seed), used, dimensions, notes + collisions, int(draws))


def stream(plan: Sampler, name: str, label: str | None = None) -> Stream:
    """The stream of an input, or of the row of an input at a label.

    Rows of inputs with labels take random streams: quasi-random points have an advantage in few dimensions only, and a
    table has many rows.
    """
    return (SAMPLERS[plan.kind].stream if label is None else random_stream)(plan, name, label)


def streams(plan: Sampler, prior: Prior) -> tuple[Stream, ...]:
    """The streams of an uncertain input's rows."""
    return tuple(stream(plan, prior.name, label) for label in prior.labels or (None,))


def probabilities(plan: Sampler, name: str, label: str | None = None) -> Array:
    """The probability of each draw of an input: shape (draws,), strictly between 0 and 1."""
    return stream(plan, name, label)(0, plan.draws).probabilities
