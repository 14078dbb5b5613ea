"""The recipe: load, check, draw, evaluate. Study is what is believed, Run is what came out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier import graph, priors, sampling, units
from mcfrontier.analysis import intervals, tornado
from mcfrontier.errors import InputError, suggest
from mcfrontier.graph import Node
from mcfrontier.priors import Page, Prior

if TYPE_CHECKING:
    import xarray as xr

DRAWS, SEED, SAMPLER = 2**17, 1, "sobol"


@dataclass(frozen=True)
class Study:
    """What is believed and what is asked: the page it was read from, the inputs that the targets reach,
    the nodes in order of evaluation. `pins` are the quantities set for this run."""

    page: Page
    nodes: Mapping[str, Node]
    inputs: Mapping[str, Prior]
    order: tuple[str, ...]
    targets: tuple[str, ...]
    pins: Mapping[str, str | float]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.page.name

    @property
    def title(self) -> str:
        return self.page.words.title or self.page.name

    @property
    def quantities(self) -> tuple[str, ...]:
        """All inputs and nodes that the targets need."""
        return (*self.inputs, *self.order)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The targets that are sums of money: the ways in which the study counts a cost."""
        return tuple(target for target in self.targets if self.unit(target) in ("USD", "EUR"))

    @property
    def parts(self) -> dict[str, dict[str, str]]:
        """The parts of accounts among the targets: {"upfront_cost": {"staff": "upfront_staff_share"}}.

        A share named `upfront_staff_share` is the part `staff` of the account `upfront_cost`."""
        found: dict[str, dict[str, str]] = {}
        for account in self.accounts:
            head = f"{account.removesuffix('_cost')}_"
            for name in self.targets:
                if name.startswith(head) and name.endswith("_share"):
                    found.setdefault(account, {})[name.removeprefix(head).removesuffix("_share")] = name
        return found

    def unit(self, name: str) -> str:
        """The unit a quantity is told in: its entry's, or its node's."""
        return self.inputs[name].entry.unit if name in self.inputs else self.nodes[name].unit

    def about(self, name: str) -> str:
        """What a quantity is, in a line."""
        return self.nodes[name].about if name in self.nodes else self.inputs[name].entry.note

    def place(self, prior: Prior, values: np.ndarray) -> np.ndarray:
        """Values of an input with the study's dimensions as leading axes, of length 1 where it has none."""
        shape = [1] * len(self.page.words.dimensions)
        if prior.labels:
            shape[list(self.page.words.dimensions).index(prior.entry.by)] = len(prior.labels)
        return values.reshape(*shape, values.shape[-1])

    def evaluate(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """All quantities from the inputs', in base units."""
        return graph.evaluate(self.nodes, self.order, given)


def load(
    source: str | Path | Mapping[str, Any],
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    set: Mapping[str, str | float] | None = None,
) -> Study:
    """Read a study and refuse whatever cannot be right in it, before anything is drawn."""
    if model is None:
        from mcfrontier import model
    nodes = graph.nodes_of(model)
    page = priors.load(source)
    believed = dict(page.priors)
    asked = tuple(page.words.targets) or tuple(targets or ())
    if not asked:
        raise InputError(f"{page.where}: has no targets; add targets = [...], or take it in by extends")
    known = {*nodes, *believed}
    for target in (*asked, *(targets or ())):
        if target not in known:
            raise InputError(f"{page.where}: targets: '{target}' is no node and no entry{suggest(target, known)}")
    try:
        reached, order = graph.order(nodes, believed, asked)
        check_reach(page, reached)
        check_units(page, nodes)
        pins = dict(set or {})
        for name, text in pins.items():
            believed[name] = pin(name, text, believed, nodes)
        asked = tuple(dict.fromkeys(targets or asked))
        reached, order = graph.order(nodes, believed, asked)
    except InputError as problem:
        told = str(problem)
        raise InputError(told if told.startswith((page.where, "set ")) else f"{page.where}: {told}") from None
    idle = [name for name in pins if name not in reached]
    notes = tuple(f"set {name}: no target needs it, nothing changes" for name in idle)
    inputs = {name: prior for name, prior in believed.items() if name in reached}
    study = Study(page, nodes, inputs, order, asked, pins, notes)
    medians = {name: (prior.medians[0], prior.entry.unit) for name, prior in inputs.items()}
    try:
        graph.prove_units(nodes, order, medians)
    except InputError as problem:
        raise InputError(f"{page.where}: {problem}") from None
    return study


def check_reach(page: Page, reached: Iterable[str]) -> None:
    """Refuse an entry of the study's own file that no target needs."""
    for name, prior in page.priors.items():
        if prior.own and name not in reached:
            raise InputError(
                f"{page.where}: {name}: no target needs it{suggest(name, reached)}; take it out or name its target"
            )


def check_units(page: Page, nodes: Mapping[str, Node]) -> None:
    """Refuse an entry, or a disclosed figure, in a unit that cannot measure its quantity."""
    for name, prior in page.priors.items():
        if name in nodes and not units.same_kind(prior.entry.unit, nodes[name].unit):
            raise InputError(
                f"{prior.where}: {name}: unit '{prior.entry.unit}' does not measure it; give it in {nodes[name].unit}"
            )
    for key, figure in page.disclosed.items():
        place = f"{page.where}: disclosed.{key}"
        known = {name: prior.entry.unit for name, prior in page.priors.items()}
        known |= {name: node.unit for name, node in nodes.items()}
        if figure.quantity not in known:
            raise InputError(f"{place}: unknown quantity '{figure.quantity}'{suggest(figure.quantity, known)}")
        if not units.same_kind(figure.unit, known[figure.quantity]):
            raise InputError(f"{place}: unit '{figure.unit}': give it in {known[figure.quantity]}")


def pin(name: str, text: str | float, believed: Mapping[str, Prior], nodes: Mapping[str, Node]) -> Prior:
    """The prior of a quantity set for this run, in its entry's or node's unit unless it says another."""
    if name not in believed and name not in nodes:
        raise InputError(f"set {name}: there is no such quantity{suggest(name, {*believed, *nodes})}")
    unit = believed[name].entry.unit if name in believed else nodes[name].unit
    return priors.pinned(name, text, unit, believed.get(name))


def run(
    source: str | Path | Mapping[str, Any] | Study,
    *,
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    progress: Callable[[Sequence, str], Iterable] = lambda steps, _: steps,
) -> Run:
    """Run a study: draw its inputs, push them through the graph, keep what came out.

    source   name of a study, path of a priors file, the mapping of one, or a Study that was loaded
    model    functions marked with `node`, or a module of them; the model of this package if left out
    targets  quantities to answer, instead of the file's
    draws    how many; a power of two for Sobol, or it is rounded up to one
    seed     whole number of 0 or more; the same seed gives the same draws, input by input
    sampler  "sobol", "lhs" or "random"
    set      quantities to pin: {"gpu_price": 15_000, "energy": "40 GWh"}
    progress a way to go through steps that tells how far it is

    Raises InputError, in one line, for anything stated that cannot be used.
    """
    study = source if isinstance(source, Study) else load(source, model, targets, set)
    drawn = [p for p in study.inputs.values() if not p.known]
    plan = sampling.sampler(sampler, seed, draws, [p.name for p in drawn if not p.labels])
    check_memory(study, plan.draws)
    keep_freed_memory()
    given = {
        prior.name: study.place(prior, sampling.draw(plan, prior))
        for prior in progress(list(study.inputs.values()), "drawing")
    }
    return Run(study, plan, study.evaluate(given))


def keep_freed_memory() -> None:
    """Have the C library keep the memory of freed arrays instead of handing it back page by page.

    glibc does so once it has seen a large block freed (mallopt, M_MMAP_THRESHOLD); elsewhere it is nothing.
    Arrays of a run's size come and go hundreds of times, and fetching their pages anew took a tenth of it.
    """
    np.empty(31 << 20, np.uint8)


def check_memory(study: Study, draws: int) -> None:
    """Refuse more draws than memory holds, and say how much it would take."""
    rows = np.prod([len(labels) for labels in study.page.words.dimensions.values()], initial=1)
    needed = 8 * draws * (len(study.quantities) + 4) * int(rows)
    free = free_memory()
    if needed > free:
        fit = free // (needed // draws)
        raise InputError(
            f"draws = {draws:,}: they need {needed / 1e9:,.0f} GB of memory and {free / 1e9:,.0f} GB are free; "
            f"take {1 << (fit.bit_length() - 1):,} or fewer"
        )


def free_memory() -> int:
    """Bytes that can be had: what Linux calls available, elsewhere all there is."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Run:
    """What came out of a study.

    `values` holds every quantity in base units: shape (dimensions..., draws), a last axis of 1 where
    nothing is uncertain. What is told to a reader comes from the properties, in the units of the files.
    """

    study: Study
    sampler: sampling.Sampler
    values: Mapping[str, np.ndarray]

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
                    for i, labels, size in zip(index, self.study.page.words.dimensions.values(), x.shape, strict=False)
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
        x = self.paths[target] / units.scale(self.study.unit(target))
        if x.ndim != 2:
            raise InputError(f"{target}: a tornado needs a single value; this one has a row for each label")
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
        """Spearman's correlation of the draws of two single-valued quantities, over the first 16,384."""
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

        names = list(self.study.page.words.dimensions)
        kept = [i for i in range(len(names)) if x.shape[i] > 1]
        x = x.reshape(*(x.shape[i] for i in kept), x.shape[-1])
        attrs = {"unit": self.study.unit(name), "about": self.study.about(name)}
        return xr.DataArray(x, dims=[*(names[i] for i in kept), last], attrs=attrs)

    def coords(self) -> dict[str, list[str]]:
        """The labels of the study's dimensions."""
        return {name: list(labels) for name, labels in self.study.page.words.dimensions.items()}

    def write(self, folder: str | Path, report: bool = True) -> list[Path]:
        """Write the run's files into a folder: percentiles, draws, manifest and, unless told not to, the
        PDF report. All are made before the first is moved into place."""
        from mcfrontier.outputs import write

        return write(self, folder, report=report)
