"""The primary sources of a quantity: the shares of variance of its inputs, by the sources of these."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from textwrap import shorten
from typing import Any, NamedTuple

import numpy as np

from mcfrontier.analysis.sensitivity import shapley
from mcfrontier.analysis.sensitivity.variance import Shares
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import counted, split_row
from mcfrontier.distributions.mixture import Mixture
from mcfrontier.runs import recipe, sensitivity
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.load import load, loaded
from mcfrontier.runs.nested import nested_seed, places_of
from mcfrontier.study.lineage.errors import passed_on
from mcfrontier.study.lineage.sources import Rests
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study

DRAWS, POINTS = 2**13, 2**10  # of each study, and of each block of the shares
JUDGEMENT = "judgement"
TEXT_LENGTH = 60  # of the text of a source without an ID


class Origin(NamedTuple):
    """Where a part of the variance comes from: the ID of a source, or "" and its text; the entry; and the nested
    studies on the way."""

    id: str
    text: str
    entry: str
    path: tuple[str, ...] = ()


class Share(NamedTuple):
    """A share of variance and its Monte Carlo error."""

    value: float
    error: float = 0.0

    def times(self, other: Share) -> Share:
        """The product of two independent shares."""
        return Share(self.value * other.value, math.hypot(self.value * other.error, self.error * other.value))


Parts = list[tuple[Origin, Share]]


@dataclass(frozen=True)
class SourceShare:
    """A source with its share of variance, the entries that rest on it, and the nested studies on the way."""

    id: str
    title: str
    share: Share
    entries: list[str]
    path: list[str]


@dataclass(frozen=True)
class Lineage:
    """The sources of a row by share of the variance, the largest first; they sum to 1."""

    run: RunCore
    row: str
    scale: str
    sources: list[SourceShare]
    warning: str

    @property
    def unattributed(self) -> Share:
        """The share of entries that name no source by an ID."""
        return total([each.share for each in self.sources if not each.id])

    @property
    def content(self) -> dict[str, Any]:
        """The lineage as JSON values."""
        return {
            "study": self.run.study.name,
            "quantity": self.row,
            "unit": self.run.unit(self.row),
            "draws": self.run.sampler.draws,
            "scale": self.scale,
            "warning": self.warning,
            "sources": [
                {
                    "id": each.id or None,
                    "title": each.title,
                    "share": each.share.value,
                    "mc_error": each.share.error,
                    "entries": each.entries,
                    "path": each.path,
                }
                for each in self.sources
            ],
            "unattributed": self.unattributed.value,
        }


def total(shares: Sequence[Share]) -> Share:
    """The sum of independent shares."""
    return Share(sum(each.value for each in shares), math.hypot(*(each.error for each in shares)))


def lineage(source: str, row: str, as_of: date | None = None) -> Lineage:
    """The sources of a row of a study."""
    study = load(source, as_of=as_of)
    name = split_row(row)[0]
    if name not in study.quantities:
        study = load(source, targets=(*study.targets, name), as_of=as_of)
    rows = [each for each, (owner, _) in study.rows.items() if owner == name]
    if row not in rows and (row != name or len(rows) != 1):
        raise InputError(f"{row}: {name} has {counted(len(rows), 'row')}; name one, such as {rows[0]}")
    row = row if row in rows else rows[0]
    run = run_of(study, recipe.SEED)
    if not run.varies(row):
        raise InputError(f"{row}: nothing that it depends on is uncertain, so no source has a share; name another")
    shares = shares_of(run, row)
    by_source: dict[tuple[str, str], Parts] = {}
    for origin, share in parts_of(run, row, shares):
        by_source.setdefault((origin.id, origin.text), []).append((origin, share))
    found = [
        SourceShare(id, text, total([share for _, share in own]), entries_of(own), paths_of(own))
        for (id, text), own in by_source.items()
    ]
    found.sort(key=lambda each: -each.share.value)
    return Lineage(run, row, shares.scale, found, shares.warning)


def entries_of(own: Parts) -> list[str]:
    """The entries of origins, the largest share first, each behind the study that it is nested in."""
    names: dict[str, float] = {}
    for origin, share in own:
        name = ": ".join([*origin.path[-1:], origin.entry])
        names[name] = names.get(name, 0.0) + share.value
    return sorted(names, key=lambda each: -names[each])


def paths_of(own: Parts) -> list[str]:
    """The nested studies on the way to origins."""
    return list(dict.fromkeys(name for origin, _ in own for name in origin.path))


def run_of(study: Study, seed: int) -> RunCore:
    """A run with few draws, and few points for its shares."""
    return replace(recipe.run(study, draws=None if study.evidence else DRAWS, nested_seed=seed), points=POINTS)


def shares_of(run: RunCore, row: str) -> Shares:
    """The Shapley shares of a row, which sum to 1 whether inputs depend on each other or not."""
    return sensitivity.given(row, sensitivity.shares(run, row, design_of=shapley.design))


def parts_of(run: RunCore, row: str, shares: Shares, path: tuple[str, ...] = ()) -> Parts:
    """The origins of the variance of a row, down through nested studies, whose shares sum to 1."""
    found: Parts = []
    study, nested = run.study, NestedRuns(run)
    figures, errors = (each["share"].tolist() for each in (shares.figures, shares.errors))
    for name, figure, error in zip(shares.inputs, figures, errors, strict=True):
        if not figure:
            continue
        prior = study.inputs[name]
        for weight, rests, stated, entry in portions(run, row, prior):
            own = Share(figure, error).times(Share(weight))
            if stated.get("family") != "study":
                found += [
                    (origin, own.times(Share(each))) for origin, each in origins(study, rests, stated, entry, path)
                ]
                continue
            other, quantity = stated["study"], stated["quantity"]
            inner = nested(prior, other)
            below = parts_of(inner, quantity, shares_of(inner, quantity), (*path, other))
            found += [(origin, own.times(share)) for origin, share in below]
    return found


def nested_quantities(study: Study) -> Mapping[str, list[str]]:
    """The quantities to which a study refers, by nested study."""
    found: dict[str, list[str]] = {}
    for prior in study.inputs.values():
        for stated, _ in places_of(prior):
            names = found.setdefault(stated["study"], [])
            names += [name] if (name := split_row(stated["quantity"])[0]) not in names else []
    return found


@dataclass
class NestedRuns:
    """The runs of the studies that are nested in the study of a run, each run once."""

    run: RunCore
    known: dict[tuple[object, ...], RunCore] = field(default_factory=dict)

    def __call__(self, prior: Prior, name: str) -> RunCore:
        """The run of a study in which an input is nested, with the known errors of sources."""
        file, seed = self.run.study.file, nested_seed(self.run.sampler.seed, name)
        errors = passed_on(file, prior.stream)
        key = (name, *((each, source.error) for each, source in errors.items()))
        if key not in self.known:
            quantities = nested_quantities(self.run.study)[name]
            other = loaded(name, None, quantities, None, file.as_of, (), errors=errors)
            self.known[key] = run_of(other, seed)
        return self.known[key]


def portions(run: RunCore, row: str, prior: Prior) -> Iterator[tuple[float, tuple[str, ...], Mapping[str, Any], str]]:
    """The rows or the parts of an input: the share of each in that of the input, the IDs on which it rests, the entry
    or part, and its name. Rows share in proportion to their squared rank correlations with the row, parts by weight."""
    file = run.study.file
    rests = file.rests.get(prior.name, Rests())
    for id, name in file.errors.items():
        if prior.name == name:
            yield 1.0, (id,), {}, "its error"
            return
    if isinstance(prior.entry, Mixture):
        weights = np.array(prior.entry.weights or [1.0] * len(prior.entry.parts))
        for i, (weight, part) in enumerate(zip(weights / weights.sum(), prior.stated["parts"], strict=True)):
            source = {"source": prior.entry.source, **part}
            yield float(weight), rests.of_part(i), source, f"{prior.stream} ({part.get('name', i + 1)})"
    elif prior.labels and rests.rows:
        names = [each for each in prior.row_names if run.varies(each)]
        squares = np.array([sensitivity.rank_correlation(run, each, row) ** 2 for each in names])
        squares = np.maximum(np.nan_to_num(squares) - 1 / run.retained, 0)  # less what chance yields
        squares = squares if squares.any() else np.ones(len(names))
        ids = dict(zip(prior.row_names, rests.rows, strict=True))
        for weight, name in zip(squares / squares.sum(), names, strict=True):
            yield float(weight), ids[name], {"source": prior.entry.source}, name
    else:
        yield 1.0, rests.whole + rests.members, prior.stated, prior.stream


def origins(
    study: Study, ids: Sequence[str], stated: Mapping[str, Any], entry: str, path: tuple[str, ...]
) -> list[tuple[Origin, float]]:
    """The sources of an entry, of equal shares: those it names by ID, and a judgement where its text says so; else its
    text."""
    text = str(stated.get("source", ""))
    found = [Origin(each, study.file.sources[each].title, entry, path) for each in ids]
    if JUDGEMENT in text.lower():
        found.append(Origin("", JUDGEMENT, entry, path))
    found = found or [Origin("", shorten(text, TEXT_LENGTH, placeholder=" …"), entry, path)]
    return [(each, 1 / len(found)) for each in found]
