"""Waterfalls from one study to another, by the medians of all mixtures of the two on the same draws; of an event by its
probability in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mcfrontier import engine, graph, sampling, units
from mcfrontier.analysis import intervals, waterfall
from mcfrontier.analysis.waterfall import Waterfall
from mcfrontier.comparison import hybrids
from mcfrontier.comparison.sides import evaluated
from mcfrontier.comparison.told import draws_of, is_event
from mcfrontier.engine.blocks import Progress
from mcfrontier.errors import InputError
from mcfrontier.priors import Prior
from mcfrontier.results import Run
from mcfrontier.sampling import Sampler
from mcfrontier.study import Study
from mcfrontier.wording import parts


def fallen(
    runs: tuple[Run, Run], rows: Sequence[str], differing: Mapping[str, frozenset[str]], progress: Progress
) -> dict[str, Waterfall]:
    """The waterfall of each row: the medians, of events the probabilities, of all mixtures of the two sides, on the
    same draws. Rows of targets that the same things can move go together, with no regard to what cannot."""
    one, other = (done.study for done in runs)
    plan, evaluate = runs[0].sampler, Mixtures(runs[0].sampler)
    together: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        behind = hybrids.behind(one, other, runs[0].rows[row][0])
        together.setdefault(tuple(name for name, own in differing.items() if own & behind), []).append(row)
    jobs = [(things, waterfall.changes(plan, list(things)), own) for things, own in together.items()]
    found: dict[str, list[tuple[float, np.ndarray]]] = {row: [] for row in rows}
    events = {row for row in rows if is_event(row, runs)}
    for things, kept, own in progress(
        [(things, kept, own) for things, ways, own in jobs for kept in ways.sets], "mixing"
    ):
        done = runs[0] if not kept.any() else runs[1] if kept.all() else None
        if done is None:
            changed = frozenset().union(*(differing[things[i]] for i in np.flatnonzero(kept)))
            targets = tuple(dict.fromkeys(runs[0].rows[row][0] for row in own))
            mixed = hybrids.of_both(replace(one, targets=targets), other, changed)
            done = Run(mixed, plan, evaluate(mixed))
        for row in own:
            x = draws_of(done, row_in(done, row), runs[0].unit(row))
            found[row].append(central(x, row, row in events))
    falls = {
        row: waterfall.waterfall(ways, things, found[row], log=runs[0].unit(row) != units.DATE)
        for things, ways, own in jobs
        for row in own
    }
    return {row: falls[row].beside(differing) for row in rows}


def row_in(mixed: Run, row: str) -> str:
    """A row of both sides in a mixture of them, where one number may stand for all rows."""
    name = parts(row)[0]
    if row not in mixed.rows and name not in mixed.rows:
        raise InputError(f"{name}: it has other rows than {row}")
    return row if row in mixed.rows else name


def central(x: np.ndarray, row: str, event: bool) -> tuple[float, np.ndarray]:
    """The median of draws, or of an event the probability, and that of each randomisation, (16,)."""
    whole, parts = intervals.with_parts(x, [0.5])
    at = 0 if event else 2
    if not np.isfinite(whole[at]):
        raise InputError(f"{row}: none of its draws is finite")
    return whole[at], parts[:, at]


@dataclass(frozen=True)
class Mixtures:
    """Mixtures of studies on the same draws: called with one, it gives the draws of its targets in base units. The
    draws of an input that depends on no other are kept, since they are the same in all."""

    plan: Sampler
    known: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def __call__(self, mixed: Study) -> Mapping[str, np.ndarray]:
        if mixed.evidence:
            return evaluated(mixed, self.plan).values
        if mixed.dependence.groups:
            return engine.whole(engine.Blocks(mixed, self.plan, mixed.targets), self.plan.draws)
        given = {name: mixed.place(prior, self.draws(prior)) for name, prior in mixed.inputs.items()}
        dimensions = list(mixed.page.dimensions)
        return graph.evaluate(mixed.nodes, mixed.order, given, dimensions, dict.fromkeys(mixed.targets))

    def draws(self, prior: Prior) -> np.ndarray:
        """The draws of an input in base units: (draws,) or (labels, draws), a last axis of 1 if it is known."""
        if id(prior) not in self.known:
            at = None if prior.known else sampling.points(self.plan, prior)
            self.known[id(prior)] = sampling.values(prior, at)
        return self.known[id(prior)]
