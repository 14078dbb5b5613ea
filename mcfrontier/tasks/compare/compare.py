"""Comparison of a first study with each of the rest, on the same draws, quantity by quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import list_names
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import findings
from mcfrontier.runs.hybrids import hybrid
from mcfrontier.runs.hybrids.scenarios import common_plan, common_targets, load_scenarios
from mcfrontier.runs.load import Added, Day, Model, Priors, Source, changes, checked_pins, extended
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.sampling.plan import RANDOMISATIONS, generator
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare.comparison import Comparison
from mcfrontier.tasks.compare.pairs import Pair
from mcfrontier.tasks.compare.waterfalls import waterfalls


@extremes_allowed()
def compare(
    *sources: Source | Study,
    model: Model | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    nested_seed: int | None = None,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    priors: Priors | None = None,
    add: Added | None = None,
    as_of: Day | None = None,
    given: str | Sequence[str] | None = None,
    against: Mapping[str, str | float] | None = None,
    progress: Progress = silent,
) -> Comparison:
    """Compare a study with others, or with itself after some quantities are pinned or as of a day.

    Parameters
    ----------
    *sources : str, Path, mapping or Study
        As in `run`: two or more, or one and `set`, `priors` or `as_of`. Money is converted to the price year of the
        first.
    model : module or sequence of functions, optional
        The model of all studies, as in `run`.
    targets : sequence of str, optional
        Quantities to compare; by default the targets that all studies have in common.
    draws : int, optional
        Number of draws of each study; 16,384 by default, fewer where a quantity has many rows.
    seed : int, default 1
        As in `run`; an input has the same draws in all studies.
    nested_seed : int, optional
        As in `run`.
    sampler : str, default "sobol"
        As in `run`.
    set : mapping, optional
        Quantities to pin: of a single study this makes the second one, of several it applies to all.
    priors : mapping, optional
        Priors for this run, as in `load`; they apply as `set` does.
    add : function or sequence of functions, optional
        Nodes to add to the model, as in `load`.
    as_of : date or str, optional
        As in `load`, of all studies; of a single study without `set` and `priors`, it makes the second one.
    given : str or sequence of str, optional
        Conditions that the draws of each study must meet, as in `run`.
    against : mapping, optional
        Quantities to pin in the first study, where a single study is compared with itself as pinned by `set`.
    progress : callable, optional
        Wraps an iterable of steps and reports progress.

    Returns
    -------
    Comparison
        Differences, ratios, probabilities, and the attribution of differences to inputs.

    Raises
    ------
    InputError
        When a study, a target or another argument cannot be used: one line with the place, the problem and the remedy.

    Examples
    --------
    >>> mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64).names
    ('gpt4', 'deepseek-v3')
    """
    if not callable(progress):
        raise InputError(f"progress = {progress!r}: a function is expected")
    targets = listed("targets", targets) or None
    names, scenarios = load_scenarios(
        sources,
        extended(model, add),
        targets,
        changes(set, priors),
        as_of,
        given,
        checked_pins(against),
        seed if nested_seed is None else nested_seed,
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
    return Comparison(plan, tuple(pairs), tuple(dict.fromkeys((*plan.notes, *notes))))


def make_pair(names: tuple[str, str], runs: tuple[RunCore, RunCore], progress: Progress) -> Pair:
    """Two scenarios with the differences between them and the attribution of each row to these."""
    one, other = (run.study for run in runs)
    between = " and ".join(names)
    differing = hybrid.differing(one, other)
    rows, notes = shared_rows(names, runs)
    indices = [np.asarray(run.resampled.index if run.resampled else None) for run in runs]
    if not np.array_equal(indices[0], indices[1]):
        runs = runs[0], shuffled(runs[1])
        why = "evidence resampled the draws of each side" if one.evidence or other.evidence else "other draws meet them"
        notes.append(
            f"{between}: {why}, so their pairs are random; difference, ratio and probability are those of independent "
            "sides"
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


def shuffled(run: RunCore) -> RunCore:
    """A run with the draws that meet its conditions in random order within each randomisation, so that its pairs with
    those of another run are of independent draws; evidence resamples them in random order."""
    if run.study.evidence or run.resampled is None:
        return run
    count, rng = run.retained, generator(run.sampler, "pairs", None)
    order = np.arange(count)
    for r in range(RANDOMISATIONS):
        order[r::RANDOMISATIONS] = rng.permutation(order[r::RANDOMISATIONS])
    values = {name: x[..., order] if x.shape[-1] == count else x for name, x in run.values.items()}
    return replace(run, values=values, resampled=replace(run.resampled, index=run.resampled.index[order]))


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
