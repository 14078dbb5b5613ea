"""Running a study: load, resolve nested studies, sample, evaluate, condition on evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from mcfrontier.analysis.conditional import METHODS
from mcfrontier.analysis.estimates import importance
from mcfrontier.core import memory
from mcfrontier.core.arguments import check_count, check_number
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, TooFewDraws, located, suggest
from mcfrontier.core.formatting import label, split_row
from mcfrontier.core.progress import Progress, silent
from mcfrontier.distributions.nested import quantiles
from mcfrontier.runs import conditions, nested
from mcfrontier.runs.conditions import GIVEN
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import relative_errors
from mcfrontier.runs.events import (
    ENOUGH_DRAWS,
    MAX_GIVEN_DRAWS,
    check_left,
    doubled_text,
    least_left,
    sample_of,
    truth,
)
from mcfrontier.runs.load import loaded
from mcfrontier.runs.nested import Reported
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, LazyDraws, evaluate_blocks
from mcfrontier.sampling.engine.engine import Engine, count_draws
from mcfrontier.sampling.plan import Sampler, generator
from mcfrontier.study.schema import Source
from mcfrontier.study.study import Study, retained_draws
from mcfrontier.study.validate import needs_behind
from mcfrontier.study.values import missing_rows

SEED, SAMPLER, METHOD = 1, "sobol", "auto"
BIN_DRAWS = 2**13  # draws that the bins for counting all draws are made from
MAX_NUMBERS_AT_ONCE = 2**21  # of all quantities, to compute them at once: a short run
MAX_PRECISION_DRAWS = 2**24  # for a requested precision


def run(
    study: Study,
    *,
    draws: int | None = None,
    seed: int = SEED,
    nested_seed: int | None = None,
    sampler: str = SAMPLER,
    precision: float | None = None,
    most: int = MAX_PRECISION_DRAWS,
    method: str = METHOD,
    points: int | None = None,
    engine: Engine | str = "local",
    workers: int | None = None,
    progress: Progress = silent,
) -> RunCore:
    """Run a loaded study: see mcfrontier.api.run.run."""
    study = resolved(study, seed if nested_seed is None else nested_seed)
    executor = engine if isinstance(engine, Engine) else Engine(engine, workers)
    if not isinstance(method, str) or method not in METHODS:
        raise InputError(f"method: unknown method '{method}'{suggest(str(method), METHODS)}")

    if points is not None:
        check_count("points", points)
    if not callable(progress):
        raise InputError(f"progress = {progress!r}: a function is expected")

    def once(count: int) -> RunCore:
        plan = streams.sampler(sampler, seed, count, study.sampled, nested_seed)
        return replace(evaluated(study, plan, executor, progress), method=method, points=points)

    requested = study.draws if draws is None else draws
    count = enough_draws(study, requested, lambda count: streams.sampler(sampler, seed, count, study.sampled))
    core = once(count) if precision is None else to_precision(once, count, precision, most)
    if count == requested or core.resampled is None:
        return core
    return replace(core, effort=(doubled_text(count, core.resampled.index.size), *core.effort))


def resolved(study: Study, seed: int = SEED) -> Study:
    """Return a study with its nested studies resolved, by running these with seeds derived from `seed`."""

    def report(name: str, quantities: list[str], errors: Mapping[str, Source]) -> Mapping[str, Reported]:
        other = loaded(name, None, quantities, None, study.file.as_of, (), errors=errors)
        return reported(other, nested.nested_seed(seed, name))

    return nested.resolved(study, report)


@lru_cache(maxsize=16)
def reported(study: Study, seed: int) -> Mapping[str, Reported]:
    """The targets of a study that another study refers to, by quantiles of their draws."""
    done = resolved(study, seed)
    core = evaluated(done, streams.sampler(SAMPLER, seed, done.draws, done.sampled))
    return {
        name: Reported(
            done.unit(name), {row: quantiles(core.samples(row)) for row in core.known_rows(name)}, done.file.digest
        )
        for name in done.targets
    }


def evaluated(study: Study, plan: Sampler, executor: Engine | None = None, progress: Progress = silent) -> RunCore:
    """Sample and evaluate a study once; draws of the targets that are not retained are counted in bins."""
    retained = retained_draws(study, plan.draws)
    memory.check(retained, study.sizes)
    memory.reuse_freed_memory()
    blocks = Blocks(study, plan, study.quantities)
    if retained < plan.draws:
        return with_counts(RunCore(study, plan, LazyDraws(blocks, retained)), executor or Engine(), progress)
    few = retained * sum(study.sizes) <= MAX_NUMBERS_AT_ONCE
    at_once = study.quantities if few else tuple(dict.fromkeys(study.targets))
    known = evaluate_blocks(replace(blocks, names=at_once), retained, progress=progress)
    core = RunCore(study, plan, LazyDraws(blocks, retained, known))
    check_finite(study, core.values)
    return conditioned(core) if study.evidence or study.given else core


def partly_evaluated(study: Study, plan: Sampler, names: Sequence[str], progress: Progress = silent) -> RunCore:
    """Sample and evaluate some quantities of a study only, with all draws retained; given evidence, all quantities."""
    if study.evidence or study.given:
        return evaluated(study, plan, progress=progress)
    sizes = dict(zip(study.quantities, study.sizes, strict=True))
    memory.check(plan.draws, [sizes[name] for name in names])
    return RunCore(study, plan, evaluate_blocks(Blocks(study, plan, tuple(names)), plan.draws, progress=progress))


def with_counts(core: RunCore, executor: Engine, progress: Progress) -> RunCore:
    """Add counts of all draws of the targets to a run whose draws are not all retained."""
    study, plan = core.study, core.sampler
    targets = tuple(dict.fromkeys(study.targets))
    blocks = Blocks(study, plan, targets)
    first = evaluate_blocks(blocks, min(BIN_DRAWS, plan.draws))
    check_finite(study, first)
    rows = {
        row: (name, at)
        for row, (name, at) in study.rows.items()
        if name in first and row not in missing_rows(study) and np.isfinite(x := first[name][at]).any() and x.size > 1
    }
    if not rows:  # all targets are known
        return core
    return replace(core, counted=count_draws(blocks, rows, first, executor, progress))


def check_finite(study: Study, values: Mapping[str, Array]) -> None:
    """Refuse a target without a finite draw, unless an input that it needs has empty cells, and all its rows are
    missing by design."""
    missing = missing_rows(study)
    for target in study.targets:
        behind = {target, *needs_behind(study.nodes, target)} & study.inputs.keys()
        rows = [row for row, (name, _) in study.rows.items() if name == target]
        empty = any(np.isnan(study.inputs[name].centres).any() for name in behind) and missing.issuperset(rows)
        if not empty and not np.isfinite(values[target]).any():
            problem = "none of its draws is finite; look for a division by zero, or numbers beyond 1.8e308"
            problem += f", or at what is set, {', '.join(study.pins)}" if study.pins else ""
            raise InputError(f"{study.file.where}: {target}: {problem}")
        for row in rows:
            check_within(study, row, values[target][study.rows[row][1]])


def check_within(study: Study, row: str, x: Array) -> None:
    """Refuse a share of which most draws lie below 0 or above 1, as where parts exceed their whole."""
    kind = study.kind(split_row(row)[0])
    outside = (x < kind.low) | (x > kind.high)
    if np.count_nonzero(outside) > (x.size - 1 if kind.points else x.size / 2):
        count = f"{np.count_nonzero(outside):,} of {x.size:,}"
        problem = f"a share, and {count} draws lie outside 0 to 1; the first is {x[outside].flat[0]:.3g}"
        remedy = f"; correct what is set, {', '.join(study.pins)}" if study.pins else "; bound what it depends on"
        raise InputError(f"{study.file.where}: {row}: {problem}{remedy}")


def to_precision(once: Callable[[int], RunCore], draws: int, precision: float, most: int) -> RunCore:
    """Double the number of draws until the headlines reach a precision, or there is no room for more draws.

    The `effort` of the run reports the draws that it took.
    """
    if not isinstance(precision, float | int) or not 0 < precision < 1:
        raise InputError(f"precision = {precision}: a share above 0 and below 1 is expected, such as 0.01")
    check_number("most", most)
    while True:
        try:
            core = once(draws)
        except TooFewDraws:  # evidence leaves too small an effective sample
            if draws * 2 > most:
                raise
            draws *= 2
            continue
        errors, count = relative_errors(core), f"{core.sampler.draws:,} draws"
        worst = max(errors, key=lambda each: errors[each])
        if errors[worst] <= precision:
            outcome = f"reached with {count}"
            break
        if full := no_room(core.study, 2 * core.sampler.draws, most):
            outcome = f"not reached with {count}, {full}"
            break
        draws = 2 * core.sampler.draws
    row, word = worst
    largest = f"the largest error is that of {word} of {label(row)}, {100 * errors[worst]:.2g}%"
    return replace(core, effort=(f"precision {100 * precision:g}%: {outcome}; {largest}",))


def no_room(study: Study, draws: int, most: int) -> str:
    """The reason why a precision may not take this number of draws; "" if it may."""
    if draws > most:
        return "the most allowed"
    room = memory.required_bytes(retained_draws(study, draws), study.sizes) <= memory.available_bytes()
    return "" if room else "as many as memory has room for"


def enough_draws(study: Study, draws: int, plan_of: Callable[[int], Sampler]) -> int:
    """The number of draws, doubled until enough meet the conditions of a study, as far as 2^20."""
    found = conditions.of_study(study)
    alone = replace(study, evidence={}, given=())
    while found and 2 * draws <= MAX_GIVEN_DRAWS:
        plan = plan_of(draws)
        sample = sample_of(partly_evaluated(alone, plan, conditions.quantities(found)))
        if least_left(truth(found, sample, GIVEN), sample) >= ENOUGH_DRAWS:
            break
        draws = 2 * plan.draws
    return draws


def conditioned(before: RunCore) -> RunCore:
    """Condition a run on the evidence and the conditions of its study: draws resampled by the likelihood of the
    observations, or, with conditions alone, those that meet them."""
    study, plan = before.study, before.sampler
    rows = {seen.quantity for seen in study.evidence.values()}
    for row in rows:
        before.check_row(row)
    draws = {row: before.all_samples(row) for row in rows}
    sample, found = sample_of(before), conditions.of_study(study)
    if found:
        check_left(truth(found, sample, GIVEN), found, sample)
    given = {each.text: np.broadcast_to(truth([each], sample, GIVEN).holds.ravel(), plan.draws) for each in found}
    rng = generator(plan, "evidence", None)
    with located(study.file.where):
        resampled = importance.resample(study.evidence, given, draws, {row: before.unit(row) for row in rows}, rng)
    index = resampled.index
    after = {name: x[..., index] if x.shape[-1] == plan.draws else x for name, x in before.values.items()}
    return RunCore(study, plan, after, before=before, resampled=resampled)
