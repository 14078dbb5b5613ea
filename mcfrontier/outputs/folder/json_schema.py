"""The JSON schemas of percentiles.json and manifest.json."""

from __future__ import annotations

from typing import Any

import msgspec

from mcfrontier.analysis.estimates.estimates import STATISTICS
from mcfrontier.core import limits
from mcfrontier.outputs.folder.files import FORMAT, MANIFEST, PERCENTILES
from mcfrontier.outputs.folder.manifest import Manifest
from mcfrontier.outputs.folder.percentiles import Percentiles

TOP = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
NUMBER = {"type": ["number", "null"]}  # null is one that is not finite


def percentiles() -> dict[str, Any]:
    """The JSON schema of percentiles.json."""
    errors = {"type": "object", "additionalProperties": NUMBER | {"minimum": 0}, "required": [*STATISTICS]}
    own = {"unit": {"type": "string", "minLength": 1, "maxLength": limits.UNIT_LENGTH}, "mc_error": errors}
    row = {"type": "object", "properties": own, "additionalProperties": NUMBER}
    schema = of_file(Percentiles, PERCENTILES)
    schema["properties"]["quantities"]["additionalProperties"] = row | {"required": ["unit", *STATISTICS, "mc_error"]}
    return schema


def manifest() -> dict[str, Any]:
    """The JSON schema of manifest.json."""
    return of_file(Manifest, MANIFEST)


def of_file(content: type[msgspec.Struct], name: str) -> dict[str, Any]:
    """The schema of a file of a run, from the class that reads it."""
    text = msgspec.json.encode(msgspec.json.schema(content)).decode().replace(r"\\Z", "$")  # the same in ECMA 262
    found: dict[str, Any] = msgspec.json.decode(text)["$defs"][content.__name__]
    found["properties"] = {"format": {"const": FORMAT}} | found["properties"]
    found["required"] = ["format", *found["required"]]
    return TOP | found | {"title": f"{name} of mcfrontier", "description": f"The file {name} of a run."}
