"""Every quantity once, at the central values of the inputs."""

from __future__ import annotations

import json
import math
from typing import Any

from mcfrontier import units
from mcfrontier.study import Study


def point(study: Study) -> dict[str, dict[str, Any]]:
    """{name: {"unit", "value"}}, or {"unit", "dim", "labels", "values"} of what runs along a dimension; None where
    there is no figure. What runs along several dimensions has lists in "dim" and "labels", and nested "values"."""
    out = {}
    for name, x in study.centre().items():
        unit, own = study.unit(name), study.dimensions_of[name]
        shape = [len(study.page.dimensions[dimension]) for dimension in own]
        told = figures((x / units.scale(unit)).reshape(shape).tolist())
        labels = [study.page.dimensions[dimension] for dimension in own]
        if not own:
            out[name] = {"unit": unit, "value": told}
        elif len(own) == 1:
            out[name] = {"unit": unit, "dim": own[0], "labels": labels[0], "values": told}
        else:
            out[name] = {"unit": unit, "dim": list(own), "labels": labels, "values": told}
    return out


def rows_of(study: Study) -> dict[str, float | None]:
    """The targets row by row, each in its unit; None where there is no figure."""
    centre, out = study.centre(), {}
    for target in study.targets:
        scale = units.scale(study.unit(target))
        rows = {row: index for row, (name, index) in study.rows.items() if name == target}
        out |= {row: figures(float(centre[target][index][0] / scale)) for row, index in rows.items()}
    return out


def figures(values: Any) -> Any:
    """Numbers, or lists of them, as JSON can hold them."""
    if isinstance(values, list):
        return [figures(value) for value in values]
    return values if math.isfinite(values) else None


def point_json(study: Study) -> str:
    """The same as JSON text: {"quantities": {...}}."""
    return json.dumps({"quantities": point(study)}, indent=1, ensure_ascii=False, allow_nan=False)
