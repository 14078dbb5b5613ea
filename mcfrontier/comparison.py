"""Studies compared: a first with each of the others, on the same draws, name by name.

>>> import mcfrontier as mcf
>>> found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost"], draws=2**10)
>>> round(float(found.waterfall("acquisition_cost").bar.sum() / found.waterfall("acquisition_cost").total), 9)
1.0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mcfrontier import graph, hybrids, sampling, study, units
from mcfrontier.analysis import decision, intervals, waterfall
from mcfrontier.analysis.waterfall import Waterfall
from mcfrontier.engine import Engine
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.priors import Prior
from mcfrontier.results import Run
from mcfrontier.sampling import Sampler
from mcfrontier.study import SAMPLER, SEED, Study

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 2**14  # of each study and of each mixture of two; given evidence, as many as a run takes
LEVELS = (0.05, 0.5, 0.95)
FEW = 5  # rows that a message names
STATISTICS = tuple(map(intervals.word, LEVELS))
Progress = Callable[[Sequence, str], Iterable]


class Estimates(NamedTuple):
    """p5, p50 and p95, and the Monte Carlo error of each: (3,)."""

    values: np.ndarray
    errors: np.ndarray


@dataclass(frozen=True)
class Told:
    """A row on both sides, in the unit of the first: each, other minus first, other over first draw by draw (not a
    number where a ratio has no meaning), and the probabilities, with errors, that the first lies above the other and
    that the two are equal. `lost` pairs of draws are not finite and left out."""

    unit: str
    first: Estimates
    other: Estimates
    difference: Estimates
    ratio: Estimates
    above: tuple[float, float]
    equal: tuple[float, float]
    lost: int


@dataclass(frozen=True)
class Pair:
    """The first study and another, run on the same draws; `differing` the names that change sides together, by what
    they are called; `falls` the waterfall of each row, none where the mixtures of the two could not be evaluated."""

    names: tuple[str, str]
    runs: tuple[Run, Run] = field(repr=False)
    rows: tuple[str, ...] = field(repr=False)
    differing: Mapping[str, frozenset[str]] = field(repr=False)
    falls: Mapping[str, Waterfall] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def headlines(self) -> list[str]:
        """The rows that stand for the targets: see Run.headlines."""
        return [row for row in self.runs[0].headlines if row in self.rows]

    @cached_property
    def told(self) -> dict[str, Told]:
        """Every shared row, told."""
        return {row: side_by_side(row, *self.runs) for row in self.rows}


@dataclass(frozen=True)
class Comparison:
    """Studies on the same draws: a first, and `pairs` of it with each of the others. `findings` is what must be told of
    the sides."""

    sampler: Sampler = field(repr=False)
    pairs: tuple[Pair, ...]
    findings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the sides are called, the first before the others."""
        return (self.pairs[0].names[0], *(pair.names[1] for pair in self.pairs))

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be told of the sides, and of the pairs."""
        return (*self.findings, *(told for pair in self.pairs for told in pair.notes))

    @property
    def difference(self) -> xr.Dataset:
        """Each shared row of the others minus that of the first, draw by draw: over `other`, `statistic` ("p5", "p50",
        "p95") and `figure` ("value", "mc_error"), in the unit of the first."""
        return self.dataset("difference")

    @property
    def ratio(self) -> xr.Dataset:
        """The same of each row of the others over that of the first."""
        return self.dataset("ratio")

    @property
    def first_above(self) -> xr.Dataset:
        """The probability that the first lies above another, equal draws not counted: over `other` and `figure`."""
        return self.dataset("above")

    def dataset(self, word: str) -> xr.Dataset:
        """A figure of every row that all pairs share."""
        import xarray as xr

        rows = [row for row in self.pairs[0].rows if all(row in pair.rows for pair in self.pairs)]
        coords: dict[str, Any] = {"other": list(self.names[1:]), "figure": ["value", "mc_error"]}
        over = ("other", "figure")
        if word != "above":
            over, coords["statistic"] = ("other", "figure", "statistic"), list(STATISTICS)
        arrays = {
            row: xr.DataArray(
                np.array([getattr(pair.told[row], word) for pair in self.pairs]),
                dims=over,
                attrs={"unit": self.pairs[0].told[row].unit if word == "difference" else "1"},
            )
            for row in rows
        }
        return xr.Dataset(arrays, coords)

    def waterfall(self, target: str, other: str | None = None) -> xr.Dataset:
        """What each input that differs moves the median of a target by, from the first study to the other: `bar`,
        `mc_error` and `order_error` (of taking some orders only), `factor` and `factor_error`, over `input`, the
        largest first. Bars add up to the difference of the medians, factors multiply to their ratio.

        The attributes are the medians `first` and `other`, `total` between them with `total_error`, their `ratio` with
        `ratio_error`, and the `unit`.
        """
        import xarray as xr

        other = self.names[1] if other is None else other
        if other not in self.names[1:]:
            raise InputError(f"{other}: not compared here{suggest(str(other), self.names[1:])}")
        pair = next(pair for pair in self.pairs if pair.names[1] == other)
        if target not in pair.falls:
            raise InputError(f"{target}: no waterfall of it here{suggest(str(target), pair.falls)}")
        found = pair.falls[target]
        arrays = {"bar": found.bars, "mc_error": found.errors, "order_error": found.order_errors}
        arrays |= {"factor": found.factors, "factor_error": found.factor_errors}
        attrs = {"first": found.ends[0], "other": found.ends[1], "total": found.total[0]}
        attrs |= {"total_error": found.total[1], "ratio": found.ratio[0], "ratio_error": found.ratio[1]}
        attrs["unit"] = pair.runs[0].unit(target)
        return xr.Dataset({name: ("input", x) for name, x in arrays.items()}, {"input": found.names}, attrs)

    def write(self, folder: str | Path) -> list[Path]:
        """Write comparison.json and comparison.pdf into a folder."""
        from mcfrontier.outputs.comparison import write

        return write(self, folder)


def compare(
    *sources: str | Path | Mapping[str, Any] | Study,
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    progress: Progress = lambda steps, _: steps,
) -> Comparison:
    """Compare a first study with others, or with itself once quantities are set.

    sources  as in run: two or more, or one and `set`
    model    of all of them: see run
    targets  quantities to compare; the targets that all have in common if left out
    draws    of each study, 16,384 if left out, or fewer where a quantity has many rows
    seed, sampler  see run; an input has the same draws in all studies
    set      quantities to pin: of one study this makes the other side, of several it holds for all
    progress a way to go through steps that tells how far it is

    Raises InputError, in one line, for anything stated that cannot be used.
    """
    names, sides = loaded(sources, model, targets, dict(set or {}))
    shared = common(names, sides, targets)
    notes = [f"{name}: {told}" for name, side in zip(names, sides, strict=True) for told in side.notes]
    sides = [hybrids.narrowed(side, shared) for side in sides]
    plan = plan_of(sides, draws, seed, sampler)
    runs = [evaluated(side, plan) for side in sides]
    pairs = [pair((names[0], name), (runs[0], done), progress) for name, done in zip(names[1:], runs[1:], strict=True)]
    notes += [f"{name}: {told}" for name, done in zip(names, runs, strict=True) for told in own_findings(done)]
    return Comparison(plan, tuple(pairs), tuple(dict.fromkeys((*plan.notes, *notes))))


def loaded(
    sources: Sequence, model: Any, targets: Sequence[str] | None, pins: Mapping[str, str | float]
) -> tuple[list[str], list[Study]]:
    """What each side is called, and the sides: a side has the name of its study, or is told as it was asked for where
    two have one name."""
    if not sources or (len(sources) == 1 and not pins):
        raise InputError("compare: name two studies, or one and what to set in it, such as --set gpu_price=20_000")
    if len(sources) == 1:
        sides = [side(sources[0], model, targets, own) for own in ({}, pins)]
        told = ", ".join(f"{name}={value}" for name, value in pins.items())
        return [sides[0].name, f"{sides[0].name} with {told}"], sides
    sides = [side(source, model, targets, pins) for source in sources]
    return called(sources, sides), sides


def called(sources: Sequence, sides: Sequence[Study]) -> list[str]:
    """What each of several sides is called, no two the same."""
    names = [each.name for each in sides]
    texts = [str(source) if isinstance(source, str | Path) else "" for source in sources]
    names = [text if text and names.count(name) > 1 else name for text, name in zip(texts, names, strict=True)]
    before = [names[:i].count(name) for i, name in enumerate(names)]
    return [f"{name} ({count + 1})" if count else name for name, count in zip(names, before, strict=True)]


def side(source: Any, model: Any, targets: Sequence[str] | None, pins: Mapping[str, str | float]) -> Study:
    """One side. What is wrong with the file is told by its own name, what is asked of it by the study's."""
    if isinstance(source, Study) and (model or targets or pins):
        raise InputError("a study that was loaded has its model, targets and set; give them to load")
    plain = source if isinstance(source, Study) else study.load(source, model)
    if not targets and not pins:
        return plain
    with located(plain.name):
        return study.load(source, model, targets, pins)


