"""Sensitivity of targets to inputs: one at a time, shares of variance, regression, value of information."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier.analysis.estimates import convergence as convergence_analysis
from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.analysis.estimates.ranks import RANKED_DRAWS, ranks
from mcfrontier.analysis.estimates.ranks import rank_correlation as correlation_of_ranks
from mcfrontier.analysis.information import decision as decision_analysis
from mcfrontier.analysis.information import interval_gain
from mcfrontier.analysis.information.decision import DecisionValue
from mcfrontier.analysis.information.interval_gain import IntervalGains
from mcfrontier.analysis.sensitivity import given_data, one_at_a_time, pick_freeze, variance
from mcfrontier.analysis.sensitivity import regression as rank_regression
from mcfrontier.analysis.sensitivity import shapley as shapley_design
from mcfrontier.analysis.sensitivity import sobol as sobol_design
from mcfrontier.analysis.sensitivity.one_at_a_time import Swing
from mcfrontier.analysis.sensitivity.pick_freeze import DesignBlocks, DesignFactory
from mcfrontier.analysis.sensitivity.variance import Shares
from mcfrontier.core import units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.core.kinds import SUMMARY_STATISTICS
from mcfrontier.runs.core import RunCore, ranks_of, remembered
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.headlines import MAX_ROWS_EACH, with_percentiles
from mcfrontier.study import describe
from mcfrontier.study.describe import row_index

if TYPE_CHECKING:
    import xarray as xr


def inputs_behind(run: RunCore, row: str) -> list[str]:
    """The rows of the uncertain inputs that a row may depend on."""
    run.check_row(row)
    study, (name, index) = run.study, run.rows[row]
    at = {each: labels[i] for (each, labels), i in zip(study.file.dimensions.items(), index, strict=False)}
    own = {dimension: label for dimension, label in at.items() if dimension in study.dimensions_of[name]}
    return describe.ancestor_rows(study.nodes, study.inputs, name, own)


def tornado(run: RunCore, target: str) -> xr.DataArray:
    """A target with one input at a time at its p5 and p95, over `input` and `end`."""
    import xarray as xr

    found = swing(run, target)
    correlations = [rank_correlation(run, name, target) if name in run.rows else np.nan for name in found.inputs]
    coords: dict[str, object] = {"input": found.inputs, "end": list(one_at_a_time.SWING_ENDS)}
    coords |= {"monotone": ("input", found.monotone), "rank_correlation": ("input", correlations)}
    attrs = {"unit": run.unit(target), "base": found.base}
    return xr.DataArray(found.ends, coords, ("input", "end"), name=target, attrs=attrs)


@extremes_allowed()
def swing(run: RunCore, row: str) -> Swing:
    """The swing of a row by one input at a time, in the row's unit."""
    run.check_row(row)
    name, index = run.rows[row]
    varied = tuple(each for each in inputs_behind(run, row) if each not in run.missing)
    return one_at_a_time.swing(varied, paths(run, varied)[name][index] / units.scale(run.unit(row)))


@remembered
def paths(run: RunCore, varied: tuple[str, ...]) -> dict[str, Array]:
    """All quantities with one of some rows of inputs at a time varied from its p5 to its p95, in base units."""
    return one_at_a_time.one_at_a_time(run.study, varied)


def rank_correlation(run: RunCore, one: str, other: str) -> float:
    """Spearman's correlation of the first 16,384 draws of two rows."""
    for row in (one, other):
        run.check_row(row)
    return correlation_of_ranks(ranks_of(run, one), ranks_of(run, other))


def sobol(run: RunCore, target: str, scale: str | None, points: int | None) -> xr.Dataset:
    """Sobol' indices of a target over `input`; refused where inputs depend on each other."""
    import xarray as xr

    run.check_row(target)
    if groups := pick_freeze.dependent_groups(run.study):
        names = " and ".join(groups[0].names)
        raise InputError(f"{target}: {names} depend on each other, so Sobol' indices are not shares; use shapley")
    found = given(target, shares(run, target, scale, points))
    arrays = {name: ("input", x) for name, x in found.figures.items()}
    arrays |= {f"{name}_error": ("input", x) for name, x in found.errors.items()}
    return xr.Dataset(arrays, {"input": found.inputs}, found.attrs)


def shapley(run: RunCore, target: str, scale: str | None, points: int | None) -> xr.DataArray:
    """Shapley shares of a target's variance over `input`."""
    import xarray as xr

    found = given(target, shares(run, target, scale, points, shapley_design.design))
    coords = {"input": found.inputs, "error": ("input", found.errors["share"])}
    return xr.DataArray(found.figures["share"], coords, ("input",), name=target, attrs=found.attrs)


