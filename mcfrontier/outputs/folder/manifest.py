"""manifest.json: everything needed to reproduce the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError
from mcfrontier.core.jsontext import json_text
from mcfrontier.core.version import versions
from mcfrontier.outputs.folder.files import FORMAT, RUN_AGAIN, digest
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.diagnostics import capped, findings
from mcfrontier.study import locate
from mcfrontier.study.expressions.beliefs import beliefs_in, values_set
from mcfrontier.study.schema import Evidence
from mcfrontier.study.study import Study

PRIORS_FILE_KEYS = ("targets", "title", "question", "about", "price_year", "date")  # copied from the priors file


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=limits.LABEL_LENGTH)]
Count = Annotated[int, msgspec.Meta(ge=1, le=limits.DRAWS)]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
FileHash = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")]  # of a folder there is none
FileName = Annotated[str, msgspec.Meta(pattern=r"^\w[\w.-]*\Z", max_length=limits.NAME_LENGTH)]  # in the folder
Labels = Annotated[list[Name], msgspec.Meta(min_length=1, max_length=limits.LABELS)]


class Manifest(msgspec.Struct, frozen=True):
    """The keys of manifest.json. Older versions did not write those that have a default here."""

    study: str
    seed: int
    draws: Count
    sampler: Name
    method: Name
    targets: list[Name]
    set: dict[str, str]
    priors_sha256: Hash
    versions: dict[str, str]
    notes: list[str]
    correlation: dict[str, float]
    evidence: dict[str, dict[str, Any]]
    dimensions: Annotated[dict[str, Labels], msgspec.Meta(max_length=limits.DIMENSIONS)]
    inputs: dict[str, dict[str, Any]]
    draws_asked: Annotated[int, msgspec.Meta(ge=0, le=limits.DRAWS)] | None = None
    nested_seed: int | None = None
    points: int | None = None
    effective_draws: Annotated[float, msgspec.Meta(ge=1, le=limits.DRAWS)] | None = None
    given: list[str] = []
    as_of: date | None = None
    sobol_dimensions: dict[Name, int] = {}
    exact: bool = False
    own_model: bool = False
    page: dict[str, Any] = {}
    correlation_kind: str = "spearman"
    same: dict[str, str] = {}
    decision: dict[str, Any] | None = None
    disclosed: dict[str, dict[str, Any]] = {}
    priors: dict[str, str] = {}
    formulas: dict[str, str] = {}
    stated_formulas: dict[str, dict[str, str]] = {}
    capped: dict[str, float] = {}
    files: Annotated[dict[FileName, FileHash], msgspec.Meta(max_length=limits.RUN_FILES)] = {}

    @property
    def draws_left(self) -> int:
        """The number of draws of the results: given conditions alone, those that meet them."""
        return self.draws if self.evidence or self.effective_draws is None else round(self.effective_draws)

    def __post_init__(self) -> None:
        """Refuse a manifest without targets, labels that repeat, and entries with values of other types."""
        if not self.targets:
            raise ValueError("it has no targets")
        for name, labels in self.dimensions.items():
            if len({*labels}) < len(labels):
                raise ValueError(f"{name} has a label twice")
        msgspec.convert(self.evidence, dict[str, Evidence])
        msgspec.convert(self.page, Origin)
        for name, entry in self.inputs.items():
            check_entry(name, entry, self.dimensions)


class Origin(msgspec.Struct, frozen=True):
    """The keys of `page` that are read back: by which a priors file and the file in place of its table are found, and
    the year of its money."""

    command: str = ""
    table: str = ""
    stated_in: str = ""
    price_year: int | None = None


class EntryTexts(msgspec.Struct, frozen=True):
    """The keys of an entry of any family; the last three may have a text for each row."""

    family: str
    stated_in: str = ""
    by: str | None = None
    parts: list[dict[str, Any]] = []
    unit: str | list[str] = ""
    source: str | list[str] = ""
    note: str | list[str] = ""


def check_entry(name: str, entry: dict[str, Any], dimensions: Mapping[str, Sequence[str]]) -> None:
    """Refuse an entry with a text of another type, or with a list that has not one value for each label."""
    texts = msgspec.convert(entry, EntryTexts)
    if "by" not in entry:
        if list in map(type, (texts.unit, texts.source, texts.note)):
            raise ValueError(f"{name}: its unit, source or note is a list")
        return
    if texts.by is None or texts.by not in dimensions:
        raise ValueError(f"{name}: there is no dimension {texts.by!r}")
    for key, value in entry.items():
        if isinstance(value, list) and len(value) != len(dimensions[texts.by]):
            raise ValueError(f"{name}: {key} has {len(value)} values, and {texts.by} has {len(dimensions[texts.by])}")


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
        "nested_seed": run.sampler.nested_seed,
        "draws": run.sampler.draws,
        "draws_asked": run.sampler.requested,
        "sampler": run.sampler.kind,
        "method": run.method,
        "points": run.points,
        "effective_draws": run.resampled.effective if run.resampled else None,
        "as_of": None if file.as_of is None else file.as_of.isoformat(),
        "targets": study.targets,
        "set": {name: str(value) for name, value in values_set(study.pins).items()},
        **({"priors": beliefs} if (beliefs := beliefs_in(study.pins)) else {}),
        "own_model": study.own_model,
        "page": {
            "command": file.command,
            **({"table": file.table} if file.table else {}),
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
        "given": list(study.given),
        "decision": msgspec.to_builtins(file.decision),
        "disclosed": msgspec.to_builtins(file.disclosed),
        "dimensions": file.dimensions,
        "sobol_dimensions": run.sampler.dimensions,
        "inputs": {name: {"stated_in": locate.portable_path(p.where), **p.stated} for name, p in study.inputs.items()},
        "formulas": {name: study.nodes[name].formula for name in study.order},
        **({"stated_formulas": stated} if (stated := stated_formulas(study)) else {}),
        "capped": capped(run),
        "files": {each.name: digest(each) for each in sorted(path.parent.iterdir()) if each != path},
    }
    path.write_text(json_text(content) + "\n", encoding="utf-8")


def stated_formulas(study: Study) -> dict[str, dict[str, str]]:
    """The formulas of priors files that the run evaluates, in full."""
    found = {name: each for name, each in study.file.formulas.items() if name in study.order}
    return {
        name: {"stated_in": locate.portable_path(each.where), **msgspec.to_builtins(each.entry)}
        for name, each in found.items()
    }


def changed(path: Path, manifest: Manifest) -> bool:
    """Whether a file was edited since the run; False where the manifest, of an older version, has no hash."""
    return path.name in manifest.files and digest(path) != manifest.files[path.name]


def check_unchanged(path: Path, manifest: Manifest) -> None:
    """Refuse a file that was edited since the run."""
    if changed(path, manifest):
        raise InputError(f"{path}: damaged or edited, it is not as the run wrote it; {RUN_AGAIN}")
