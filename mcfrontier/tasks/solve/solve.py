"""Values of a quantity at which conditions hold with a probability: the largest model for a budget, the days for a
deadline, the chips for both.

All other inputs have the same draws at every value. So a quantile of a quantity is a continuous function of the value,
and an interval ends where the quantile equals the bound. For an event, it ends where the probability of the event
equals the requested one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.runs import conditions, recipe
from mcfrontier.runs.conditions import CONDITION_FORM, Condition
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import notes
from mcfrontier.runs.load import Day, Model, Source, checked_pins, load
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.runs.summary import Summary
from mcfrontier.sampling import streams
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.reach import descendants
from mcfrontier.study.study import Study, retained_draws
from mcfrontier.study.values import central_values
from mcfrontier.tasks.solve.search import Axis, Point, Search

DEFAULT_PROBABILITY = 0.5
MAX_INPUTS_NAMED = 12  # inputs named in a message
SEARCH_DECADES = (3, 6)  # on either side of the central value; the second if nothing changes within the first


@dataclass(frozen=True)
class SolutionResult:
    """The values of a quantity at which conditions hold with a probability.

    study                 the study, with the quantities of the conditions among its targets
    sampler               the sampler of its draws
    decide                the quantity that is solved for
    conditions            the conditions
    probability           the probability with which they are to hold
    holds                 intervals of values, (from, to), None for an end beyond the search range; () if there are none
    tried                 the ends of the search range, in the unit of the quantity
    best                  without intervals: the value with the highest probability, None if that is 0 everywhere
    believed              the quantity in the study itself
    believed_probability  the probability there
    notes                 warnings
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
    believed_probability: Probability
    notes: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of the quantity that is solved for.

        Returns
        -------
        str
            Such as "chip".

        Examples
        --------
        >>> mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=64).unit
        'chip'
        """
        return self.study.unit(self.decide)

    @property
    def points(self) -> list[Point]:
        """The finite ends of the intervals in `holds`, or else the best value.

        Returns
        -------
        list of Point
            `value` and `error` in `unit`; empty if there is neither.

        Examples
        --------
        >>> len(mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", draws=64).points)
        1
        """
        ends = [end for interval in self.holds for end in interval if end]
        return ends or ([self.best] if self.best else [])


@extremes_allowed()
def solve_conditions(
    source: Source,
    decide: str,
    so_that: str | Sequence[str],
    *,
    probability: float = DEFAULT_PROBABILITY,
    model: Model | None = None,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    between: Sequence[str | float] | None = None,
) -> SolutionResult:
    """Find the values of a quantity at which conditions hold with a probability.

    The parameters are those of mcfrontier.api.solution.solve.
    """
    set = checked_pins(set)
    if isinstance(source, Study):
        raise InputError("a loaded study has its pins and targets; pass the argument of load instead")
    if not isinstance(probability, float | int) or not 0 < probability < 1:
        raise InputError(f"probability = {probability}: above 0% and below 100% is expected, such as 80%")
    plain = load(source, model, set=set, as_of=as_of)
    unit_of = {name: node.unit for name, node in plain.nodes.items()}
    unit_of |= {name: prior.entry.unit for name, prior in plain.file.priors.items()}
    parsed = tuple(conditions.read(text, unit_of) for text in listed("so-that", so_that))
    if not parsed:
        raise InputError(f"so-that: a condition is missing; {CONDITION_FORM}")
    needs = list(dict.fromkeys(split_row(row)[0] for condition in parsed for row in condition.rows))
    check_decided(decide, unit_of, needs, set or {})
    names = list(dict.fromkeys([decide, *needs, *plain.targets]))
    study = load_study(source, model, names, set, as_of, seed)
    conditions.check(parsed, study)
    axes = axes_of(study, decide, between)
    scale = units.scale(study.unit(decide))
    pins = dict(set or {}) | {decide: axes[0].middle / scale}
    condition_study = load_study(source, model, needs, pins, as_of, seed)
    independent = independent_rows(decide, parsed, condition_study)
    run = run_study(study, draws, seed, sampler)
    pinned = load_study(source, model, names, pins, as_of, seed)
    search = Search(condition_study, pinned, run, decide, parsed, probability)
    axis, quantiles = scan(search, axes)
    holds = tuple(search.intervals(axis, quantiles))
    return SolutionResult(
        study=study,
        sampler=run.sampler,
        decide=decide,
        conditions=parsed,
        probability=float(probability),
        holds=holds,
        tried=(axis.low / scale, axis.high / scale),
        best=None if holds else search.best(axis, quantiles),
        believed=search.summary(run.values[decide].ravel(), decide),
        believed_probability=search.probability(run.values),
        notes=(*notes(run), *(f"{name} does not depend on {decide}" for name in independent)),
    )


def load_study(
    source: Source,
    model: Model | None = None,
    targets: Sequence[str] | None = None,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    seed: int = SEED,
) -> Study:
    """A study with its nested studies resolved."""
    return recipe.resolved(load(source, model, targets, set, as_of), seed)


def run_study(study: Study, draws: int | None, seed: int, sampler: str) -> RunCore:
    """The run whose draws all other inputs have at every value."""
    count = study.draws if draws is None else streams.sampler(sampler, seed, draws, ()).requested
    if retained_draws(study, count) < count:
        raise InputError(f"draws = {count:,}: a solution retains all draws in memory; take {2 * study.draws:,} at most")
    return recipe.run(study, draws=count, seed=seed, sampler=sampler)


def scan(search: Search, axes: Sequence[Axis]) -> tuple[Axis, Array]:
    """The first axis along which the conditions start or cease to hold, or else the last one, with the margin quantiles
    at its points."""
    for axis in axes:
        quantiles = np.array([search.margin_quantile(axis.value(at)) for at in axis.points])
        if quantiles.min() <= 0 < quantiles.max():
            break
    return axis, quantiles


def axes_of(study: Study, decide: str, between: Sequence[str | float] | None) -> list[Axis]:
    """The search ranges: each is used if nothing changes along the one before."""
    if study.dimensions_of[decide]:
        along = study.dimensions_of[decide][0]
        raise InputError(f"for {decide}: it has a row for each {along}; solve for a quantity with one value")
    unit = study.unit(decide)
    dated, is_share = not study.kind(decide).logarithmic, unit in SHARE_UNITS
    if between is None:
        centre = float(central_values(study)[decide].flat[0])
        if is_share:
            return [Axis(0.0, 1.0, False)]
        if dated or not 0 < centre < math.inf:
            raise InputError(f"for {decide}: it has no default search range; give one, as --between LOW HIGH")
        return [Axis(centre / 10**decades, centre * 10**decades, True) for decades in SEARCH_DECADES]
    between = listed("between", between)
    with located(f"between {' '.join(map(str, between))}"):
        if len(between) != 2:
            raise InputError("the lowest and the highest value are expected")
        low, high = (units.read(end, unit, decide) * units.scale(unit) for end in between)
        if not low < high:
            raise InputError("the lowest value must lie below the highest")
        if is_share and not 0 <= low < high <= 1:
            raise InputError(f"{decide} is a share, which lies within 0 and 1")
    return [Axis(low, high, low > 0 and not dated)]


def check_decided(decide: str, known: Mapping[str, str], needs: Sequence[str], pins: Mapping[str, object]) -> None:
    """Refuse to solve for an unknown quantity, a row, a pinned quantity, or a quantity of a condition."""
    name = split_row(str(decide))[0]
    if name not in known:
        raise InputError(
            f"for {decide}: there is no such quantity{suggest(name, known) or '; `show STUDY` lists them'}"
        )
    if name != decide:
        raise InputError(f"for {decide}: one row cannot be solved for; solve for a quantity with one value")
    if decide in pins:
        raise InputError(f"for {decide}: it is set; take --set {decide} out, or solve for another quantity")
    if decide in needs:
        raise InputError(
            f"for {decide}: a condition is on this quantity itself; solve for another, or limit it by --between"
        )


def independent_rows(decide: str, parsed: Sequence[Condition], condition_study: Study) -> list[str]:
    """The rows of conditions that do not depend on the quantity. Refuse it if none does."""
    dependent = descendants(condition_study, decide)
    independent = [c.row for c in parsed if {split_row(row)[0] for row in c.rows}.isdisjoint(dependent)]
    if len(independent) == len(parsed):
        rest = [name for name in condition_study.inputs if name != decide]
        candidates = f"; solve for one of {', '.join(rest)}" if 0 < len(rest) <= MAX_INPUTS_NAMED else ""
        rows = list(dict.fromkeys(independent))
        do = "does" if len(rows) == 1 else "do"
        raise InputError(f"for {decide}: {' and '.join(rows)} {do} not depend on it{candidates}")
    return independent
