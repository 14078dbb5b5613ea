"""What is doubtful in a priors file that can be used. Each warning of it is a line: where, what, the mend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from mcfrontier import engine, sampling, units
from mcfrontier.engine import Blocks
from mcfrontier.mixtures import Mixture
from mcfrontier.priors import Page, Prior
from mcfrontier.results import outside_0_to_1
from mcfrontier.study import SEED, Study
from mcfrontier.wording import amount

DRAWS, NUMBERS = 2**12, 2**19  # of a quantity: as many draws as these numbers are, where it has many rows
ROOM = 0.01  # of what sources report, at either end, before an interval is called narrower
TIMES = 3  # how many times its median a mean is, to be far above: a lognormal whose p95 is 11 times its median


def of_page(page: Page) -> list[str]:
    """What is doubtful in the entries of a file's own."""
    return [told for prior in page.priors.values() if prior.own for told in narrow(prior)]


def of_study(study: Study) -> list[str]:
    """What is doubtful in what a study takes together, and in what comes out of a few draws of it, without evidence."""
    return [*one_source(study), *drawn(study)]


def narrow(prior: Prior) -> Iterator[str]:
    """An entry whose 90 % interval lies within what its sources report, or the medians of its parts, at both ends."""
    entry, found = prior.entry, []
    of_parts = spread(entry) if isinstance(entry, Mixture) else None
    for i, (distribution, reported) in enumerate(zip(prior.distributions, prior.reported, strict=True)):
        p5, p95 = (float(distribution.quantile(np.float64(p))) for p in (0.05, 0.95))
        low, high = reported or of_parts or (p5, p95)
        room = ROOM * (high - low)
        if low + room < p5 and p95 < high - room:
            row = f"{prior.name}[{prior.labels[i]}]" if prior.labels else prior.name
            own, theirs = (f"{amount(a, entry.unit)} to {amount(b, entry.unit)}" for a, b in ((p5, p95), (low, high)))
            what = "what its sources report" if reported else "the medians of its parts"
            found.append(f"{row}: its 90 % interval, {own}, is narrower than {what}, {theirs}")
    if not entry.narrower:
        yield from (f'{prior.where}: {told}; widen it, or say why under narrower = "..."' for told in found)
    elif not found:
        yield f"{prior.where}: {prior.name}: narrower: its 90 % interval is not narrower than its sources; take it out"


def spread(entry: Mixture) -> tuple[float, float]:
    """The least and the largest median of the parts of a mixture."""
    medians = [part.median for part in entry.pooled()]
    return min(medians), max(medians)


def one_source(study: Study) -> Iterator[str]:
    """Two uncertain inputs with one source that are drawn apart, without a word on whether they go together."""
    of: dict[str, list[Prior]] = defaultdict(list)
    for prior in study.drawn:
        of[" ".join(prior.entry.source.split()).casefold()].append(prior)
    stated = study.page.correlation.pairs
    for pair in (pair for priors in of.values() for pair in combinations(sorted(priors, key=lambda p: p.name), 2)):
        one, other = (prior.name for prior in pair)
        if (one, other) not in stated:
            where = pair[0].where if pair[0].where == pair[1].where else study.page.where
            yield (
                f"{where}: {one} and {other} rest on one source and are drawn apart; state how they go together under "
                f'[correlation], "{one} ~ {other}" = 0 if they do not'
            )


def drawn(study: Study) -> Iterator[str]:
    """Shares that leave 0 to 1, and targets whose mean lies far above their median, in a few draws."""
    count = min(DRAWS, 1 << int(np.log2(NUMBERS / max(study.sizes, default=1))))
    plan = sampling.sampler("sobol", SEED, count, [prior.name for prior in study.drawn if not prior.labels])
    values = engine.whole(Blocks(study, plan, study.quantities), plan.draws)
    for name in study.order:
        if study.unit(name) == "share" and (strays := outside_0_to_1(values[name])):
            share = 100 * strays / values[name].size
            told = f"{share:.2g} % of its draws are no share, below 0 or above 1"
            yield f"{study.page.where}: {name}: {told}; bound what it is worked out of, `show` names it"
    yield from lopsided(study, values)


def lopsided(study: Study, values: Mapping[str, np.ndarray]) -> Iterator[str]:
    """Targets whose mean lies far above their median, but for those that the file says are skewed."""
    where, reasons, found = study.page.where, study.page.words.skewed, set()
    for row, (name, index) in study.rows.items():
        if name not in study.targets or row in study.missing or study.is_event(name):
            continue
        x = values[name][index] / units.scale(study.unit(name))
        x = x[np.isfinite(x)]
        if x.size < 2 or np.quantile(x, 0.05) <= 0 or x.mean() <= TIMES * np.median(x):
            continue
        found.add(name)
        if name not in reasons:
            mean, median = (amount(float(each), study.unit(name), digits=2) for each in (x.mean(), np.median(x)))
            told = f"its mean, {mean}, is {x.mean() / np.median(x):.2g} times its median, {median}: few draws make it"
            yield f'{where}: {row}: {told}; bound what it hangs on most, or say why under [skewed], {name} = "..."'
    for name in reasons:
        if name not in found:
            yield f"{where}: skewed: {name}: no target of this name has a mean far above its median; take it out"
