"""Two sets of draws, and blocks that keep some inputs from the one and take the others from the other.

Shares of variance are told from such blocks. They have points of their own: columns of one set of quasi-random or
stratified points that are swapped among its draws would be neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import graph, memory, sampling
from mcfrontier.analysis import mixes, reuse
from mcfrontier.dependence import Group
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
POINTS = 2**11  # of a block; fewer where a quantity has many rows
MOST_NUMBERS = 2**18  # of one quantity in a block
AT_ONCE = 2**14  # numbers of one quantity that are worked out in one go: few enough to stay near the processor


@dataclass(frozen=True)
class Way:
    """A way to tell shares: `kept` (blocks, 16, inputs), which inputs each block of draws keeps from the first of two
    sets; `names` of the figures that it tells; and `tell`, which makes of a target in these blocks (blocks, points),
    point i of randomisation i mod 16, the figures (names, inputs), their errors, and how many points were left out."""

    kept: Array
    names: tuple[str, ...]
    tell: Callable[[Array], tuple[Array, Array, int]]


WayOf = Callable[[Sampler, list[str], set[str]], Way]  # of inputs in the order of the alphabet, and of those tied


@dataclass(frozen=True)
class Blocks:
    """Quantities in base units in the blocks of a way to tell shares: arrays (dimensions..., blocks, points), 1 for the
    last two where nothing is uncertain. `inputs` are those of the way, in its order; `points` of each block."""

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
    needs = {name: study.nodes[name].needs for name in study.order}
    reached = reuse.behind(needs, names)
    sets = mixes.two_sets(study, plan, list(priors), reached)
    steps = reuse.steps(needs, sets.bits, names, reuse.bits(way.kept))
    met = {key for step in steps for key in step.given.values()}
    found: dict[str, Array] = {}
    for part in parts(plan.draws, max(rows[name] for name in reached)):
        held = mixes.of_part(sets, met, part)
        for block, step in enumerate(steps):
            given = {n: held[key] if key in held else mixes.mixed(sets, key, part) for n, key in step.given.items()}
            values = graph.evaluate(study.nodes, step.new, given, list(study.page.dimensions))
            held |= {key: values[name] for name, key in step.held.items()}
            for key in step.done:
                held.pop(key, None)
            for name in names:
                put(found, name, values[name], (len(steps), plan.draws), block, part)
    return Blocks(way, list(priors), found, plan.draws)


def parts(count: int, rows: int) -> list[slice]:
    """So many draws in parts, of which none makes more numbers of a quantity with so many rows than are worked out at
    once; each begins with the first randomisation."""
    step = max(1, AT_ONCE // (rows * RANDOMISATIONS)) * RANDOMISATIONS
    return [slice(start, start + step) for start in range(0, count, step)]


def put(found: dict[str, Array], name: str, x: Array, size: tuple[int, int], block: int, part: slice) -> None:
    """Put a part of a quantity into its block, in an array of (dimensions..., blocks, draws)."""
    if x.shape[-1] == 1:  # nothing is uncertain
        found[name] = x[..., None]
        return
    if name not in found:
        found[name] = np.empty((*x.shape[:-1], *size))
    found[name][..., block, part] = x
