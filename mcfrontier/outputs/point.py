"""Every quantity once, at the central values of the inputs."""

from __future__ import annotations

import math
from typing import Any

from mcfrontier import units
from mcfrontier.outputs.text import finite, json_text
from mcfrontier.study import Study


def point(study: Study) -> dict[str, dict[str, Any]]:
    """{name: {"unit", "value"}}, or {"unit", "dim", "labels", "values"} of what runs along a dimension; None where
    there is no figure. What runs along several dimensions has lists in "dim" and "labels", and nested "values"."""
    out = {}
    for name, x in study.centre().items():
        unit, own = study.unit(name), study.dimensions_of[name]
        shape = [len(study.page.dimensions[dimension]) for dimension in own]
        told = finite((x / units.scale(unit)).reshape(shape).tolist())
        labels = [study.page.dimensions[dimension] for dimension in own]
        if not own:
            out[name] = {"unit": unit, "value": told}
        elif len(own) == 1:
            out[name] = {"unit": unit, "dim": own[0], "labels": labels[0], "values": told}
        else:
            out[name] = {"unit": unit, "dim": list(own), "labels": labels, "values": told}
    return out


def point_json(study: Study) -> str:
    """The same as JSON text: {"quantities": {...}}."""
    return json_text({"quantities": point(study)})


def point_rows(study: Study) -> dict[str, tuple[float, str]]:
    """The rows of the targets that have a figure there, each in its unit."""
    centre, found = study.centre(), {}
    for target in study.targets:
        unit = study.unit(target)
        for row in (row for row, (name, _) in study.rows.items() if name == target):
            value = float(centre[target][study.rows[row][1]][0] / units.scale(unit))
            if math.isfinite(value):
                found[row] = (value, unit)
    return found