@extremes_allowed()
def shares(
    run: RunCore,
    row: str,
    scale: str | None = None,
    points: int | None = None,
    design_of: DesignFactory | None = None,
    evaluated: DesignBlocks | None = None,
) -> Shares:
    """Shares of a row's variance: of `design_of`, or Shapley's where inputs depend on each other, else Sobol's.
    `evaluated` are the blocks of its quantity, where they are evaluated already."""
    run.check_row(row)
    name, index = run.rows[row]
    dependent = pick_freeze.dependent_groups(run.study)
    design_of = design_of or (shapley_design.design if dependent else sobol_design.design)
    found = evaluated or blocks(run, design_of, name, points)
    values = [each[name][index] for each in (found.values, tails(run), (run.before or run).values)]
    in_unit = (np.ascontiguousarray(x) / units.scale(run.unit(row)) for x in values)
    return variance.shares(found, row, run.kind(row).default_scale if scale is None else scale, *in_unit)


def given(row: str, found: Shares) -> Shares:
    """The shares, unless there are none."""
    if found.refused:
        raise InputError(f"{row}: {found.warning}")
    return found


@remembered
def explained(run: RunCore) -> dict[str, Shares]:
    """The shares of variance of the first headlines, as in the report."""
    return {row: shares(run, row) for row in with_percentiles(run)[:MAX_ROWS_EACH]}


def blocks(run: RunCore, design_of: DesignFactory, name: str, points: int | None) -> DesignBlocks:
    """Evaluate a quantity in the blocks of a pick-freeze design; results for the targets are cached."""
    if points is None and name in run.study.targets:
        return target_blocks(run, design_of)
    number = run.points if points is None else points
    return pick_freeze.evaluate_design(run.study, run.sampler, design_of, [name], number)


@remembered
def target_blocks(run: RunCore, design_of: DesignFactory) -> DesignBlocks:
    """Evaluate the targets in the blocks of a pick-freeze design."""
    return pick_freeze.evaluate_design(run.study, run.sampler, design_of, run.study.targets, run.points)


@remembered
def tails(run: RunCore) -> dict[str, Array]:
    """All quantities with one input at a time in its far tails, in base units."""
    return variance.tail_values(run.study)


def evidence(run: RunCore) -> xr.Dataset:
    """Quantiles before and after the evidence and the conditions, over `quantity` and `quantile`."""
    import xarray as xr

    if run.before is None or run.resampled is None:
        raise InputError(
            f"{run.study.file.where}: has no evidence; state some under [evidence.NAME], or conditions under [given]"
        )
    names = [*run.study.targets, *(prior.name for prior in run.study.uncertain)]
    rows = [row for row in dict.fromkeys(run.rows_of(names)) if row not in run.missing]
    found = [
        [summary(each)[row].values[word] for word in SUMMARY_STATISTICS] for each in (run.before, run) for row in rows
    ]
    before, after = np.array(found).reshape(2, len(rows), 3)
    width = before[:, 2] - before[:, 0]
    with np.errstate(all="ignore"):
        moved = np.where(width > 0, (after[:, 1] - before[:, 1]) / (width / 2), 0.0)
    coords = {"quantity": rows, "quantile": list(SUMMARY_LEVELS), "unit": ("quantity", [run.unit(row) for row in rows])}
    over = ("quantity", "quantile")
    arrays = {"before": (over, before), "after": (over, after), "moved": ("quantity", moved)}
    return xr.Dataset(arrays, coords, {"effective_sample_size": run.resampled.effective})


@extremes_allowed()
def interval_gains(run: RunCore, row: str, most: int | None = None) -> IntervalGains:
    """The expected interval reduction by each input that a row may depend on, or by the `most` influential ones.

    It uses the first 16,384 draws.
    """
    x = run.samples(row)[:RANKED_DRAWS]
    inputs = {name: ranks_of(run, name) for name in inputs_behind(run, row)} if x.size > 1 else {}
    inputs = inputs if most is None or len(inputs) <= most else interval_gain.most_influential(x, inputs, most)
    return interval_gain.interval_gains(x, inputs, run.resampled.index[: x.size] if run.resampled else None)


def interval_reduction(run: RunCore, target: str) -> xr.Dataset:
    """The expected interval reduction of a target, over `input` and `figure`."""
    import xarray as xr

    run.check_row(target)
    found = interval_gains(run, target)
    both = np.stack([found.gains, found.errors], axis=-1)
    arrays = {name: (("input", "figure"), both[:, i]) for i, name in enumerate(("exactly", "half"))}
    coords = {"input": found.inputs, "figure": ["value", "mc_error"]}
    return xr.Dataset(arrays, coords, {"target": target, "scale": found.scale})


@remembered
def decision_value(run: RunCore) -> DecisionValue | None:
    """The decision of the study and its value; None if there is none, or this run does not evaluate it."""
    stated = run.study.file.decision
    if stated is None or stated.quantity not in run.rows:
        return None
    x = run.samples(stated.quantity) * units.convert(1.0, run.unit(stated.quantity), stated.unit)
    inputs = {name: ranks_of(run, name) for name in inputs_behind(run, stated.quantity)} if x.size > 1 else {}
    return decision_analysis.decision_value(decision_analysis.payoffs(x, stated), inputs, run.effective)


