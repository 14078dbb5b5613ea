"""Sampling plans, the point streams of inputs, and the draws of inputs at points.

Each input has a stream of points with random access. The draws are 16 independent randomisations, interleaved: draw i
belongs to randomisation i mod 16, so the spread between them gives the Monte Carlo error of any statistic under any
sampler. Under `sobol` and `random` the first draws of a long run are the draws of a short one. The number of Sobol
points is a power of two.

A stream depends on the seed, the sampler, the name of the input and, for an input with a row for each label, the label;
a Sobol stream also on the place of the input among the others. It does not change when another input is edited, pinned
or appended. Generators are counter-based (Philox).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.registry import function_at
from mcfrontier.distributions.tables import Points, to_points
from mcfrontier.sampling import SAMPLERS
from mcfrontier.sampling.plan import MIN_DRAWS, Sampler, Stream
from mcfrontier.sampling.random import random_stream
from mcfrontier.sampling.sobol import DIMENSIONS
from mcfrontier.study.prior import Prior

MAX_DRAWS = 2**48  # more draws would repeat points


def sampler(kind: str, seed: int, draws: float, names: Iterable[str], nested_seed: int | None = None) -> Sampler:
    """The sampling plan of a run; refused where the sampler is unknown, or a seed or the number of draws is invalid.

    The number of draws is rounded up to a power of two for Sobol points. `names` are the uncertain inputs with a single
    value. They take the Sobol dimensions 0, 1, 2, ... in this order, since the first dimensions are the most uniform
    together. The seeds of other studies that the study refers to are derived from `nested_seed`, by default `seed`.
    """
    if not isinstance(kind, str) or kind not in SAMPLERS:
        raise InputError(f"sampler: unknown sampler '{kind}'{suggest(str(kind), SAMPLERS)}")
    for name, value in {"seed": seed, "nested_seed": seed if nested_seed is None else nested_seed}.items():
        if not isinstance(value, int | np.integer) or value < 0:
            raise InputError(f"{name} = {value}: a whole number of 0 or more is expected")
    if isinstance(draws, float) and draws.is_integer():  # 1e6
        draws = int(draws)
    if not isinstance(draws, int | np.integer) or draws <= 0:
        raise InputError(f"draws = {draws}: a whole number above 0 is expected")
    if draws > MAX_DRAWS:
        raise InputError(f"draws = {draws:,}: at most {MAX_DRAWS:,} are possible, since points would repeat")
    used, rule = max(int(draws), MIN_DRAWS), f"at least {MIN_DRAWS}"
    if SAMPLERS[kind].quasi_random and used > MIN_DRAWS:
        used, rule = 1 << (used - 1).bit_length(), "a power of two for Sobol points"
    notes = [] if used == draws else [f"{draws:,} draws rounded up to {used:,}: {rule}"]
    ordered = list(dict.fromkeys(names)) if SAMPLERS[kind].quasi_random else []
    if more := ordered[DIMENSIONS:]:
        notes.append(f"{len(more):,} inputs beyond the first {DIMENSIONS:,} have random points, from {more[0]} on")
    dimensions = {name: dimension for dimension, name in enumerate(ordered[:DIMENSIONS])}
    return Sampler(kind, int(seed), used, dimensions, tuple(notes), int(draws), nested_seed)


def stream(plan: Sampler, name: str, label: str | None = None) -> Stream:
    """The stream of an input, or of the row of an input at a label.

    Rows of inputs with labels take random streams: quasi-random points have an advantage in few dimensions only, and a
    table has many rows.
    """
    if label is not None:
        return random_stream(plan, name, label)
    made: Stream = function_at(SAMPLERS[plan.kind].stream)(plan, name, label)
    return made


def streams(plan: Sampler, prior: Prior, prime: str = "") -> tuple[Stream, ...]:
    """The streams of an uncertain input's rows; further ones with a prime behind their name."""
    return tuple(stream(plan, prior.stream + prime, label) for label in prior.labels or (None,))


def probabilities(plan: Sampler, name: str, label: str | None = None) -> Array:
    """The probability of each draw of an input: shape (draws,), strictly between 0 and 1."""
    return stream(plan, name, label)(0, plan.draws).probabilities


def points(plan: Sampler, prior: Prior, prime: str = "") -> Array:
    """The probabilities of an uncertain input: shape (draws,) or (labels, draws)."""
    return stacked(prior, [row(0, plan.draws) for row in streams(plan, prior, prime)])


def stacked(prior: Prior, at: Sequence[Points]) -> Array:
    """The probabilities of an input from the points of its rows: shape (draws,) or (labels, draws)."""
    return np.stack([row.probabilities for row in at]) if prior.labels else at[0].probabilities


def values(prior: Prior, at: Array | None) -> Array:
    """The values of an input at probabilities (..., draws), in base units.

    The shape is (draws,) or (labels, draws), with a last axis of 1 if the input is known, whatever `at` is. Draw i
    is of randomisation i mod 16.
    """
    return values_at(prior, [] if prior.known or at is None else [to_points(row) for row in np.atleast_2d(at)])


def values_at(prior: Prior, at: Sequence[Points] = ()) -> Array:
    """The values of an input at the points of its rows; like `values`."""
    if prior.known:
        rows = [np.array([distribution.median]) for distribution in prior.distributions]
        return (np.stack(rows) if prior.labels else rows[0]) * prior.scale
    if prior.entry.joint:
        return prior.entry.joint_ppf(stacked(prior, at)) * prior.scale
    if not prior.labels:
        return prior.quantiles[0](at[0])
    return np.stack([row(here) for row, here in zip(prior.quantiles, at, strict=True)])
