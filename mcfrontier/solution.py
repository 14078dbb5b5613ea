"""At which value of one quantity conditions on others hold with a probability: the largest model for a budget, the days
for a deadline, the chips for both.

All other inputs have the same draws at every value that is tried. So the quantile of what is asked is a continuous
function of the value, and what holds ends where that comes to its bound. Of an event it ends where its probability
comes to the one that is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mcfrontier import conditions, study, units
from mcfrontier.analysis.lines import moved_by
from mcfrontier.conditions import SHAPE, Condition
from mcfrontier.errors import InputError, located, suggest
from mcfrontier.results import Run, Summary
from mcfrontier.sampling import Sampler
from mcfrontier.study import SAMPLER, SEED, Study
from mcfrontier.trials import Axis, Point, Trial
from mcfrontier.wording import parts

Array = np.ndarray
PROBABILITY = 0.5
MOST = 12  # inputs that are told instead
DECADES = (3, 6)  # on either side of the central value: further where nothing changes


@dataclass(frozen=True)
class Solution:
    """Where conditions hold with a probability.

    holds     stretches of values, (from, to), None for an end that lies beyond what was tried; () if there are none
    tried     the lowest and the highest value that was tried, in the unit of what is decided
    best      where there are no stretches: the value with the highest probability, None if that is 0 everywhere
    believed  what the study itself has for the quantity, and `chance` the probability with that and its error
    """

    study: Study = field(repr=False)
    sampler: Sampler = field(repr=False)
    decide: str
    conditions: tuple[Condition, ...]
    probability: float
    holds: tuple[tuple[Point | None, Point | None], ...]
    tried: tuple[float, float]
    best: Point | None
    believed: Summary
    chance: tuple[float, float]
    notes: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of what is decided."""
        return self.study.unit(self.decide)

    @property
    def points(self) -> list[Point]:
        """The ends of what holds, or else the best value."""
        ends = [end for stretch in self.holds for end in stretch if end]
        return ends or ([self.best] if self.best else [])


def solve(
    source: str | Path | Mapping[str, Any],
    decide: str,
    so_that: str | Sequence[str],
    *,
    probability: float = PROBABILITY,
    model: ModuleType | Sequence[Callable] | None = None,
    set: Mapping[str, str | float] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    between: Sequence[str | float] | None = None,
) -> Solution:
    """At which values of a quantity conditions on others hold with a probability.

    source   name of a study, path of a priors file, or the mapping of one
    decide   the quantity that is decided, an input or a node; what is believed of it is set aside
    so_that  "amortised_cost < 5e7 USD", or several such conditions, which must hold in one draw at once
    probability how likely, above 0 and below 1; 0.5 asks for the median
    model, set, draws, seed, sampler as of `run`
    between  the lowest and the highest value to try; if left out, three decades on either side of the central value,
             six where nothing changes, or 0 and 1 of a share

    Raises InputError, in one line, for anything stated that cannot be used.
    """
    if isinstance(source, Study):
        raise InputError("a study that was loaded has its pins and targets; give what it was loaded from")
    if not isinstance(probability, float | int) or not 0 < probability < 1:
        raise InputError(f"probability = {probability}: above 0% and below 100% is expected, such as 80%")
    asked = study.load(source, model, set=set)
    unit_of = {name: node.unit for name, node in asked.nodes.items()}
    unit_of |= {name: prior.entry.unit for name, prior in asked.page.priors.items()}
    texts = [so_that] if isinstance(so_that, str) else so_that
    wanted = tuple(conditions.read(text, unit_of) for text in texts)
    if not wanted:
        raise InputError(f"so-that: nothing is asked; {SHAPE}")
    needs = list(dict.fromkeys(parts(row)[0] for condition in wanted for row in condition.rows))
    check_decided(decide, unit_of, needs, set or {})
    names = list(dict.fromkeys([decide, *needs, *asked.targets]))
    before = study.load(source, model, names, set)
    conditions.check(wanted, before)
    axes = axes_of(before, decide, between)
    pins = dict(set or {}) | {decide: axes[0].middle / units.scale(before.unit(decide))}
    needed = study.load(source, model, needs, pins)
    idle = untouched(decide, wanted, needed)
    done = drawn(before, draws, seed, sampler)
    trial = Trial(needed, study.load(source, model, names, pins), done, decide, wanted, probability)
    axis, quantiles = scanned(trial, axes)
    holds = tuple(trial.ends(axis, quantiles))
    return Solution(
        study=before,
        sampler=done.sampler,
        decide=decide,
        conditions=wanted,
        probability=float(probability),
        holds=holds,
        tried=tuple(end / units.scale(before.unit(decide)) for end in (axis.low, axis.high)),
        best=None if holds else trial.best(axis, quantiles),
        believed=trial.told(done.values[decide].ravel(), decide),
        chance=trial.chance(done.values),
        notes=(*done.notes, *(f"{name} does not depend on {decide}" for name in idle)),
    )


