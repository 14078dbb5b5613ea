"""Diagnostics of a run: non-finite draws, values out of range, means that are unstable or do not exist."""

from __future__ import annotations

import math

import numpy as np

from mcfrontier.analysis.estimates import tails
from mcfrontier.analysis.estimates.estimates import has_repeats, jump
from mcfrontier.core.arrays import Array
from mcfrontier.core.formatting import amount, percent
from mcfrontier.core.kinds import SUMMARY_STATISTICS, QuantityKind
from mcfrontier.runs.consistency import contradiction
from mcfrontier.runs.core import RunCore, remembered
from mcfrontier.runs.estimates import integrated, integrated_rows, moments_of_input, summary
from mcfrontier.runs.headlines import MAX_ROWS_EACH, with_percentiles
from mcfrontier.study.describe import row_index

ROUNDING = 1e-12  # tolerance in base units for draws at the ends of their range


def notes(run: RunCore) -> tuple[str, ...]:
    """All warnings on a run, after the number of draws that a precision took."""
    return (*run.effort, *findings(run))


@remembered
def findings(run: RunCore) -> tuple[str, ...]:
    """The warnings on a run: rounded numbers of draws, non-finite draws, values out of range, unstable means."""
    study, given = run.study, []
    if run.resampled:
        size = f"effective sample size {run.resampled.effective:,.0f} of {run.sampler.draws:,} draws"
        given = [f"evidence: {size}", *(f"evidence: {conflict}" for conflict in run.resampled.conflicts)]
        if study.given:
            texts, left = (
                " and ".join(f"'{text}'" for text in study.given),
                f"{run.retained:,} of {run.sampler.draws:,}",
            )
            given = [f"given {texts}: {size if study.evidence else f'{left} draws are left'}", *given[1:]]
    counted = [] if run.counted is None else [run.counted.text(run.retained), *conditional_texts(run)]
    infinite = [
        f"{name}: {count:,} of {run.values[name].size:,} draws are not finite; statistics leave them out"
        for name, count in non_finite(run).items()
    ]
    contradictory = [text] if (text := contradiction(study)) else []
    means = [text for name in dict.fromkeys(study.targets) if (text := mean_text(run, name))]
    return (
        *given,
        *study.notes,
        *study.dependence.notes,
        *run.sampler.notes,
        *contradictory,
        *counted,
        *infinite,
        *range_texts(run),
        *cap_texts(run),
        *jump_texts(run),
        *means,
    )


@remembered
def unstable(run: RunCore) -> dict[str, tails.Tail | None]:
    """The rows whose mean and sd are not to be reported: inputs without a mean, with None, and rows whose mean is
    dominated by a few of the retained draws, with their tail."""
    found: dict[str, tails.Tail | None] = {}
    for row, (name, index) in run.rows.items():
        prior = run.study.inputs.get(name)
        if prior and not prior.distributions[row_index(run.study, row)].mean_exists:
            found[row] = None
        elif tail := tails.heavy_tail(run.values[name][index]):
            found[row] = tail
    return found


@remembered
def unstable_statistics(run: RunCore) -> dict[str, tuple[str, ...]]:
    """The statistics that are not to be reported, by row: mean and sd of the rows in `unstable`; the sd of inputs whose
    variance is infinite, and of rows whose squared distances are dominated by a few of the retained draws."""
    found: dict[str, tuple[str, ...]] = {}
    for row, (name, index) in run.rows.items():
        known = moments_of_input(run, row)
        if row in unstable(run):
            found[row] = ("mean", "sd")
        elif known[1] == math.inf if known else tails.heavy_tail(run.values[name][index], 2):
            found[row] = ("sd",)
    return found


@remembered
def capped(run: RunCore) -> dict[str, float]:
    """The rows of capped nodes with several draws at the largest value of the node, and that value in their unit."""
    found: dict[str, float] = {}
    for name in run.study.order:
        own = {row: run.samples(row) for row in run.rows_of([name])} if run.study.nodes[name].capped else {}
        top = max((float(x[np.isfinite(x)].max(initial=-np.inf)) for x in own.values()), default=-np.inf)
        found |= {row: top for row, x in own.items() if np.count_nonzero(x == top) > 1 and np.isfinite(top)}
    return found