def common(names: Sequence[str], sides: Sequence[Study], targets: Sequence[str] | None) -> list[str]:
    """The targets that are asked for, or that all sides have."""
    if targets:
        return list(dict.fromkeys(targets))
    shared = [name for name in sides[0].targets if all(name in each.targets for each in sides)]
    if not shared:
        told = "; ".join(f"{name} has {', '.join(each.targets)}" for name, each in zip(names, sides, strict=True))
        raise InputError(f"compare: no target in common: {told}; name one with --target")
    return shared


def plan_of(sides: Sequence[Study], draws: int | None, seed: int, sampler: str) -> Sampler:
    """The sampler of all sides: where names meet in a Sobol dimension, they meet in all."""
    names = {prior.name for each in sides for prior in each.drawn if not prior.labels}
    fit = min(each.draws for each in sides)
    count = fit if any(each.evidence for each in sides) else min(DRAWS, fit)
    plan = sampling.sampler(sampler, seed, count if draws is None else draws, names)
    if any(each.held(plan.draws) < plan.draws for each in sides):
        raise InputError(f"draws = {plan.draws:,}: a comparison keeps all of its draws; take {2 * fit:,} or fewer")
    return plan


def evaluated(each: Study, plan: Sampler) -> Run:
    """A study on the draws that all share."""
    return study.evaluated(each, plan, Engine(), False, lambda steps, _: steps)


