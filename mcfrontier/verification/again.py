"""The study of a finished run, found again: by its file, or made from what the manifest tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcfrontier import files, study
from mcfrontier.errors import InputError, suggest
from mcfrontier.finished import Finished, Manifest
from mcfrontier.study import Study


def found_again(old: Finished) -> Study:
    """The study of a run as it is believed today, with the targets and pins of then."""
    told = old.manifest
    if told.exact or (told.sampler == "sobol" and told.draws & (told.draws - 1)):
        how = "with --exact" if told.exact else "with more than 16 randomisations"
        raise InputError(f"it was made {how}, which this version does not do any more; make the run again")
    if told.own_model:
        raise InputError(f"{old.folder}: its graph was given from Python, and no folder holds it; run it again there")
    if told.page and not told.page.get("command"):
        raise InputError(f"{old.folder}: its priors were given from Python, not by a file; run it again there")
    return study.load(source(told), targets=told.targets, set=told.set)


def source(told: Manifest) -> str:
    """What `run` takes to find the study of a run: the word it was found by, else its file, else its name."""
    words = [word for word in (told.page.get("command"), told.page.get("stated_in"), told.study) if word]
    there = {word: path for word in words if (path := place_of(word))}
    if not there:
        stated = f", nor in {told.page.get('stated_in')}" if told.page else ""
        known = suggest(told.study, files.runnable())
        raise InputError(
            f"there is no study '{told.study}'{stated}; stand where it was run, or put its file back{known}"
        )
    as_then = [word for word, path in there.items() if path == told.page.get("stated_in")]
    return next(iter(as_then or there))


def place_of(word: str) -> str:
    """The file that a word finds, as manifests tell it; "" if it finds none."""
    try:
        return files.kept(files.shown(files.find(word)[0]))
    except InputError:
        return ""


def as_told(told: Manifest) -> Study:
    """A study of the beliefs that a manifest tells, whatever its file says today.

    Its inputs are all that the targets reached, each in full, so they stand for the file and for all it extends.
    """
    drawn = {name for name, entry in told.inputs.items() if entry.get("family") != "value"}
    pairs = {pair: value for pair, value in told.correlation.items() if {*pair.split(" ~ ")} <= drawn}
    page = {
        "targets": told.targets,
        "dimensions": told.dimensions,
        "same": {name: other for name, other in told.same.items() if name in told.formulas},
        "inputs": {name: entry_of(entry) for name, entry in told.inputs.items()},
        "correlation": {"kind": told.correlation_kind, **pairs},
        "evidence": told.evidence,
    }
    made = study.load(page)
    return replace(made, page=replace(made.page, name=told.study))


def entry_of(told: dict[str, Any]) -> dict[str, Any]:
    """An entry as a priors file may state it. What was read from a sample's file, or worked out of another study, is
    told by its values, and these alone state it."""
    entry = {word: value for word, value in told.items() if word != "stated_in"}
    if entry.get("family") in ("empirical", "study"):
        read = ("file", "column", "study", "quantity")
        return {word: value for word, value in entry.items() if word not in read} | {"family": "empirical"}
    return entry | {"parts": [entry_of(part) for part in entry["parts"]]} if "parts" in entry else entry
