"""Warnings on implausible figures of a training run: another chip's, another unit's, another quantity's.

The ranges, chips and known models are tables of the package: plausible.csv, chips.csv and systems.csv in priors/tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.formatting import amount
from mcfrontier.runs.consistency import RATE, few_draws, with_targets
from mcfrontier.study import csv_table, locate
from mcfrontier.study.study import Study

Problem = tuple[str, str]  # the quantity, or the key of the disclosed figure, and what is implausible about it

RATE_UNIT = "TFLOP/s/chip"
TOLERANCE = 0.005  # of a peak rate that is a chip's: sources round it
MAX_RATIO = 1.6  # of a figure of a known model to the public one
TABLE_ROOM = 2.5  # by which a range is wider for the rows of a table, which are of many years and kinds of chips
ROUNDING = 1e-9
OUTER_LEVELS = (0.01, 0.99)  # a disclosed figure beyond them is doubtful, or the study is
# texts of an MFU that say what it is a share of
PAID = re.compile(r"\b(all|total|whole|paid|billed|wall)[- ]?(paid |clock |the )?(time|clock|hours)\b", re.IGNORECASE)
FP8_PEAK = re.compile(r"\b(of|against|relative to) (the |its |dense )*(FP8|INT8) peak", re.IGNORECASE)
EIGHT_BIT = re.compile(r"\b(FP8|INT8|(8|eight)[- ]bit)", re.IGNORECASE)


class Range(NamedTuple):
    """The values that the median of a quantity, or of a ratio of quantities, may have; for one kind of chip, or all."""

    names: tuple[str, ...]
    chip: str
    low: float
    high: float
    unit: str
    source: str

    def value(self, values: Mapping[str, Array]) -> Array:
        """The quantity or the ratio, in its unit."""
        first, *rest = (values[name] for name in self.names)
        with np.errstate(all="ignore"):
            for each in rest:
                first = first / each
        return first / units.scale(self.unit)


@cache
def table(name: str, as_of: date | None) -> list[dict[str, str]]:
    """The rows of a table of the package as of a day, by the heads of its columns; none if it has none then."""
    path = locate.data_file(f"tables/{name}.csv", [locate.shipped()])
    head, *rows = csv_table.records(path, as_of, needed=False)
    return [dict(zip(head.cells, row.cells, strict=True)) for row in rows]


@cache
def ranges(as_of: date | None) -> list[Range]:
    """The ranges of the package as of a day."""
    return [
        Range(
            tuple(row["quantity"].split(" / ")),
            row["chip"],
            float(row["low"]),
            float(row["high"]),
            row["unit"],
            row["source"],
        )
        for row in table("plausible", as_of)
    ]


@cache
def rates(column: str, as_of: date | None) -> dict[str, float]:
    """The peak rate of each chip at a precision, in TFLOP/s."""
    return {row["chip"]: float(text) for row in table("chips", as_of) if (text := row[f"{column} [{RATE_UNIT}]"])}


@cache
def figures(model: str, as_of: date | None) -> dict[str, float]:
    """The public figures of a known model by quantity, in base units."""
    (row,) = (row for row in table("systems", as_of) if row["model"] == model)
    heads = {csv_table.split_head(head): text for head, text in row.items() if "[" in head and text}
    return {name: float(text) * units.scale(unit) for (name, unit), text in heads.items()}


def warnings(study: Study) -> Iterator[str]:
    """Warnings on the implausible figures of a study that have no reason under [unusual], and on reasons
    that are not needed, of a study of today."""
    found = list(problems(study))
    yield from without_reason(study, found)
    for name in study.file.stated.unusual if study.file.as_of is None else ():
        if name not in dict(found):
            yield f"{study.file.where}: unusual: {name}: nothing is unusual about it; delete it"


@extremes_allowed()
def of_run(study: Study) -> list[str]:
    """Warnings on the implausible figures of a run, some of which may be set; no reason is unneeded then."""
    return list(without_reason(study, problems(study)))


def without_reason(study: Study, found: Iterable[Problem]) -> Iterator[str]:
    """Warnings on the problems for which the file states no reason under [unusual]."""
    for name, problem in found:
        if name not in study.file.stated.unusual:
            yield f'{study.file.where}: {problem}; correct it, or state the reason under [unusual], {name} = "..."'


def problems(stated: Study) -> Iterator[Problem]:
    """What is implausible about a study."""
    study = with_targets(stated, sorted({name for each in ranges(stated.file.as_of) for name in each.names}))
    values = few_draws(study)
    yield from wrong_peaks(study, values)
    yield from out_of_ranges(study, values)
    yield from other_models(study, values)
    yield from texts_of_mfu(study)
    yield from far_from_disclosed(study, values)


def wrong_peaks(study: Study, values: Mapping[str, Array]) -> Iterator[Problem]:
    """A peak rate that is a chip's with sparsity, or at another precision than the run's."""
    word = study.file.precision
    if RATE not in values or word == "fp4":
        return
    columns = sorted(("bf16_rate", "eight_bit_rate"), reverse=word == "fp8")
    right, other = (rates(column, study.file.as_of) for column in columns)
    for rate in np.unique(np.median(values[RATE], axis=-1) / units.scale(RATE_UNIT)).tolist():
        if any(near(rate, known) for known in right.values()):
            continue
        found = {chip: "with sparsity" for chip, known in right.items() if near(rate, 2 * known)}
        found |= {chip: "at another precision" for chip, known in other.items() if near(rate, known)}
        for chip in [chip for chip in found if chip in right][:1]:
            yield (
                RATE,
                f"{RATE}: {rate:,.5g} {RATE_UNIT} is the peak of the {chip} {found[chip]}; "
                f"its dense peak in {word}, the precision of the run, is {right[chip]:,.5g}",
            )


def near(one: float, other: float) -> bool:
    """Whether two peak rates are the same but for rounding."""
    return abs(one / other - 1) < TOLERANCE


def chip_of(values: Mapping[str, Array], as_of: date | None) -> str:
    """The kind of chip that has the BF16 peak rate of a study; "" where none is known or it has several."""
    name = next((name for name in (f"bf16_{RATE}", RATE) if name in values), "")
    if not name or values[name].size > 1:
        return ""
    rate = float(values[name].flat[0]) / units.scale(RATE_UNIT)
    return next((chip.split()[0] for chip, known in rates("bf16_rate", as_of).items() if near(rate, known)), "")


def out_of_ranges(study: Study, values: Mapping[str, Array]) -> Iterator[Problem]:
    """Quantities whose median lies outside of a known range."""
    as_of = study.file.as_of
    chip = chip_of(values, as_of)
    own = {each.names for each in ranges(as_of) if chip and each.chip == chip}
    for each in ranges(as_of):
        if not {*each.names} <= values.keys() or each.chip not in ("" if each.names not in own else chip, chip):
            continue
        with np.errstate(all="ignore"):
            medians = np.median(each.value(values), axis=-1)
        room = TABLE_ROOM if medians.size > 1 else 1 + ROUNDING
        outside = medians[(medians < each.low / room) | (medians > each.high * room)]
        if outside.size:
            worst, low, high = (amount(float(x), each.unit, digits=3) for x in (outside.flat[0], each.low, each.high))
            kind = f" of the {each.chip}" if each.chip else ""
            name = " / ".join(each.names)
            yield each.names[0], f"{name}: its median, {worst}, lies outside {low} to {high}{kind} ({each.source})"


def other_models(study: Study, values: Mapping[str, Array]) -> Iterator[Problem]:
    """Figures that are far from the public ones of the model that a study is named for."""
    title = study.file.stated.title
    models = {row["model"]: row["source"] for row in table("systems", study.file.as_of)}
    named = [model for model in models if re.search(rf"\b{re.escape(model)}(?![\w.])", title, re.IGNORECASE)]
    if len(named) != 1:
        return
    (model,) = named
    for name, known in figures(model, study.file.as_of).items():
        if name not in values or values[name].size > values[name].shape[-1]:
            continue
        own, scale, unit = float(np.median(values[name])), units.scale(study.unit(name)), study.unit(name)
        if not 1 / MAX_RATIO < own / known < MAX_RATIO:
            problem = f"{name}: its median, {amount(own / scale, unit, digits=3)}, is not near that of {model}"
            yield name, f"{problem}, {amount(known / scale, unit, digits=3)} ({models[model]})"


def texts_of_mfu(study: Study) -> Iterator[Problem]:
    """An MFU whose source says that it is of all paid time, or of another peak than that of the run."""
    says = "its source or note says that it is"
    for name in (name for name in ("mfu", "bf16_mfu") if name in study.inputs):
        text = f"{study.inputs[name].entry.source} {study.inputs[name].entry.note}"
        goodput = study.inputs.get("goodput")
        paid = PAID.search(text) and "while training" not in text
        if paid and goodput is not None and goodput.distributions[0].median < 1:
            yield name, f"{name}: {says} of all paid time, and it is multiplied by goodput"
        if FP8_PEAK.search(text) and "BF16" not in text.upper() and study.file.precision == "bf16":
            yield name, f"{name}: {says} of the FP8 peak, and the precision of the run is bf16"
        if name == "mfu" and study.file.precision == "fp8" and not EIGHT_BIT.search(text):
            problem = (
                "the precision of the run is fp8, and neither its source nor its note says that it is of the FP8 peak"
            )
            yield name, f"{name}: {problem}; if it is of the BF16 peak, state it as bf16_mfu"


def far_from_disclosed(study: Study, values: Mapping[str, Array]) -> Iterator[Problem]:
    """Disclosed figures that are nearly impossible by the study."""
    for key, figure in study.file.disclosed.items():
        if figure.quantity not in study.rows:
            continue
        name, index = study.rows[figure.quantity]
        ends = np.quantile(values[name][index], OUTER_LEVELS, method="hazen") / units.scale(figure.unit)
        low, high = ends.tolist()
        below = figure.value < low and figure.bound != "at least"
        if low < high and (below or (figure.value > high and figure.bound != "at most")):
            value, *limits = (amount(x, figure.unit, digits=3) for x in (figure.value, low, high))
            problem = f"disclosed.{key}: {value} lies outside of the 98 % interval of {figure.quantity}"
            yield key, f"{problem}, {' to '.join(limits)}"
