"""Planting a modelling fault into a shipped study, and what `check` finds in it."""

import tomllib
from pathlib import Path

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.family import REPORTED_KEYS
from mcfrontier.runs import consistency, lint, recipe
from mcfrontier.study import locate, priors_file

FAULTS = [
    {"kind": group["kind"], **fault}
    for group in tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))["faults"]
    for fault in group["plant"]
]
RETAINED_KEYS = ("unit", "source", "note", "by")  # of an entry whose numbers are replaced


def planted(fault):
    """The content of the priors file of a study with a fault."""
    path, _ = locate.find(fault["study"])
    page = locate.parse(path)
    stated = priors_file.load(fault["study"]).priors
    inputs, changed = page.setdefault("inputs", {}), {}

    def entry(name):
        """An entry of the study, its own or an inherited one, to be changed."""
        return changed.setdefault(name, dict(inputs.get(name) or (stated[name].stated if name in stated else {})))

    for name, factor in fault.get("scale", {}).items():
        changed[name] = {key: scaled(key, value, factor) for key, value in entry(name).items()}
    for name, text in fault.get("unit", {}).items():
        entry(name)["unit"] = text
    for name, number in fault.get("value", {}).items():
        value, *unit = number if isinstance(number, list) else [number]
        changed[name] = replaced(entry(name), unit, family="value", value=value)
    for name, (p5, p95, *unit) in fault.get("interval", {}).items():
        family = "logitnormal" if entry(name).get("unit") == "share" else "lognormal"
        changed[name] = replaced(entry(name), unit, family=family, p5=p5, p95=p95)
    for name, text in fault.get("source", {}).items():
        entry(name)["source"] = text
        changed[name].pop("note", None)
    same = {name: other for name, other in page.get("same", {}).items() if name not in changed}
    kept = {name: entry for name, entry in inputs.items() if name not in fault.get("drop", [])}
    return page | fault.get("keys", {}) | {"inputs": kept | changed, "same": same}


def scaled(key, value, factor):
    """A number of an entry times a factor, but for its sources and the range that they report."""
    if key in (*REPORTED_KEYS, "sources") or isinstance(value, bool | str):
        return value
    return [each * factor for each in value] if isinstance(value, list) else value * factor


def replaced(old, unit, **numbers):
    """An entry with other numbers, in its own unit or another."""
    kept = {key: old[key] for key in RETAINED_KEYS if key in old} | dict(zip(["unit"], unit, strict=False))
    return {"source": "a fault", **kept, **numbers}


def findings(page):
    """What `check` finds in the content of a priors file: its errors and its warnings."""
    try:
        study = recipe.resolved(mcf.load(page))
    except InputError as problem:
        assert "no target needs" not in str(problem), f"the fault itself is not complete: {problem}"
        return {str(problem)}
    contradiction = consistency.contradiction(study)
    return {*lint.of_file(study.file), *lint.of_study(study).warnings} | ({contradiction} if contradiction else set())
