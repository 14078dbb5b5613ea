"""The study of a saved run, from its priors file or from its manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder.manifest import Manifest
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs import recipe
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.load import load
from mcfrontier.sampling import SAMPLERS
from mcfrontier.study import locate
from mcfrontier.study.study import Study

NO_GRAPH = "its graph was given from Python, and no folder holds it; run it again there"


def current_study(old: RunFolder) -> Study:
    """The study of a run with its current priors and the targets and pins of the run."""
    manifest = old.manifest
    check_plan(manifest)
    if manifest.own_model:
        raise InputError(f"{old.folder}: {NO_GRAPH}")
    if manifest.page and not manifest.page.get("command"):
        raise InputError(f"{old.folder}: its priors were given from Python, not by a file; run it again there")
    return load(
        source_of(manifest),
        targets=manifest.targets,
        set=manifest.set,
        priors=manifest.priors,
        as_of=manifest.as_of,
        table=manifest.page.get("table") or None,
        given=manifest.given,
    )


def check_plan(manifest: Manifest) -> None:
    """Refuse a run with a sampling plan that this version no longer has."""
    if manifest.sampler not in SAMPLERS:
        raise InputError(f"{manifest.sampler}: this version has no such sampler; make the run again")
    if manifest.exact or (SAMPLERS[manifest.sampler].quasi_random and manifest.draws & (manifest.draws - 1)):
        how = "with --exact" if manifest.exact else "with more than 16 randomisations"
        raise InputError(f"it was made {how}, which this version no longer supports; make the run again")
    if sorted(manifest.sobol_dimensions.values()) != [*range(len(manifest.sobol_dimensions))]:
        raise InputError("its inputs have other Sobol dimensions than this version gives them; make the run again")


def source_of(manifest: Manifest) -> str:
    """The argument of `run` that finds the study of a run: the original argument, else its file, else its name."""
    page = manifest.page
    candidates = (page.get("command"), page.get("stated_in"), manifest.study)
    words = [word for word in candidates if word and isinstance(word, str)]
    found = {word: path for word in words if (path := place_of(word))}
    if not found:
        stated = f", nor in {page.get('stated_in')}" if page else ""
        known = suggest(manifest.study, locate.runnable())
        raise InputError(
            f"there is no study '{manifest.study}'{stated}; go to the directory of the run, or put its file back{known}"
        )
    original = [word for word, path in found.items() if path == page.get("stated_in")]
    return next(iter(original or found))


def place_of(word: str) -> str:
    """The file that a word finds, as in a manifest; "" if it finds none."""
    try:
        return locate.portable_path(locate.display_path(locate.find(word)[0]))
    except InputError:
        return ""


def from_manifest(manifest: Manifest) -> Study:
    """A study with the priors of a manifest, whatever its file states today.

    The inputs of a manifest are all that the targets need, each in full, so they replace the file and all it extends.
    """
    uncertain = {name for name, entry in manifest.inputs.items() if entry.get("family") != "value"}
    pairs = {pair: value for pair, value in manifest.correlation.items() if {*pair.split(" ~ ")} <= uncertain}
    page = {
        "targets": manifest.targets,
        "dimensions": manifest.dimensions,
        "same": {name: other for name, other in manifest.same.items() if name in manifest.formulas},
        "formulas": {name: entry_of(each) for name, each in manifest.stated_formulas.items()},
        "inputs": {name: entry_of(entry) for name, entry in manifest.inputs.items()},
        "correlation": {"kind": manifest.correlation_kind, **pairs},
        "evidence": {key: without_year(seen) for key, seen in manifest.evidence.items()},
    }
    study = load(page, as_of=manifest.as_of, given=manifest.given)
    sampled = tuple(sorted(manifest.sobol_dimensions, key=manifest.sobol_dimensions.__getitem__))
    return replace(study, file=replace(study.file, name=manifest.study), sampled=sampled)


def rebuild(old: RunFolder) -> RunCore:
    """Repeat a saved run with the priors of its manifest and the formulas of this version."""
    if old.manifest.own_model:
        raise InputError(f"{old.folder}: {NO_GRAPH}")
    with located(str(old.folder)):
        check_plan(old.manifest)
    return run_like(old, from_manifest(old.manifest), silent)


def run_like(old: RunFolder, study: Study, progress: Progress) -> RunCore:
    """Run a study with the draws, seed, sampler and method of a saved run."""
    plan = old.manifest
    return recipe.run(
        study,
        draws=plan.draws_asked or plan.draws,
        seed=plan.seed,
        nested_seed=plan.nested_seed,
        sampler=plan.sampler,
        method=plan.method,
        points=plan.points,
        progress=progress,
    )


def entry_of(stated: dict[str, Any]) -> dict[str, Any]:
    """An entry of a manifest as a priors file may state it. A sample and a
    reference class of a file are stated by their rows alone."""
    entry = {word: value for word, value in without_year(stated).items() if word != "stated_in"}
    if entry.get("family") in ("empirical", "reference"):
        return {word: value for word, value in entry.items() if word not in ("file", "column")}
    return entry | {"parts": [entry_of(part) for part in entry["parts"]]} if "parts" in entry else entry


def without_year(stated: dict[str, Any]) -> dict[str, Any]:
    """An entry or evidence of a manifest, whose amounts are in money of the price year of the run."""
    return {word: value for word, value in stated.items() if word != "money_year"}
