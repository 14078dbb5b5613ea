"""What came out of a study: a Run, read in the units of the priors files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mcfrontier import sampling, units
from mcfrontier.analysis import intervals, tornado
from mcfrontier.errors import InputError, suggest

if TYPE_CHECKING:
    import xarray as xr

    from mcfrontier.analysis.evidence import Weighed
    from mcfrontier.study import Study


FEW = 4  # rows of a target that are each told on their own,
MOST = 10  # unless there are more rows than this


class Summary(NamedTuple):
    """The unit of a row, its statistics by name (mean, sd, p1 ... p99), and the Monte Carlo error of each."""

    unit: str
    values: dict[str, float]
    errors: dict[str, float]


@dataclass(frozen=True)
class Run:
    """What came out of a study.

    `values` holds every quantity in base units: shape (dimensions..., draws), a last axis of 1 where
    nothing is uncertain. What is told to a reader comes from the properties, in the units of the files.
    Given evidence, `before` is the run without it, and `weighed` what the evidence made of its draws.
    """

    study: Study
    sampler: sampling.Sampler
    values: Mapping[str, np.ndarray] = field(repr=False)
    ranked: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    before: Run | None = field(default=None, repr=False)
    weighed: Weighed | None = field(default=None, repr=False)

    @cached_property
    def rows(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Every quantity, a many-valued one row by row: {"count": ("count", (0,)), "price[A100]": ("price", (1,))}."""
        dimensions, out = self.study.page.dimensions, {}
        for name in self.study.quantities:
            own = self.study.dimensions_of[name]
            for index in np.ndindex(self.values[name].shape[:-1]):
                labels = [dimensions[each][i] for each, i in zip(dimensions, index, strict=False) if each in own]
                out[f"{name}[{','.join(labels)}]" if labels else name] = (name, index)
        return out

    def rows_of(self, names: Iterable[str]) -> list[str]:
        """The rows of some quantities, in the order of the names."""
        return [row for name in names for row, (owner, _) in self.rows.items() if owner == name]

    def told(self, row: str) -> np.ndarray:
        """The draws of a row in its own unit: shape (draws,), or (1,) if nothing in it is uncertain."""
        name, index = self.rows[row]
        return self.values[name][index] / units.scale(self.study.unit(name))

    def unit(self, row: str) -> str:
        """The unit of a row."""
        return self.study.unit(self.rows[row][0])

    @cached_property
    def accounts(self) -> list[str]:
        """The targets that are sums of money, of one thing: the ways in which its cost is counted."""
        return [name for name in self.study.accounts if not self.study.dimensions_of[name]]

    @cached_property
    def headlines(self) -> list[str]:
        """The rows that stand for the targets: all but the parts of accounts that were named before; of a target with
        more than a few rows the first, and of all targets the first where there would be too many."""
        place = {name: i for i, name in enumerate(self.study.targets)}
        after = [(account, share) for account, shares in self.study.parts.items() for share in shares.values()]
        parts = {share for account, share in after if place[share] > place[account]}
        names = [name for name in self.study.targets if name not in parts]
        rows = [rows if len(rows) <= FEW else rows[:1] for rows in map(self.known_rows, names)]
        if sum(map(len, rows)) > MOST:
            rows = [each[:1] for each in rows]
        return [row for each in rows for row in each]

    def known_rows(self, name: str) -> list[str]:
        """The rows of a quantity that have a figure."""
        return [row for row in self.rows_of([name]) if row not in self.missing]

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told: draws rounded up, draws lost, shares that leave 0 to 1."""
        lost = [
            f"{name}: {count:,} of {self.values[name].size:,} draws are not finite; statistics leave them out"
            for name, count in self.lost.items()
        ]
        strayed = [
            f"{name}: {count:,} of {self.values[name].size:,} draws of this share are outside 0 to 1"
            for name in self.study.order
            if self.study.unit(name) == "share" and (count := outside_0_to_1(self.values[name]))
        ]
        given = []
        if self.weighed:
            worth = f"{self.weighed.left:,.0f} draws' worth of {self.sampler.draws:,} is left"
            given = [f"evidence: {worth}", *(f"evidence: {told}" for told in self.weighed.strange)]
        return (*given, *self.study.notes, *self.study.dependence.notes, *self.sampler.notes, *lost, *strayed)

    @cached_property
    def missing(self) -> set[str]:
        """The rows without a figure by design: a cell of a table is empty, and the central values give none."""
        if not self.study.page.dimensions:
            return set()
        centre = self.study.centre()
        along = {row: (name, index) for row, (name, index) in self.rows.items() if self.study.dimensions_of[name]}
        return {row for row, (name, index) in along.items() if np.isnan(centre[name][index]).all()}

    @cached_property
    def lost(self) -> dict[str, int]:
        """How many draws of which quantities are not finite, but for rows that are missing by design."""
        counts = {name: int(x.size - np.isfinite(x).sum()) for name, x in self.values.items()}
        for row in self.missing:
            name, index = self.rows[row]
            counts[name] -= self.values[name][index].size
        return {name: count for name, count in counts.items() if count}

    @cached_property
    def summary(self) -> dict[str, Summary]:
        """The statistics of every row."""
        out = {}
        for row in self.rows:
            found = intervals.with_errors(self.told(row), intervals.LEVELS)
            values, errors = (dict(zip(intervals.STATISTICS, part.tolist(), strict=True)) for part in found)
            out[row] = Summary(self.unit(row), values, errors)
        return out

    @cached_property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity along `draw`, with `unit` and `about` as attributes."""
        count = self.sampler.draws
        return self.dataset(lambda x: np.broadcast_to(x, (*x.shape[:-1], count)), draw=np.arange(count))

    @cached_property
    def statistics(self) -> xr.Dataset:
        """Mean, sd and p1 ... p99 of every quantity along `statistic`, with `figure` "value" or "mc_error"."""
        return self._with_errors(intervals.LEVELS, slice(None), statistic=list(intervals.STATISTICS))

    def quantiles(self, levels: Sequence[float]) -> xr.Dataset:
        """Quantiles of every quantity along `quantile`, in its own unit."""
        return self._quantiles(levels).sel(figure="value", drop=True)

    def mc_error(self, levels: Sequence[float]) -> xr.Dataset:
        """The Monte Carlo standard error of each quantile, along `quantile`."""
        return self._quantiles(levels).sel(figure="mc_error", drop=True)

    def _quantiles(self, levels: Sequence[float]) -> xr.Dataset:
        levels = np.atleast_1d(np.asarray(levels, float))
        if not ((levels >= 0) & (levels <= 1)).all():
            raise InputError(f"levels {levels.tolist()}: each must lie from 0 to 1")
        return self._with_errors(levels, slice(2, None), quantile=levels)

    def _with_errors(self, levels: Sequence[float], kept: slice, **places: Sequence) -> xr.Dataset:
        def along(x: np.ndarray) -> np.ndarray:
            return np.array([intervals.with_errors(row, levels) for row in x.reshape(-1, x.shape[-1])])[:, :, kept]

        return self.dataset(along, figure=["value", "mc_error"], **places)

    def dataset(self, shown: Callable[[np.ndarray], np.ndarray], **last: Sequence) -> xr.Dataset:
        """Every quantity as `shown` makes of its draws, over the study's dimensions it has and then the `last`."""
        import xarray as xr

        dimensions, arrays = self.study.page.dimensions, {}
        for name in self.study.quantities:
            x = shown(self.values[name] / units.scale(self.study.unit(name)))
            own = self.study.dimensions_of[name]
            attrs = {"unit": self.study.unit(name), "about": self.study.about(name)}
            shape = [*(len(dimensions[each]) for each in own), *(len(places) for places in last.values())]
            arrays[name] = xr.DataArray(x.reshape(shape), dims=[*own, *last], attrs=attrs)
        return xr.Dataset(arrays, coords={**dimensions, **last})

    def tornado(self, target: str) -> xr.DataArray:
        """A target with one input at a time at its p5 and p95, the others at their medians.

        Over `input` (widest first) and `end` ("p5", "p95"), in the target's unit; a row of a many-valued target
        is told as "price[A100]". The coordinate `monotone` tells whether the target never turns back on the
        way, `rank_correlation` is Spearman's over the draws; the attribute `base` is the target with all inputs
        at their medians.
        """
        import xarray as xr

        swing = self.swing(target)
        correlations = [self.rank_correlation(name, target) for name in swing.inputs]
        coords = {"input": swing.inputs, "end": list(tornado.ENDS), "monotone": ("input", swing.monotone)}
        coords["rank_correlation"] = ("input", correlations)
        attrs = {"unit": self.unit(target), "base": swing.base}
        return xr.DataArray(swing.ends, coords, ("input", "end"), name=target, attrs=attrs)

    def swing(self, row: str) -> tornado.Swing:
        """What moves a row, one input at a time, in the row's unit."""
        self.check_row(row)
        name, index = self.rows[row]
        moved = [self.study.row_name(*row) for row in tornado.rows_moved(list(self.study.inputs.values()))]
        return tornado.swing(moved, self.paths[name][index] / units.scale(self.unit(row)))

    @cached_property
    def paths(self) -> dict[str, np.ndarray]:
        """All quantities with each input in turn led from its p5 to its p95, in base units."""
        return tornado.one_at_a_time(list(self.study.inputs.values()), self.study.place, self.study.evaluate)

    def rank_correlation(self, one: str, other: str) -> float:
        """Spearman's correlation of the draws of two rows, over the first 16,384; not a number where one of the
        names stands for many rows."""
        if one not in self.rows or other not in self.rows:
            return float("nan")
        return tornado.rank_correlation(self.ranks(one), self.ranks(other))

    def ranks(self, row: str) -> np.ndarray:
        """The ranks of a row's draws, worked out when they are first asked for."""
        if row not in self.ranked:
            self.ranked[row] = tornado.ranks(self.told(row))
        return self.ranked[row]

    @property
    def evidence(self) -> xr.Dataset:
        """What the evidence changed: `before` and `after` over `quantity` (the rows of targets and of uncertain inputs)
        and `quantile` (0.05, 0.5, 0.95), in the unit of each; `moved` is by how much of the half-width of its 90 %
        interval the median of each went up or down. The attribute `left` tells how many draws' worth is left."""
        import xarray as xr

        if self.before is None:
            raise InputError(f"{self.study.page.where}: has no evidence; state some under [evidence.NAME]")
        names = [*self.study.targets, *(prior.name for prior in self.study.drawn)]
        rows = [row for row in dict.fromkeys(self.rows_of(names)) if row not in self.missing]
        found = [
            [run.summary[row].values[word] for word in ("p5", "p50", "p95")]
            for run in (self.before, self)
            for row in rows
        ]
        before, after = np.array(found).reshape(2, len(rows), 3)
        width = before[:, 2] - before[:, 0]
        with np.errstate(all="ignore"):
            moved = np.where(width > 0, (after[:, 1] - before[:, 1]) / (width / 2), 0.0)
        coords = {
            "quantity": rows,
            "quantile": [0.05, 0.5, 0.95],
            "unit": ("quantity", [self.unit(row) for row in rows]),
        }
        over = ("quantity", "quantile")
        arrays = {"before": (over, before), "after": (over, after), "moved": ("quantity", moved)}
        return xr.Dataset(arrays, coords, {"left": self.weighed.left})

    def check_row(self, row: str) -> None:
        """Refuse a row that the run does not hold."""
        if row not in self.rows:
            raise InputError(f"{row}: this run has no such quantity{suggest(row, self.rows)}")

    def percentile_of(self, row: str, value: float, unit: str) -> float:
        """Where a figure falls among the finite draws of a row: the percentage of them below it."""
        self.check_row(row)
        x = self.told(row)
        return 100 * float((x[np.isfinite(x)] < units.convert(value, unit, self.unit(row))).mean())

    def write(self, folder: str | Path, report: bool = True, save_draws: bool = False) -> list[Path]:
        """Write the run's files into a folder: percentiles, manifest, draws (beyond 2^18 of them, or 2^25 numbers in
        all, only if `save_draws`) and, unless told not to, the PDF report. All are made before any is moved there."""
        from mcfrontier.outputs import write

        return write(self, folder, report=report, save_draws=save_draws)


def outside_0_to_1(x: np.ndarray) -> int:
    """How many draws of a share are none, but for rounding."""
    with np.errstate(invalid="ignore"):
        return int(((x < -1e-12) | (x > 1 + 1e-12)).sum())