def decision(run: RunCore) -> xr.Dataset:
    """The decision of the study and the value of information, over `figure` and `input`."""
    import xarray as xr

    stated, found = run.study.file.decision, decision_value(run)
    if found is None or stated is None:
        raise InputError(f"{run.study.file.where}: no decision in this run; state [decision], of a target")
    arrays: dict[str, tuple[object, object]] = {
        name: ("figure", list(getattr(found, name)[:2])) for name in ("right", "payoff", "evpi")
    }
    arrays["evppi"] = (("input", "figure"), np.array([*found.evppi.values()]).reshape(-1, 2))
    attrs = {word: getattr(stated, word) for word in ("quantity", "act", "threshold")}
    attrs |= {"best": "act" if found.act else "do not act", "unit": "" if stated.gain else stated.unit}
    return xr.Dataset(arrays, {"input": list(found.evppi), "figure": ["value", "mc_error"]}, attrs)


def convergence(run: RunCore, target: str) -> xr.DataArray:
    """Percentiles of a target from growing numbers of its draws, over `draws`, `quantile` and `figure`."""
    import xarray as xr

    run.check_row(target)
    x = run.all_samples(target)
    coords = {"draws": convergence_analysis.draw_counts(x.size), "quantile": list(SUMMARY_LEVELS)}
    over = ("draws", "quantile", "figure")
    found = convergence_analysis.convergence(x)
    return xr.DataArray(found, coords | {"figure": ["value", "mc_error"]}, over, target, {"unit": run.unit(target)})


@extremes_allowed()
def conditional_tornado(run: RunCore, target: str, bins: int) -> xr.Dataset:
    """A target in bins of each input, over `input` and `bin`."""
    import xarray as xr

    run.check_row(target)
    most = min(run.retained, RANKED_DRAWS)
    if not isinstance(bins, int | np.integer) or not 2 <= bins <= most:
        raise InputError(f"bins = {bins!r}: a whole number from 2 to {most:,}, the number of draws, is expected")
    y, rows = run.first_samples(target), sorted(inputs_behind(run, target))
    found = [one_at_a_time.bin_statistics(ranks_of(run, row), y, bins, range(bins)) for row in rows]
    mean, median, error = np.moveaxis(np.array(found).reshape(len(rows), bins, 3), -1, 0)
    order = np.argsort(-np.ptp(mean, axis=1), kind="stable")
    named = {"mean": mean, "median": median, "mean_error": error}
    ends = [estimates.quantile_name(k / bins) for k in range(bins + 1)]
    coords = {"input": [rows[i] for i in order], "bin": [f"{a} to {b}" for a, b in pairwise(ends)]}
    y = y[np.isfinite(y)]
    attrs = {"unit": run.unit(target), "mean": float(y.mean()), "median": float(np.median(y))}
    return xr.Dataset({name: (("input", "bin"), x[order]) for name, x in named.items()}, coords, attrs)


def regression(run: RunCore, target: str) -> xr.DataArray:
    """Standardised rank regression coefficients of a target, over `input`."""
    rows, y = sorted(inputs_behind(run, target)), ranks(run.first_samples(target))
    inputs = np.array([ranks_of(run, row) for row in rows]).reshape(len(rows), y.size)
    figures, errors = rank_regression.regress(inputs, y)
    attrs = {"r2": float(figures[-1]), "r2_error": float(errors[-1])}
    return by_size(target, rows, figures[:-1], errors[:-1], attrs, key=np.abs)


def first_order(run: RunCore, target: str, scale: str | None) -> xr.DataArray:
    """First-order Sobol' indices of a target from given data, over `input`."""
    rows, draws = sorted(inputs_behind(run, target)), min(given_data.MAX_DRAWS, run.retained)
    y, *inputs = (run.all_samples(row)[:draws] for row in (target, *rows))
    scale = variance.scale_of(run.kind(target).default_scale if scale is None else scale, target, y)
    if run.counted is not None and target in run.counted:
        draws, places = run.sampler.draws, [(run.rows[row][0], row_index(run.study, row)) for row in rows]
        found = run.counted.by_bin(target, places, scale == "log", given_data.BIN_BITS)
        whole = given_data.variance_from_sums(found.totals)
        pairs = [given_data.index_from_counted(*each, whole) for each in zip(found.sums, found.counts, strict=True)]
        figures, errors = np.array(pairs).reshape(-1, 2).T
    else:
        with np.errstate(all="ignore"):
            figures, errors = given_data.indices(inputs, np.log(y) if scale == "log" else y, scale)
    return by_size(target, rows, figures, errors, {"scale": scale, "draws": draws})


def by_size(
    target: str,
    rows: list[str],
    figures: Array,
    errors: Array,
    attrs: Mapping[str, object],
    key: Callable[[Array], Array] = lambda x: x,
) -> xr.DataArray:
    """Figures of inputs with their standard errors, the largest first."""
    import xarray as xr

    order = np.argsort(-key(figures), kind="stable")
    coords = {"input": [rows[i] for i in order], "error": ("input", errors[order])}
    return xr.DataArray(figures[order], coords, ("input",), name=target, attrs=attrs)
