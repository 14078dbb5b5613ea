"""What came out of a study: a Run, read in the units of the priors files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mcfrontier import engine, memory, sampling, units
from mcfrontier.analysis import (
    conditional,
    convergence,
    decision,
    first,
    freeze,
    intervals,
    regression,
    shapley,
    sobol,
    tails,
    tornado,
    variance,
    worth,
)
from mcfrontier.engine import Blocks
from mcfrontier.errors import InputError, suggest
from mcfrontier.wording import amount

if TYPE_CHECKING:
    import xarray as xr

    from mcfrontier.analysis.evidence import Weighed
    from mcfrontier.engine import Counted
    from mcfrontier.study import Study


PROBABILITY = "probability"  # the statistic that tells an event
FEW = 4  # rows of a target that are each told on their own,
MOST = 10  # unless there are more rows than this


class Summary(NamedTuple):
    """The unit of a row, its statistics by name (mean, sd, p1 ... p99; before these the probability of an event), and
    the Monte Carlo error of each."""

    unit: str
    values: dict[str, float]
    errors: dict[str, float]


def brief(x: np.ndarray, unit: str, event: bool = False) -> Summary:
    """p5, p50 and p95 of draws that are in a unit; of an event its probability alone."""
    if event:
        return Summary(unit, *({PROBABILITY: each} for each in intervals.estimate(x)))
    found = (part[2:].tolist() for part in intervals.with_errors(x, intervals.BRIEF))
    return Summary(unit, *(dict(zip(intervals.BRIEF_WORDS, part, strict=True)) for part in found))


def central(told: Summary) -> intervals.Estimate:
    """The median of what is told in short, or the probability of an event, with its error."""
    word = PROBABILITY if PROBABILITY in told.values else "p50"
    return intervals.Estimate(told.values[word], told.errors[word])


@dataclass(frozen=True, eq=False)
class Summaries(Mapping[str, Summary]):
    """The statistics of some rows, each worked out once, when it is read."""

    rows: Mapping[str, object]
    made: Callable[[str], Summary]
    known: dict[str, Summary] = field(default_factory=dict)

    def __getitem__(self, row: str) -> Summary:
        if row not in self.rows:
            raise KeyError(row)
        if row not in self.known:
            self.known[row] = self.made(row)
        return self.known[row]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Run:
    """What came out of a study.

    `values` holds every quantity in base units: shape (dimensions..., draws), a last axis of 1 where
    nothing is uncertain. Of many draws these are the first, and `counted` knows the rest of the targets. What is told
    to a reader comes from the properties, in the units of the files.
    Given evidence, `before` is the run without it, and `weighed` what the evidence made of its draws. `effort` tells
    what a precision took: the files do not, which are those of a run that was asked for so many draws.
    """

    study: Study
    sampler: sampling.Sampler
    values: Mapping[str, np.ndarray] = field(repr=False)
    ranked: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    known: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)
    frozen: dict[freeze.WayOf, freeze.Blocks] = field(default_factory=dict, repr=False)
    before: Run | None = field(default=None, repr=False)
    weighed: Weighed | None = field(default=None, repr=False)
    counted: Counted | None = field(default=None, repr=False)
    method: str = "order"
    effort: tuple[str, ...] = ()

    @property
    def rows(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Every quantity, a many-valued one row by row, with its place: see Study.rows."""
        return self.study.rows

    @property
    def head(self) -> dict[str, str | int]:
        """What its files say first: which study, seed and draws."""
        return {"study": self.study.name, "seed": self.sampler.seed, "draws": self.sampler.draws}

    def rows_of(self, names: Iterable[str]) -> list[str]:
        """The rows of some quantities, in the order of the names."""
        return [row for name in names for row, (owner, _) in self.rows.items() if owner == name]

    def told(self, row: str) -> np.ndarray:
        """The draws of a row in its own unit: shape (draws,), or (1,) if nothing in it is uncertain."""
        name, index = self.rows[row]
        return self.values[name][index] / units.scale(self.study.unit(name))

    @property
    def held(self) -> int:
        """How many draws are kept."""
        return self.study.held(self.sampler.draws)

    def varies(self, row: str) -> bool:
        """Whether a row is uncertain, and has a figure."""
        if self.counted is not None and self.rows[row][0] in self.study.targets:
            return row in self.counted
        x = self.told(row)
        return x.size > 1 and bool(np.isfinite(x).any())

    def estimates(self, row: str, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """Mean, sd and quantiles of a row in its unit, and the Monte Carlo error of each: two arrays (2 + levels,)."""
        found = np.array(self.in_order(row) if levels is intervals.LEVELS else self.of_draws(row, levels))
        if row in self.sharp:
            surer = self.sharp[row].percentiles(levels)
            found[:, 2:] = np.where(np.isfinite(surer).all(axis=0), surer, found[:, 2:])
        return found[0], found[1]

    @cached_property
    def sharp(self) -> dict[str, conditional.Sharp]:
        """The headlines whose percentiles are surer with an input integrated out."""
        if self.method == "order" or self.sampler.draws < conditional.FROM:
            return {}
        rows = [row for row in self.measured if self.varies(row)]
        errors = {row: self.in_order(row)[1][2:] for row in rows}
        return conditional.sharpened(self.study, self.sampler, {row: self.rows[row] for row in rows}, errors)

    def in_order(self, row: str) -> tuple[np.ndarray, np.ndarray]:
        """The estimates of a row by the draws alone at intervals.LEVELS, worked out once."""
        if row not in self.known:
            self.known[row] = self.of_draws(row, intervals.LEVELS)
        return self.known[row]

    def of_draws(self, row: str, levels: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
        """The same by the draws alone: order statistics, or counts where they are not kept."""
        if self.counted is None or row not in self.counted:
            return intervals.with_errors(self.told(row), levels)
        whole, parts = self.counted.estimates(row, np.asarray(levels, float))
        scale = units.scale(self.unit(row))
        return whole / scale, intervals.error(whole, parts) / scale

    def unit(self, row: str) -> str:
        """The unit of a row."""
        return self.study.unit(self.rows[row][0])

    @cached_property
    def accounts(self) -> list[str]:
        """The targets that are sums of money, of one thing: the ways in which its cost is counted."""
        return [name for name in self.study.accounts if not self.study.dimensions_of[name]]

    @cached_property
    def headlines(self) -> list[str]:
        """The rows that stand for the targets: see heads."""
        return self.heads(row for name in self.study.targets for row in self.known_rows(name))

    def heads(self, rows: Iterable[str]) -> list[str]:
        """Those of some rows of targets that stand for all: all but the parts of accounts that were named before; of a
        target with more than a few rows the foremost, and of all targets the first where there would be too many."""
        place = {name: i for i, name in enumerate(self.study.targets)}
        after = [(account, share) for account, shares in self.study.parts.items() for share in shares.values()]
        parts = {share for account, share in after if place[share] > place[account]}
        of: dict[str, list[str]] = {}
        for row in rows:
            of.setdefault(self.rows[row][0], []).append(row)
        found = [own if len(own) <= FEW else [self.foremost(own)] for name, own in of.items() if name not in parts]
        if sum(map(len, found)) > MOST:
            found = [own[:1] for own in found]
        return [row for own in found for row in own]

    @property
    def measured(self) -> list[str]:
        """The headlines that percentiles tell: all but events."""
        return [row for row in self.headlines if not self.is_event(row)]

    def by_path(self, name: str) -> dict[str, dict[str, str]]:
        """The rows of a quantity path by path, along each by its labels: {"trend goes on": {"2024": "cost[...]", ...}},
        by the labels of its other dimensions; empty where it is no path."""
        path, dimensions, found = self.study.path(name), self.study.page.dimensions, {}
        for row in self.known_rows(name) if path else ():
            at = dict(zip(dimensions, self.rows[row][1], strict=True))
            others = [dimensions[each][at[each]] for each in self.study.dimensions_of[name] if each != path]
            found.setdefault(", ".join(others), {})[dimensions[path][at[path]]] = row
        return found

    def foremost(self, rows: list[str]) -> str:
        """The one of a quantity's rows that stands for them: the first, or the end of the first path; of an event along
        a path the row in which it is least certain."""
        paths = [[row for row in path.values() if row in rows] for path in self.by_path(self.rows[rows[0]][0]).values()]
        path = next((path for path in paths if path), rows[:1])
        if not self.is_event(path[0]):
            return path[-1]
        return min(path, key=lambda row: abs(self.in_order(row)[0][0] - 1 / 2))

    def is_event(self, row: str) -> bool:
        """Whether a row is told by its probability: see Study.is_event."""
        return self.study.is_event(self.rows[row][0])

    def known_rows(self, name: str) -> list[str]:
        """The rows of a quantity that have a figure."""
        return [row for row in self.rows_of([name]) if row not in self.missing]

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be told of the run, and what it took."""
        return (*self.effort, *self.findings)

    @property
    def integrated(self) -> dict[str, str]:
        """The input that is integrated out of each row whose percentiles are surer so."""
        return {row: found.input for row, found in self.sharp.items()}

    @cached_property
    def findings(self) -> tuple[str, ...]:
        """What a reader must be told: draws rounded up, draws lost, shares that leave 0 to 1, means that are none."""
        counted = [] if self.counted is None else [self.counted.told(self.held), *self.told_integrated()]
        lost = [
            f"{name}: {count:,} of {self.values[name].size:,} draws are not finite; statistics leave them out"
            for name, count in self.lost.items()
        ]
        strayed = [
            f"{name}: {count:,} of {self.values[name].size:,} draws of this share are outside 0 to 1"
            for name in self.study.order
            if self.study.unit(name) == "share" and (count := outside_0_to_1(self.values[name]))
        ]
        strayed += [
            f"{name}: {count:,} of {self.values[name].size:,} draws of this event are neither 0 nor 1"
            for name in self.study.order
            if self.study.is_event(name) and (count := int((~np.isin(self.values[name], (0, 1))).sum()))
        ]
        given = []
        if self.weighed:
            worth = f"{self.weighed.left:,.0f} draws' worth of {self.sampler.draws:,} is left"
            given = [f"evidence: {worth}", *(f"evidence: {told}" for told in self.weighed.strange)]
        return (
            *given,
            *self.study.notes,
            *self.study.dependence.notes,
            *self.sampler.notes,
            *counted,
            *lost,
            *strayed,
            *self.told_caps(),
            *(told for name in dict.fromkeys(self.study.targets) if (told := self.told_mean(name))),
        )

    @cached_property
    def unstable(self) -> dict[str, tails.Tail | None]:
        """The rows whose mean, and whose sd, are not to be told: of an input that has no mean with None, of any other
        whose mean hangs on a few of the draws that are kept with their tail."""
        found = {}
        for row, (name, index) in self.rows.items():
            prior = self.study.inputs.get(name)
            if prior and not prior.known and tails.endless(prior.distributions[self.study.place_of(row)]):
                found[row] = None
            elif tail := tails.heavy(self.values[name][index]):
                found[row] = tail
        return found

    @cached_property
    def capped(self) -> dict[str, float]:
        """The rows of what is capped of which several draws lie at the largest value, and that value in their unit."""
        found = {}
        for row in self.rows_of(name for name in self.study.order if self.study.nodes[name].capped):
            x = self.told(row)
            if np.isfinite(x).any() and np.count_nonzero(x == (top := np.nanmax(x))) > 1:
                found[row] = float(top)
        return found

    def told_integrated(self) -> list[str]:
        """What must be told of percentiles that are not of all draws that are counted."""
        draws = {found.draws for found in self.sharp.values()}
        return [f"{', '.join(self.sharp)}: with an input integrated out, over the first {n:,} draws" for n in draws]

    def told_caps(self) -> list[str]:
        """What must be told of rows whose largest value stands for all beyond."""
        out = []
        for row, top in self.capped.items():
            share, at = 100 * float((self.told(row) == top).mean()), amount(top, self.unit(row))
            out.append(f"{row}: {share:.2g} % of the draws lie at {at}, which stands for all beyond")
        return out

    def told_mean(self, name: str) -> str:
        """What must be told of the means of a quantity; nothing where they are to be trusted."""
        own = {row: self.unstable[row] for row in self.rows_of([name]) if row in self.unstable}
        if not own:
            return ""
        rows = ", ".join(own) if len(own) <= FEW else f"{name} in {len(own)} rows"
        if None in own.values():
            return f"{rows}: it has no mean, whatever the draws give; tell the median"
        worst = max(own.values())
        told = (
            f"tail index {worst.index:.2f}, farthest draw {100 * worst.share:.2g} % of the way of all from the middle"
        )
        return f"{rows}: the mean is not stable ({told}); tell the median"

    @property
    def missing(self) -> set[str]:
        """The rows without a figure by design."""
        return self.study.missing

    @cached_property
    def lost(self) -> dict[str, int]:
        """How many draws of which quantities are not finite, but for rows that are missing by design."""
        counts = {name: int(x.size - np.isfinite(x).sum()) for name, x in self.values.items()}
        for row in self.missing:
            name, index = self.rows[row]
            counts[name] -= self.values[name][index].size
        return {name: count for name, count in counts.items() if count}

    @cached_property
    def summary(self) -> Mapping[str, Summary]:
        """The statistics of every row, each worked out when it is read."""
        return Summaries(self.rows, self.summarised)

    def summarised(self, row: str) -> Summary:
        """The statistics of a row; of an event its probability before all, which is its mean."""
        found = self.estimates(row, intervals.LEVELS)
        values, errors = (dict(zip(intervals.STATISTICS, part.tolist(), strict=True)) for part in found)
        if self.is_event(row):
            values, errors = ({PROBABILITY: each["mean"], **each} for each in (values, errors))
        return Summary(self.unit(row), values, errors)

    @cached_property
    def draws(self) -> xr.Dataset:
        """The draws of every quantity along `draw`, with `unit` and `about` as attributes; those that were not kept are
        worked out again."""
        count, values = self.sampler.draws, self.values
        if self.counted is not None:
            memory.check(count, self.study.sizes)
            values = engine.whole(Blocks(self.study, self.sampler, self.study.quantities), count)

        def shown(name: str) -> np.ndarray:
            x = values[name] / units.scale(self.study.unit(name))
            return np.broadcast_to(x, (*x.shape[:-1], count))

        return self.dataset(shown, draw=np.arange(count))

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
        try:
            levels = np.atleast_1d(np.asarray(levels, float))
        except (TypeError, ValueError):
            raise InputError(f"levels {levels!r}: numbers from 0 to 1 are expected") from None
        if not levels.size:
            raise InputError("levels []: one at least is expected, such as 0.5")
        if not ((levels >= 0) & (levels <= 1)).all():
            raise InputError(f"levels {levels.tolist()}: each must lie from 0 to 1")
        return self._with_errors(levels, slice(2, None), quantile=levels)

    def _with_errors(self, levels: Sequence[float], kept: slice, **places: Sequence) -> xr.Dataset:
        def shown(name: str) -> np.ndarray:
            return np.array([self.estimates(row, levels) for row in self.rows_of([name])])[:, :, kept]

        return self.dataset(shown, figure=["value", "mc_error"], **places)

    def dataset(self, shown: Callable[[str], np.ndarray], **last: Sequence) -> xr.Dataset:
        """Every quantity as it is shown, over the study's dimensions it has and then the `last`."""
        import xarray as xr

        dimensions, arrays = self.study.page.dimensions, {}
        for name in self.study.quantities:
            x = shown(name)
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

    def sobol(self, target: str, scale: str | None = None, points: int | None = None) -> xr.Dataset:
        """Sobol' indices of a target over `input`, the largest first: `first`, the share of its variance that an input
        explains alone, and `total`, the share in which it has a part; `first_error` and `total_error`.

        On the scale "log" where all draws are positive, else "raw", unless told; `points` are those of each block of
        draws. A many-valued input is one. Of the priors, whatever the evidence. The attributes are the rest of
        variance.Shares. Refused where inputs depend on each other: see shapley.
        """
        import xarray as xr

        if tied := freeze.tied(self.study):
            names = " and ".join(tied[0].names)
            raise InputError(f"{target}: {names} depend on each other, so Sobol' indices are no shares; take shapley")
        found = self.shares(target, scale, points)
        arrays = {name: ("input", x) for name, x in found.figures.items()}
        arrays |= {f"{name}_error": ("input", x) for name, x in found.errors.items()}
        return xr.Dataset(arrays, {"input": found.inputs}, found.attrs)

    def shapley(self, target: str, scale: str | None = None, points: int | None = None) -> xr.DataArray:
        """Shapley shares of a target's variance over `input`, the largest first; they sum to 1. The coordinate `error`
        is the standard error of each; all else is as in sobol.

        Where inputs depend on each other, one has a part in what it tells of the others, whether or not the target is
        computed from it.
        """
        import xarray as xr

        found = self.shares(target, scale, points, shapley.way)
        coords = {"input": found.inputs, "error": ("input", found.errors["share"])}
        return xr.DataArray(found.figures["share"], coords, ("input",), name=target, attrs=found.attrs)

    def shares(
        self, row: str, scale: str | None = None, points: int | None = None, way: freeze.WayOf | None = None
    ) -> variance.Shares:
        """Shares of a row's variance: Shapley's where inputs depend on each other, else Sobol's, unless told."""
        self.check_row(row)
        name, index = self.rows[row]
        way = way or (shapley.way if freeze.tied(self.study) else sobol.way)
        blocks = self.blocks(way, name, points)
        values = [each[name][index] for each in (blocks.values, self.far, (self.before or self).values)]
        seen = (np.ascontiguousarray(x) / units.scale(self.unit(row)) for x in values)
        if scale is None and self.unit(row) == units.DATE:  # a date has no orders of magnitude
            scale = "raw"
        return variance.shares(blocks, row, scale, *seen)

    @cached_property
    def explained(self) -> dict[str, variance.Shares]:
        """The shares of the first few headlines, as the report tells them."""
        return {row: self.shares(row) for row in self.measured[:FEW]}

    def blocks(self, way: freeze.WayOf, name: str, points: int | None) -> freeze.Blocks:
        """A quantity, with all targets if it is one, in blocks of draws; those of the targets are kept."""
        known = self.frozen.get(way)
        if points is None and known and name in known.values:
            return known
        names = self.study.targets if points is None and name in self.study.targets else [name]
        found = freeze.blocks(self.study, freeze.plan_of(self.study, self.sampler, points), way, names)
        if points is None and name in self.study.targets:
            self.frozen[way] = found
        return found

    @cached_property
    def far(self) -> dict[str, np.ndarray]:
        """All quantities with one input at a time far out in its tails, in base units."""
        return variance.tails(self.study)

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

    def behind(self, row: str) -> list[str]:
        """The rows of the uncertain inputs that move a row, or can."""
        self.check_row(row)
        study, (name, index) = self.study, self.rows[row]
        dimensions = study.page.dimensions
        at = {d: labels[i] for (d, labels), i in zip(dimensions.items(), index, strict=False)}
        own = {d: label for d, label in at.items() if d in study.dimensions_of[name]}
        return worth.rows_behind(study.nodes, study.inputs, name, own)

    def worth(self, row: str, most: int | None = None) -> worth.Worth:
        """What is worth learning of the inputs that move a row, or of so many that stand out, over the first 16,384
        draws."""
        x = self.told(row)[: tornado.RANKED]
        ranks = {name: self.ranks(name) for name in self.behind(row)} if x.size > 1 else {}
        ranks = ranks if most is None or len(ranks) <= most else worth.foremost(x, ranks, most)
        return worth.worth(x, ranks, self.weighed.index[: x.size] if self.weighed else None)

    def worth_knowing(self, target: str) -> xr.Dataset:
        """By what share the 90 % interval of a target is expected to shrink, were an input known `exactly`, or to
        `half` its width (the standard deviation of its normal score halved).

        Over `input` (widest gain first; a row of a many-valued one is told as "price[A100]") and `figure` ("value",
        "mc_error"). The attribute `scale` tells whether the width is that of the logarithm ("log", of a positive
        target) or of the target itself ("raw").
        """
        import xarray as xr

        self.check_row(target)
        found = self.worth(target)
        both = np.stack([found.gains, found.errors], axis=-1)
        arrays = {name: (("input", "figure"), both[:, i]) for i, name in enumerate(("exactly", "half"))}
        coords = {"input": found.inputs, "figure": ["value", "mc_error"]}
        return xr.Dataset(arrays, coords, {"target": target, "scale": found.scale})

    @cached_property
    def choice(self) -> decision.Choice | None:
        """The decision of the study as the draws have it; None if it has none, or this run does not evaluate it."""
        asked = self.study.page.decision
        if asked is None or asked.quantity not in self.rows:
            return None
        x = self.told(asked.quantity) * units.convert(1.0, self.unit(asked.quantity), asked.unit)
        pays, ranks = decision.payoffs(x, asked), {name: self.ranks(name) for name in self.behind(asked.quantity)}
        return decision.choice(pays, ranks if x.size > 1 else {})

    def decision(self) -> xr.Dataset:
        """The decision of the study: `right`, the probability that acting pays; `payoff`, what it pays on average;
        `perfect`, what it is worth on average to know everything before; `partial`, over `input`, to know one exactly.

        Each over `figure` ("value", "mc_error"). The attribute `best` is "act" or "do not act", `unit` that of payoffs,
        "" where the file states gain and loss.
        """
        import xarray as xr

        asked, found = self.study.page.decision, self.choice
        if found is None:
            raise InputError(f"{self.study.page.where}: no decision in this run; state [decision], of a target")
        arrays = {name: ("figure", list(getattr(found, name))) for name in ("right", "payoff", "perfect")}
        arrays["partial"] = (("input", "figure"), np.array([*found.partial.values()]).reshape(-1, 2))
        attrs = {word: getattr(asked, word) for word in ("quantity", "act", "threshold")}
        attrs |= {"best": "act" if found.act else "do not act", "unit": "" if asked.gain else asked.unit}
        return xr.Dataset(arrays, {"input": list(found.partial), "figure": ["value", "mc_error"]}, attrs)

    def convergence(self, target: str) -> xr.DataArray:
        """p5, p50 and p95 of a target from its first 64, 128, 256, ... draws and from all, over `draws`, `quantile` and
        `figure` ("value", "mc_error")."""
        import xarray as xr

        self.check_row(target)
        x = np.broadcast_to(self.told(target), self.held)
        coords = {"draws": convergence.counts(x.size), "quantile": list(intervals.BRIEF)}
        coords["figure"] = ["value", "mc_error"]
        found = convergence.convergence(x)
        return xr.DataArray(found, coords, ("draws", "quantile", "figure"), target, {"unit": self.unit(target)})

    def relative_errors(self) -> dict[tuple[str, str], float]:
        """The Monte Carlo error of p5, p50 and p95 of each headline as a share of it: {("energy", "p95"): 0.004}. Of an
        event it is that of its probability, a share already."""
        found = {row: self.estimates(row, intervals.BRIEF) for row in self.measured}
        events = {row: self.summary[row].errors["mean"] for row in self.headlines if self.is_event(row)}
        shares = convergence.relative_errors({row: (x[2:], errors[2:]) for row, (x, errors) in found.items()})
        return shares | {(row, "probability"): error for row, error in events.items()}

    def conditional_tornado(self, target: str, bins: int = 10) -> xr.Dataset:
        """A target over the run's own draws in bins of each input, all others as they were drawn: `mean`, `median` and
        `mean_error` over `input` (widest first; a many-valued one row by row) and `bin`, in the target's unit.

        Over the first 16,384 draws. The first bin holds the lowest tenth of the input, the last the highest, unless
        `bins` says otherwise. The attributes `mean` and `median` are the target's over the same draws.
        """
        import xarray as xr

        self.check_row(target)
        if not isinstance(bins, int | np.integer) or bins < 2:
            raise InputError(f"bins = {bins!r}: a whole number of 2 or more is expected")
        y, rows = self.first_draws(target), sorted(self.behind(target))
        found = [tornado.in_bins(self.ranks(row), y, bins, range(bins)) for row in rows]
        mean, median, error = np.moveaxis(np.array(found).reshape(len(rows), bins, 3), -1, 0)
        order = np.argsort(-np.ptp(mean, axis=1), kind="stable")
        named = {"mean": mean, "median": median, "mean_error": error}
        ends = [intervals.word(k / bins) for k in range(bins + 1)]
        coords = {"input": [rows[i] for i in order], "bin": [f"{a} to {b}" for a, b in pairwise(ends)]}
        y = y[np.isfinite(y)]
        attrs = {"unit": self.unit(target), "mean": float(y.mean()), "median": float(np.median(y))}
        return xr.Dataset({name: (("input", "bin"), x[order]) for name, x in named.items()}, coords, attrs)

    def regression(self, target: str) -> xr.DataArray:
        """Standardised rank regression coefficients of a target over `input`, the largest first; a many-valued input
        row by row. By least squares on the ranks of the first 16,384 draws, together. The coordinate `error` is the
        standard error of each, the attributes are `r2` of the ranks and `r2_error`."""
        import xarray as xr

        self.check_row(target)
        rows, y = sorted(self.behind(target)), tornado.ranks(self.first_draws(target))
        inputs = np.array([self.ranks(row) for row in rows]).reshape(len(rows), y.size)
        figures, errors = regression.regress(inputs, y)
        order = np.argsort(-np.abs(figures[:-1]), kind="stable")
        coords = {"input": [rows[i] for i in order], "error": ("input", errors[order])}
        attrs = {"r2": float(figures[-1]), "r2_error": float(errors[-1])}
        return xr.DataArray(figures[order], coords, ("input",), name=target, attrs=attrs)

    def first_order(self, target: str, scale: str | None = None) -> xr.DataArray:
        """First Sobol' indices of a target over `input`, the largest first, from the run's first 131,072 draws, or
        where they are counted from all; a many-valued input row by row. The
        coordinate `error` is the standard error of each.

        On the scale "log" where all these draws are positive, else "raw", unless told: the attribute `scale`.
        """
        import xarray as xr

        self.check_row(target)
        rows, draws = sorted(self.behind(target)), min(first.MOST, self.held)
        y, *inputs = (np.broadcast_to(self.told(row), self.held)[:draws] for row in (target, *rows))
        scale = "raw" if scale is None and self.unit(target) == units.DATE else variance.scale_of(scale, target, y)
        if self.counted is not None and target in self.counted:
            draws, places = self.sampler.draws, [(self.rows[row][0], self.study.place_of(row)) for row in rows]
            found = self.counted.by_bin(target, places, scale == "log", first.BITS)
            whole = first.variance_of(found.whole)
            pairs = [first.of_many(*each, whole) for each in zip(found.sums, found.counts, strict=True)]
            figures, errors = np.array(pairs).reshape(-1, 2).T
        else:
            with np.errstate(all="ignore"):
                figures, errors = first.indices(inputs, np.log(y) if scale == "log" else y, scale)
        order = np.argsort(-figures, kind="stable")
        coords = {"input": [rows[i] for i in order], "error": ("input", errors[order])}
        return xr.DataArray(figures[order], coords, ("input",), name=target, attrs={"scale": scale, "draws": draws})

    def first_draws(self, row: str) -> np.ndarray:
        """The draws of a row that its ranks are taken over, in its unit."""
        return np.broadcast_to(self.told(row), self.held)[: tornado.RANKED]

    def check_row(self, row: str) -> None:
        """Refuse a row that the run does not hold."""
        if not isinstance(row, str) or row not in self.rows:
            raise InputError(f"{row}: this run has no such quantity{suggest(str(row), self.rows)}")

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
