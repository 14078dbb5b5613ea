"""The definitions of quantities that differ between studies, as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

import numpy as np

from mcfrontier.analysis.estimates.estimates import SUMMARY_LEVELS
from mcfrontier.core.formatting import amount, label
from mcfrontier.core.kinds import SUMMARY_STATISTICS
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.hybrids.hybrid import CORRELATION, DIMENSION_PREFIX, EVIDENCE
from mcfrontier.runs.summary import Summary, summarise
from mcfrontier.study.study import Study

Formatter = Callable[[float, str, float], str]  # of a value, its unit and its Monte Carlo error


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


def amounts(found: Summary, formatter: Formatter = amount) -> list[str]:
    """Statistics with no more digits than their errors allow."""
    if found.probability:
        return [found.probability.text()]
    return [formatter(value, found.unit, found.errors[word]) for word, value in found.values.items()]
