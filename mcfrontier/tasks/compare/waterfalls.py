"""Waterfalls from one study to another: medians (or probabilities of an event) of their hybrids on the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mcfrontier.analysis.sensitivity import attribution
from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.arrays import Array
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.progress import Progress
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.hybrids import hybrid
from mcfrontier.runs.hybrids.evaluation import Hybrids, central, matching_row
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
