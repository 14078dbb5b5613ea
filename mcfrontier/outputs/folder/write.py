"""The files of a run: one writer each, listed in WRITERS."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from mcfrontier.core.arrays import extremes_allowed
from mcfrontier.core.atomic import check_folder, replacement
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.progress import Progress, silent
from mcfrontier.outputs.folder.files import DRAWS, MANIFEST
from mcfrontier.outputs.folder.layout import DTYPE, NO_DRAWS, SINGLE
from mcfrontier.outputs.folder.manifest import write_manifest
from mcfrontier.outputs.folder.netcdf import write_draws
from mcfrontier.outputs.folder.percentiles import write_csv, write_json
from mcfrontier.outputs.folder.zarr import write_zarr
from mcfrontier.outputs.page.size import page_draws
from mcfrontier.runs.core import RunCore


def report_problem() -> str:
    """Why no report can be made, in one line; "" where the packages that make it are installed."""
    from mcfrontier.outputs.libraries import check_packages

    try:
        check_packages("no report.pdf")
    except InputError as problem:
        return str(problem)
    return ""


def write_report(run: RunCore, path: Path) -> None:
    """Typeset the report; its modules are imported only here."""
    from mcfrontier.outputs.report import report

    report.write_report(run, path)


def write_page(run: RunCore, path: Path) -> None:
    """Write the page; its modules are imported only here."""
    from mcfrontier.outputs.page import page

    page.write_page(run, path)


WRITERS: dict[str, Callable[..., None]] = {  # the draws also take the type of their numbers
    "percentiles.csv": write_csv,
    "percentiles.json": write_json,
    "draws.nc": write_draws,
    "draws.zarr": write_zarr,
    "report.pdf": write_report,
    "report.html": write_page,
    "manifest.json": write_manifest,
}
MAX_NUMBERS = 2**25  # in draws.nc; more, or draws that are not retained, are written on request only
AUTO = "auto"
DRAWS_AS = (AUTO, DTYPE, SINGLE, NO_DRAWS)


def write(
    run: RunCore,
    folder: str | Path,
    report: bool = True,
    page: bool = True,
    draws: str = AUTO,
    progress: Progress = silent,
) -> list[Path]:
    """Write the files of a run into a folder of its own, and return them.

    They replace the files of an earlier run all or none: see `core.atomic`. Files that an earlier run wrote (its
    manifest is there) and this one does not write are removed. `report` writes the report, and with `page` its page,
    unless too many rows are uncertain for one; `draws` is the type of the draws in their file, NO_DRAWS for no file, or
    AUTO for DTYPE unless there are many. There is no report.pdf where `report_problem` states why.
    """
    folder = check_folder(folder)
    if draws not in DRAWS_AS:
        raise InputError(f"draws = {draws!r}: one of {', '.join(DRAWS_AS)} is expected{suggest(draws, DRAWS_AS)}")
    in_memory = run.counted is None
    small = in_memory and run.sampler.draws * len(run.rows) <= MAX_NUMBERS
    save_draws = draws in (DTYPE, SINGLE) or (draws == AUTO and small)
    included = {
        "report.pdf": report and not report_problem(),
        "report.html": report and page and page_draws(run) > 0,
        "draws.nc": save_draws and in_memory,
        "draws.zarr": save_draws and not in_memory,
    }
    skipped = [name for name, include in included.items() if not include]
    names = [name for name in WRITERS if name not in skipped]
    writers = WRITERS | {name: partial(WRITERS[name], dtype=SINGLE if draws == SINGLE else DTYPE) for name in DRAWS}
    with replacement(folder, MANIFEST, skipped) as new, extremes_allowed():
        for name in progress(names, "writing files"):
            writers[name](run, new / name)
    return [folder / name for name in names]
