"""Waterfalls from one study to another: medians (or probabilities of an event) of their hybrids on the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mcfrontier import graph
from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.sensitivity import attribution
from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.progress import Progress
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study
from mcfrontier.study.values import expand
from mcfrontier.tasks.compare import hybrid
from mcfrontier.tasks.compare.pairs import kind_in_both


def waterfalls(
    runs: tuple[RunCore, RunCore], rows: Sequence[str], differing: Mapping[str, frozenset[str]], progress: Progress
) -> dict[str, Waterfall]:
    """The waterfall of each row: Shapley values of the differences.

    Rows that depend on the same differences (see hybrid.differing) are evaluated together, without the differences that
    cannot affect them.
    """
    one, other = (run.study for run in runs)
    plan, evaluate = runs[0].sampler, Hybrids(runs[0].sampler)
    rows_by_names: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        needed = hybrid.dependencies(one, other, runs[0].rows[row][0])
        rows_by_names.setdefault(tuple(name for name, own in differing.items() if own & needed), []).append(row)
    jobs = [(names, attribution.changes(plan, list(names)), own) for names, own in rows_by_names.items()]
    found: dict[str, list[tuple[float, Array]]] = {row: [] for row in rows}
    kinds = {row: kind_in_both(row, runs) for row in rows}
    steps = [(names, changed, own) for names, changes, own in jobs for changed in changes.sets]
    for names, changed, own in progress(steps, "attributing differences"):
        run = runs[0] if not changed.any() else runs[1] if changed.all() else None
        if run is None:
            switched = frozenset().union(*(differing[names[i]] for i in np.flatnonzero(changed)))
            targets = tuple(dict.fromkeys(runs[0].rows[row][0] for row in own))
            study = hybrid.hybrid_study(replace(one, targets=targets), other, switched)
            run = RunCore(study, plan, evaluate(study))
        for row in own:
            x = run.samples(matching_row(run, row), runs[0].unit(row))
            found[row].append(central(x, row, kinds[row] is EVENT))
    by_row = {
        row: attribution.waterfall(changes, names, found[row], log=runs[0].kind(row).logarithmic)
        for names, changes, own in jobs
        for row in own
    }
    return {row: by_row[row].with_zero_bars(differing) for row in rows}


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
