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
    """A row and the input that is integrated out of it: the line over the first draws of the other inputs, the first of
    the own transformed draws in ascending order, and the number of base units in its unit."""

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
    if not rows:
        return {}
    lines = [row.line for row in rows.values()]
    near, in_memory = roots(lines, np.stack([row.ordered for row in rows.values()]), levels), lines[0].start.size
    further = in_memory < plan.draws
    if further:
        near = with_slopes(lines, near)
        for draws in (plan.draws // FIRST_SHARE, plan.draws)[plan.draws // FIRST_SHARE <= in_memory :]:
            at = newton_step(near, levels)
            near = near._replace(at=at, parts=probabilities(study, plan, rows, at, draws))
    return {
        name: percentiles_at(row.line, Roots(*found), row.scale, levels, further)
        for (name, row), *found in zip(rows.items(), *near, strict=True)
    }


def probabilities(study: Study, plan: Sampler, rows: Mapping[str, IntegratedRow], at: Array, draws: int) -> Array:
    """The probability that each transformed row is at most each of its values `at` (rows, values), over the first
    `draws` of a plan, by randomisation: (rows, values, 16)."""
    inputs = {row.input.name: row.input for row in rows.values()}
    names = {input: {row.place[0] for row in rows.values() if row.input.name == input} for input in inputs}
    needed = {need for input in inputs for need in line_needs(study, input, names[input])}
    blocks = Blocks(study, plan, tuple(name for name in study.quantities if name in needed))
    points = {input: streams.values(prior, LINE_PROBABILITIES) for input, prior in inputs.items()}
    sums = np.zeros((*at.shape, RANDOMISATIONS))
    for start, stop in spans(draws, min(block_size(study), BLOCK_DRAWS)):
        values = blocks(start, stop)
        along = {
            input: [evaluated_at(study, values, prior, x[None], names[input]) for x in points[input]]
            for input, prior in inputs.items()
        }
        for row, here, total in zip(rows.values(), at, sums, strict=True):
            quantity, index = row.place
            y = [np.broadcast_to(x[quantity][index], stop - start) for x in along[row.input.name]]
            total += row.line.at(y).cdf_parts(here, stop - start) * (stop - start)
    return sums / draws
