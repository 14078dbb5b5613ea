"""A pair of studies as JSON and as the cells of tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.formatting import amount, difference, label, sentence
from mcfrontier.core.kinds import EVENT, PROBABILITY
from mcfrontier.outputs.folder.percentiles import statistics
from mcfrontier.runs.hybrids.definitions import Formatter, amounts, definition_text
from mcfrontier.runs.summary import Summary
from mcfrontier.sampling import SAMPLERS
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.study import Study
from mcfrontier.tasks.compare.pairs import Pair

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
