"""What is doubtful in a priors file that can be used: `check` warns of it. Each warning is a line: where, what, mend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
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
    entry, place = prior.entry, f"{prior.where}: {prior.name}"
    found = False
    for i, (distribution, (low, high)) in enumerate(zip(prior.distributions, prior.reported, strict=True)):
        what = "what its sources report"
        if isinstance(entry, Mixture) and low > high:
            medians = [part.median for part in entry.pooled()]
            low, high, what = min(medians), max(medians), "its parts, whose medians go from"
        room = ROOM * (high - low) if low < high else 0.0
        p5, p95 = (float(distribution.quantile(np.float64(p))) for p in (0.05, 0.95))
        if not (np.isfinite([low, high, p5]).all() and low + room < p5 and p95 < high - room):
            continue
        found = True
        row = f"{place}[{prior.labels[i]}]" if prior.labels else place
        ends = [amount(end, entry.unit) for end in (p5, p95, low, high)]
        comma = "" if what.endswith("from") else ","
        if not entry.narrower:
            yield (
                f"{row}: its 90 % interval, {ends[0]} to {ends[1]}, is narrower than {what}{comma} {ends[2]} to "
                f'{ends[3]}; widen it, or say why under narrower = "..."'
            )
    if entry.narrower and not found:
        yield f"{place}: narrower: its 90 % interval is not narrower than what its sources report; take the word out"


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
    """Shares that leave 0 to 1, and targets whose mean lies far above their median."""
    count = min(DRAWS, 1 << int(np.log2(NUMBERS / max(study.sizes, default=1))))
    plan = sampling.sampler("sobol", SEED, count, [prior.name for prior in study.drawn if not prior.labels])
    values = engine.whole(Blocks(study, plan, study.quantities), plan.draws)
    for name in study.order:
        if study.unit(name) == "share" and (strays := outside_0_to_1(values[name])):
            share = 100 * strays / values[name].size
            told = f"{share:.2g} % of its draws are no share, below 0 or above 1"
            yield f"{study.page.where}: {name}: {told}; bound what it is worked out of, `show` names it"
    for row, (name, index) in study.rows.items():
        if name not in study.targets or study.unit(name) == "AD" or row in study.missing:
            continue
        x = values[name][index] / units.scale(study.unit(name))
        x = x[np.isfinite(x)]
        if x.size < 2 or np.quantile(x, 0.05) <= 0 or x.mean() <= TIMES * np.median(x):
            continue
        mean, median = (amount(float(each), study.unit(name), digits=2) for each in (x.mean(), np.median(x)))
        told = f"its mean, {mean}, is {x.mean() / np.median(x):.2g} times its median, {median}"
        yield f"{study.page.where}: {row}: {told}: few draws make it; tell the median, or bound what it hangs on most"
