"""Warnings and information on valid priors files: each is one line with the place, the problem and the remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.expressions.tree import Number
from mcfrontier.core.formatting import amount, counted, percent
from mcfrontier.core.kinds import EVENT, SHARE
from mcfrontier.distributions.curves import Distribution
from mcfrontier.distributions.family import ShareFamily, join_keys
from mcfrontier.distributions.mixture import Mixture
from mcfrontier.model.cost_bases import BOUNDS
from mcfrontier.runs import plausible
from mcfrontier.runs.consistency import crossed_shares, few_draws
from mcfrontier.runs.diagnostics import out_of_range
from mcfrontier.study import money
from mcfrontier.study.expressions.beliefs import NO_SOURCE
from mcfrontier.study.prior import Prior, PriorsFile
from mcfrontier.study.study import Study
from mcfrontier.study.values import missing_rows

MARGIN_SHARE = 0.01  # of the reported range, at either end, within which an interval is not called narrower
MAX_MEAN_RATIO = 3  # of mean to median: that of a lognormal whose p95 is 11 times its median
BOUND_INFO_SHARE = 0.05  # of draws beyond a bound between two quantities, above which it is reported as information
FILL_IN = "FILL IN"  # the beginning of a source that is to be filled in


class Findings(NamedTuple):
    """Warnings, which the strict check refuses, and information, which it does not."""

    warnings: list[str]
    information: list[str]


@extremes_allowed()
def of_file(file: PriorsFile) -> list[str]:
    """Warnings on the entries that a file states itself."""
    own = [prior for prior in file.priors.values() if prior.own and prior.entry.resolved]
    found = [
        warning
        for prior in own
        for warning in (*narrow_intervals(prior), *far_intervals(prior), *small_percentages(prior))
    ]
    return [*found, *unfilled_sources(file), *hidden_beliefs(file), *money.unstated_years(file)]


@extremes_allowed()
def of_study(study: Study) -> Findings:
    """Findings on the entries of a study together, and on a few draws of it, without evidence."""
    values = few_draws(study)
    warnings = [*shared_sources(study), *outside_shares(study, values), *skewed_targets(study, values)]
    warnings += plausible.warnings(study)
    information = [f"{study.file.where}: {note}" for note in study.notes]
    return Findings(warnings, [*information, *crossed_bounds(study, values)])


def is_missing(source: str) -> bool:
    """Whether the source of an entry is still to be stated."""
    return source.startswith(FILL_IN) or source == NO_SOURCE


def unfilled_sources(file: PriorsFile) -> Iterator[str]:
    """A warning on the entries of a file whose sources are still to be filled in, with their number."""
    if found := [prior.name for prior in file.priors.values() if prior.own and is_missing(prior.entry.source)]:
        yield f"{file.where}: {counted(len(found), 'source')} to fill in: {join_keys(found)}; state each under source"


def hidden_beliefs(file: PriorsFile) -> Iterator[str]:
    """Warnings on constants in a file's own formulas that are neither whole nor have a unit."""
    for name, each in file.formulas.items():
        numbers = [part for part in each.formula.tree.walk() if isinstance(part, Number) and part.unit in ("", "%")]
        hidden = [str(part) for part in numbers if part.unit or not part.value.is_integer()]
        if each.own and hidden:
            problem = f"{', '.join(dict.fromkeys(hidden))}: a constant without a unit may be a belief"
            yield f"{each.where}: formulas.{name}: {problem}; make it an input, with its source"


def interval(distribution: Distribution) -> tuple[float, float]:
    """The ends of a 90 % interval."""
    low, high = (float(distribution.ppf(np.asarray(p))) for p in (0.05, 0.95))
    return low, high


def interval_text(prior: Prior, low: float, high: float) -> str:
    """The ends of an interval of a prior, in its unit."""
    return f"{amount(low, prior.entry.unit)} to {amount(high, prior.entry.unit)}"


def narrow_intervals(prior: Prior) -> Iterator[str]:
    """Warnings on a 90 % interval inside the range that its sources report, or that of the medians of its parts."""
    entry, found = prior.entry, []
    medians = [part.median for part in entry.part_distributions()] if isinstance(entry, Mixture) else []
    for i, (distribution, reported) in enumerate(zip(prior.distributions, prior.reported, strict=True)):
        p5, p95 = interval(distribution)
        low, high = reported or (min(medians, default=p5), max(medians, default=p95))
        room = MARGIN_SHARE * (high - low)
        if low + room < p5 and p95 < high - room:
            own, theirs = (interval_text(prior, *ends) for ends in ((p5, p95), (low, high)))
            what = "what its sources report" if reported else "the medians of its parts"
            found.append(f"{prior.row_names[i]}: its 90 % interval, {own}, is narrower than {what}, {theirs}")
    if not entry.narrower:
        yield from (f'{prior.where}: {warning}; widen it, or state the reason as narrower = "..."' for warning in found)
    elif not found:
        yield f"{prior.where}: {prior.name}: narrower: its 90 % interval is not narrower than its sources; delete it"


