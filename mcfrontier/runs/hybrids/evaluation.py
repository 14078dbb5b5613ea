"""Evaluation of hybrids of two studies on the same draws, and the figures by which they are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import special

from mcfrontier import graph
from mcfrontier.analysis.estimates import estimates
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import split_row
from mcfrontier.distributions.tables import Points, to_points
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.hybrids.hybrid import observed_quantities
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study
from mcfrontier.study.values import expand

LEAST_PROBABILITY = 1e-12  # of a value that is known, in a distribution of which it lies at an end or beyond


def matching_row(run: RunCore, row: str) -> str:
    """The row of a hybrid that corresponds to a row of both sides: its own, or the only one of a quantity without
    dimensions."""
    name = split_row(row)[0]
    if row not in run.rows and name not in run.rows:
        raise InputError(f"{name}: it has other rows than {row}")
    return row if row in run.rows else name


def central(x: Array, row: str, event: bool) -> tuple[float, Array]:
    """The median of draws, or the probability of an event, and that of each randomisation, (16,)."""
    whole, by_randomisation = estimates.with_parts(x, [0.5])
    at = 0 if event else 2
    if not np.isfinite(whole[at]):
        raise InputError(f"{row}: none of its draws is finite")
    return float(whole[at]), by_randomisation[:, at]


@dataclass(frozen=True)
class Hybrids:
    """Evaluation of hybrid studies on the same draws: a call returns the draws of the targets, in base units.

    The draws of an input that is independent of all inputs are computed once, since they are the same in all hybrids.
    """

    plan: Sampler
    computed: dict[int, Array] = field(default_factory=dict, repr=False)

    def __call__(self, study: Study) -> Mapping[str, Array]:
        if study.evidence or study.given:
            return recipe.evaluated(study, self.plan).values
        if study.dependence.groups:
            return evaluate_blocks(Blocks(study, self.plan, study.targets), self.plan.draws)
        inputs = {name: expand(study, prior, self.draws(prior)) for name, prior in study.inputs.items()}
        dimensions = list(study.file.dimensions)
        return graph.evaluate(study.nodes, study.order, inputs, dimensions, dict.fromkeys(study.targets))

    def draws(self, prior: Prior) -> Array:
        """The draws of an input in base units: (draws,) or (labels, draws), a last axis of 1 if it is known."""
        if id(prior) not in self.computed:
            probabilities = None if prior.known else streams.points(self.plan, prior)
            self.computed[id(prior)] = streams.values(prior, probabilities)
        return self.computed[id(prior)]


def with_known(study: Study, plan: Sampler, name: str, known: Prior) -> RunCore:
    """A study once the value of a quantity is known: draws of its targets given this value.

    The value takes the place of its definition. Inputs that are correlated with it have their distribution given the
    value: their normal scores move by the regression on its own. A value beyond the study's own distribution counts as
    its end.
    """
    inputs, nodes = {**study.inputs, name: known}, {key: node for key, node in study.nodes.items() if key != name}
    reached, order = graph.order(nodes, inputs, (*study.targets, *observed_quantities(study)))
    needed = {key: inputs[key] for key in reached}
    pinned = replace(study, inputs=needed, nodes=nodes, order=order)
    if study.evidence or study.given:
        return recipe.evaluated(pinned, plan)
    draws, blocks = plan.draws, Blocks(pinned, plan, study.targets)
    group = study.dependence.group_of(name)
    if group is None:
        return RunCore(pinned, plan, blocks(0, draws))
    before = Blocks(study, plan, group.names).points(0, draws)
    scores = {key: special.ndtri([row.probabilities for row in before(key)]) for key in group.names}
    own = [i for i, (key, _) in enumerate(group.rows) if key == name]
    values = np.broadcast_to([row.median for row in known.distributions], len(own)) * known.scale
    at = [
        row.cdf(x / study.inputs[name].scale) for row, x in zip(study.inputs[name].distributions, values, strict=True)
    ]
    target = special.ndtri(np.clip(at, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))
    moves = np.linalg.solve(group.matrix[np.ix_(own, own)], target[:, None] - scores[name])

    def moved(key: str) -> list[Points]:
        if key not in group.names:
            return blocks.points(0, draws)(key)
        rows = [i for i, (owner, _) in enumerate(group.rows) if owner == key]
        return [*map(to_points, special.ndtr(scores[key] + group.matrix[np.ix_(rows, own)] @ moves))]

    return RunCore(pinned, plan, blocks.values(moved))
