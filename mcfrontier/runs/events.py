"""Events: conditions on quantities, true or false in each draw, and their probabilities, also given other conditions.

A condition on a quantity with rows has a row for each label. Conditions along the same dimension combine label by
label.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mcfrontier.analysis.estimates.importance import MIN_EFFECTIVE
from mcfrontier.analysis.estimates.probability import Probability, probability
from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.core.errors import InputError, TooFewDraws, located, suggest
from mcfrontier.core.formatting import amount, label, spaced, split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.runs.conditions import CONDITION_FORM, GIVEN, Condition, check_event, read
from mcfrontier.runs.core import RunCore
from mcfrontier.study.study import Row

if TYPE_CHECKING:
    import xarray as xr

THAT = "that"  # the place of events in messages
MAX_GIVEN_DRAWS, ENOUGH_DRAWS = 2**20, 2000  # the draws are doubled up to the first number until the second is left


@dataclass(frozen=True)
class Sample:
    """Draws on which conditions are evaluated.

    dimensions     the labels of each dimension
    dimensions_of  the dimensions of each quantity
    unit_of        the unit of each quantity
    events         the quantities that are events
    rows           the rows of all quantities, each with its quantity and its index along the dimensions
    values         returns the draws of a quantity in base units: (dimensions..., draws), with a last axis of 1 where
                   nothing is uncertain
    draws          the number of draws
    effective      the effective sample size of the draws; infinite where they are not resampled
    """

    dimensions: Mapping[str, Sequence[str]]
    dimensions_of: Mapping[str, tuple[str, ...]]
    unit_of: Mapping[str, str]
    events: frozenset[str]
    rows: Mapping[str, Row]
    values: Callable[[str], Array]
    draws: int
    effective: float = math.inf

    def row(self, text: str) -> str:
        """The row that a text names; it may have a space after the comma between labels, as tables print it."""
        if text in self.rows or text in self.dimensions_of:
            return text
        own = [row for row in self.rows if split_row(row)[0] == split_row(text)[0]]
        printed = {label(row): row for row in own}
        if label(text) not in printed:
            raise InputError(f"{text}: there is no such row{suggest(text, own)}")
        return printed[label(text)]


def sample_of(run: RunCore) -> Sample:
    """The draws of a run that are in memory."""
    study = run.study
    return Sample(
        dimensions=study.file.dimensions,
        dimensions_of=study.dimensions_of,
        unit_of={name: study.unit(name) for name in study.quantities},
        events=frozenset(name for name in study.quantities if study.kind(name) is EVENT),
        rows=run.rows,
        values=lambda name: run.values[name],
        draws=run.sampler.draws if run.counted is None and not run.resampled else run.retained,
        effective=run.effective,
    )


class Truth(NamedTuple):
    """Where conditions hold, with the dimensions along which they have rows.

    holds  (dimensions..., draws), with a last axis of 1 where nothing is uncertain
    known  (dimensions..., 1), whether the quantities have values in the row
    """

    dimensions: frozenset[str]
    holds: Array
    known: Array

    def __and__(self, other: Truth) -> Truth:
        return Truth(self.dimensions | other.dimensions, self.holds & other.holds, self.known & other.known)


def read_all(option: str, texts: str | Sequence[str] | None, unit_of: Mapping[str, str]) -> list[Condition]:
    """Parse conditions; `option` is the place in messages."""
    return [read(text, unit_of, option, option == THAT) for text in listed(option, texts)]


@extremes_allowed()
def truth(conditions: Sequence[Condition], sample: Sample, option: str) -> Truth:
    """Where one or more conditions all hold. Refuse a row that does not exist or that has no value."""
    return reduce(Truth.__and__, (truth_of(condition, sample, option) for condition in conditions))


def truth_of(condition: Condition, sample: Sample, option: str) -> Truth:
    """Where a condition holds."""
    with located(f"{option} '{condition.text}'"):
        own = {row: operand(row, sample) for row in condition.rows}
        if split_row(condition.row)[0] in sample.events:
            check_event(condition)
        along = frozenset[str]().union(*(dimensions for dimensions, _ in own.values()))
        known = np.array(reduce(np.logical_and, (~np.isnan(x).all(axis=-1, keepdims=True) for _, x in own.values())))
        if not known.any():
            raise InputError(f"{condition.row} has no value; name another row")
        return Truth(along, condition.margins(lambda row: own[row][1]) <= 0, known)


def operand(text: str, sample: Sample) -> tuple[frozenset[str], Array]:
    """The draws of a quantity or of a row of one, and the dimensions along which they have rows."""
    row = sample.row(text)
    name = split_row(row)[0]
    if row == name:
        return frozenset(sample.dimensions_of[name]), sample.values(name)
    return frozenset(), sample.values(name)[tuple(slice(i, i + 1) for i in sample.rows[row][1])]


@extremes_allowed()
def probabilities(that: Truth, given: Truth | None, sample: Sample) -> dict[str, Probability]:
    """The probability of an event in each row, named by its labels, "" for a single row; with conditions, among the
    draws that meet these. Rows without values are left out."""
    both = that if given is None else that & given
    hits = that.holds.astype(float) if given is None else np.where(given.holds, that.holds, np.nan)
    share = sample.effective / sample.draws  # of the draws left, as of all
    return {
        row: probability(hits[index], share * np.isfinite(hits[index]).sum())
        for row, index in rows_of(both, sample)
        if both.known[index].all()
    }


def rows_of(found: Truth, sample: Sample) -> list[tuple[str, tuple[int, ...]]]:
    """The rows of conditions by their labels, with their index."""
    along = [(axis, sample.dimensions[name]) for axis, name in enumerate(sample.dimensions) if name in found.dimensions]
    places = np.ndindex(found.holds.shape[:-1])
    return [(",".join(labels[index[axis]] for axis, labels in along), index) for index in places]


def probability_dataset(sample: Sample, that: str | Sequence[str], given: str | Sequence[str] | None) -> xr.Dataset:
    """The probability that conditions hold together, among the draws that meet others, over the dimensions of both."""
    import xarray as xr

    wanted, assumed = (conditions_of(option, texts, sample) for option, texts in ((THAT, that), (GIVEN, given)))
    if wanted is None:
        raise InputError(f"that: a condition is missing; {CONDITION_FORM}")
    found = probabilities(wanted, assumed, sample)
    own = wanted.dimensions | (frozenset() if assumed is None else assumed.dimensions)
    coords = {name: list(labels) for name, labels in sample.dimensions.items() if name in own}
    names = [",".join(labels) for labels in product(*coords.values())]
    shape = [len(labels) for labels in coords.values()]
    columns = zip(*(figures(found[row]).values() if row in found else [np.nan] * 8 for row in names), strict=True)
    words = figures(next(iter(found.values())))
    arrays = {word: ([*coords], np.reshape(column, shape)) for word, column in zip(words, columns, strict=True)}
    return xr.Dataset(arrays, coords)


def figures(found: Probability) -> dict[str, float]:
    """The figures of a probability by name."""
    head = {"probability": found.value, "low": found.low, "high": found.high, "hits": found.hits, "draws": found.draws}
    return head | {"effective_draws": found.effective, "mc_error": found.error, "odds": found.odds}


def conditions_of(option: str, texts: str | Sequence[str] | None, sample: Sample) -> Truth | None:
    """Where conditions hold, from their texts; None if there are none. Too few draws for conditions that are given are
    refused."""
    conditions = read_all(option, texts, sample.unit_of)
    if not conditions:
        return None
    found = truth(conditions, sample, option)
    if option == GIVEN:
        check_left(found, conditions, sample)
    return found


def check_single(conditions: Sequence[Condition], sample: Sample) -> None:
    """Refuse conditions with several rows."""
    for condition in conditions:
        for name in filter(sample.dimensions_of.get, condition.rows):
            row = next(row for row, (owner, _) in sample.rows.items() if owner == name)
            raise InputError(f"given '{condition.text}': {name} has several rows; name one, such as {row}")


@extremes_allowed()
def check_left(given: Truth, conditions: Sequence[Condition], sample: Sample) -> None:
    """Refuse conditions that no draw meets, with the range of a quantity, or that too few meet."""
    texts = " and ".join(f"'{condition.text}'" for condition in conditions)
    for row, index in rows_of(given, sample):
        left, at = count_left(given.holds[index], sample.draws), f" at [{spaced(row)}]" if row else ""
        if not given.known[index].all() or left * min(1.0, sample.effective / sample.draws) >= MIN_EFFECTIVE:
            continue
        if left == 0:
            raise TooFewDraws(f"given {texts}: no draw{at} meets it; {range_text(conditions, sample, index)}")
        mend = "take more draws, or state a milder condition" + (", or name a row" if row else "")
        raise TooFewDraws(f"given {texts}: {left:,} of {sample.draws:,} draws{at}, fewer than {MIN_EFFECTIVE}; {mend}")


def count_left(holds: Array, draws: int) -> int:
    """The number of draws that meet conditions: (draws,), or (1,) if nothing is uncertain."""
    return int(holds.sum()) * (draws if holds.size == 1 else 1)


def doubled_text(draws: int, left: int) -> str:
    """A note on draws that were doubled so that enough are left."""
    return f"given: draws doubled to {draws:,}, so that {left:,} are left"


def least_left(given: Truth, sample: Sample) -> int:
    """The smallest number of draws that meet conditions, of all rows with values."""
    left = [
        count_left(given.holds[index], sample.draws) for _, index in rows_of(given, sample) if given.known[index].all()
    ]
    return min(left)


def range_text(conditions: Sequence[Condition], sample: Sample, index: tuple[int, ...]) -> str:
    """The range of the quantity of the first condition that no draw meets, at an index."""
    for condition in conditions:
        if not element(truth_of(condition, sample, GIVEN).holds, index).any():
            x, unit = element(operand(condition.row, sample)[1], index), sample.unit_of[split_row(condition.row)[0]]
            low, high = (amount(float(end) / units.scale(unit), unit) for end in (np.nanmin(x), np.nanmax(x)))
            return f"{condition.row} lies between {low} and {high}; state a milder condition"
    return "draws meet each of them, but none all; leave one out"


def element(x: Array, index: tuple[int, ...]) -> Array:
    """The draws at an index, along the dimensions that an array has."""
    found: Array = x[tuple(i if size > 1 else 0 for i, size in zip(index, x.shape[:-1], strict=True))]
    return found
