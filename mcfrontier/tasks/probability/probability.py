"""Probabilities of events of a study or of a saved run, also given conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.folder.sample import sample_of_folder
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs import recipe
from mcfrontier.runs.conditions import CONDITION_FORM, GIVEN, Condition, quantities, units_as_stated
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.events import (
    ENOUGH_DRAWS,
    MAX_GIVEN_DRAWS,
    THAT,
    Sample,
    check_left,
    doubled_text,
    figures,
    least_left,
    probabilities,
    read_all,
    sample_of,
    truth,
)
from mcfrontier.runs.load import Day, Priors, changes, load, retargeted
from mcfrontier.runs.readings import Question, ask
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.runs.resolution import TRUE, notes, stated
from mcfrontier.sampling import streams
from mcfrontier.study.study import Study

Event = tuple[Question, Condition]


@dataclass(frozen=True)
class Row:
    """The probability of an event, or of all events together, in a row: `row` has its labels, "" for a single row.

    `reading` is how the event is decided: "true" by the value of the quantity. `quantity` is the first row or quantity
    that the event is about.
    """

    that: str | None
    row: str
    probability: Probability
    reading: str = TRUE
    quantity: str = ""


@dataclass(frozen=True)
class Answer:
    """The probabilities of events.

    study, seed, draws  of the run
    given               the conditions that draws must meet
    events, together    the rows of each event, and of all events together
    notes               warnings, one sentence each
    loaded, run         a study as it was loaded, and its run; None of a saved run
    """

    study: str
    seed: int
    draws: int
    given: tuple[str, ...]
    events: tuple[Row, ...]
    together: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    loaded: Study | None = field(default=None, repr=False)
    run: RunCore | None = field(default=None, repr=False)


def of_folder(run: RunFolder, that: Sequence[str], given: Sequence[str] = ()) -> Answer:
    """The probabilities of events in the draws of a saved run."""
    sample = sample_of_folder(run)
    found = rows(sample, *parsed([Question(text, text) for text in that], given, sample.unit_of))
    head = run.manifest
    return Answer(head.study, head.seed, head.draws, tuple(given), *found, tuple(head.notes))


def of_study(
    source: str,
    that: Sequence[str],
    given: Sequence[str] = (),
    reading: str | None = None,
    *,
    set: Mapping[str, str | float] | None = None,
    priors: Priors | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    progress: Progress = silent,
) -> Answer:
    """The probabilities of events in a study, of which only the quantities of the conditions are evaluated; in one
    reading or, without an event, in each, given that nothing is published yet.

    Where draws must meet conditions, they are doubled, up to 2^20, until 2,000 are left.
    """
    loaded = study = load(source, set=changes(set, priors), as_of=as_of)
    requested = count = study.draws if draws is None else draws
    questions = [Question(text, text) for text in that]
    if reading is not None or (not that and stated(study.file)):
        study, questions, unpublished = ask(study, that, reading)
        given = [*unpublished, *given]
    events, conditions = parsed(questions, given, units_as_stated(study))
    needs = quantities((*(event for _, event in events), *conditions))
    if any(name not in study.quantities for name in needs):
        study = retargeted(study, (*study.targets, *needs), {})
    study = recipe.resolved(study, seed)
    while True:
        plan = streams.sampler(sampler, seed, count, study.sampled)
        run = recipe.partly_evaluated(study, plan, needs, progress)
        sample = sample_of(run)
        left = least_left(truth(conditions, sample, GIVEN), sample) if conditions else ENOUGH_DRAWS
        if left >= ENOUGH_DRAWS or 2 * plan.draws > MAX_GIVEN_DRAWS:
            break
        count = 2 * plan.draws
    found = rows(sample, events, conditions)
    doubled = [doubled_text(plan.draws, left)] * (count != requested)
    remarks = [text for text in study.notes if text not in notes(study, study.targets)] + notes(study, needs)
    return Answer(
        study.name, plan.seed, plan.draws, tuple(given), *found, (*remarks, *plan.notes, *doubled), loaded, run
    )


def parsed(
    questions: Sequence[Question], given: Sequence[str], unit_of: Mapping[str, str]
) -> tuple[list[Event], list[Condition]]:
    """The events and the conditions of their texts."""
    if not questions:
        raise InputError(f"that: an event is missing; {CONDITION_FORM}")
    events = read_all(THAT, [each.condition for each in questions], unit_of)
    return list(zip(questions, events, strict=True)), read_all(GIVEN, given, unit_of)


def rows(
    sample: Sample, events: Sequence[Event], conditions: Sequence[Condition]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows of each event, and those of all together, unless these are several readings, among the draws that meet
    the conditions."""
    assumed = truth(conditions, sample, GIVEN) if conditions else None
    if assumed is not None:
        check_left(assumed, conditions, sample)

    def of(those: Sequence[Condition], text: str | None, reading: str) -> Iterator[Row]:
        for row, found in probabilities(truth(those, sample, THAT), assumed, sample).items():
            yield Row(text, row, found, reading, those[0].row)

    each = (row for asked, event in events for row in of([event], asked.text, asked.reading))
    readings = {asked.reading for asked, _ in events}
    return tuple(each), tuple(of([event for _, event in events], None, *readings)) if len(readings) == 1 else ()


def answer_json(found: Answer) -> str:
    """Probabilities as JSON text, in the format that docs/probability.md describes."""
    content = {
        "format": FORMAT,
        "study": found.study,
        "draws": found.draws,
        "seed": found.seed,
        "given": list(found.given),
        "events": [{"that": row.that, **row_json(row)} for row in found.events],
        "all": [row_json(row) for row in found.together],
    }
    return json_text(content)


def row_json(row: Row) -> dict[str, Any]:
    """A row; a number that is not finite is null."""
    return {"row": row.row or None, "reading": row.reading, **figures(row.probability)}