def own_findings(done: Run) -> tuple[str, ...]:
    """What must be told of a side, but for what its draws have in common with all."""
    return tuple(told for told in done.findings if told not in done.sampler.notes)


def pair(names: tuple[str, str], runs: tuple[Run, Run], progress: Progress) -> Pair:
    """Two sides, with what differs between them, and what that moves."""
    one, other = (done.study for done in runs)
    between = " and ".join(names)
    differing = hybrids.differing(one, other)
    rows, notes = shared_rows(names, runs)
    if not np.array_equal(drawn_by(runs[0]), drawn_by(runs[1])):
        notes.append(
            f"{between}: evidence chose the draws of each side anew, and which two stand side by side is chance; "
            "difference, ratio and probability are those of independent sides"
        )
    try:
        falls = fallen(runs, rows, differing, progress)
    except InputError as problem:  # of a mixture of the two, which nobody stated
        falls = {}
        notes.append(f"{between}: no waterfall, since a mixture of the two cannot be evaluated: {problem}")
    done = Pair(names, runs, tuple(rows), differing, falls, tuple(notes))
    lost = [
        f"{between}: {row}: {told.lost:,} pairs of draws are not finite; left out"
        for row, told in done.told.items()
        if told.lost
    ]
    return replace(done, notes=(*done.notes, *lost))


def drawn_by(done: Run) -> np.ndarray | None:
    """Which draws evidence put in which place."""
    return done.weighed.index if done.weighed else None


def shared_rows(names: tuple[str, str], runs: tuple[Run, Run]) -> tuple[list[str], list[str]]:
    """The rows of the targets that both sides have a figure for, and a note on each target of which some are not."""
    rows, notes = [], []
    for target in runs[0].study.targets:
        here, there = (done.known_rows(target) for done in runs)
        both = [row for row in here if row in there]
        if not both:
            raise InputError(
                f"{target}: no row in common: {names[0]} has {few(here)}, and {names[1]} has {few(there)}; "
                "name another with --target"
            )
        lone = [row for row in (*here, *there) if row not in both]
        if lone:
            notes.append(f"{names[0]} and {names[1]}: left out, being rows of one side only: {few(lone)}")
        rows += both
    return rows, notes


def few(rows: Sequence[str]) -> str:
    """Some rows, and how many more there are."""
    return ", ".join(rows[:FEW]) + (f" and {len(rows) - FEW} more" if len(rows) > FEW else "") or "none"


