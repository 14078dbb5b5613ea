"""A finished run made again from its manifest: whether it says the same, and what has changed since."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mcfrontier import outputs, study
from mcfrontier.engine.blocks import Progress, silent
from mcfrontier.errors import InputError, located
from mcfrontier.finished import DRAWS, MANIFEST, PERCENTILES, Finished, Percentiles, finished
from mcfrontier.results import Run
from mcfrontier.study import Study
from mcfrontier.verification.again import as_told, found_again
from mcfrontier.verification.changes import BELIEFS, Change, changes
from mcfrontier.verification.contents import DIFFERS, MISSING, SAME, SAME_BYTES, SAME_WORDS, compared
from mcfrontier.verification.gaps import Gaps, gaps, of_csv, of_draws, of_json

IDENTICAL, WITHIN, CHANGED = "bit-identical", "same within Monte Carlo error", "changed"
TELLING = (MANIFEST, "report.pdf")  # these tell versions and words as well, and may differ where the results do not
CSV = "percentiles.csv"


@dataclass(frozen=True)
class Verification:
    """What a run made again says of the one in a folder.

    `files` says of each file how it compares, `changes` what the two manifests say differently, `gaps` by how much
    statistics differ; `targets` are the rows of what was asked; `touched` says which files are not as the run wrote
    them. `as_told` is how the folder compares with a run of
    the priors as its manifest tells them: what code and libraries did. It is "" where the priors are as they were, or
    where those cannot be made again.
    """

    folder: Path
    verdict: str
    files: dict[str, str]
    changes: list[Change]
    gaps: Gaps
    targets: list[str]
    touched: list[str]
    as_told: str = ""


def verify(folder: str | Path, progress: Progress = silent) -> Verification:
    """Make the run in a folder again, in a temporary folder, and compare the two. Nothing is written into the first."""
    old = finished(folder, edited_too=True)
    touched = [*(f"{name} was edited or damaged" for name in old.edited), *(f"{name} is gone" for name in old.gone)]
    with located(f"{old.folder}: it cannot be run again"):
        run = made(old, found_again(old), progress)
    with tempfile.TemporaryDirectory(prefix="mcfrontier-") as place:
        saved = any((old.folder / name).exists() for name in DRAWS)
        report = (old.folder / "report.pdf").exists()
        outputs.write(run, place, report=report, save_draws=saved, progress=progress)
        new = finished(place)
        files = {name: compared(old, new, name) for name in outputs.WRITERS if written(name, old, new)}
        found = differing(old, new, files)
        told = changes(old.folder / MANIFEST, new.folder / MANIFEST)
    if files[MANIFEST] == DIFFERS and not told:
        files[MANIFEST] = SAME_WORDS
    verdict = CHANGED if touched else judged(files, found, told)
    apart = verdict != IDENTICAL and any(change.of in BELIEFS for change in told)
    return Verification(
        old.folder, verdict, files, told, found, old.targets, touched, code_alone(old, progress) if apart else ""
    )


def made(old: Finished, believed: Study, progress: Progress) -> Run:
    """A study run as a finished run was."""
    asked = old.manifest
    return study.run(
        believed,
        draws=asked.draws_asked or asked.draws,
        seed=asked.seed,
        sampler=asked.sampler,
        method=asked.method,
        progress=progress,
    )


def written(name: str, old: Finished, new: Finished) -> bool:
    """Whether a file is one of the run's: it is in its folder, or is always written."""
    return (old.folder / name).exists() or (name not in DRAWS and (new.folder / name).exists())


def differing(old: Finished, new: Finished, files: dict[str, str]) -> Gaps:
    """How the statistics differ that the files tell: those of the draws are worked out where the draws differ."""
    found = gaps(of_json(old.percentiles, old.folder), of_json(new.percentiles, new.folder))
    if files[CSV] == DIFFERS:
        found |= gaps(of_csv(old.folder / CSV), of_csv(new.folder / CSV))
    if any(files.get(name) == DIFFERS for name in DRAWS) and {*old.rows} == {*new.rows}:
        found |= gaps(of_draws(old), of_draws(new))
    return found


def judged(files: dict[str, str], found: Gaps, told: list[Change]) -> str:
    """The verdict: on the results, and on a report that differs where nothing that is told has changed."""
    if found.changed or (files.get("report.pdf") == DIFFERS and not told):
        return CHANGED
    results = [how for name, how in files.items() if name not in TELLING]
    return IDENTICAL if {*results} <= {SAME_BYTES, SAME, MISSING} else WITHIN


def code_alone(old: Finished, progress: Progress) -> str:
    """How a run's percentiles compare with those of its priors as the manifest tells them, by today's code and
    libraries; "" where that is not the same question."""
    try:
        run = made(old, as_told(old.manifest), progress)
    except InputError:  # the code may refuse today what it took then
        return ""
    new = msgspec.json.decode(outputs.percentiles_json(run), type=Percentiles)
    if [*new.quantities] != old.rows:
        return ""
    if f"{outputs.percentiles_json(run)}\n".encode() == (old.folder / PERCENTILES).read_bytes():
        return IDENTICAL
    return CHANGED if gaps(of_json(old.percentiles, old.folder), of_json(new, old.folder)).changed else WITHIN
