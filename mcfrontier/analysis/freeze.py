"""Two sets of draws, and blocks that keep some inputs from the one and take the others from the other.

Shares of variance are told from such blocks. They have points of their own: columns of one set of quasi-random or
stratified points that are swapped among its draws would be neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mcfrontier import memory, sampling
from mcfrontier.dependence import Group, joined
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
POINTS = 2**11  # of a block; fewer where a quantity has many rows
MOST_NUMBERS = 2**18  # of one quantity in a block
AT_ONCE = 2**24  # numbers of all quantities that are worked out in one go


@dataclass(frozen=True)
class Way:
    """A way to tell shares: `kept` (blocks, 16, inputs), which inputs each block of draws keeps from the first of two
    sets; `names` of the figures that it tells; and `tell`, which makes of a target in these blocks (blocks, 16,
    points) the figures (names, inputs), their errors, and how many points were left out."""

    kept: Array
    names: tuple[str, ...]
    tell: Callable[[Array], tuple[Array, Array, int]]


WayOf = Callable[[Sampler, list[str], set[str]], Way]  # of inputs in the order of the alphabet, and of those tied


@dataclass(frozen=True)
class Blocks:
    """Quantities in base units in the blocks of a way to tell shares: arrays (dimensions..., blocks, 16, points), 1 for
    the last three where nothing is uncertain. `inputs` are those of the way, in its order; `points` of each block."""

    way: Way
    inputs: list[str]
    values: dict[str, Array]
    points: int


def points_of(study: Study) -> int:
    """How many points a block has that is not told."""
    return min(POINTS, 2 ** int(np.log2(MOST_NUMBERS / max(study.sizes, default=1))))


def plan_of(study: Study, sampler: Sampler, points: int | None) -> Sampler:
    """The sampler of both sets: that of the run, with a second stream for each input, its name with a prime."""
    names = [prior.name for prior in study.drawn if not prior.labels]
    asked = points_of(study) if points is None else points
    plan = sampling.sampler(sampler.kind, sampler.seed, asked, [*names, *(f"{name}'" for name in names)])
    return replace(plan, draws=-(-plan.draws // RANDOMISATIONS) * RANDOMISATIONS)


def tied(study: Study) -> list[Group]:
    """The groups of inputs that depend on each other; an input whose own rows do is no group."""
    return [group for group in study.dependence.groups if len(group.names) > 1]


def blocks(study: Study, plan: Sampler, way_of: WayOf, names: Collection[str]) -> Blocks:
    """The quantities of these names in the blocks of a way to tell shares."""
    priors = {prior.name: prior for prior in sorted(study.drawn, key=lambda prior: prior.name)}
    way = way_of(plan, list(priors), {name for group in tied(study) for name in group.names})
    rows = dict(zip(study.dimensions_of, study.sizes, strict=True))
    memory.check(len(way.kept) * plan.draws, [rows[name] for name in names])
    own = {name: way.kept[:, :, i] for i, name in enumerate(priors)}
    sets = [{name: sampling.points(plan, prior) for name, prior in priors.items()}]
    sets += [{name: sampling.points(plan, replace(prior, name=f"{name}'")) for name, prior in priors.items()}]
    sets = [joined(study.dependence.groups, each) for each in sets]
    first, second = (study.at(each) for each in sets)
    found: dict[str, list[Array]] = {name: [] for name in names}
    for part in parts(plan.draws // RANDOMISATIONS, len(way.kept) * RANDOMISATIONS * sum(study.sizes)):
        given = {name: mixed(x, second[name], own[name], part) if name in own else x for name, x in first.items()}
        for group in tied(study):
            made = given_kept(group, *(rows_of(group, each)[:, :, part] for each in sets), own)
            for name in group.names:
                at = made[[owner == name for owner, _ in group.rows]]
                x = sampling.values(priors[name], at if priors[name].labels else at[0])
                given[name] = study.place(priors[name], x)
        values = study.evaluate(given)
        for name, pieces in found.items():
            if values[name].shape[-1] > 1 or not pieces:
                pieces.append(by_block(values[name], len(way.kept)))
    whole = {name: x[0] if len(x) == 1 else np.concatenate(x, axis=-1) for name, x in found.items()}
    return Blocks(way, list(priors), whole, plan.draws)


def parts(count: int, numbers: int) -> Iterator[slice]:
    """So many points of each randomisation in parts, of which none makes more numbers than are worked out at once."""
    step = max(1, AT_ONCE // numbers)
    return (slice(start, start + step) for start in range(0, count, step))


def mixed(first: Array, second: Array, kept: Array, part: slice) -> Array:
    """An input in all blocks, from the one set where it is kept (blocks, 16) and from the other elsewhere."""
    one, two = (x.reshape(*x.shape[:-1], 1, -1, RANDOMISATIONS)[..., part, :] for x in (first, second))
    x = np.where(kept[:, None, :], one, two)
    return x.reshape(*first.shape[:-1], -1)


def by_block(x: Array, count: int) -> Array:
    """The draws of a quantity as (dimensions..., blocks, 16, points); as (..., 1, 1, 1) if nothing is uncertain."""
    if x.shape[-1] == 1:
        return x[..., None, None]
    return np.moveaxis(x.reshape(*x.shape[:-1], count, -1, RANDOMISATIONS), -1, -2)


def rows_of(group: Group, probabilities: dict[str, Array]) -> Array:
    """The normal scores of a group's rows: (16, rows, points)."""
    rows = [probabilities[name][i] if probabilities[name].ndim == 2 else probabilities[name] for name, i in group.rows]
    return np.moveaxis(special.ndtri(np.stack(rows)).reshape(len(rows), -1, RANDOMISATIONS), -1, 0)


def given_kept(group: Group, first: Array, second: Array, kept: dict[str, Array]) -> Array:
    """Probabilities (rows, draws) of a group in all blocks: of inputs that are kept (blocks, 16) from the first set, of
    the others drawn given those.

    The other scores are those of the second set, moved by the regression on how far the kept ones of the first lie
    from the second's: a draw from the exact conditional distribution (Matheron's rule).
    """
    keeps = np.stack([kept[name] for name, _ in group.rows], axis=-1)
    out = np.where(keeps[..., None], first, second)  # (blocks, 16, rows, points)
    patterns, which = np.unique(keeps.reshape(-1, len(group.rows)), axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        if pattern.all() or not pattern.any():
            continue
        block, r = np.divmod(np.flatnonzero(which.ravel() == k), RANDOMISATIONS)
        own, rest = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        slopes = np.linalg.solve(group.matrix[np.ix_(own, own)], group.matrix[np.ix_(own, rest)]).T
        out[block[:, None], r[:, None], rest] += slopes @ (first - second)[r][:, own]
    return special.ndtr(out.transpose(2, 0, 3, 1)).reshape(len(group.rows), -1)
