"""Cruxes: which differing entries of two priors files the gap between their answers comes from, and what knowing one
would leave of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import Estimate
from mcfrontier.analysis.sensitivity import attribution
from mcfrontier.analysis.sensitivity.attribution import Waterfall
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import amount, difference, label, list_names, percent, split_row
from mcfrontier.core.kinds import EVENT, PROBABILITY
from mcfrontier.core.progress import Progress, silent
from mcfrontier.runs import conditions, recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.events import THAT, sample_of, truth
from mcfrontier.runs.hybrids import hybrid
from mcfrontier.runs.hybrids.definitions import definition_text
from mcfrontier.runs.hybrids.evaluation import Hybrids, with_known
from mcfrontier.runs.hybrids.scenarios import common_plan, common_targets, load_scenarios
from mcfrontier.runs.load import Source, load
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.prior import Prior, prior
from mcfrontier.study.study import Study

DRAWS = 2**13  # of each study and of each hybrid of two
MAX_EXACT = 12  # differing entries up to which all hybrids are evaluated
KNOWN_VALUES = 16  # of an entry from each of the two beliefs, for the expected gap once its value is known
HALF = 0.5  # of the gap, above which one entry is called over half of it
CLEAR, ROUNDING = 2, 1e-9  # times its Monte Carlo error, and of the figures, up to which a gap is none

Figure = Callable[[RunCore], tuple[float, Array]]  # that of all draws, and those of the 16 randomisations


class Crux(NamedTuple):
    """An entry that differs.

    name            of the entry, or of entries that change together
    first, other    its definitions
    part            its part of the gap, a Shapley value, with both errors; the parts sum to the gap
    remaining       the expected gap once its value is known; None where it has none, as a correlation, and for a
                    correlated input of a study with evidence
    """

    name: str
    first: str
    other: str
    part: Estimate
    remaining: Estimate | None


@dataclass(frozen=True)
class Cruxes:
    """Two studies, the figure in which they differ, and the cruxes, the largest part first.

    names       of the studies
    statistic   "median", or "probability" of an event
    of          the quantity, or the condition
    unit        of the figure
    ends        the figure in each study
    gap         the second less the first
    cruxes      one for each difference that can affect the figure
    exact       whether all hybrids were evaluated, and not random orders
    notes       warnings, one sentence each
    """

    names: tuple[str, str]
    statistic: str
    of: str
    unit: str
    ends: tuple[float, float]
    gap: Estimate
    cruxes: tuple[Crux, ...]
    plan: Sampler
    exact: bool
    notes: tuple[str, ...]

    @property
    def content(self) -> dict[str, Any]:
        """The cruxes as JSON values."""
        return {
            "first": self.names[0],
            "other": self.names[1],
            "statistic": self.statistic,
            "of": self.of,
            "unit": self.unit,
            "draws": self.plan.draws,
            "seed": self.plan.seed,
            "exact": self.exact,
            "gap": {"first": self.ends[0], "other": self.ends[1], "total": self.gap.value, "mc_error": self.gap.error},
            "cruxes": [
                {
                    "entry": each.name,
                    "first": each.first,
                    "other": each.other,
                    "part": each.part.value,
                    "mc_error": each.part.error,
                    "remaining": each.remaining and each.remaining.value,
                    "remaining_mc_error": each.remaining and each.remaining.error,
                }
                for each in self.cruxes
            ],
        }

    @property
    def clear(self) -> bool:
        """Whether the gap is larger than its Monte Carlo error and rounding yield."""
        return abs(self.gap.value) > max(CLEAR * self.gap.error, ROUNDING * max(map(abs, self.ends)))

    def size(self, gap: Estimate) -> str:
        """The size of a gap, that of two shares in percentage points."""
        return difference(abs(gap.value), self.unit, gap.error).removeprefix("+")


@extremes_allowed()
def cruxes(
    first: Source,
    other: Source,
    target: str | None = None,
    that: str | None = None,
    draws: int | None = None,
    seed: int = SEED,
    progress: Progress = silent,
) -> Cruxes:
    """The cruxes of two studies in the median of a row, or in the probability of a condition."""
    if target is not None and that is not None:
        raise InputError("--target and --that: a median or a probability is compared; state one of the two")
    wanted = [split_row(target)[0]] if target is not None else None
    wanted = quantities_of(that, first) if that is not None else wanted
    names, studies = load_scenarios((first, other), None, wanted, {}, None, None, {}, seed)
    shared = wanted or common_targets(names, studies, None)
    if len(shared) > 1 and not that:
        raise InputError(f"{len(shared)} targets in common, {list_names(shared)}; name one with --target")
    one, two = (hybrid.restrict_targets(study, shared) for study in studies)
    plan = common_plan((one, two), DRAWS if draws is None else draws, seed, SAMPLER, None)
    runs = [recipe.evaluated(study, plan) for study in (one, two)]
    figure, kind, unit = condition_figure(that, one) if that else row_figure(target or shared[0], runs)
    differing = hybrid.differing(one, two)
    if not differing:
        raise InputError(f"{names[0]} and {names[1]} state the same; name two files that differ")
    needed = set[str]().union(*(hybrid.dependencies(one, two, each) for each in shared))
    found = [name for name, own in differing.items() if own & needed]
    what = that or target or shared[0]
    if not found:
        raise InputError(f"{what} depends on nothing in which {names[0]} and {names[1]} differ; name another")
    total = attributed(plan, (one, two), {name: differing[name] for name in found}, figure, progress)
    both = {*one.quantities} & {*two.quantities}
    rows = []
    for name, bar, error in zip(total.names, total.bars, total.total_errors, strict=True):
        texts = [definition_text(run, differing[name]) for run in runs]
        left = remaining(name, runs, figure) if name in both else None
        rows.append(Crux(name, texts[0], texts[1], Estimate(float(bar), float(error)), left))
    notes = [f"{name}: {note}" for name, study in zip(names, studies, strict=True) for note in study.notes]
    exact = len(found) <= MAX_EXACT
    notes += [] if exact else [f"{len(found)} entries differ: parts are of random orders, with the errors of these"]
    gap, labels = Estimate(*total.total), (names[0], names[1])
    return Cruxes(labels, kind, what, unit, total.ends, gap, tuple(rows), plan, exact, (*plan.notes, *notes))


def attributed(
    plan: Sampler,
    studies: tuple[Study, Study],
    differing: Mapping[str, frozenset[str]],
    figure: Figure,
    progress: Progress,
) -> Waterfall:
    """The gap in a figure, attributed to the differences: Shapley values of the hybrids of two studies."""
    one, other = studies
    changes, evaluate = attribution.changes(plan, [*differing], MAX_EXACT), Hybrids(plan)
    found = []
    for changed in progress([*changes.sets], "attributing the gap"):
        names = [name for name, switched in zip(differing, changed, strict=True) if switched]
        study = hybrid.hybrid_study(one, other, frozenset[str]().union(*(differing[name] for name in names)))
        found.append(figure(RunCore(study, plan, evaluate(study))))
        if not math.isfinite(found[-1][0]):
            place = f"{one.targets[0]}: with {', '.join(names)} of {other.name} in {one.name}"
            raise InputError(f"{place}, none of its draws is finite; look for a division by zero, or name another")
    return attribution.waterfall(changes, [*differing], found, log=False)


def quantities_of(that: str, source: Source) -> list[str]:
    """The quantities of a condition on those of a study."""
    return conditions.quantities([conditions.read(that, conditions.units_as_stated(load(source)), THAT)])


def row_figure(row: str, runs: Sequence[RunCore]) -> tuple[Figure, str, str]:
    """The median of a row, or the probability of an event, in the unit of the first study."""
    name = split_row(row)[0]
    own = [each for each in runs[0].known_rows(name) if each in runs[1].known_rows(name)]
    if row not in own and (row != name or len(own) != 1):
        listed = f"name one, such as {own[0]}" if own else "name another"
        raise InputError(f"{row}: no row that both have, of {len(own)} rows of {name} in common; {listed}")
    row = row if row in own else own[0]
    unit, event = runs[0].unit(row), all(run.kind(row) is EVENT for run in runs)
    statistic = np.mean if event else np.median

    def figure(run: RunCore) -> tuple[float, Array]:
        return estimates.by_parts(run.samples(row, unit), statistic)

    return figure, PROBABILITY if event else "median", unit


def condition_figure(that: str, study: Study) -> tuple[Figure, str, str]:
    """The probability of a condition."""
    found = conditions.spelled(conditions.read(that, conditions.units_as_stated(study), THAT), study)
    conditions.check([found], study, THAT)

    def figure(run: RunCore) -> tuple[float, Array]:
        holds = truth([found], sample_of(run), THAT).holds.ravel()
        return estimates.by_parts(holds.astype(float))

    return figure, PROBABILITY, "share"


def remaining(name: str, runs: Sequence[RunCore], figure: Figure) -> Estimate | None:
    """The expected gap once the value of an entry is known to both: the mean of |second - first| over the values of
    the entry, half of them from the belief of each, evenly spaced in probability. Values at which a figure is no number
    are left out."""
    one, two = (run.study for run in runs)
    if len(one.dimensions_of[name]) > 1 or any(
        (each.evidence or each.given) and each.dependence.group_of(name) for each in (one, two)
    ):
        return None
    values = [value for run in runs for value in known_values(run, name)]
    gaps = []
    for value in values:
        sides = [figure(with_known(study, runs[0].sampler, name, value)) for study in (one, two)]
        (a, a_parts), (b, b_parts) = sides
        gaps.append(np.abs([b - a, *(b_parts - a_parts)]))
    finite = [each for each in gaps if np.isfinite(each).all()]
    if not finite:
        return None
    whole, *parts = np.mean(finite, axis=0)
    return Estimate(float(whole), float(estimates.standard_error(whole, np.array(parts))))


def known_values(run: RunCore, name: str) -> list[Prior]:
    """Values of a quantity in the belief of a study, as priors: quantiles of a single row, draws of several rows."""
    study, rows = run.study, run.rows_of([name])
    draws = np.stack([run.all_samples(row) for row in rows])
    if len(rows) == 1:
        levels = (np.arange(KNOWN_VALUES) + 0.5) / KNOWN_VALUES
        draws = np.nanquantile(draws, levels, axis=1).T
    unit, by = study.unit(name), study.dimensions_of[name]
    stated: dict[str, Any] = {"family": "value", "unit": unit, "source": "known"}
    made = []
    for column in draws[:, :KNOWN_VALUES].T.tolist():
        column = [None if math.isnan(value) else value for value in column]
        value = {"value": column, "by": by[0]} if by else {"value": column[0]}
        made.append(prior(name, stated | value, study.file.where, dict(study.file.dimensions), {}))
    return made


def sentences(found: Cruxes) -> str:
    """The gap, its largest part, and what is left of it once that is known, in two sentences."""
    (one, other), largest, gap = found.names, found.cruxes[0], found.gap
    of = found.of if found.statistic == PROBABILITY else label(found.of)
    low, high = (amount(end, found.unit, gap.error) for end in found.ends)
    what = f"in the {found.statistic} of {of}, {low} against {high}"
    if not found.clear:
        return f"{one} and {other} differ by no more than the Monte Carlo error {what}."
    share = largest.part.value / gap.value
    most = f"{percent(share)} of it, which the rest offsets," if share > 1 else "over half of it"
    most = most if share > HALF else f"the largest part of it, {percent(share)},"
    text = f"{one} and {other} differ by {found.size(gap)} {what}; {most} is {label(largest.name)}"
    if largest.remaining is None:
        return f"{text}."
    verb = "fall" if largest.remaining.value < abs(gap.value) else "rise"
    known = f"If its value were known, the expected gap would {verb} from {found.size(gap)}"
    return f"{text}. {known} to {found.size(largest.remaining)}."
