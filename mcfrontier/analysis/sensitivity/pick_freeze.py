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
from mcfrontier.analysis.sensitivity.surrogate import Surrogate
from mcfrontier.core import memory
from mcfrontier.core.arguments import check_count
from mcfrontier.core.arrays import Array
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.correlation import Group
from mcfrontier.study.study import Study

POINTS = 2**11, 2**15  # of a block by default, in short and in long runs; fewer where a quantity has many rows
DRAWS_PER_POINT = 64  # of the run, between these
MAX_NUMBERS = 2**18  # of one quantity in a block
MAX_EVALUATIONS = 2**20  # in all blocks, beyond the least number of points
NUMBERS_AT_ONCE = 2**14  # of one quantity, evaluated at once: few enough for the processor's cache


@dataclass(frozen=True)
class Design:
    """A pick-freeze design.

    from_a (blocks, 16, inputs): the inputs that a block takes from A, in each randomisation, the first blocks those of
    `base_blocks`; names: of the shares that it estimates; variances: their numerators (names, inputs, 16) and their
    denominator (16,).
    """

    from_a: Array
    names: tuple[str, ...]
    variances: Callable[[Target], tuple[Array, Array]]


@dataclass(frozen=True)
class Target:
    """A target in the blocks of a design, less its mean: the sum of its surrogate and the remainder, (blocks, 16,
    points) each. `known` is the surrogate."""

    surrogate: Array
    remainder: Array
    known: Surrogate


DesignFactory = Callable[[Sampler, list[str], set[str]], Design]  # of sorted inputs and the dependent ones


@dataclass(frozen=True)
class DesignBlocks:
    """Quantities in the blocks of a design, in base units: arrays (dimensions..., blocks, points), 1 for the last two
    where nothing is uncertain. `inputs` are those of the design, in its order; `points` the number in each block;
    `independent` has the probabilities in A and in B, (16, points), of inputs with one row that depend on no other."""

    design: Design
    inputs: list[str]
    values: dict[str, Array]
    points: int
    independent: dict[int, tuple[Array, Array]]


def base_blocks(count: int) -> Array:
    """The blocks A, B, and for each input all but it from A: (blocks, 16, inputs)."""
    ends = np.array([True, False])[:, None].repeat(count, axis=1)
    return np.concatenate([ends, ~np.eye(count, dtype=bool)])[:, None].repeat(RANDOMISATIONS, axis=1)


def dot(one: Array, other: Array) -> Array:
    """The mean product in each randomisation, (16,), of two arrays (16, points)."""
    values: Array = np.einsum("rp,rp->r", one, other) / other.shape[-1]
    return values


def default_points(study: Study, draws: int, blocks: int) -> int:
    """The number of points of a block, unless another is requested, in a run with so many draws."""
    few, many = POINTS
    wanted = max(few, min(many, draws // DRAWS_PER_POINT, MAX_EVALUATIONS // blocks))
    most = max(1, min(wanted, MAX_NUMBERS // max(study.sizes, default=1)))
    return 1 << (most.bit_length() - 1)


def matrix_sampler(study: Study, sampler: Sampler, points: int) -> Sampler:
    """The sampler of A and B: that of the run, with a second stream for each input, its name with a prime.

    The inputs take the first Sobol dimensions in A and those after them in B.
    """
    names = [*study.sampled, *(f"{name}'" for name in study.sampled)]
    plan = streams.sampler(sampler.kind, sampler.seed, points, names)
    return replace(plan, draws=-(-plan.draws // RANDOMISATIONS) * RANDOMISATIONS)


def dependent_groups(study: Study) -> list[Group]:
    """The groups of two or more inputs that depend on each other."""
    return [group for group in study.dependence.groups if len(group.names) > 1]


def evaluate_design(
    study: Study, sampler: Sampler, design_of: DesignFactory, names: Collection[str], points: int | None
) -> DesignBlocks:
    """Evaluate some quantities in the blocks of a design.

    Parameters
    ----------
    sampler : that of the run
    design_of : makes the design from the uncertain inputs
    names : the requested quantities
    points : the number of points of each block, by default as `default_points`
    """
    priors = {prior.name: prior for prior in sorted(study.uncertain, key=lambda prior: prior.name)}
    dependent = {name for group in dependent_groups(study) for name in group.names}
    design = design_of(sampler, list(priors), dependent)
    points = default_points(study, sampler.draws, len(design.from_a)) if points is None else points
    check_count("points", points)
    plan = matrix_sampler(study, sampler, points)
    rows = dict(zip(study.dimensions_of, study.sizes, strict=True))
    memory.check(len(design.from_a) * plan.draws, [rows[name] for name in names])
    inputs, order = graph.order(study.nodes, study.inputs, names)
    needs = {name: study.nodes[name].needs for name in order}
    matrices = mixing.sample_matrices(study, plan, list(priors), inputs)
    steps = evaluation_plan.plan_steps(needs, matrices.masks, names, evaluation_plan.bit_masks(design.from_a))
    used = {key for step in steps for key in step.given.values()}
    found: dict[str, Array] = {}
    for part in parts(plan.draws, max(rows[name] for name in (*inputs, *order))):
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
    independent = {i: matrices.independent[name] for i, name in enumerate(priors) if name in matrices.independent}
    return DesignBlocks(design, list(priors), found, plan.draws, independent)


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
