"""Studies compared: a first with each of the others, on the same draws, name by name.

>>> import mcfrontier as mcf
>>> found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost"], draws=2**10)
>>> round(float(found.waterfall("acquisition_cost").bar.sum() / found.waterfall("acquisition_cost").total), 9)
1.0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from mcfrontier.analysis.intervals import BRIEF_WORDS, Estimate
from mcfrontier.analysis.waterfall import Waterfall
from mcfrontier.comparison import hybrids
from mcfrontier.comparison.falls import fallen
from mcfrontier.comparison.sides import common, evaluated, loaded, plan_of
from mcfrontier.comparison.told import Told, side_by_side
from mcfrontier.engine.blocks import Progress, silent
from mcfrontier.errors import InputError, suggest
from mcfrontier.results import PROBABILITY, Run, Summary
from mcfrontier.sampling import Sampler
from mcfrontier.study import SAMPLER, SEED, Study

if TYPE_CHECKING:
    import xarray as xr

FEW = 5  # rows that a message names


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
        """The shared rows that stand for all of them: see Run.heads."""
        return self.runs[0].heads(self.rows)

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
        "p95") and `figure` ("value", "mc_error"), in the unit of the first; of an event by "probability" alone."""
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
            events = any(pair.told[row].event for pair in self.pairs for row in rows)
            over, coords["statistic"] = ("other", "figure", "statistic"), [*BRIEF_WORDS, *[PROBABILITY] * events]
        arrays = {
            row: xr.DataArray(
                np.array([figures(getattr(pair.told[row], word), coords.get("statistic", ())) for pair in self.pairs]),
                dims=over,
                attrs={"unit": "1" if word == "above" else getattr(self.pairs[0].told[row], word).unit},
            )
            for row in rows
        }
        return xr.Dataset(arrays, coords)

    def waterfall(self, target: str, other: str | None = None) -> xr.Dataset:
        """What each input that differs moves the median of a target by, of an event its probability, from the first
        study to the other: `bar`, `mc_error` and `order_error` (of taking some orders only), `factor` and
        `factor_error`, over `input`, the largest first. Bars add up to the difference of the medians (probabilities),
        factors multiply to their ratio.

        The attributes are the medians `first` and `other`, `total` between them with `total_error`, their `ratio` with
        `ratio_error`, the `unit`, and of what they are, `statistic`: "median", or "probability" of an event.
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
        attrs |= {"unit": pair.runs[0].unit(target), "statistic": pair.told[target].central}
        return xr.Dataset({name: ("input", x) for name, x in arrays.items()}, {"input": found.names}, attrs)

    def write(self, folder: str | Path) -> list[Path]:
        """Write comparison.json and comparison.pdf into a folder."""
        from mcfrontier.outputs.comparison import write

        return write(self, folder)


def figures(told: Summary | Estimate, words: Sequence[str]) -> Sequence:
    """Values and errors, of a summary those that these words name: not a number where it has none."""
    return [[each.get(word, np.nan) for word in words] for each in told[1:]] if isinstance(told, Summary) else told


def compare(
    *sources: str | Path | Mapping[str, Any] | Study,
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    progress: Progress = silent,
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
    notes = [f"{name}: {told}" for name, each in zip(names, sides, strict=True) for told in each.notes]
    sides = [hybrids.narrowed(each, shared) for each in sides]
    plan = plan_of(sides, draws, seed, sampler)
    runs = [evaluated(each, plan) for each in sides]
    pairs = [pair((names[0], name), (runs[0], done), progress) for name, done in zip(names[1:], runs[1:], strict=True)]
    notes += [f"{name}: {told}" for name, done in zip(names, runs, strict=True) for told in own_findings(done)]
    return Comparison(plan, tuple(pairs), tuple(dict.fromkeys((*plan.notes, *notes))))


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
    """The rows of the targets that both sides have a figure for, and a note if there are others."""
    rows, lone = [], []
    for target in runs[0].study.targets:
        here, there = (done.known_rows(target) for done in runs)
        rows += [row for row in here if row in there]
        lone += [row for row in dict.fromkeys((*here, *there)) if row not in here or row not in there]
    between = " and ".join(names)
    if not rows:
        raise InputError(f"{between}: no row in common, of {few(lone)}; name another with --target")
    return rows, [f"{between}: left out, being rows of one side only: {few(lone)}"] * bool(lone)


def few(rows: Sequence[str]) -> str:
    """Some rows, and how many more there are."""
    return ", ".join(rows[:FEW]) + (f" and {len(rows) - FEW} more" if len(rows) > FEW else "")
