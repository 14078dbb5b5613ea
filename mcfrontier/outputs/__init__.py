"""The files of a run: one writer each, listed in WRITERS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcfrontier.engine.blocks import Progress, silent
from mcfrontier.outputs.manifest import write_manifest
from mcfrontier.outputs.netcdf import write_draws
from mcfrontier.outputs.percentiles import percentiles_json, write_csv, write_json
from mcfrontier.outputs.zarr import write_zarr
from mcfrontier.results import Run
from mcfrontier.writing import check_folder, making, move, take_away

__all__ = ["WRITERS", "percentiles_json", "write"]


def write_report(run: Run, path: Path) -> None:
    """The PDF, whose words and figures are loaded only for it."""
    from mcfrontier.outputs import report

    report.write_report(run, path)


WRITERS: dict[str, Callable[[Run, Path], None]] = {
    "percentiles.csv": write_csv,
    "percentiles.json": write_json,
    "draws.nc": write_draws,
    "draws.zarr": write_zarr,
    "report.pdf": write_report,
    "manifest.json": write_manifest,
}
MOST_NUMBERS = 2**25  # beyond so many in all, or where a run does not keep its draws, they are written on request only


def write(
    run: Run,
    folder: str | Path,
    report: bool = True,
    save_draws: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write the files of a run into a folder of its own, and take away those that an earlier run (one that left its
    manifest there) wrote and this one leaves out. All are made in a temporary folder within it and moved at the
    end, so a run that is stopped leaves the old files whole."""
    folder = check_folder(folder)
    kept = run.counted is None
    small = kept and run.sampler.draws * len(run.rows) <= MOST_NUMBERS
    wanted = {"report.pdf": report, "draws.nc": kept and (save_draws or small), "draws.zarr": save_draws and not kept}
    skipped = [name for name, want in wanted.items() if not want]
    names = [name for name in WRITERS if name not in skipped]
    with making(folder) as place:
        for name in progress(names, "writing"):
            WRITERS[name](run, place / name)
        ours = (folder / "manifest.json").exists()
        for name in names:
            move(place / name, folder / name)
        for name in skipped if ours else ():
            take_away(folder / name)
    return [folder / name for name in names]
