"""The point estimate: every quantity once, at the central values of the inputs."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier.core import units
from mcfrontier.core.jsontext import finite, json_text
from mcfrontier.study.study import Study
from mcfrontier.study.values import central_values


def point(study: Study) -> dict[str, dict[str, Any]]:
    """{name: {"unit", "value"}}, or {"unit", "dim", "labels", "values"} for a quantity along a dimension; None where
    there is no figure. Along several dimensions "dim" and "labels" are lists, and "values" is nested."""
    out: dict[str, dict[str, Any]] = {}
    for name, x in central_values(study).items():
        unit, own = study.unit(name), list(study.dimensions_of[name])
        labels = [study.file.dimensions[dimension] for dimension in own]
        value = finite((x / units.scale(unit)).reshape([len(each) for each in labels]).tolist())
        along = {"dim": own, "labels": labels} if len(own) > 1 else {"dim": own[0], "labels": labels[0]} if own else {}
        out[name] = {"unit": unit, **along, "values" if own else "value": value}
    return out


def point_json(study: Study) -> str:
    """The same as JSON text: {"quantities": {...}}."""
    return json_text({"quantities": point(study)})


def point_rows(study: Study) -> dict[str, tuple[float, str]]:
    """The rows of the targets that have a figure, each with its value and its unit."""
    centre, found = central_values(study), {}
    for target in study.targets:
        unit = study.unit(target)
        for row, (name, index) in study.rows.items():
            if name == target and math.isfinite(value := float(centre[name][index][0] / units.scale(unit))):
                found[row] = (value, unit)
    return found
