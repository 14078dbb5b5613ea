"""Percentiles of rows with an input integrated out: over draws in memory, and over more of them block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.analysis.conditional.linear import LINE_PROBABILITIES, LinearRow, evaluated_at, line_needs
from mcfrontier.analysis.conditional.roots import Roots, newton_step, percentiles_at, roots, with_slopes
from mcfrontier.core.arrays import Array
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, block_size, spans
from mcfrontier.sampling.plan import RANDOMISATIONS, Sampler
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Row, Study

BLOCK_DRAWS = 2**14  # of a block at most: several arrays of it stay in the processor's cache
FIRST_SHARE = 16  # of the further draws, one in this many is used for a first step, so that the last one is short


@dataclass(frozen=True, eq=False)
class IntegratedRow:
    """A row and the input that is integrated out of it: the line over the first draws of the other inputs, the own
    transformed draws there in ascending order, and the number of base units in its unit."""

    input: Prior
    place: Row
    line: LinearRow
    ordered: Array
    scale: float


def percentiles(
    study: Study, plan: Sampler, rows: Mapping[str, IntegratedRow], levels: Sequence[float]
) -> dict[str, tuple[Array, Array]]:
    """Percentiles of rows and their standard errors, (levels,) both, in the unit of each; NaN where no root is found.

    Roots are found over the draws of the lines. Where the plan has more, Newton steps follow: over a part of its draws
    if that has more, then over all.
    """
    near = {name: roots(row.line, row.ordered, levels) for name, row in rows.items()}
    in_memory = max((row.ordered.size for row in rows.values()), default=plan.draws)
    further = in_memory < plan.draws
    if further:
        near = {name: with_slopes(rows[name].line, each) for name, each in near.items()}
        for draws in (plan.draws // FIRST_SHARE, plan.draws)[plan.draws // FIRST_SHARE <= in_memory :]:
            at = {name: newton_step(each, levels) for name, each in near.items()}
            parts = probabilities(study, plan, rows, at, draws)
            near = {name: Roots(at[name], parts[name], each.slope) for name, each in near.items()}
    return {name: percentiles_at(row.line, near[name], row.scale, levels, further) for name, row in rows.items()}


def probabilities(
    study: Study, plan: Sampler, rows: Mapping[str, IntegratedRow], at: Mapping[str, Array], draws: int
) -> dict[str, Array]:
    """The probability that each transformed row is at most each value of `at`, over the first `draws` of a plan, by
    randomisation: (16, at) each."""
    inputs = {row.input.name: row.input for row in rows.values()}
    names = {input: {row.place[0] for row in rows.values() if row.input.name == input} for input in inputs}
    needed = {need for input in inputs for need in line_needs(study, input, names[input])}
    blocks = Blocks(study, plan, tuple(name for name in study.quantities if name in needed))
    points = {input: streams.values(prior, LINE_PROBABILITIES) for input, prior in inputs.items()}
    sums = {row: np.zeros((RANDOMISATIONS, values.size)) for row, values in at.items()}
    for start, stop in spans(draws, min(block_size(study), BLOCK_DRAWS)):
        values = blocks(start, stop)
        along = {
            input: [evaluated_at(study, values, prior, x[None], names[input]) for x in points[input]]
            for input, prior in inputs.items()
        }
        for name, row in rows.items():
            quantity, index = row.place
            y = [np.broadcast_to(x[quantity][index], stop - start) for x in along[row.input.name]]
            sums[name] += row.line.at(np.stack(y)).cdf_parts(at[name], stop - start) * (stop - start)
    return {name: total / draws for name, total in sums.items()}
