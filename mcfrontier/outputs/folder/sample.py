"""The draws of a saved run, on which conditions are evaluated, and those that meet some."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from msgspec.structs import replace

from mcfrontier.analysis.estimates import estimates
from mcfrontier.analysis.estimates.estimates import LEVELS, STATISTICS
from mcfrontier.analysis.estimates.importance import arranged
from mcfrontier.analysis.estimates.probability import probability
from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.kinds import EVENT
from mcfrontier.outputs.folder.layout import Groups, StoredDraws
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs.conditions import GIVEN
from mcfrontier.runs.events import Sample, check_left, check_single, read_all, truth
from mcfrontier.runs.summary import Summaries, Summary, event_summary
from mcfrontier.study.study import Row


def sample_of_folder(run: RunFolder) -> Sample:
    """The draws of a saved run; each quantity is read when it is first used."""
    dimensions = run.manifest.dimensions
    unit_of = {name: run.unit(run.owners[name][0]) for name in run.quantities}

    def shape(name: str) -> tuple[int, ...]:
        own = run.dimensions_of[name]
        return tuple(len(labels) if each in own else 1 for each, labels in dimensions.items())

    def values(name: str) -> Array:
        x = np.stack([run.samples(row) for row in run.owners[name]])
        return x.reshape(*shape(name), -1) * units.scale(unit_of[name])

    rows: dict[str, Row] = {}
    for name in run.quantities:
        rows |= {row: (name, at) for row, at in zip(run.owners[name], np.ndindex(*shape(name)), strict=True)}
    return Sample(
        dimensions=dimensions,
        dimensions_of=run.dimensions_of,
        unit_of=unit_of,
        events=frozenset(name for name in run.quantities if run.kind(run.owners[name][0]) is EVENT),
        rows=rows,
        values=values,
        draws=run.manifest.draws_left,
        effective=run.manifest.effective_draws or math.inf,
    )


class SelectedDraws:
    """Some of the draws of an array of a file, all of which are read at the first use."""

    def __init__(self, stored: StoredDraws, index: Array) -> None:
        self.stored, self.index = stored, index
        self.shape = (1, index.size, *stored.array.shape[2:])

    @cached_property
    def draws(self) -> Array:
        """The draws: (1, draws, dimensions...)."""
        return self.stored.read()[:, self.index]

    def __getitem__(self, places: Any) -> Array:
        found: Array = self.draws[places]
        return found


@dataclass(frozen=True)
class GivenFolder(RunFolder):
    """A saved run, `whole`, of whose draws only those at an index are used; all statistics are computed from them."""

    whole: RunFolder = field(kw_only=True, repr=False)
    index: Array = field(kw_only=True, repr=False, compare=False)

    @cached_property
    def summary(self) -> Mapping[str, Summary]:
        return Summaries(self.percentiles.quantities, self.computed)

    def computed(self, row: str) -> Summary:
        """The statistics of the draws of a row; of an event the probability first."""
        stated = self.whole.summary[row]
        draws = self.samples(row)
        found = estimates.with_errors(draws[:1] if stated.values["sd"] == 0 else draws, LEVELS)
        values, errors = (dict(zip(STATISTICS, part.tolist(), strict=True)) for part in found)
        if stated.kind is not EVENT:
            return Summary(stated.unit, values, errors)
        own = event_summary(stated.unit, probability(draws, self.manifest.effective_draws or math.inf))
        return own._replace(values=own.values | values, errors=own.errors | errors)

    @cached_property
    def groups(self) -> Groups:
        prior, after = self.whole.groups["prior"], self.whole.variables
        chosen = {name: each._replace(array=SelectedDraws(each, self.index)) for name, each in after.items()}
        return {"prior": prior, "posterior": chosen}


def given_folder(run: RunFolder, texts: Sequence[str]) -> RunFolder:
    """A saved run with those of its draws alone that meet conditions."""
    if not texts:
        return run
    sample = sample_of_folder(run)
    conditions = read_all(GIVEN, texts, sample.unit_of)
    check_single(conditions, sample)
    found = truth(conditions, sample, GIVEN)
    check_left(found, conditions, sample)
    holds = np.broadcast_to(found.holds.ravel(), sample.draws)
    index, manifest = arranged(holds), run.manifest
    effective = min(1.0, sample.effective / sample.draws) * index.size
    note = f"given {' and '.join(map(repr, texts))}: {index.size:,} of {sample.draws:,} draws are left"
    manifest = replace(
        manifest, given=[*manifest.given, *texts], effective_draws=effective, notes=[*manifest.notes, note]
    )
    percentiles = replace(run.percentiles, integrated={})
    return GivenFolder(run.folder, manifest, percentiles, run.allow_edited, run.stamp, whole=run, index=index)
