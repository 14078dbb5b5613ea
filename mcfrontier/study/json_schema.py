"""The JSON schema of a priors file: `python -m mcfrontier schema priors` prints it."""

from __future__ import annotations

from typing import Any

import msgspec

from mcfrontier.distributions.families import FAMILIES
from mcfrontier.distributions.family import PERCENTILE_PATTERN
from mcfrontier.study.schema import Decision, Disclosed, FileSchema, FormulaEntry, Resolution, Source, Table


def schema() -> dict[str, Any]:
    """The JSON schema of a priors file."""
    made = msgspec.json.schema(FileSchema)
    whole: dict[str, Any] = made["$defs"]["FileSchema"]
    _, kinds = msgspec.json.schema_components(FAMILIES.values(), ref_template="#/$defs/{name}")
    definitions = msgspec.json.schema_components(
        [Decision, Disclosed, FormulaEntry, Resolution, Source, Table], ref_template="#/$defs/{name}"
    )[1]
    whole["properties"]["inputs"]["additionalProperties"] = entry()
    whole["properties"]["disclosed"]["additionalProperties"] = {"$ref": "#/$defs/Disclosed"}
    whole["properties"]["formulas"]["additionalProperties"] = {"$ref": "#/$defs/FormulaEntry"}
    whole["properties"]["decision"] = {"$ref": "#/$defs/Decision"}
    whole["properties"]["resolution"] = {"$ref": "#/$defs/Resolution"}
    for key, stated in definitions["Resolution"]["properties"].items():
        several = {"anyOf": [stated, {"type": "array", "items": stated}]}
        definitions["Resolution"]["properties"][key] = several
    whole["properties"]["sources"]["additionalProperties"] = {"$ref": "#/$defs/Source"}
    whole["properties"]["tables"]["additionalProperties"] = {"$ref": "#/$defs/Table"}
    # a number may be a date or the name of a quantity; with `by`, that of a column, or a list with one for each label
    numbers = [{"type": "number"}, {"type": "array", "items": {"type": "number"}}]
    definitions["numbers"] = {"anyOf": [*numbers, {"type": "string", "pattern": r"^([A-Za-z_]\w*|\d{4}-\d{2}-\d{2})$"}]}
    part = {"type": "object", "properties": {"family": {"enum": list(FAMILIES)}, "name": {"type": "string"}}}
    ids = [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]  # of sources, or a column of them
    definitions["part"] = part | {"required": ["family"]}
    for kind in kinds.values():
        properties = kind["properties"]
        for key, stated in properties.items():
            options = [option for option in stated.get("anyOf", [stated]) if option != {"type": "null"}]
            own = options[0] if len(options) == 1 else {"anyOf": options}
            properties[key] = {"$ref": "#/$defs/numbers"} if numbers[0] in options else own
        for key in FAMILIES[properties["family"]["enum"][0]].texts if "family" in properties else ():
            properties[key] = {"anyOf": [properties[key], {"type": "array", "items": {"type": "string"}}]}
        if "family" in properties:
            properties["sources"] = {"anyOf": ids}
        for key in properties.keys() & {"where", "without"}:  # with `by`, also a list with one for each label
            properties[key] = {"anyOf": [properties[key], {"type": "array", "items": properties[key]}]}
        if properties.pop("percentiles", None):
            kind["patternProperties"] = {f"^{PERCENTILE_PATTERN}$": {"$ref": "#/$defs/numbers"}}
    top = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return top | whole | {"title": "A priors file of mcfrontier", "$defs": kinds | definitions}


def entry() -> dict[str, Any]:
    """The schema of an entry: that of its family alone, so that an error names the key at fault."""
    in_one_line = {"properties": {"is": {"type": "string"}}}
    families = [
        {
            "if": {"properties": {"family": {"const": name}}, "required": ["family"]},
            "then": {"$ref": f"#/$defs/{family.__name__}"},
        }
        for name, family in FAMILIES.items()
    ]
    by_family = {"properties": {"family": {"enum": [*FAMILIES]}}, "required": ["family"], "allOf": families}
    return {"type": "object", "if": {"required": ["is"]}, "then": in_one_line, "else": by_family}
