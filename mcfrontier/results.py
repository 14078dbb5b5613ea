"""What came out of a study: a Run, read in the units of the priors files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import sampling, units
from mcfrontier.analysis import intervals, tornado
from mcfrontier.errors import InputError, suggest

if TYPE_CHECKING:
    import xarray as xr

    from mcfrontier.study import Study


@dataclass(frozen=True)
class Run:
    """What came out of a study.

    `values` holds every quantity in base units: shape (dimensions..., draws), a last axis of 1 where
    nothing is uncertain. What is told to a reader comes from the properties, in the units of the files.
    """

    study: Study
    sampler: sampling.Sampler
    values: Mapping[str, np.ndarray]

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of the study that have a single value, not a row for each label."""
        return tuple(name for name in self.study.accounts if name in self.summary)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must be told: draws rounded up, draws lost, shares that leave 0 to 1."""
        lost = [
            f"{name}: {count:,} of {self.values[name].size:,} draws are not finite; statistics leave them out"
            for name, count in self.lost.items()
        ]
        shares = [name for name in self.study.order if self.study.unit(name) == "share"]
        strays = {name: int(((x := self.values[name]) < 0).sum() + (x > 1 + 1e-12).sum()) for name in shares}
        strayed = [
            f"{name}: {count:,} of {self.values[name].size:,} draws of this share are outside 0 to 1"
            for name, count in strays.items()
            if count
        ]
        return (*self.study.notes, *self.sampler.notes, *lost, *strayed)

    @cached_property
    def lost(self) -> dict[str, int]:
        """How many draws of which quantities are not finite."""
        counts = {name: int(x.size - np.isfinite(x).sum()) for name, x in self.values.items()}
        return {name: count for name, count in counts.items() if count}

    def told(self, name: str) -> np.ndarray:
        """The draws of a quantity in its own unit: shape (dimensions..., draws)."""
        return self.values[name] / units.scale(self.study.unit(name))

    def rows(self) -> Iterable[tuple[str, str, np.ndarray]]:
        """Every quantity as (label, name, draws), a many-valued one row by row: price[A100], price[H100]."""
        for name in self.study.quantities:
            x = self.told(name)
            for index in np.ndindex(x.shape[:-1]):
                labels = [
                    labels[i]
                    for i, labels, size in zip(index, self.study.page.dimensions.values(), x.shape, strict=False)
                    if size > 1
                ]
                yield name + (f"[{','.join(labels)}]" if labels else ""), name, x[index]

    @cached_property
    def summary(self) -> dict[str, tuple[str, dict[str, float], dict[str, float]]]:
        """Of every quantity: its unit, its statistics, and the Monte Carlo error of each."""
        out = {}
        for label, name, x in self.rows():
            found = intervals.with_errors(x, intervals.LEVELS)
            values, errors = (dict(zip(intervals.STATISTICS, part.tolist(), strict=True)) for part in found)
            out[label] = (self.study.unit(name), values, errors)
        return out

    @cached_property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity along `draw`, with `unit` and `about` as attributes."""
        import xarray as xr

        count = self.sampler.draws
        return xr.Dataset(
            {
                name: self.array(name, np.broadcast_to(x, (*x.shape[:-1], count)), "draw")
                for name in self.study.quantities
                for x in [self.told(name)]
            },
            coords={**self.coords(), "draw": np.arange(count)},
        )

    def quantiles(self, levels: Sequence[float]) -> xr.Dataset:
        """Quantiles of every quantity along `quantile`, in its own unit."""
        return self._quantiles(levels, 0)

    def mc_error(self, levels: Sequence[float]) -> xr.Dataset:
        """The Monte Carlo standard error of each quantile, along `quantile`."""
        return self._quantiles(levels, 1)

    def _quantiles(self, levels: Sequence[float], which: int) -> xr.Dataset:
        import xarray as xr

        levels = np.atleast_1d(np.asarray(levels, float))
        if not ((levels >= 0) & (levels <= 1)).all():
            raise InputError(f"quantiles {levels.tolist()}: each must lie from 0 to 1")

        def along(x: np.ndarray) -> np.ndarray:
            flat = [intervals.with_errors(row, levels)[which][2:] for row in x.reshape(-1, x.shape[-1])]
            return np.array(flat).reshape(*x.shape[:-1], levels.size)

        return xr.Dataset(
            {name: self.array(name, along(self.told(name)), "quantile") for name in self.study.quantities},
            coords={**self.coords(), "quantile": levels},
        )

    def tornado(self, target: str) -> xr.DataArray:
        """A target with one input at a time at its p5 and p95, the others at their medians.

        Over `input` (widest swing first) and `end` ("p5", "p95"), in the target's unit. The coordinate
        `monotone` tells whether the target never turns back on the way; `rank_correlation` is Spearman's,
        over the draws; the attribute `base` is the target with all inputs at their medians.
        """
        import xarray as xr

        self.check_quantity(target)
        inputs, ends, turns, base = self.swings(target)
        correlations = [self.rank_correlation(name, target) for name in inputs]
        coords = {"input": inputs, "end": list(tornado.ENDS), "monotone": ("input", turns)}
        coords["rank_correlation"] = ("input", correlations)
        attrs = {"unit": self.study.unit(target), "base": base}
        return xr.DataArray(ends, coords, ("input", "end"), name=target, attrs=attrs)

    def swings(self, target: str) -> tuple[list[str], np.ndarray, list[bool], float]:
        """Of the inputs that move a target, widest first: names, values at both ends, whether it is
        monotone in each, and the target at the medians."""
        if target not in self.summary:
            raise InputError(f"{target}: a tornado needs a single value; this one has a row for each label")
        x = self.paths[target] / units.scale(self.study.unit(target))
        x = x.reshape(x.shape[-2:])
        base = float(x[0, x.shape[-1] // 2])
        moved = [prior.name for prior in self.study.inputs.values() if not prior.known]
        width = np.abs(x[:, -1] - x[:, 0])
        ranked = sorted(np.flatnonzero(np.ptp(x, axis=1) > 0), key=lambda i: (-width[i], i))
        straight = tornado.monotone(x)
        return [moved[i] for i in ranked], x[ranked][:, [0, -1]], [bool(straight[i]) for i in ranked], base

    @cached_property
    def paths(self) -> dict[str, np.ndarray]:
        """All quantities with each input in turn led from its p5 to its p95, in base units."""
        return tornado.one_at_a_time(list(self.study.inputs.values()), self.study.place, self.study.evaluate)

    def rank_correlation(self, one: str, other: str) -> float:
        """Spearman's correlation of the draws of two quantities, over the first 16,384; not a number where one
        has a row for each label."""
        if not {one, other} <= self.summary.keys():
            return float("nan")
        return tornado.rank_correlation(self.ranks(one), self.ranks(other))

    def ranks(self, name: str) -> np.ndarray:
        """The ranks of a quantity's draws, worked out once."""
        if name not in self._ranks:
            self._ranks[name] = tornado.ranks(self.values[name].ravel())
        return self._ranks[name]

    @cached_property
    def _ranks(self) -> dict[str, np.ndarray]:
        return {}

    def check_quantity(self, name: str) -> None:
        """Refuse a quantity that the run does not hold."""
        if name not in self.values:
            raise InputError(f"{name}: this run has no such quantity{suggest(name, self.values)}")

    def percentile_of(self, name: str, value: float, unit: str) -> float:
        """Where a figure falls among the draws of a quantity: the percentage of them below it."""
        return 100 * float((self.values[name] < value * units.scale(unit)).mean())

    def array(self, name: str, x: np.ndarray, last: str) -> xr.DataArray:
        """An array over the study's dimensions and a last one, without the dimensions it does not have."""
        import xarray as xr

        names = list(self.study.page.dimensions)
        kept = [i for i in range(len(names)) if x.shape[i] > 1]
        x = x.reshape(*(x.shape[i] for i in kept), x.shape[-1])
        attrs = {"unit": self.study.unit(name), "about": self.study.about(name)}
        return xr.DataArray(x, dims=[*(names[i] for i in kept), last], attrs=attrs)

    def coords(self) -> dict[str, list[str]]:
        """The labels of the study's dimensions."""
        return {name: list(labels) for name, labels in self.study.page.dimensions.items()}

    def write(self, folder: str | Path, report: bool = True) -> list[Path]:
        """Write the run's files into a folder: percentiles, draws, manifest and, unless told not to, the
        PDF report. All are made before the first is moved into place."""
        from mcfrontier.outputs import write

        return write(self, folder, report=report)
