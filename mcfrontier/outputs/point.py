"""Every quantity once, at the central values of the inputs."""

from __future__ import annotations

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
