"""A pair of studies as JSON and as the cells of tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np

from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.formatting import amount, difference, label, sentence
from mcfrontier.core.kinds import EVENT, PROBABILITY, SUMMARY_STATISTICS
from mcfrontier.outputs.folder.percentiles import statistics
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.summary import Summary, summarise
from mcfrontier.sampling import SAMPLERS
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare.hybrid import CORRELATION, DIMENSION_PREFIX, EVIDENCE
from mcfrontier.tasks.compare.pairs import Pair

Formatter = Callable[[float, str, float], str]  # of a value, its unit and its Monte Carlo error
PROBABILITY_DIGITS = 6  # maximum digits of a probability, which may be near 1
MAX_FULL_ROWS = 10  # rows up to which each is displayed in full


def row_json(pair: Pair, row: str) -> dict[str, Any]:
    """A row on both sides, and its waterfall."""
    sides = pair.by_row[row]
    words = ("first", "other", "difference", "ratio")
    return {
        "unit": sides.first.unit,
        **{word: statistics(getattr(sides, word)) for word in words},
        "probability_first_above": probability_json(sides.above),
        "probability_equal": probability_json(sides.equal),
        "lost": sides.non_finite,
        "waterfall": waterfall_json(pair, row) if row in pair.waterfalls else None,
    }


def probability_json(found: Probability) -> dict[str, float]:
    """A probability with its error and its confidence interval."""
    return {"value": found.value, "mc_error": found.error, **found.interval}


def waterfall_json(pair: Pair, row: str) -> dict[str, Any]:
    """The waterfall of a row: the medians (or probabilities) on both sides, their difference, and the bars that add up
    to it."""
    found, (one, other) = pair.waterfalls[row], pair.runs
    columns = {"value": found.bars, "mc_error": found.errors, "order_error": found.order_errors}
    columns |= {"factor": found.factors, "factor_error": found.factor_errors}
    return {
        "statistic": pair.by_row[row].central,
        "first": found.ends[0],
        "other": found.ends[1],
        "total": found.total[0],
        "total_mc_error": found.total[1],
        "ratio": found.ratio[0],
        "ratio_mc_error": found.ratio[1],
        "bars": [
            {
                "input": name,
                "first": definition_text(one, pair.differing[name]),
                "other": definition_text(other, pair.differing[name]),
                **{word: float(column[i]) for word, column in columns.items()},
            }
            for i, name in enumerate(found.names)
        ],
    }


def definition_text(run: RunCore, names: Collection[str]) -> str:
    """The definition, in a run, of names that change sides together."""
    dimensions = run.study.file.dimensions
    along = [
        dimensions.get(name.removeprefix(DIMENSION_PREFIX), [])
        for name in sorted(names)
        if name.startswith(DIMENSION_PREFIX)
    ]
    if along:
        return ", ".join(f"{len(labels)} rows" for labels in along)
    if len(names) == 1:
        return quantity_text(run, *names)
    return "; ".join(f"{label(name)} {quantity_text(run, name)}" for name in sorted(names))


def quantity_text(run: RunCore, name: str) -> str:
    """The definition of a quantity in a run: its value, or its median and 90 % interval, and whether it is computed."""
    study = run.study
    if name == CORRELATION:
        pairs = correlated_pairs(study)
        return "; ".join(" ~ ".join(map(label, pair)) + f" {value:+g}" for pair, value in pairs) or "none"
    if name == EVIDENCE:
        return "; ".join((*map(label, study.evidence), *study.given)) or "none"
    computed = "" if name in study.inputs else ", computed"
    if study.dimensions_of[name]:
        return f"{len(run.known_rows(name))} rows{computed}"
    unit = study.unit(name)
    if not run.varies(name):
        return amount(float(run.samples(name)[0]), unit, digits=8) + computed
    if computed or study.inputs[name].entry.replicates():
        return interval_text(summarise(run.samples(name), unit, run.kind(name))) + computed
    (row,) = study.inputs[name].distributions  # its quantiles are exact
    quantiles = row.ppf(np.array(SUMMARY_LEVELS)).tolist()
    return interval_text(
        Summary(unit, dict(zip(SUMMARY_STATISTICS, quantiles, strict=True)), dict.fromkeys(SUMMARY_STATISTICS, 0.0))
    )


def interval_text(found: Summary) -> str:
    """A median and its 90 % interval, with the unit once if it is the same for all."""
    low, middle, high = amounts(found)
    tails = {re.sub(r"^[^ /%]*", "", text) for text in (low, middle, high)}
    if len(tails) == 1:
        low, high = (text.removesuffix(*tails) for text in (low, high))
    return f"{middle} ({low} to {high})"


def correlated_pairs(study: Study) -> list[tuple[tuple[str, str], float]]:
    """The correlations between uncertain inputs."""
    uncertain = {prior.name for prior in study.uncertain}
    return [(pair, value) for pair, value in sorted(study.file.correlation.pairs.items()) if {*pair} <= uncertain]


def headings(pair: Pair) -> list[str]:
    """The heads of the columns of `lines`."""
    words = {pair.by_row[row].central: None for row in pair.rows}
    middle = " or ".join("p50" if word != PROBABILITY else word for word in words)
    return ["", "p5", middle, "p95", f"MC error of {middle}"] if "p50" in middle else ["", "", middle, "", "MC error"]


def full_rows(pair: Pair) -> Sequence[str]:
    """The rows that are displayed in full: all, or the representative ones if there are many."""
    return pair.rows if len(pair.rows) <= MAX_FULL_ROWS else pair.headlines


def compact_rows(pair: Pair) -> list[list[str]]:
    """All rows if some are not displayed in full, each on one line: the median (or probability) of both sides, of the
    difference and of the ratio."""
    if len(full_rows(pair)) == len(pair.rows):
        return []
    return [[sentence(label(row)), *(line[2] for line in side_lines(pair, row))] for row in pair.rows]


def lines(pair: Pair, row: str) -> list[list[str]]:
    """The lines of a row: each side, difference and ratio, with p5, p50, p95 and the error of the median.

    There is one line if the two sides are the same in all draws.
    """
    found = side_lines(pair, row)
    return found if pair.by_row[row].equal[0] != 1 else [["the same in both", *found[0][1:]]]


def side_lines(pair: Pair, row: str) -> list[list[str]]:
    """The lines of both sides, their difference and their ratio."""
    found = pair.by_row[row]
    sides = [
        [name, *cells(each, found.kind.text)] for name, each in zip(pair.names, (found.first, found.other), strict=True)
    ]
    return [*sides, ["difference", *cells(found.difference, difference)], ["ratio", *cells(found.ratio)]]


def cells(found: Summary, formatter: Formatter = amount) -> list[str]:
    """p5, p50 and p95 as their errors allow, and the error of p50; of an event the probability in the middle."""
    texts = amounts(found, formatter)
    texts = texts if len(texts) > 1 else ["", *texts, ""]
    error = 0.0 if found.probability and found.probability.is_bound else found.central.error
    return [*texts, error_text(error, found.unit, formatter is difference)]


def amounts(found: Summary, formatter: Formatter = amount) -> list[str]:
    """Statistics with no more digits than their errors allow."""
    if found.probability:
        return [found.probability.text()]
    return [formatter(value, found.unit, found.errors[word]) for word, value in found.values.items()]


def error_text(error: float, unit: str, points: bool = False) -> str:
    """A Monte Carlo error, that of a difference of shares in percentage points; empty if it is 0."""
    if not error > 0:
        return ""
    return difference(error, unit, error).removeprefix("+") if points else amount(error, unit, digits=1)


def probability_text(pair: Pair, row: str) -> str:
    """The probability that the first side lies above the other."""
    found, draws = pair.by_row[row], pair.by_row[row].above.draws
    value, error = found.above[:2]
    event = found.kind is EVENT
    head = f"P({pair.names[0]}, not {pair.names[1]})" if event else f"P({pair.names[0]} > {pair.names[1]})"
    if not math.isfinite(value):
        return f"{head}: –"
    if found.equal[0] == 1:
        return ""
    text = f"{head} {'' if found.above.is_bound else '= '}{found.above.text(PROBABILITY_DIGITS)}"
    text += f" ± {error_text(error, 'share')}" if error and not found.above.is_bound else ""
    if found.equal[0]:
        same = "the same" if event else "equal"
        return f"{text}; {same} in {found.equal.text()} of the draws"
    return f"{text}, {'all' if value else 'none'} of {draws:,} draws" if value in (0, 1) else text


def attributed_rows(pair: Pair) -> list[str]:
    """The representative rows whose waterfall has a bar that is not 0."""
    return [row for row in pair.headlines if row in pair.waterfalls and pair.waterfalls[row].bars.any()]


def waterfall_lines(pair: Pair, row: str) -> list[list[str]]:
    """The waterfall of a row, a line for each difference between the studies: its definition on both sides, its
    contribution to the change of the median (or probability), the error of that, and the factor. Differences without a
    contribution are left out."""
    found, unit = pair.waterfalls[row], pair.by_row[row].first.unit
    return [
        [
            sentence(label(name).strip()),
            *(definition_text(run, pair.differing[name]) for run in pair.runs),
            difference(float(bar), unit, float(error)),
            error_text(float(error), unit, points=True),
            factor_text(float(factor), float(factor_error)),
        ]
        for name, bar, error, factor, factor_error in zip(
            found.names, found.bars, found.total_errors, found.factors, found.factor_errors, strict=True
        )
        if bar or error
    ]


def factor_text(factor: float, error: float) -> str:
    """A factor; empty if it is not finite."""
    return f"× {amount(factor, '1', error)}" if math.isfinite(factor) else ""


def total_cells(pair: Pair, row: str) -> list[str]:
    """The difference of the two medians (or probabilities), its error, and their ratio."""
    found, unit = pair.waterfalls[row], pair.by_row[row].first.unit
    value, error = found.total
    return [difference(value, unit, error), error_text(error, unit, points=True), factor_text(*found.ratio)]


def scenario_json(name: str, study: Study) -> dict[str, Any]:
    """A scenario: its study, the price year of its money here, its pins and the hash of its priors."""
    pins = {pin: str(value) for pin, value in study.pins.items()}
    year = study.file.stated.price_year
    return {"name": name, "title": study.title, "price_year": year, "set": pins, "priors_sha256": study.file.digest}


def plan_text(plan: Sampler) -> str:
    """Draws, sampler and seed."""
    kind = SAMPLERS[plan.kind].label
    return f"{plan.draws:,} draws of each study and of each hybrid of two, {kind}, seed {plan.seed}"