def small_percentages(prior: Prior) -> Iterator[str]:
    """A warning on shares in % whose figures are below 1 %, which may be meant as shares of 1."""
    of_unit = prior.entry.unit == "%" and prior.entry.times is None and isinstance(prior.entry, ShareFamily)
    if of_unit and all(interval(row)[1] < 1 for row in prior.distributions):
        problem = "its figures are below 1 %; for 5 % write 5, and for figures between 0 and 1"
        yield f'{prior.where}: {prior.name}: {problem} unit = "share"'


def far_intervals(prior: Prior) -> Iterator[str]:
    """Warnings on a 90 % interval that the range reported by its sources does not touch: another unit, or another
    quantity."""
    for i, (distribution, reported) in enumerate(zip(prior.distributions, prior.reported, strict=True)):
        if not reported:
            continue
        p5, p95 = interval(distribution)
        if p95 < reported[0] or p5 > reported[1]:
            own, theirs = (interval_text(prior, *ends) for ends in ((p5, p95), reported))
            problem = f"its 90 % interval, {own}, lies outside of what its sources report, {theirs}"
            yield f"{prior.where}: {prior.row_names[i]}: {problem}; correct one of the two"


def shared_sources(study: Study) -> Iterator[str]:
    """A warning on each group of uncertain inputs with the same source whose correlations are not all stated."""
    by_source: dict[str, list[Prior]] = defaultdict(list)
    for prior in study.uncertain:
        if is_missing(prior.entry.source):
            continue
        by_source[" ".join(prior.entry.source.split()).casefold()].append(prior)
    stated = study.file.correlation.pairs
    for group in by_source.values():
        pairs = list(combinations(sorted(prior.name for prior in group), 2))
        unstated = [pair for pair in pairs if pair not in stated]
        if not unstated:
            continue
        names = sorted({name for pair in unstated for name in pair})
        places = {prior.where for prior in group if prior.name in names}
        where = places.pop() if len(places) == 1 else study.file.where
        one, other = unstated[0]
        several = f"s of {len(unstated)} pairs" if len(unstated) > 1 else ""
        yield (
            f"{where}: {join_keys(names)} have the same source and are sampled independently; state their "
            f'correlation{several} under [correlation], "{one} ~ {other}" = 0 if there is none'
        )


def outside_shares(study: Study, values: Mapping[str, Array]) -> Iterator[str]:
    """Warnings on shares outside 0 to 1."""
    for name in study.order:
        kind = study.kind(name)
        if kind is SHARE and (outside := out_of_range(values[name], kind)):
            share = percent(outside / values[name].size)
            problem = f"{share} of its draws lie below 0 or above 1, outside the range of a share"
            yield f"{study.file.where}: {name}: {problem}; bound the inputs that it depends on, which `show` lists"


def crossed_bounds(study: Study, values: Mapping[str, Array]) -> Iterator[str]:
    """Information on bounds between quantities that draws do not respect."""
    for (lower, upper), share in crossed_shares(values).items():
        if share > BOUND_INFO_SHARE:
            problem = f"{percent(share)} of its draws lie below {lower}, although {BOUNDS[lower, upper]}"
            remedy = "state rent_margin in place of a rent, correlations of the inputs of the two, or narrow these"
            yield f"{study.file.where}: {upper}: {problem}; {remedy}"


def skewed_targets(study: Study, values: Mapping[str, Array]) -> Iterator[str]:
    """Warnings on targets with a mean far above their median that the file does not state under [skewed]."""
    where, reasons, found = study.file.where, study.file.stated.skewed, set()
    for row, (name, index) in study.rows.items():
        if name not in study.targets or row in missing_rows(study) or study.kind(name) is EVENT:
            continue
        x = values[name][index] / units.scale(study.unit(name))
        x = x[np.isfinite(x)]
        low = np.quantile(x, 0.05, method="hazen") if x.size > 1 else 0.0
        if low <= 0 or not MAX_MEAN_RATIO * np.median(x) < x.mean() < np.inf:
            continue
        found.add(name)
        if name not in reasons:
            mean, median = (amount(float(each), study.unit(name), digits=2) for each in (x.mean(), np.median(x)))
            ratio = f"{float(f'{x.mean() / np.median(x):.2g}'):g}"  # 120 instead of 1.2e+02
            problem = f"its mean, {mean}, is {ratio} times its median, {median}, and dominated by few draws"
            remedy = "bound the input that it is most sensitive to, or state the reason under [skewed]"
            yield f'{where}: {row}: {problem}; {remedy}, {name} = "..."'
    for name in reasons:
        if name not in found:
            yield f"{where}: skewed: {name}: no target of this name has a mean far above its median; delete it"