def drawn(before: Study, draws: int | None, seed: int, sampler: str) -> Run:
    """The run whose draws are those of all other inputs at every value."""
    count = before.draws if draws is None else draws
    if before.held(count) < count:
        raise InputError(f"draws = {count:,}: all are kept for a solution; take {2 * before.draws:,} at most")
    return study.run(before, draws=count, seed=seed, sampler=sampler)


def scanned(trial: Trial, axes: Sequence[Axis]) -> tuple[Axis, Array]:
    """The first of some axes along which the answer changes, or else the last, with the quantiles at its points."""
    for axis in axes:
        quantiles = np.array([trial.quantile(axis.value(at)) for at in axis.points])
        if quantiles.min() <= 0 < quantiles.max():
            break
    return axis, quantiles


def axes_of(before: Study, decide: str, between: Sequence[str | float] | None) -> list[Axis]:
    """What to try, and what next where nothing changes along it."""
    if before.dimensions_of[decide]:
        along = before.dimensions_of[decide][0]
        raise InputError(f"for {decide}: it has a row for each {along}; solve for what has one value")
    unit = before.unit(decide)
    dated, whole = unit == units.DATE, unit in ("share", "%")
    if between is None:
        centre = float(before.centre()[decide].flat[0])
        if whole:
            return [Axis(0.0, 1.0, False)]
        if dated or not 0 < centre < math.inf:
            raise InputError(f"for {decide}: nothing tells what to try; say it, as --between LOW HIGH")
        return [Axis(centre / 10**decades, centre * 10**decades, True) for decades in DECADES]
    with located(f"between {' '.join(map(str, between))}"):
        if len(between) != 2:
            raise InputError("the lowest and the highest value are expected")
        low, high = (units.read(end, unit, decide) * units.scale(unit) for end in between)
        if not low < high:
            raise InputError("the lowest value must lie below the highest")
        if whole and not 0 <= low < high <= 1:
            raise InputError(f"{decide} is a share, which lies within 0 and 1")
    return [Axis(low, high, low > 0 and not dated)]


def check_decided(decide: str, known: Mapping[str, str], needs: Sequence[str], pins: Mapping[str, object]) -> None:
    """Refuse to solve for what there is not, for a row, for what is set, or for what is asked itself."""
    name = parts(str(decide))[0]
    if name not in known:
        raise InputError(f"for {decide}: there is no such quantity{suggest(name, known)}")
    if name != decide:
        raise InputError(f"for {decide}: one row cannot be solved for; solve for what has one value")
    if decide in pins:
        raise InputError(f"for {decide}: it is set; take --set {decide} out, or solve for another quantity")
    if decide in needs:
        raise InputError(f"for {decide}: a condition is on itself; ask for another quantity, and limit it by --between")


def untouched(decide: str, wanted: Sequence[Condition], needed: Study) -> list[str]:
    """The rows of conditions that do not depend on what is decided; refused where that is all of them."""
    moved = moved_by(needed, decide)
    idle = [c.row for c in wanted if {parts(row)[0] for row in c.rows}.isdisjoint(moved)]
    if len(idle) == len(wanted):
        others = [name for name in needed.inputs if name != decide]
        on = f"; solve for one of {', '.join(others)}" if 0 < len(others) <= MOST else ""
        told = " and ".join(dict.fromkeys(idle))
        raise InputError(f"for {decide}: {told} do{'es' if len({*idle}) == 1 else ''} not depend on it{on}")
    return idle
