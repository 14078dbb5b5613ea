"""Pick-freeze designs: two independent matrices A and B of draws, and blocks that take some inputs from A, the rest
from B.

Sobol' indices and Shapley shares are estimated from such blocks. A and B are sampled separately from the run: columns
of one set of quasi-random or stratified points that are exchanged among its draws would be neither.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from mcfrontier import graph
from mcfrontier.analysis.sensitivity import evaluation_plan, mixing
from mcfrontier.core import memory
from mcfrontier.core.arrays import Array
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.correlation import Group
from mcfrontier.study.study import Study

MAX_POINTS = 2**11  # of a block by default; fewer where a quantity has many rows
MAX_NUMBERS = 2**18  # of one quantity in a block
NUMBERS_AT_ONCE = 2**14  # of one quantity, evaluated at once: few enough for the processor's cache


@dataclass(frozen=True)
class Design:
    """A pick-freeze design.

    from_a (blocks, 16, inputs): the inputs that a block takes from A, in each randomisation; names: of the figures that
    it estimates; estimate: a function of a target in the blocks (blocks, points), point i of randomisation i mod 16,
    that returns the figures (names, inputs), their errors, and the number of points that are left out.
    """

    from_a: Array
    names: tuple[str, ...]
    estimate: Callable[[Array], tuple[Array, Array, int]]


DesignFactory = Callable[[Sampler, list[str], set[str]], Design]  # of sorted inputs and the dependent ones


@dataclass(frozen=True)
class DesignBlocks:
    """Quantities in the blocks of a design, in base units: arrays (dimensions..., blocks, points), 1 for the last two
    where nothing is uncertain. `inputs` are those of the design, in its order; `points` the number in each block."""

    design: Design
    inputs: list[str]
    values: dict[str, Array]
    points: int


def default_points(study: Study) -> int:
    """The number of points of a block, unless another is requested."""
    most = max(1, MAX_NUMBERS // max(study.sizes, default=1))
    return min(MAX_POINTS, 1 << (most.bit_length() - 1))


def matrix_sampler(study: Study, sampler: Sampler, points: int | None) -> Sampler:
    """The sampler of A and B: that of the run, with a second stream for each input, its name with a prime."""
    names = [prior.name for prior in study.uncertain if not prior.labels]
    requested = default_points(study) if points is None else points
    plan = streams.sampler(sampler.kind, sampler.seed, requested, [*names, *(f"{name}'" for name in names)])
    return replace(plan, draws=-(-plan.draws // RANDOMISATIONS) * RANDOMISATIONS)


def dependent_groups(study: Study) -> list[Group]:
    """The groups of two or more inputs that depend on each other."""
    return [group for group in study.dependence.groups if len(group.names) > 1]


def evaluate_design(study: Study, plan: Sampler, design_of: DesignFactory, names: Collection[str]) -> DesignBlocks:
    """Evaluate some quantities in the blocks of a design.

    Parameters
    ----------
    plan : the sampler of A and B: see `matrix_sampler`
    design_of : makes the design from the uncertain inputs
    names : the requested quantities
    """
    priors = {prior.name: prior for prior in sorted(study.uncertain, key=lambda prior: prior.name)}
    design = design_of(plan, list(priors), {name for group in dependent_groups(study) for name in group.names})
    rows = dict(zip(study.dimensions_of, study.sizes, strict=True))
    memory.check(len(design.from_a) * plan.draws, [rows[name] for name in names])
    needs = {name: study.nodes[name].needs for name in study.order}
    reached = evaluation_plan.with_ancestors(needs, names)
    matrices = mixing.sample_matrices(study, plan, list(priors), reached)
    steps = evaluation_plan.plan_steps(needs, matrices.masks, names, evaluation_plan.bit_masks(design.from_a))
    used = {key for step in steps for key in step.given.values()}
    found: dict[str, Array] = {}
    for part in parts(plan.draws, max(rows[name] for name in reached)):
        computed = mixing.inputs_of_part(matrices, used, part)
        for block, step in enumerate(steps):
            given = {
                name: computed[key] if key in computed else mixing.mixed_input(matrices, key, part)
                for name, key in step.given.items()
            }
            values = graph.evaluate(study.nodes, step.new, given, list(study.file.dimensions))
            computed |= {key: values[name] for name, key in step.retained.items()}
            for key in step.done:
                computed.pop(key, None)
            for name in names:
                store(found, name, values[name], (len(steps), plan.draws), block, part)
    return DesignBlocks(design, list(priors), found, plan.draws)


def parts(count: int, rows: int) -> list[slice]:
    """Divide `count` draws into parts of at most NUMBERS_AT_ONCE numbers of a quantity with this many rows; each begins
    with the first randomisation."""
    step = max(1, NUMBERS_AT_ONCE // (rows * RANDOMISATIONS)) * RANDOMISATIONS
    return [slice(start, start + step) for start in range(0, count, step)]


def store(found: dict[str, Array], name: str, x: Array, size: tuple[int, int], block: int, part: slice) -> None:
    """Store a part of a quantity in its block of an array (dimensions..., blocks, draws); `size` is (blocks, draws)."""
    if x.shape[-1] == 1:  # nothing is uncertain
        found[name] = x[..., None]
        return
    if name not in found:
        found[name] = np.empty((*x.shape[:-1], *size))
    found[name][..., block, part] = x
