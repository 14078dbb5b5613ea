"""Probabilities of events of a study or of a saved run, also given conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcfrontier.analysis.estimates.probability import Probability
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder.files import FORMAT
from mcfrontier.outputs.folder.sample import sample_of_folder
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs import recipe
from mcfrontier.runs.conditions import CONDITION_FORM, GIVEN, Condition, quantities
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
from mcfrontier.runs.load import Day, Priors, changes, load
from mcfrontier.runs.recipe import SAMPLER, SEED
from mcfrontier.sampling import streams

READING = "true"  # how events are decided: by the value of the quantity


@dataclass(frozen=True)
class Row:
    """The probability of an event, or of all events together, in a row: `row` has its labels, "" for a single row."""

    that: str | None
    row: str
    probability: Probability


@dataclass(frozen=True)
class Answer:
    """The probabilities of events.

    study, seed, draws  of the run
    given               the conditions that draws must meet
    events, together    the rows of each event, and of all events together
    notes               warnings, one sentence each
    """

    study: str
    seed: int
    draws: int
    given: tuple[str, ...]
    events: tuple[Row, ...]
    together: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def of_folder(run: RunFolder, that: Sequence[str], given: Sequence[str] = ()) -> Answer:
    """The probabilities of events in the draws of a saved run."""
    sample = sample_of_folder(run)
    found = rows(sample, *parsed(that, given, sample.unit_of))
    head = run.manifest
    return Answer(head.study, head.seed, head.draws, tuple(given), *found, tuple(head.notes))


def of_study(
    source: str,
    that: Sequence[str],
    given: Sequence[str] = (),
    *,
    set: Mapping[str, str | float] | None = None,
    priors: Priors | None = None,
    as_of: Day | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    progress: Progress = silent,
) -> Answer:
    """The probabilities of events in a study, of which only the quantities of the conditions are evaluated.

    Where draws must meet conditions, they are doubled, up to 2^20, until 2,000 are left.
    """
    set = changes(set, priors)
    study = load(source, set=set, as_of=as_of)
    unit_of = {name: node.unit for name, node in study.nodes.items()}
    unit_of |= {name: prior.entry.unit for name, prior in study.file.priors.items()}
    events, conditions = parsed(that, given, unit_of)
    needs = quantities((*events, *conditions))
    if any(name not in study.quantities for name in needs):
        study = load(source, targets=(*study.targets, *needs), set=set, as_of=as_of)
    study = recipe.resolved(study, seed)
    requested = count = study.draws if draws is None else draws
    while True:
        plan = streams.sampler(sampler, seed, count, study.sampled)
        sample = sample_of(recipe.partly_evaluated(study, plan, needs, progress))
        left = least_left(truth(conditions, sample, GIVEN), sample) if conditions else ENOUGH_DRAWS
        if left >= ENOUGH_DRAWS or 2 * plan.draws > MAX_GIVEN_DRAWS:
            break
        count = 2 * plan.draws
    found = rows(sample, events, conditions)
    doubled = [doubled_text(plan.draws, left)] * (count != requested)
    return Answer(study.name, plan.seed, plan.draws, tuple(given), *found, (*study.notes, *plan.notes, *doubled))


def parsed(
    that: Sequence[str], given: Sequence[str], unit_of: Mapping[str, str]
) -> tuple[list[Condition], list[Condition]]:
    """The events and the conditions of their texts."""
    events, conditions = read_all(THAT, that, unit_of), read_all(GIVEN, given, unit_of)
    if not events:
        raise InputError(f"that: an event is missing; {CONDITION_FORM}")
    return events, conditions


def rows(
    sample: Sample, events: Sequence[Condition], conditions: Sequence[Condition]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """The rows of each event, and those of all together, among the draws that meet the conditions."""
    assumed = truth(conditions, sample, GIVEN) if conditions else None
    if assumed is not None:
        check_left(assumed, conditions, sample)

    def of(those: Sequence[Condition], text: str | None) -> Iterator[Row]:
        for row, found in probabilities(truth(those, sample, THAT), assumed, sample).items():
            yield Row(text, row, found)

    each = (row for event in events for row in of([event], event.text))
    return tuple(each), tuple(of(events, None))


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
    return {"row": row.row or None, "reading": READING, **figures(row.probability)}
