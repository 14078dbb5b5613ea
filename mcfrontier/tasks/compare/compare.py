"""Comparison of a first study with each of the rest, on the same draws, quantity by quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.core.progress import Progress
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import findings
from mcfrontier.runs.headlines import representatives
from mcfrontier.runs.load import Day, Model, Source, checked_pins
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare import hybrid
from mcfrontier.tasks.compare.pairs import RowPair, row_pair
from mcfrontier.tasks.compare.scenarios import common_plan, common_targets, list_names, load_scenarios
from mcfrontier.tasks.compare.waterfalls import waterfalls


@dataclass(frozen=True)
class Pair:
    """The first study and another, run on the same draws.

    names       the names of the two
    runs        their runs
    rows        the rows of the targets that both have
    differing   the differences between the studies: the names that change sides together, by the name of the difference
    waterfalls  the attribution of each row; empty if the hybrids of the two could not be evaluated
    notes       warnings on the pair
    """

    names: tuple[str, str]
    runs: tuple[RunCore, RunCore] = field(repr=False)
    rows: tuple[str, ...] = field(repr=False)
    differing: Mapping[str, frozenset[str]] = field(repr=False)
    waterfalls: Mapping[str, Waterfall] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def headlines(self) -> list[str]:
        """The representative rows among the shared ones."""
        return representatives(self.runs[0], self.rows)

    @cached_property
    def by_row(self) -> dict[str, RowPair]:
        """Every shared row on both sides."""
        return {row: row_pair(row, *self.runs) for row in self.rows}


@dataclass(frozen=True)
class ComparisonResult:
    """Studies on the same draws: `pairs` of the first with each of the rest; `findings` are warnings on the studies."""

    sampler: Sampler = field(repr=False)
    pairs: tuple[Pair, ...]
    findings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the studies, the first study first.

        Returns
        -------
        tuple of str
            At least two.

        Examples
        --------
        >>> mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64).names
        ('gpt4', 'deepseek-v3')
        """
        return (self.pairs[0].names[0], *(pair.names[1] for pair in self.pairs))

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings on the studies and on their pairs.

        Returns
        -------
        tuple of str
            One sentence each; empty if there is nothing to report.

        Examples
        --------
        >>> mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=100).notes[0]
        '100 draws rounded up to 128: a power of two for Sobol points'
        """
        return (*self.findings, *(note for pair in self.pairs for note in pair.notes))


@extremes_allowed()
def compare_studies(
    sources: Sequence[Source | Study],
    model: Model | None,
    targets: Sequence[str] | None,
    draws: int | None,
    seed: int,
    nested_seed: int | None,
    sampler: str,
    pins: Mapping[str, str | float] | None,
    as_of: Day | None,
    progress: Progress,
) -> ComparisonResult:
    """Compare a first study with the rest, or with itself once quantities are pinned.

    The parameters are those of mcfrontier.api.comparison.compare.
    """
    if not callable(progress):
        raise InputError(f"progress = {progress!r}: a function is expected")
    targets = listed("targets", targets) or None
    names, scenarios = load_scenarios(
        sources, model, targets, checked_pins(pins), as_of, seed if nested_seed is None else nested_seed
    )
    shared = common_targets(names, scenarios, targets)
    notes = [f"{name}: {note}" for name, study in zip(names, scenarios, strict=True) for note in study.notes]
    scenarios = [hybrid.restrict_targets(study, shared) for study in scenarios]
    plan = common_plan(scenarios, draws, seed, sampler, nested_seed)
    runs = [recipe.evaluated(study, plan) for study in scenarios]
    pairs = [
        make_pair((names[0], name), (runs[0], run), progress) for name, run in zip(names[1:], runs[1:], strict=True)
    ]
    own = [[note for note in findings(run) if note not in plan.notes] for run in runs]
    notes += [f"{name}: {note}" for name, each in zip(names, own, strict=True) for note in each]
    return ComparisonResult(plan, tuple(pairs), tuple(dict.fromkeys((*plan.notes, *notes))))


def make_pair(names: tuple[str, str], runs: tuple[RunCore, RunCore], progress: Progress) -> Pair:
    """Two scenarios with the differences between them and the attribution of each row to these."""
    one, other = (run.study for run in runs)
    between = " and ".join(names)
    differing = hybrid.differing(one, other)
    rows, notes = shared_rows(names, runs)
    indices = [np.asarray(run.resampled.index if run.resampled else None) for run in runs]
    if not np.array_equal(indices[0], indices[1]):
        notes.append(
            f"{between}: evidence resampled the draws of each side, so their pairs are random; difference, ratio and "
            "probability are those of independent sides"
        )
    try:
        found = waterfalls(runs, rows, differing, progress)
    except InputError as problem:  # of a hybrid, which the user did not state
        found = {}
        notes.append(f"{between}: no waterfall, since a hybrid of the two cannot be evaluated: {problem}")
    pair = Pair(names, runs, tuple(rows), differing, found, tuple(notes))
    non_finite = [
        f"{between}: {row}: {each.non_finite:,} pairs of draws are not finite; left out"
        for row, each in pair.by_row.items()
        if each.non_finite
    ]
    return replace(pair, notes=(*pair.notes, *non_finite))


def shared_rows(names: tuple[str, str], runs: tuple[RunCore, RunCore]) -> tuple[list[str], list[str]]:
    """The rows of the targets that are not missing on either side, and a note on rows that one side does not have."""
    rows, unshared = [], []
    for target in runs[0].study.targets:
        first, second = (run.known_rows(target) for run in runs)
        rows += [row for row in first if row in second]
        unshared += [row for row in dict.fromkeys((*first, *second)) if row not in first or row not in second]
    between = " and ".join(names)
    if not rows:
        raise InputError(f"{between}: no row in common, of {list_names(unshared)}; name another with --target")
    return rows, [f"{between}: left out, being rows of one side only: {list_names(unshared)}"] * bool(unshared)