def draws_of(done: Run, row: str, unit: str) -> np.ndarray:
    """The draws of a row in a unit: (draws,), or (1,) if nothing in it is uncertain."""
    name, index = done.rows[row]
    return done.values[name][index] / units.scale(unit)


def side_by_side(row: str, first: Run, other: Run) -> Told:
    """A row of two runs on the same draws."""
    unit = first.unit(row)
    x, y = draws_of(first, row, unit), draws_of(other, row, unit)
    with np.errstate(all="ignore"):
        difference = y - x
        ratio = np.full_like(difference, np.nan) if unit == "AD" else y / x  # a date has no zero to measure from
    finite = np.isfinite(difference)
    return Told(
        unit,
        *(estimates(draws) for draws in (x, y, difference, np.where(np.isfinite(ratio), ratio, np.nan))),
        above=decision.with_error(np.where(finite, x > y, np.nan)),
        equal=decision.with_error(np.where(finite, x == y, np.nan)),
        lost=int((~finite).sum()),
    )


def estimates(x: np.ndarray) -> Estimates:
    """p5, p50 and p95 of draws, with their errors."""
    values, errors = intervals.with_errors(x, LEVELS)
    return Estimates(values[2:], errors[2:])


def fallen(
    runs: tuple[Run, Run], rows: Sequence[str], differing: Mapping[str, frozenset[str]], progress: Progress
) -> dict[str, Waterfall]:
    """The waterfall of each row: the medians of all mixtures of the two sides, on the same draws. Rows of targets that
    the same things can move go together, with no regard to what cannot."""
    one, other = (done.study for done in runs)
    plan, evaluate = runs[0].sampler, Mixtures(runs[0].sampler)
    together: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        behind = hybrids.behind(one, other, runs[0].rows[row][0])
        together.setdefault(tuple(name for name, own in differing.items() if own & behind), []).append(row)
    jobs = [(things, waterfall.changes(plan, list(things)), own) for things, own in together.items()]
    found: dict[str, list[tuple[float, np.ndarray]]] = {row: [] for row in rows}
    for things, kept, own in progress(
        [(things, kept, own) for things, ways, own in jobs for kept in ways.sets], "mixing"
    ):
        done = runs[0] if not kept.any() else runs[1] if kept.all() else None
        if done is None:
            changed = frozenset().union(*(differing[things[i]] for i in np.flatnonzero(kept)))
            targets = tuple(dict.fromkeys(runs[0].rows[row][0] for row in own))
            mixed = hybrids.of_both(replace(one, targets=targets), other, changed)
            done = Run(mixed, plan, evaluate(mixed))
        for row in own:
            found[row].append(median(draws_of(done, row, runs[0].unit(row)), row))
    falls = {
        row: waterfall.waterfall(ways, things, found[row], log=runs[0].unit(row) != "AD")
        for things, ways, own in jobs
        for row in own
    }
    return {row: falls[row].beside(differing) for row in rows}


def median(x: np.ndarray, row: str) -> tuple[float, np.ndarray]:
    """The median of draws, and that of each randomisation, (16,)."""
    whole, parts = intervals.with_parts(x, [0.5])
    if not np.isfinite(whole[2]):
        raise InputError(f"{row}: none of its draws is finite")
    return whole[2], parts[:, 2]


@dataclass(frozen=True)
class Mixtures:
    """Mixtures of studies on the same draws: called with one, it gives the draws of its targets in base units. The
    draws of an input that depends on no other are kept, since they are the same in all."""

    plan: Sampler
    known: dict[int, np.ndarray] = field(default_factory=dict, repr=False)

    def __call__(self, mixed: Study) -> Mapping[str, np.ndarray]:
        if mixed.evidence or mixed.dependence.groups:
            return evaluated(mixed, self.plan).values
        given = {name: mixed.place(prior, self.draws(prior)) for name, prior in mixed.inputs.items()}
        dimensions = list(mixed.page.dimensions)
        return graph.evaluate(mixed.nodes, mixed.order, given, dimensions, dict.fromkeys(mixed.targets))

    def draws(self, prior: Prior) -> np.ndarray:
        """The draws of an input in base units: (draws,) or (labels, draws), a last axis of 1 if it is known."""
        if id(prior) not in self.known:
            at = None if prior.known else sampling.points(self.plan, prior)
            self.known[id(prior)] = sampling.values(prior, at)
        return self.known[id(prior)]
