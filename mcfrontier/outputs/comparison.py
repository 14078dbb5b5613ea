"""Studies compared: as JSON, as the rows of tables, and as a few pages of PDF."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from mcfrontier.analysis.intervals import BRIEF
from mcfrontier.comparison import Comparison, Pair
from mcfrontier.comparison.hybrids import CORRELATION, EVIDENCE, ROWS
from mcfrontier.comparison.told import Told
from mcfrontier.finished import FORMAT
from mcfrontier.outputs.manifest import versions
from mcfrontier.outputs.percentiles import statistics
from mcfrontier.outputs.text import json_text
from mcfrontier.outputs.typeset import typeset
from mcfrontier.results import PROBABILITY, Run, Summary, brief, central
from mcfrontier.study import Study
from mcfrontier.wording import amount, label, moved, probability, sentence
from mcfrontier.writing import check_folder, put

SHARP = 6  # digits at most of a probability, which may be near 1
Teller = Callable[[float, str, float], str]
MANY = 10  # rows of which each is told in full
JSON, PDF = "comparison.json", "comparison.pdf"


def comparison_json(found: Comparison) -> str:
    """A comparison as JSON text, in the shape that docs/compare.md describes; a number that is not finite is null."""
    plan, first = found.sampler, found.pairs[0].runs[0]
    sides = zip(found.names, (first, *(pair.runs[1] for pair in found.pairs)), strict=True)
    told = {
        "format": FORMAT,
        "seed": plan.seed,
        "draws": plan.draws,
        "sampler": plan.kind,
        "versions": versions(),
        "notes": found.notes,
        "studies": [side_json(name, done.study) for name, done in sides],
        "pairs": [
            {
                "first": pair.names[0],
                "other": pair.names[1],
                "targets": {row: row_json(pair, row, told) for row, told in pair.told.items()},
            }
            for pair in found.pairs
        ],
    }
    return json_text(told)


def side_json(name: str, study: Study) -> dict[str, Any]:
    """What a side is: its study, what was set in it, the hash of what is believed."""
    pins = {pin: str(value) for pin, value in study.pins.items()}
    return {"name": name, "title": study.title, "set": pins, "priors_sha256": study.page.digest}


def row_json(pair: Pair, row: str, told: Told) -> dict[str, Any]:
    """A row on both sides, and its waterfall."""
    words = ("first", "other", "difference", "ratio")
    return {
        "unit": told.first.unit,
        **{word: statistics(getattr(told, word)) for word in words},
        "probability_first_above": dict(zip(("value", "mc_error"), told.above, strict=True)),
        "probability_equal": dict(zip(("value", "mc_error"), told.equal, strict=True)),
        "lost": told.lost,
        "waterfall": fall_json(pair, row) if row in pair.falls else None,
    }


def fall_json(pair: Pair, row: str) -> dict[str, Any]:
    """The waterfall of a row: the medians on both sides, or the probabilities, what lies between them, and the bars
    that add up to it."""
    fall, (one, other) = pair.falls[row], pair.runs
    columns = {"value": fall.bars, "mc_error": fall.errors, "order_error": fall.order_errors}
    columns |= {"factor": fall.factors, "factor_error": fall.factor_errors}
    return {
        "statistic": pair.told[row].central,
        "first": fall.ends[0],
        "other": fall.ends[1],
        "total": fall.total[0],
        "total_mc_error": fall.total[1],
        "ratio": fall.ratio[0],
        "ratio_mc_error": fall.ratio[1],
        "bars": [
            {
                "input": name,
                "first": defined(one, pair.differing[name]),
                "other": defined(other, pair.differing[name]),
                **{word: float(column[i]) for word, column in columns.items()},
            }
            for i, name in enumerate(fall.names)
        ],
    }


def defined(run: Run, names: Collection[str]) -> str:
    """What some names that change together are in a run, in words."""
    dimensions = run.study.page.dimensions
    along = [dimensions.get(name.removeprefix(ROWS), []) for name in sorted(names) if name.startswith(ROWS)]
    if along:
        return ", ".join(f"{len(labels)} rows" for labels in along)
    if len(names) == 1:
        return one_defined(run, *names)
    return "; ".join(f"{label(name)} {one_defined(run, name)}" for name in sorted(names))


def one_defined(run: Run, name: str) -> str:
    """What a quantity is in a run: its value, or its median and 90 % interval, and whether it is computed."""
    study = run.study
    if name == CORRELATION:
        return "; ".join(" ~ ".join(map(label, pair)) + f" {value:+g}" for pair, value in pairs_of(study)) or "none"
    if name == EVIDENCE:
        return "; ".join(label(key) for key in study.evidence) or "none"
    computed = "" if name in study.inputs else ", computed"
    if study.dimensions_of[name]:
        return f"{len(run.known_rows(name))} rows{computed}"
    unit = study.unit(name)
    if not run.varies(name):
        return amount(float(run.told(name)[0]), unit, digits=8) + computed
    if computed:
        return interval(brief(run.told(name), unit)) + computed
    (row,) = study.inputs[name].distributions  # whose quantiles are known without draws
    return interval(Summary(unit, {p: float(row.quantile(p)) for p in BRIEF}, dict.fromkeys(BRIEF, 0.0)))


def interval(found: Summary) -> str:
    """A median and its 90 % interval, with the unit once where that is the same."""
    low, middle, high = amounts(found)
    tails = {re.sub(r"^[^ /%]*", "", told) for told in (low, middle, high)}
    if len(tails) == 1:
        low, high = (told.removesuffix(*tails) for told in (low, high))
    return f"{middle} ({low} to {high})"


def pairs_of(study: Study) -> list[tuple[tuple[str, str], float]]:
    """The correlations between inputs that are drawn."""
    drawn = {prior.name for prior in study.drawn}
    return [(pair, value) for pair, value in sorted(study.page.correlation.pairs.items()) if {*pair} <= drawn]


def heads(pair: Pair) -> list[str]:
    """The headings of lines."""
    of = {pair.told[row].central: None for row in pair.rows}
    middle = " or ".join("p50" if word != PROBABILITY else word for word in of)
    return ["", "p5", middle, "p95", f"MC error of {middle}"] if "p50" in middle else ["", "", middle, "", "MC error"]


def in_full(pair: Pair) -> list[str]:
    """The rows that are told line by line: the headlines where there are many."""
    return list(pair.rows) if len(pair.rows) <= MANY else pair.headlines


def in_brief(pair: Pair) -> list[list[str]]:
    """All rows, where not all are told line by line, each on one: the median, or the probability, on both sides, that
    of the differences and that of the ratios."""
    if len(in_full(pair)) == len(pair.rows):
        return []
    return [[sentence(label(row)), *(line[2] for line in four_lines(pair, row))] for row in pair.rows]


def lines(pair: Pair, row: str) -> list[list[str]]:
    """A row as it is told: a line for each side, their difference and ratio, each with p5, p50, p95 and the error of
    the median; one line where the two are the same in all draws."""
    told = four_lines(pair, row)
    return told if pair.told[row].equal[0] != 1 else [["the same in both", *told[0][1:]]]


def four_lines(pair: Pair, row: str) -> list[list[str]]:
    """The lines of the sides, their difference and their ratio."""
    told = pair.told[row]
    tell = teller(told)
    sides = [[name, *cells(found, tell)] for name, found in zip(pair.names, (told.first, told.other), strict=True)]
    return [*sides, ["difference", *cells(told.difference, moved)], ["ratio", *cells(told.ratio)]]


def teller(told: Told) -> Teller:
    """How a figure of one side is told."""
    return probability_of if told.event else amount


def cells(found: Summary, tell: Teller = amount) -> list[str]:
    """p5, p50 and p95 as their errors allow, and the error of p50; of an event the probability in the middle."""
    shown = amounts(found, tell)
    shown = shown if len(shown) > 1 else ["", *shown, ""]
    return [*shown, error_of(central(found).error, found.unit, tell is moved)]


def amounts(found: Summary, tell: Teller = amount) -> list[str]:
    """Statistics as their errors allow."""
    return [tell(value, found.unit, found.errors[word]) for word, value in found.values.items()]


def probability_of(value: float, unit: str, error: float) -> str:
    """A probability as it is told."""
    return probability(value, error)


def error_of(error: float, unit: str, points: bool = False) -> str:
    """An error as it is told, of a share that moved in points; nothing where nothing is uncertain."""
    if not error > 0:
        return ""
    return moved(error, unit, error).removeprefix("+") if points else amount(error, unit, digits=1)


def chance(pair: Pair, row: str) -> str:
    """How likely the first lies above the other."""
    told, draws = pair.told[row], pair.runs[0].sampler.draws
    value, error = told.above
    head = f"P({pair.names[0]}, not {pair.names[1]})" if told.event else f"P({pair.names[0]} > {pair.names[1]})"
    if not math.isfinite(value):
        return f"{head}: –"
    if told.equal[0] == 1:
        return ""
    shown = f"{head} = {amount(value, 'share', error, SHARP)}"
    shown += f" ± {error_of(error, 'share')}" if error else ""
    if told.equal[0]:
        same = "the same" if told.event else "equal"
        return f"{shown}; {same} in {amount(told.equal[0], 'share', told.equal[1])} of the draws"
    return f"{shown}, {'all' if value else 'none'} of {draws:,} draws" if value in (0, 1) else shown


def moving(pair: Pair) -> list[str]:
    """The headlines that something moves."""
    return [row for row in pair.headlines if row in pair.falls and pair.falls[row].bars.any()]


def fall_lines(pair: Pair, row: str) -> list[list[str]]:
    """The waterfall of a row: what each input is on both sides, what it moves the median (or probability) by, the error
    of it, and the factor of it; what has no part in it is left out."""
    fall, unit = pair.falls[row], pair.told[row].first.unit
    return [
        [
            sentence(label(name).strip()),
            *(defined(run, pair.differing[name]) for run in pair.runs),
            moved(float(bar), unit, float(error)),
            error_of(float(error), unit, points=True),
            times(float(factor), float(factor_error)),
        ]
        for name, bar, error, factor, factor_error in zip(
            fall.names, fall.bars, fall.all_errors, fall.factors, fall.factor_errors, strict=True
        )
        if bar or error
    ]


def times(factor: float, error: float) -> str:
    """A factor as it is told."""
    return f"× {amount(factor, '1', error)}" if math.isfinite(factor) else ""


def total(pair: Pair, row: str) -> list[str]:
    """What lies between the two medians, or probabilities, the error of it, and their ratio."""
    fall, unit = pair.falls[row], pair.told[row].first.unit
    value, error = fall.total
    return [moved(value, unit, error), error_of(error, unit, points=True), times(*fall.ratio)]


def contents(found: Comparison) -> tuple[dict[str, Any], dict[str, bytes]]:
    """All that the pages say, ready to be laid out, and their pictures."""
    from mcfrontier.figures.waterfall import waterfall

    pictures: dict[str, bytes] = {}
    pairs = []
    for i, pair in enumerate(found.pairs):
        falls = []
        for row in moving(pair):
            picture = f"waterfall-{i}-{len(falls)}.svg"
            unit, tell = pair.told[row].first.unit, teller(pair.told[row])
            pictures[picture] = waterfall(pair.falls[row], row, unit, pair.names, tell).svg()
            told = {"name": sentence(label(row)), "rows": fall_lines(pair, row), "total": total(pair, row)}
            falls.append(told | {"picture": picture})
        rows = [
            {"name": sentence(label(row)), "lines": lines(pair, row), "chance": chance(pair, row)}
            for row in in_full(pair)
        ]
        pairs.append({"names": pair.names, "heads": heads(pair), "rows": rows, "brief": in_brief(pair), "falls": falls})
    caption = " ".join((waterfall.__doc__ or "").split())
    return {
        "title": f"{found.names[0]} compared with {', '.join(found.names[1:])}",
        "studies": studies(found),
        "notes": found.notes,
        "pairs": pairs,
        "caption": caption,
        "made": made(found),
    }, pictures


def studies(found: Comparison) -> list[list[str]]:
    """The sides: what each is called, and what it is."""
    runs = [found.pairs[0].runs[0], *(pair.runs[1] for pair in found.pairs)]
    return [
        [name, done.study.page.words.title or "", done.study.page.digest]
        for name, done in zip(found.names, runs, strict=True)
    ]


def made(found: Comparison) -> str:
    """How the comparison was made."""
    plan = found.sampler
    kinds = {"sobol": "scrambled Sobol points", "lhs": "Latin hypercube", "random": "random draws"}
    return f"{plan.draws:,} draws of each study and of each mixture of two, {kinds[plan.kind]}, seed {plan.seed}"


def write(found: Comparison, folder: str | Path) -> list[Path]:
    """Write comparison.json and comparison.pdf into a folder; both are made before any is moved there."""
    folder = check_folder(folder)
    data, pictures = contents(found)
    pdf = typeset("comparison.typ", data, pictures)
    return put(folder, {JSON: f"{comparison_json(found)}\n".encode(), PDF: pdf})
