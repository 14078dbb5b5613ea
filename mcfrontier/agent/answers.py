"""Answers in numbers: estimates of quantities, probabilities of events, comparisons of two studies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from mcfrontier.agent.reply import Reply, command_line, noted, page_of
from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.analysis.sensitivity.pick_freeze import DesignBlocks
from mcfrontier.core.formatting import difference, label, sentence
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.units import DATE_UNIT
from mcfrontier.model.cost_bases import QUESTIONS
from mcfrontier.outputs.folder.saved import rows_of
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import notes
from mcfrontier.runs.estimates import summary
from mcfrontier.runs.load import Day, retargeted, with_quantities
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.runs.sensitivity import first_order, inputs_behind
from mcfrontier.runs.summary import Summary
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare.compare import compare as compared
from mcfrontier.tasks.compare.pairs import Pair
from mcfrontier.tasks.explain.explain import Explanation, interval_text, shares_of
from mcfrontier.tasks.probability.probability import Row, of_study

ROWS = 3  # of a page
DRIVERS = 3  # inputs of a row
MAX_DESIGN_ROWS = 100  # of inputs, up to which their shares are computed by a design of their own
DRIVER_DRAWS = 2**14  # for first-order indices
SHARE_DIGITS = 3
OF_DRAWS, OF_ERROR = "90% of the draws", "95% confidence, Monte Carlo error alone"
Values = Mapping[str, str | float]


def estimate(
    source: str,
    quantities: Sequence[str] = (),
    *,
    set: Values | None = None,
    priors: Values | None = None,
    given: Sequence[str] = (),
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str | None = None,
    page: int = 1,
) -> Reply:
    """Quantities of a study, by default its targets: the reply of `percentiles`."""
    stated: dict[str, Any] = {"set": set, "priors": priors, "given": given, "as_of": as_of}
    study = with_quantities(source, quantities, draws, **stated)
    rows = rows_of(study.rows, quantities or study.targets, source)
    count = study.draws if draws is None else draws
    stated |= {"draws": count, "seed": seed, "sampler": sampler}
    command = command_line("percentiles", [source, *quantities], page, **stated)
    return of_run(recipe.run(study, draws=count, seed=seed, sampler=sampler or SAMPLER), rows, page, command)


def of_run(run: RunCore, rows: Sequence[str], page: int, command: str) -> Reply:
    """The reply on some rows of a run."""
    chosen, place = page_of([row for row in rows if row not in run.missing] or rows, page, ROWS)
    blocks: dict[str, DesignBlocks] = {}
    answers = [row_answer(run, row, summary(run)[row], blocks) for row in chosen]
    return with_answers(answers, place, notes(run), origin(run.study, command))


def with_answers(answers: Sequence[Reply], place: Reply, notes: Sequence[str], origin: Reply) -> Reply:
    """A reply of one answer, with its keys; or of several, in a list."""
    several = len(answers) != 1 or place
    body = {"answers": [*answers]} if several else answers[0]
    return body | place | noted(notes) | origin


def origin(study: Study, command: str) -> Reply:
    """What figures come from: the year of the money, the hash of the priors, and the command line."""
    year = study.file.stated.price_year
    return ({"price_year": year} if year else {}) | {"priors_sha256": study.file.digest, "command": command}


def row_answer(run: RunCore, row: str, found: Summary, blocks: dict[str, DesignBlocks]) -> Reply:
    """A row of a run: its median and 90 % interval, or of an event its probability, and its drivers."""
    figures = figures_of(found)
    drivers = [] if row in run.missing else drivers_at(run, row, blocks)
    return {"quantity": row, **figures, "account": account(run.study, run.rows[row][0]), "drivers": drivers}


def figures_of(found: Summary) -> Reply:
    """The central figure of a summary, its interval and its Monte Carlo error."""
    value, error = found.central
    if found.probability:
        return probability_figures(found.probability)
    low, high = (found.values.get(word) for word in ("p5", "p95"))
    interval = {"low": low, "high": high, "interval": None if low is None else OF_DRAWS}
    text = interval_text([found.text(word) for word in found.kind.statistics]) if low is not None else ""
    return {"answer": value, "unit": found.unit, **interval, "mc_error": error, "text": text}


def probability_figures(found: Probability) -> Reply:
    """A probability, its confidence interval and its Monte Carlo error."""
    figures = {"answer": found.value, "unit": "share", "low": found.low, "high": found.high}
    return figures | {"interval": OF_ERROR, "mc_error": found.error, "text": found.text()}


def account(study: Study, name: str) -> str:
    """What a quantity counts, and of a cost basis the question that it answers."""
    return " ".join(filter(None, (study.about(name) or sentence(label(name)), QUESTIONS.get(name))))


def drivers_at(run: RunCore, row: str, blocks: dict[str, DesignBlocks]) -> list[Reply]:
    """The drivers of a row. Where many rows of inputs are behind it, a design for their shares would take minutes:
    first-order indices come from draws."""
    if len(inputs_behind(run, row)) <= MAX_DESIGN_ROWS:
        return drivers_of(Explanation(run, row, [], shares_of(run, row, blocks)))
    if not run.varies(row):
        return []
    study = retargeted(run.study, (run.rows[row][0],), {})
    found = first_order(recipe.run(study, draws=DRIVER_DRAWS, seed=run.sampler.seed), row, None)
    pairs = zip(found["input"].values.tolist(), found.values.tolist(), found["error"].values.tolist(), strict=True)
    return largest(pairs)


def drivers_of(found: Explanation) -> list[Reply]:
    """The inputs with the largest shares of the variance, those within their error left out."""
    return largest(found.by_input)


def largest(shares: Iterable[tuple[str, float, float]]) -> list[Reply]:
    """The first of inputs with their shares and errors, those within their error left out."""
    found = [(name, share) for name, share, error in shares if share > error][:DRIVERS]
    return [{"input": name, "share": rounded(share)} for name, share in found]


def rounded(x: float) -> float:
    """A figure of a driver, with a few digits."""
    return float(f"{x:.{SHARE_DIGITS}g}")


def probability(
    source: str,
    that: Sequence[str],
    *,
    given: Sequence[str] = (),
    reading: str | None = None,
    set: Values | None = None,
    priors: Values | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str | None = None,
    page: int = 1,
) -> Reply:
    """The probability of events, of each and of all together: the reply of `probability`."""
    stated: dict[str, Any] = {"set": set, "priors": priors, "as_of": as_of, "draws": draws, "seed": seed}
    options = {"that": that, "reading": reading, "given": given, **stated, "sampler": sampler}
    command_line("probability", [source], page, **options)  # one that is too long is refused before the run
    found = of_study(source, that, given, reading, sampler=sampler or SAMPLER, **stated)
    assert found.loaded
    assert found.run
    together = found.together if len({row.that for row in found.events}) > 1 else ()
    rows, place = page_of([*found.events, *together], page, ROWS)
    study = recipe.resolved(found.loaded, seed)
    command = command_line("probability", [source], page, **options | {"draws": draws or study.draws})
    blocks: dict[str, DesignBlocks] = {}
    answers = [event_answer(found.run, row, blocks) for row in rows]
    return with_answers(answers, place, found.notes, origin(study, command))


def event_answer(run: RunCore, found: Row, blocks: dict[str, DesignBlocks]) -> Reply:
    """The probability of an event in a row, with the drivers of the quantity that it is about."""
    head: Reply = {"that": found.that or "all together"}
    head |= {"row": found.row} if found.row else {}
    head |= {"reading": found.reading}
    row = next((row for row in (found.quantity, f"{found.quantity}[{found.row}]") if row in run.rows), "")
    drivers = drivers_at(run, row, blocks) if row and row not in run.missing else []
    about = account(run.study, run.rows[row][0]) if row else ""
    return head | probability_figures(found.probability) | {"account": about, "drivers": drivers}


def compare(
    *sources: str,
    targets: Sequence[str] = (),
    set: Values | None = None,
    against: Values | None = None,
    priors: Values | None = None,
    given: Sequence[str] = (),
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str | None = None,
    page: int = 1,
) -> Reply:
    """The second study over the first, and the inputs that make the difference: the reply of `compare`."""
    stated: dict[str, Any] = {"targets": targets or None, "set": set, "against": against, "priors": priors}
    stated |= {"given": given, "as_of": as_of, "draws": draws, "seed": seed}
    options = {**stated, "sampler": sampler}
    command_line("compare", sources, page, **options)  # as above
    found = compared(*sources, sampler=sampler or SAMPLER, **stated)
    rows, place = page_of([(pair, row) for pair in found.pairs for row in pair.rows], page, ROWS)
    command = command_line("compare", sources, page, **options | {"draws": found.sampler.requested})
    digests = dict.fromkeys(run.study.file.digest for pair in found.pairs for run in pair.runs)
    first = origin(found.pairs[0].runs[0].study, command) | {"priors_sha256": [*digests]}
    return with_answers([pair_answer(*each) for each in rows], place, found.notes, first)


def pair_answer(pair: Pair, row: str) -> Reply:
    """A row of two studies: the ratio of the second to the first, or their difference where a ratio has no meaning."""
    sides = pair.by_row[row]
    ratio = sides.kind is not EVENT and math.isfinite(sides.ratio.central.value)
    figures = figures_of(sides.ratio if ratio else sides.difference)
    if not ratio:
        value, error = sides.difference.central
        unit = sides.difference.unit
        figures |= {"unit": "year" if unit == DATE_UNIT else unit, "text": difference(value, unit, error)}
    head = {"quantity": row, "of": f"{pair.names[1]} {'over' if ratio else 'minus'} {pair.names[0]}"}
    texts = [each.text(each.kind.central) for each in (sides.first, sides.other)]
    about = account(pair.runs[0].study, pair.runs[0].rows[row][0])
    return head | figures | {"sides": texts, "account": about, "drivers": changes_of(pair, row, ratio)}


def changes_of(pair: Pair, row: str, ratio: bool) -> list[Reply]:
    """The inputs that contribute most to the difference: factors that multiply to the ratio of the medians, or terms
    that add up to their difference."""
    found = pair.waterfalls.get(row)
    if found is None:
        return []
    factors = ratio and np.isfinite(found.factors).all()
    word, figures = ("factor", found.factors) if factors else ("change", found.bars)
    return [{"input": name, word: rounded(float(x))} for name, x in zip(found.names[:DRIVERS], figures, strict=False)]
