"""manifest.json: everything needed to reproduce the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.version import versions
from mcfrontier.outputs.folder.files import FORMAT, RUN_AGAIN, digest
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import capped, findings
from mcfrontier.study import locate

PRIORS_FILE_KEYS = ("targets", "title", "question", "about", "price_year", "date")  # copied from the priors file


class Manifest(msgspec.Struct, frozen=True):
    """The keys of manifest.json. Older versions did not write those that have a default here."""

    study: str
    seed: int
    draws: int
    sampler: str
    method: str
    targets: list[str]
    set: dict[str, str]
    priors_sha256: str
    versions: dict[str, str]
    notes: list[str]
    correlation: dict[str, float]
    evidence: dict[str, Any]
    dimensions: dict[str, list[str]]
    inputs: dict[str, dict[str, Any]]
    draws_asked: int | None = None
    exact: bool = False
    own_model: bool = False
    page: dict[str, Any] = {}
    correlation_kind: str = "spearman"
    same: dict[str, str] = {}
    decision: dict[str, Any] | None = None
    disclosed: dict[str, dict[str, Any]] = {}
    formulas: dict[str, str] = {}
    capped: dict[str, float] = {}
    files: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a manifest without targets."""
        if not self.targets:
            raise ValueError("it has no targets")


def write_manifest(run: RunCore, path: Path) -> None:
    """Write the settings of the run, its priors, its formulas and the versions that computed it.

    It is the last file of a run: `files` lists the others, each with its hash. It has no date of the run and no name of
    a machine, so that the same run yields the same bytes.
    """
    study, file = run.study, run.study.file
    content = {
        "format": FORMAT,
        "study": study.name,
        "seed": run.sampler.seed,
        "draws": run.sampler.draws,
        "draws_asked": run.sampler.requested,
        "sampler": run.sampler.kind,
        "method": run.method,
        "targets": study.targets,
        "set": {name: str(value) for name, value in study.pins.items()},
        "own_model": study.own_model,
        "page": {
            "command": file.command,
            "stated_in": locate.portable_path(file.where) if file.command else "",
            **{key: msgspec.to_builtins(getattr(file.stated, key)) for key in PRIORS_FILE_KEYS},
        },
        "priors_sha256": file.digest,
        "versions": versions(),
        "notes": findings(run),
        "correlation_kind": file.correlation.kind,
        "correlation": {" ~ ".join(pair): value for pair, value in file.correlation.pairs.items()},
        "same": file.aliases,
        "evidence": {key: msgspec.to_builtins(seen) for key, seen in study.evidence.items()},
        "decision": msgspec.to_builtins(file.decision),
        "disclosed": msgspec.to_builtins(file.disclosed),
        "dimensions": file.dimensions,
        "sobol_dimensions": run.sampler.dimensions,
        "inputs": {name: {"stated_in": locate.portable_path(p.where), **p.stated} for name, p in study.inputs.items()},
        "formulas": {name: study.nodes[name].formula for name in study.order},
        "capped": capped(run),
        "files": {each.name: digest(each) for each in sorted(path.parent.iterdir()) if each != path},
    }
    path.write_text(json_text(content) + "\n", encoding="utf-8")


def changed(path: Path, manifest: Manifest) -> bool:
    """Whether a file was edited since the run; False where the manifest, of an older version, has no hash."""
    return digest(path) != manifest.files.get(path.name, digest(path))


def check_unchanged(path: Path, manifest: Manifest) -> None:
    """Refuse a file that was edited since the run."""
    if changed(path, manifest):
        raise InputError(f"{path}: damaged or edited, it is not as the run wrote it; {RUN_AGAIN}")
