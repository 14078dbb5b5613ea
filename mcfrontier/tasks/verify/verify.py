"""Verification of a saved run: it is repeated from its manifest, and the two are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from mcfrontier.core.atomic import scratch_folder
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder import write
from mcfrontier.outputs.folder.files import DRAWS, MANIFEST, PERCENTILES
from mcfrontier.outputs.folder.percentiles import Percentiles, run_json
from mcfrontier.outputs.folder.saved import RunFolder, read_folder
from mcfrontier.outputs.libraries import PACKAGES
from mcfrontier.tasks.verify.differences import Gaps, find_gaps, of_csv, of_draws, of_json
from mcfrontier.tasks.verify.file_diff import DIFFERS, MISSING, SAME, SAME_BUT_HASHES, SAME_BYTES, compare_files
from mcfrontier.tasks.verify.manifest_diff import PRIORS_KEYS, Change, changes
from mcfrontier.tasks.verify.rebuild import current_study, from_manifest, run_like

IDENTICAL, WITHIN, CHANGED = "bit-identical", "same within Monte Carlo error", "changed"
REPORTS, CSV = ("report.pdf", "report.html"), "percentiles.csv"
NOT_COMPARED = f"not compared, since it takes {PACKAGES.replace(' ', ' and ')}"
NO_RESULTS = (MANIFEST, *REPORTS)  # files with versions and texts, which may differ where the results do not


@dataclass(frozen=True)
class Verification:
    """The comparison of a saved run with the repeated run.

    folder           the folder of the saved run
    verdict          IDENTICAL, WITHIN or CHANGED
    files            the result of comparing each file
    changes          the differences between the two manifests
    gaps             the differences between statistics
    targets          the rows of the targets
    edited           a text for each file that was edited, damaged or removed since the run
    with_old_priors  the verdict on a run with the priors of the manifest, which shows the effect of code and libraries
                     alone; "" if the priors are the same, or if the run cannot be repeated with the old ones
    """

    folder: Path
    verdict: str
    files: dict[str, str]
    changes: list[Change]
    gaps: Gaps
    targets: list[str]
    edited: list[str]
    with_old_priors: str = ""


def verify(folder: str | Path, progress: Progress = silent) -> Verification:
    """Repeat a saved run in a temporary folder and compare the two. Nothing is written into its folder."""
    old = read_folder(folder, allow_edited=True)
    edited = [f"{name} was edited or damaged" for name in old.edited_files]
    edited += [f"{name} was removed" for name in old.missing_files]
    with located(f"{old.folder}: the run cannot be repeated"):
        run = run_like(old, current_study(old), progress)
    with scratch_folder() as place:
        report, page = ((old.folder / name).exists() for name in REPORTS)
        write.write(run, place, report=report or page, page=page, draws=old.draws_as, progress=progress)
        new = read_folder(place)
        files = {name: compare_files(old, new, name) for name in write.WRITERS if is_of_run(name, old, new)}
        gaps = gaps_of(old, new, files)
        changed = changes(old.folder / MANIFEST, new.folder / MANIFEST)
        old.check_same_run()
    if report and write.report_problem():
        files[REPORTS[0]] = NOT_COMPARED
    if files[MANIFEST] == DIFFERS and not changed:
        files[MANIFEST] = SAME_BUT_HASHES
    verdict = CHANGED if edited else verdict_of(files, gaps, changed)
    priors_changed = verdict != IDENTICAL and any(change.of in PRIORS_KEYS for change in changed)
    with_old_priors = verdict_with_old_priors(old, progress) if priors_changed else ""
    return Verification(old.folder, verdict, files, changed, gaps, old.targets, edited, with_old_priors)


def is_of_run(name: str, old: RunFolder, new: RunFolder) -> bool:
    """Whether a file is in the folder of the run, or is written by every run."""
    optional = name in DRAWS or (name == REPORTS[0] and name not in old.missing_files)
    return (old.folder / name).exists() or (not optional and (new.folder / name).exists())


def gaps_of(old: RunFolder, new: RunFolder, files: dict[str, str]) -> Gaps:
    """The differences between the statistics of the files; those of draws are computed only if the draws differ."""
    found = find_gaps(of_json(old.percentiles, old.folder), of_json(new.percentiles, new.folder))
    if files[CSV] == DIFFERS:
        found |= find_gaps(of_csv(old.folder / CSV), of_csv(new.folder / CSV))
    if any(files.get(name) == DIFFERS for name in DRAWS) and {*old.rows} == {*new.rows}:
        found |= find_gaps(of_draws(old), of_draws(new))
    return found


def verdict_of(files: dict[str, str], gaps: Gaps, changed: list[Change]) -> str:
    """The verdict on the results, and on a report that differs although the manifests are the same."""
    if gaps.changed or (DIFFERS in map(files.get, REPORTS) and not changed):
        return CHANGED
    results = [result for name, result in files.items() if name not in NO_RESULTS]
    return IDENTICAL if {*results} <= {SAME_BYTES, SAME, MISSING} else WITHIN


def verdict_with_old_priors(old: RunFolder, progress: Progress) -> str:
    """The verdict on a run with the priors of the manifest, by the current code and libraries; "" if the run cannot be
    repeated so, or has other rows."""
    try:
        run = run_like(old, from_manifest(old.manifest), progress)
    except InputError:  # this version may refuse what an older one accepted
        return ""
    text = run_json(run)
    new = msgspec.json.decode(text, type=Percentiles)
    if [*new.quantities] != old.rows:
        return ""
    if f"{text}\n".encode() == (old.folder / PERCENTILES).read_bytes():
        return IDENTICAL
    return CHANGED if find_gaps(of_json(old.percentiles, old.folder), of_json(new, old.folder)).changed else WITHIN
