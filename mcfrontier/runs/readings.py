"""Questions on readings: an event as true, as known outside, or as published, given what is published so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mcfrontier.core import units
from mcfrontier.core.arguments import listed
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.expressions.tree import Name, Number
from mcfrontier.core.formatting import split_row
from mcfrontier.runs import conditions, recipe
from mcfrontier.runs.conditions import GIVEN, Condition
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.events import THAT, probability_dataset, read_all, sample_of
from mcfrontier.runs.load import retargeted
from mcfrontier.runs.resolution import READINGS, THRESHOLD, TRUE, led_by
from mcfrontier.runs.resolution import read_all as read_all_resolutions
from mcfrontier.study.schema import Resolution
from mcfrontier.study.study import Study
from mcfrontier.study.validate import units_of

if TYPE_CHECKING:
    import xarray as xr


class Question(NamedTuple):
    """An event: its text, the condition that decides it, and the reading that this is of."""

    text: str
    condition: str
    reading: str = TRUE


class Asked(NamedTuple):
    """Questions, the study that has their quantities, and what is given: that nothing is published yet."""

    study: Study
    questions: list[Question]
    given: list[str]


def ask(study: Study, that: str | Sequence[str] | None, reading: str | None) -> Asked:
    """The question of a study, with another threshold where `that` states one, in a reading; or, without one, in all
    readings, and whether it is true already."""
    possible = {each.quantity: each for each in read_all_resolutions(study.file)}
    if not possible:
        raise InputError(
            f"{study.file.where}: has no [resolution], nor has a saved run; add it, or ask without a reading"
        )
    if reading is not None and reading not in READINGS:
        raise InputError(f"as {reading}: there is no such reading{suggest(str(reading), READINGS)}")
    event = event_of(listed(THAT, that), [*possible], study)
    found = next(iter(possible.values()))
    if event and isinstance(event.left.tree, Name):
        found = possible[event.left.tree.name]
    check_open(found, event, study)
    study = led_by(study, found.quantity)
    pins = {THRESHOLD: str(event.right.tree)} if event else {}
    targets = ("true_date", "published_date", *(f"{each}_by" for each in READINGS))
    asked = retargeted(study, targets, pins)
    row = conditions.spelled(event, asked).row if event else found.quantity
    end = f" {asked.unit(THRESHOLD)}" if isinstance(found.threshold, float) else ""
    text = event.text if event else f"{found.quantity} > {found.threshold}{end}"
    label = row.removeprefix(found.quantity)
    questions = [Question(text, f"{each}_by{label} > 0.5", each) for each in READINGS if reading in (None, each)]
    if found.not_yet and reading is None:
        questions.append(
            Question(f"{text} before {found.not_yet}", f"{date_row(asked, row, 'true_date')} < {found.not_yet}")
        )
    unpublished = f"{date_row(asked, row, 'published_date')} > {found.not_yet}"
    return Asked(asked, questions, [unpublished] * bool(found.not_yet))


def event_of(texts: Sequence[str], possible: Sequence[str], study: Study) -> Condition | None:
    """The event that a reading is asked of, on one of the quantities of [resolution]; None where none is stated."""
    unit_of = units_of(study.file, study.nodes)
    for text in texts:
        found = conditions.read(text, unit_of, THAT)
        left, right = found.left.tree, found.right.tree
        named = isinstance(left, Name) and left.name in possible and isinstance(right, Number) and not found.below
        if len(texts) > 1 or not named:
            form = " or ".join(f"{quantity} > 1 {unit_of[quantity]}" for quantity in possible)
            raise InputError(f"{THAT} '{text}': a reading takes one event, on a quantity of [resolution]: {form}")
        return found
    return None


def check_open(found: Resolution, event: Condition | None, study: Study) -> None:
    """Refuse a question that what is published decides: that nothing is published yet is not possible then."""
    unit = units_of(study.file, study.nodes)[found.quantity]
    threshold = found.threshold
    if event and isinstance(event.right.tree, Number):
        threshold = units.convert(event.right.tree.value, event.right.tree.unit or unit, unit)
    if found.not_yet and isinstance(threshold, float) and threshold < found.published:
        text = event.text if event else f"{found.quantity} > {threshold:g} {unit}"
        raise InputError(
            f"{THAT} '{text}': an estimate of {found.published:g} {unit} is published already; ask without a reading, "
            "or of a larger threshold"
        )


def date_row(study: Study, row: str, date: str) -> str:
    """The row of a date at the labels of a row of the quantity; the date alone where that names no label."""
    own = [name in study.dimensions_of[date] for name in study.file.dimensions]
    if split_row(row)[0] != row and row not in study.rows:
        raise InputError(f"{THAT}: there is no such row, {row}{suggest(row, study.rows)}")
    if split_row(row)[0] == row or not any(own):
        return date
    at = tuple(i * along for i, along in zip(study.rows[row][1], own, strict=True))
    return next(each for each, place in study.rows.items() if place == (date, at))


def dataset(
    core: RunCore, that: str | Sequence[str] | None, given: str | Sequence[str] | None, reading: str
) -> xr.Dataset:
    """The probability of the question of a run's study in a reading, on the draws of the run."""
    asked = ask(core.study, that, reading)
    texts = [asked.questions[0].condition], [*asked.given, *listed(GIVEN, given)]
    unit_of = {name: asked.study.unit(name) for name in asked.study.quantities}
    needed = conditions.quantities([each for part in texts for each in read_all(THAT, part, unit_of)])
    return probability_dataset(sample_of(recipe.partly_evaluated(asked.study, core.sampler, needed)), *texts)
