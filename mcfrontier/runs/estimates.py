"""Estimates of a run: draws, statistics and quantiles, each with its Monte Carlo error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier.analysis.conditional import integrate
from mcfrontier.analysis.estimates import convergence
from mcfrontier.analysis.estimates.estimates import LEVELS, STATISTICS, SUMMARY_LEVELS, Estimate
from mcfrontier.analysis.estimates.probability import with_interval
from mcfrontier.core import memory, units
from mcfrontier.core.arguments import check_number, check_text
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.core.kinds import PROBABILITY
from mcfrontier.distributions.mixture import moments
from mcfrontier.runs.core import RunCore, remembered, run_dataset
from mcfrontier.runs.headlines import headlines, with_percentiles
from mcfrontier.runs.summary import Summaries, Summary, event_summary, finite_draws, from_draws, order_statistics
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.study.describe import row_index

if TYPE_CHECKING:
    import xarray as xr


@remembered
def integrated_rows(run: RunCore) -> integrate.Integrated:
    """The headlines that an input may be integrated out of."""
    if run.method == "order":
        return integrate.Integrated(run.study, run.sampler)
    rows = {row: run.rows[row] for row in with_percentiles(run) if run.varies(row)}
    errors = {row: estimates_of(order_statistics(run, row), integrate.COMPARED_LEVELS)[1, 2:] for row in rows}
    return integrate.integrated(run.study, run.sampler, rows, errors, run.values)


def integrated(run: RunCore) -> dict[str, str]:
    """The input that is integrated out of each row with a conditional estimate."""
    return {row: found.input.name for row, found in integrated_rows(run).at().rows.items()}


def estimates_of(found: tuple[Array, Array], levels: Sequence[float]) -> Array:
    """Of estimates and errors at LEVELS, those of mean, sd and some of the levels: (2, 2 + levels)."""
    return np.array(found)[:, [0, 1, *(2 + LEVELS.index(level) for level in levels)]]


def estimates(run: RunCore, row: str, levels: Sequence[float]) -> tuple[Array, Array]:
    """Mean, sd and quantiles of a row in its unit, and their Monte Carlo errors: two arrays of shape (2 + levels,)."""
    if {*levels} <= {*LEVELS}:
        found = estimates_of(order_statistics(run, row), levels)
    else:
        found = np.array(from_draws(run, row, levels))
    known = moments_of_input(run, row)
    if known and known[1] < math.inf:
        found[:, :2] = known, (0.0, 0.0)
    if row in integrated_rows(run).at(levels).rows:
        better = np.array(integrated_rows(run).percentiles(row, levels))
        found[:, 2:] = np.where(np.isfinite(better).all(axis=0), better, found[:, 2:])
    return found[0], found[1]


@remembered
def moments_of_input(run: RunCore, row: str) -> tuple[float, float] | None:
    """The exact mean and sd of an uncertain input, the sd infinite where the variance is; None of other rows, given
    evidence, and of a distribution with jumps or kinks."""
    prior = run.study.inputs.get(run.rows[row][0])
    if prior is None or prior.known or run.study.evidence or run.study.given:
        return None
    distribution = prior.distributions[row_index(run.study, row)]
    if distribution.discontinuous or not distribution.low < distribution.high:
        return None
    mean, variance = moments(distribution)
    return mean, math.sqrt(variance)


@remembered
def summary(run: RunCore) -> Mapping[str, Summary]:
    """The statistics of every row, each computed when it is first read."""
    return Summaries(run.rows, lambda row: summary_of(run, row))


def summary_of(run: RunCore, row: str) -> Summary:
    """The statistics of a row; of an event the probability first, which is its mean."""
    found = estimates(run, row, LEVELS)
    values, errors = (dict(zip(STATISTICS, part.tolist(), strict=True)) for part in found)
    if run.kind(row).statistics != (PROBABILITY,):
        return Summary(run.unit(row), values, errors)
    event = with_interval(Estimate(values["mean"], errors["mean"]), finite_draws(run, row), run.effective)
    own = event_summary(run.unit(row), event)
    return own._replace(values=own.values | values, errors=own.errors | errors)


@remembered
def draws(run: RunCore) -> xr.Dataset:
    """The draws of every quantity along `draw`; those that are not retained are computed again."""
    count, values = run.retained, run.values
    if run.counted is not None:
        count = run.sampler.draws
        memory.check(count, run.study.sizes)
        values = evaluate_blocks(Blocks(run.study, run.sampler, run.study.quantities), count)

    def all_of(name: str) -> Array:
        x = values[name] / units.scale(run.study.unit(name))
        return np.broadcast_to(x, (*x.shape[:-1], count))

    return run_dataset(run, run.study.quantities, all_of, draw=np.arange(count))


def draws_of(run: RunCore, name: str) -> xr.DataArray:
    """The draws of a quantity, or of a row of one, along `draw`."""
    if isinstance(name, str) and name in run.study.quantities:
        return draws(run)[name]
    run.check_row(name)
    quantity, index = run.rows[name]
    place = dict(zip(run.study.file.dimensions, index, strict=True))
    return draws(run)[quantity].isel({each: place[each] for each in run.study.dimensions_of[quantity]}).rename(name)


def with_errors(
    run: RunCore,
    quantities: str | Iterable[str] | None,
    levels: Sequence[float],
    part: slice,
    **places: Sequence[object],
) -> xr.Dataset:
    """Statistics of quantities over `figure` ("value", "mc_error") and one further dimension.

    `part` selects from mean, sd and the quantiles at `levels`.
    """

    def of(name: str) -> Array:
        return np.array([estimates(run, row, levels) for row in run.rows_of([name])])[:, :, part]

    return run_dataset(run, run.names_of(quantities), of, figure=["value", "mc_error"], **places)


def statistics(run: RunCore, quantities: str | Iterable[str] | None = None) -> xr.Dataset:
    """Mean, sd and p1 ... p99 of quantities over `figure` and `statistic`."""
    return with_errors(run, quantities, LEVELS, slice(None), statistic=list(STATISTICS))


def quantiles(run: RunCore, levels: Sequence[float], quantities: str | Iterable[str] | None = None) -> xr.Dataset:
    """Quantiles of quantities over `figure` and `quantile`."""
    stated = checked_levels(levels)
    return with_errors(run, quantities, stated, slice(2, None), quantile=stated)


def checked_levels(levels: Sequence[float]) -> list[float]:
    """Return quantile levels as a list, or refuse them."""
    try:
        stated = np.atleast_1d(np.asarray(levels))
        numeric = stated.dtype.kind in "iuf" and stated.ndim == 1
    except (TypeError, ValueError):
        numeric = False
    if numeric and not stated.size:
        raise InputError("levels []: at least one is expected, such as 0.5")
    if not numeric:
        raise InputError(f"levels {levels!r}: numbers from 0 to 1 are expected")
    if not ((stated >= 0) & (stated <= 1)).all():
        raise InputError(f"levels {stated.tolist()}: each must lie from 0 to 1")
    numbers: list[float] = stated.astype(float).tolist()
    return numbers


def percentile_of(run: RunCore, row: str, value: float, unit: str) -> float:
    """The percentage of the finite draws of a row that lie below a value."""
    run.check_row(row)
    return percentage_below(run.samples(row), value, unit, row, run.unit(row))


def percentage_below(x: Array, value: float, unit: str, row: str, own: str) -> float:
    """The percentage of the finite draws of a row, in its `own` unit, that lie below a value in `unit`."""
    check_number("value", value)
    check_text("unit", unit, own)
    if not units.same_kind(unit, own):
        raise InputError(f"unit = {unit}: it does not measure {row}; give it in {own}")
    return 100 * float((x[np.isfinite(x)] < units.convert(value, unit, own)).mean())


def relative_errors(run: RunCore) -> dict[tuple[str, str], float]:
    """The Monte Carlo errors of p5, p50 and p95 of each headline as shares of them: {("energy", "p95"): 0.004}.

    Of an event, the error of its probability, which is a share itself.
    """
    found = {row: estimates(run, row, SUMMARY_LEVELS) for row in with_percentiles(run)}
    shares = convergence.relative_errors({row: (x[2:], errors[2:]) for row, (x, errors) in found.items()})
    events = [row for row in headlines(run) if row not in found]
    return shares | {(row, PROBABILITY): summary(run)[row].errors[PROBABILITY] for row in events}
