"""The files of a run: one writer each, listed in WRITERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.atomic import check_folder, replacement
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder.files import MANIFEST
from mcfrontier.outputs.folder.manifest import write_manifest
from mcfrontier.outputs.folder.netcdf import write_draws
from mcfrontier.outputs.folder.percentiles import write_csv, write_json
from mcfrontier.outputs.folder.zarr import write_zarr
from mcfrontier.outputs.page.size import page_draws
from mcfrontier.runs.core import RunCore


def write_report(run: RunCore, path: Path) -> None:
    """Typeset the report; its modules are imported only here."""
    from mcfrontier.outputs.report import report

    report.write_report(run, path)


def write_page(run: RunCore, path: Path) -> None:
    """Write the page; its modules are imported only here."""
    from mcfrontier.outputs.page import page

    page.write_page(run, path)


WRITERS: dict[str, Callable[[RunCore, Path], None]] = {
    "percentiles.csv": write_csv,
    "percentiles.json": write_json,
    "draws.nc": write_draws,
    "draws.zarr": write_zarr,
    "report.pdf": write_report,
    "report.html": write_page,
    "manifest.json": write_manifest,
}
MAX_NUMBERS = 2**25  # in draws.nc; more, or draws that are not retained, are written on request only


def write(
    run: RunCore,
    folder: str | Path,
    report: bool = True,
    page: bool = True,
    save_draws: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write the files of a run into a folder of its own, and return them.

    They replace the files of an earlier run all or none: see `core.atomic`. Files that an earlier run wrote (its
    manifest is there) and this one does not write are removed. `report` writes the report, and with `page` its page,
    unless too many rows are uncertain for one; `save_draws` writes the draws even if there are many.
    """
    folder = check_folder(folder)
    in_memory = run.counted is None
    small = in_memory and run.sampler.draws * len(run.rows) <= MAX_NUMBERS
    included = {
        "report.pdf": report,
        "report.html": report and page and page_draws(run) > 0,
        "draws.nc": in_memory and (save_draws or small),
        "draws.zarr": save_draws and not in_memory,
    }
    skipped = [name for name, include in included.items() if not include]
    names = [name for name in WRITERS if name not in skipped]
    with replacement(folder, MANIFEST, skipped) as new, extremes_allowed():
        for name in progress(names, "writing files"):
            WRITERS[name](run, new / name)
    return [folder / name for name in names]
