"""Values of the quantities of a study, from those of its inputs: all in base units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from mcfrontier import graph
from mcfrontier.core.arrays import Array
from mcfrontier.study.prior import Prior
from mcfrontier.study.study import Study


def expand(study: Study, prior: Prior, values: Array) -> Array:
    """Values of an input with the dimensions of the study as leading axes, of length 1 where it does not vary."""
    shape = [len(prior.labels) or 1 if each == prior.entry.by else 1 for each in study.file.dimensions]
    return values.reshape(*shape, values.shape[-1])


def evaluate(study: Study, given: Mapping[str, Array]) -> dict[str, Array]:
    """Compute all quantities from the values of the inputs."""
    return graph.evaluate(study.nodes, study.order, given, list(study.file.dimensions))


def central_values(study: Study) -> dict[str, Array]:
    """Compute all quantities at the central values of the inputs: shape (dimensions..., 1)."""
    return evaluate(study, {name: expand(study, p, np.array(p.centres)[:, None]) for name, p in study.inputs.items()})


def input_medians(study: Study) -> dict[str, Array]:
    """The medians of the inputs: shape (dimensions..., 1)."""
    return {name: expand(study, prior, np.array(prior.medians)[:, None]) for name, prior in study.inputs.items()}


def missing_rows(study: Study) -> frozenset[str]:
    """The rows missing by design: a cell of a table is empty, and the central values yield NaN."""
    return rows_without_centre(study) if study.file.dimensions else frozenset()


@lru_cache(maxsize=16)
def rows_without_centre(study: Study) -> frozenset[str]:
    """The rows whose central values are NaN."""
    centre = central_values(study)
    along = {row: place for row, place in study.rows.items() if study.dimensions_of[place[0]]}
    return frozenset(row for row, (name, index) in along.items() if np.isnan(centre[name][index]).all())
