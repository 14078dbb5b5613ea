"""The point estimate: every quantity once, at the central values of the inputs."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier.core import units
from mcfrontier.core.jsontext import finite, json_text
from mcfrontier.study.study import Study


def point(study: Study) -> dict[str, dict[str, Any]]:
    """{name: {"unit", "value"}}, or {"unit", "dim", "labels", "values"} for a quantity along a dimension; None where
    there is no figure. Along several dimensions "dim" and "labels" are lists, and "values" is nested."""
    out: dict[str, dict[str, Any]] = {}
    for name, x in study.centre().items():
        unit, own = study.unit(name), study.dimensions_of[name]
        shape = [len(study.file.dimensions[dimension]) for dimension in own]
        value = finite((x / units.scale(unit)).reshape(shape).tolist())
        labels = [study.file.dimensions[dimension] for dimension in own]
        if not own:
            out[name] = {"unit": unit, "value": value}
        elif len(own) == 1:
            out[name] = {"unit": unit, "dim": own[0], "labels": labels[0], "values": value}
        else:
            out[name] = {"unit": unit, "dim": list(own), "labels": labels, "values": value}
    return out


def point_json(study: Study) -> str:
    """The same as JSON text: {"quantities": {...}}."""
    return json_text({"quantities": point(study)})


def point_rows(study: Study) -> dict[str, tuple[float, str]]:
    """The rows of the targets that have a figure, each with its value and its unit."""
    centre, found = study.centre(), {}
    for target in study.targets:
        unit = study.unit(target)
        for row in (row for row, (name, _) in study.rows.items() if name == target):
            value = float(centre[target][study.rows[row][1]][0] / units.scale(unit))
            if math.isfinite(value):
                found[row] = (value, unit)
    return found