@remembered
def non_finite(run: RunCore) -> dict[str, int]:
    """The number of non-finite draws of each quantity, without the rows that are missing by design."""
    counts = {name: int(x.size - np.isfinite(x).sum()) for name, x in run.values.items()}
    for row in run.missing:
        name, index = run.rows[row]
        counts[name] -= run.values[name][index].size
    return {name: count for name, count in counts.items() if count}


def out_of_range(x: Array, kind: QuantityKind) -> int:
    """Count the draws, in base units, that lie outside the range of a kind of quantity; NaN does not."""
    if kind.points:
        return int((~np.isin(x, kind.points) & ~np.isnan(x)).sum())
    with np.errstate(invalid="ignore"):
        return int(((x < kind.low - ROUNDING) | (x > kind.high + ROUNDING)).sum())


def range_texts(run: RunCore) -> list[str]:
    """Warnings on nodes with draws out of range."""
    found = []
    for name in run.study.order:
        kind, x = run.study.kind(name), run.values[name] if run.study.kind(name).bounded else np.empty(0)
        if count := out_of_range(x, kind):
            where = f"not {kind.low:g} or {kind.high:g}" if kind.points else f"outside {kind.low:g} to {kind.high:g}"
            found.append(f"{name}: {count:,} of {x.size:,} draws of this {kind.name} are {where}")
    return found


def conditional_texts(run: RunCore) -> list[str]:
    """A note on the rows with a conditional estimate, which does not use all counted draws."""
    rows, count = integrated(run), integrated_rows(run).plan.draws
    return [f"{', '.join(rows)}: an input is integrated out, over the first {count:,} draws"] if rows else []


def jump_texts(run: RunCore) -> list[str]:
    """Notes on percentiles of headlines on a jump: between two values of several draws each, that print differently."""
    out = []
    for row in filter(run.varies, with_percentiles(run)):
        if not has_repeats(x := run.samples(row)):
            continue
        for word in SUMMARY_STATISTICS:
            ends = jump(x, summary(run)[row].values[word])
            if ends[0] < ends[1] and all(np.count_nonzero(x == end) > 1 for end in ends):
                low, high = (amount(end, run.unit(row)) for end in ends)
                if low != high:
                    text = f"no draw lies between {low} and {high}; any value from the one to the other is {word}"
                    out.append(f"{row}: {text}")
    return out


def cap_texts(run: RunCore) -> list[str]:
    """Warnings on capped rows with draws at the largest value, one for a quantity of many rows."""
    out, tops = [], capped(run)
    for name in dict.fromkeys(run.rows[row][0] for row in tops):
        own = {row: float((run.samples(row) == tops[row]).mean()) for row in run.rows_of([name]) if row in tops}
        shares = {row: percent(share) for row, share in own.items()}
        if len(own) > MAX_ROWS_EACH:
            shares = {f"{name} in {len(own)} rows": f"up to {percent(max(own.values()))}"}
        at = amount(next(tops[row] for row in own), run.study.unit(name))
        end = f"of the draws lie at {at}, which stands for all larger values"
        out += [f"{row}: {share} {end}" for row, share in shares.items()]
    return out


def mean_text(run: RunCore, name: str) -> str:
    """The reason why the means of a quantity are not to be reported; "" if they are."""
    own = {row: unstable(run)[row] for row in run.rows_of([name]) if row in unstable(run)}
    if not own:
        return ""
    rows = ", ".join(own) if len(own) <= MAX_ROWS_EACH else f"{name} in {len(own)} rows"
    heavy = [tail for tail in own.values() if tail is not None]
    if len(heavy) < len(own):
        return f"{rows}: the distribution has no mean; report the median"
    worst = max(heavy)
    share = f"the farthest draw contributes {percent(worst.share)} of the total distance from the median"
    return f"{rows}: the mean is not stable (tail index {worst.tail_index:.2f}, {share}); report the median"
