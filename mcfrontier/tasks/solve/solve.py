"""Values of a quantity at which conditions hold with a probability: the largest model for a budget, the days for a
deadline, the chips for both.

All other inputs have the same draws at every value. So a quantile of a quantity is a continuous function of the value,
and an interval ends where the quantile equals the bound. For an event, it ends where the probability of the event
equals the requested one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.expressions import amounts
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import SHARE_UNITS
from mcfrontier.runs import conditions, recipe
from mcfrontier.runs.conditions import CONDITION_FORM, Condition
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import notes
from mcfrontier.runs.load import Added, Day, Model, Priors, Source, changes, extended, load
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.sampling import streams
from mcfrontier.study.describe import descendants
from mcfrontier.study.study import Study, retained_draws
from mcfrontier.study.values import central_values
from mcfrontier.tasks.solve.search import Axis, Search
from mcfrontier.tasks.solve.solution import Solution

DEFAULT_PROBABILITY = 0.5
MAX_INPUTS_NAMED = 12  # inputs named in a message
SEARCH_DECADES = (3, 6)  # on either side of the central value; the second if nothing changes within the first


@extremes_allowed()
def solve(
    source: Source,
    decide: str,
    so_that: str | Sequence[str],
    *,
    probability: float = DEFAULT_PROBABILITY,
    model: Model | None = None,
    set: Mapping[str, str | float] | None = None,
    priors: Priors | None = None,
    add: Added | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    between: Sequence[str | float] | None = None,
    given: str | Sequence[str] | None = None,
) -> Solution:
    """Find the values of a quantity for which conditions on other quantities hold with a probability.

    Parameters
    ----------
    source : str, Path or mapping
        Name of a study, path of a priors file, or the content of one as a mapping.
    decide : str
        The quantity to solve for, an input or a node with one row; its prior is not used.
    so_that : str or sequence of str
        ``"amortised_cost < 5e7 USD"``, or several such conditions, which must all hold in the same draw.
    probability : float, default 0.5
        The probability, above 0 and below 1; 0.5 limits the median.
    model : module or sequence of functions, optional
        As in `run`.
    set : mapping, optional
        Quantities to pin, as in `run`.
    priors : mapping, optional
        Priors for this run, as in `load`.
    add : function or sequence of functions, optional
        Nodes to add to the model, as in `load`.
    as_of : date or str, optional
        As in `load`.
    draws : int, optional
        Number of draws, as in `run`; all are retained in memory.
    seed : int, default 1
        As in `run`.
    sampler : str, default "sobol"
        As in `run`.
    between : sequence of two numbers or str, optional
        The search range. By default three decades on either side of the central value, six
        where the conditions do not change within these, or 0 and 1 for a share.
    given : str or sequence of str, optional
        Conditions that the draws of the study must meet, as in `run`; they are on the study with its own prior of
        `decide`.

    Returns
    -------
    Solution
        `holds`: intervals of values, each end with its Monte Carlo error; `best`, where there are none.

    Raises
    ------
    InputError
        When a quantity does not exist, a condition cannot be read, or no condition depends on `decide`.

    Examples
    --------
    >>> mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", probability=0.8, draws=64).probability
    0.8
    """
    set, model = changes(set, priors), extended(model, add)
    if isinstance(source, Study):
        raise InputError("a loaded study has its pins and targets; pass the argument of load instead")
    if not isinstance(probability, float | int) or not 0 < probability < 1:
        raise InputError(f"probability = {probability}: above 0% and below 100% is expected, such as 80%")
    plain = load(source, model, set=set, as_of=as_of, given=given)
    unit_of = {name: node.unit for name, node in plain.nodes.items()}
    unit_of |= {name: prior.entry.unit for name, prior in plain.file.priors.items()}
    parsed = tuple(conditions.read(text, unit_of) for text in listed("so-that", so_that))
    if not parsed:
        raise InputError(f"so-that: a condition is missing; {CONDITION_FORM}")
    needs = list(dict.fromkeys(split_row(row)[0] for condition in parsed for row in condition.rows))
    check_decided(decide, unit_of, needs, set or {})
    names = list(dict.fromkeys([decide, *needs, *plain.targets]))
    study = load_study(source, model, names, set, as_of, seed, given)
    parsed = tuple(conditions.spelled(each, study) for each in parsed)
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
    return Solution(
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
    given: str | Sequence[str] | None = None,
) -> Study:
    """A study with its nested studies resolved."""
    return recipe.resolved(load(source, model, targets, set, as_of, given=given), seed)


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
        low, high = (amounts.read(end, unit, decide) * units.scale(unit) for end in between)
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
    without = [c for c in parsed if {split_row(row)[0] for row in c.rows}.isdisjoint(dependent)]
    independent = [row for condition in without for row in condition.rows]
    if len(without) == len(parsed):
        rest = [name for name in condition_study.inputs if name != decide]
        candidates = f"; solve for one of {', '.join(rest)}" if 0 < len(rest) <= MAX_INPUTS_NAMED else ""
        rows = list(dict.fromkeys(independent))
        do = "does" if len(rows) == 1 else "do"
        raise InputError(f"for {decide}: {' and '.join(rows)} {do} not depend on it{candidates}")
    return independent
