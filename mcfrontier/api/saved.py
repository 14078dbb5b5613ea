"""SavedRun: a run read back from its folder, with the methods of a Run; and `open`, which reads one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mcfrontier.analysis.estimates.estimates import LEVELS, STATISTICS
from mcfrontier.analysis.estimates.ranks import rank_correlation, ranks
from mcfrontier.api import displays
from mcfrontier.api.information import Information
from mcfrontier.api.output import Output
from mcfrontier.api.results import Results
from mcfrontier.api.sensitivity import Sensitivity
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder import saved
from mcfrontier.outputs.folder.sample import sample_of_folder
from mcfrontier.outputs.folder.saved import RunFolder
from mcfrontier.runs.core import RunCore
from mcfrontier.runs.estimates import checked_levels, percentage_below
from mcfrontier.runs.events import Sample
from mcfrontier.runs.summary import Summary
from mcfrontier.tasks.verify.rebuild import rebuild

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, repr=False)
class SavedRun(Results, Sensitivity, Information, Output):
    """A saved run, with the methods of `Run`, from `open`.

    Draws and statistics are read from the files. All other methods (`tornado`, `sobol`,
    `interval_reduction`, ...) run the study again, with the inputs in the manifest and the formulas of this version.

    Parameters
    ----------
    folder : Path
        The folder that the run was written into.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = mcf.run("gpt4", draws=64, set={"energy": "40 GWh"}).write(folder, report=False)
    ...     mcf.open(folder).summary["energy"].values["p50"]
    40000.0
    """

    folder: Path
    _files: RunFolder = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Read the files, but for the draws; InputError where they are not those of a run."""
        object.__setattr__(self, "_files", saved.read_folder(self.folder))

    def __reduce__(self) -> tuple[type[SavedRun], tuple[Path]]:
        """The folder alone: an open file of draws cannot be pickled."""
        return SavedRun, (self.folder,)

    @cached_property
    def core(self) -> RunCore:
        """The run, made again from the inputs in the manifest, for functions of the layers below.

        Returns
        -------
        RunCore
            The draws and their study, by the formulas of this version.

        Raises
        ------
        InputError
            When the formulas or the sampling plan of the run are not those of this package.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = run.write(folder, report=False)
        ...     mcf.open(folder).core.study.name
        'gpt4'
        """
        return rebuild(self._files)

    @property
    def targets(self) -> list[str]:
        return list(self._files.manifest.targets)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._files.manifest.notes)

    @property
    def summary(self) -> Mapping[str, Summary]:
        return self._files.summary

    @property
    def draws(self) -> xr.Dataset:
        return self._files.draws

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._files.owners

    def __getitem__(self, name: str) -> xr.DataArray:
        return self._files.draws_of(name)

    def statistics(self, quantities: str | Sequence[str] | None = None) -> xr.Dataset:
        return self._files.statistics(quantities, LEVELS, slice(None), statistic=list(STATISTICS))

    def _quantiles(self, levels: Sequence[float], quantities: str | Sequence[str] | None) -> xr.Dataset:
        stated = checked_levels(levels)
        return self._files.statistics(quantities, stated, slice(2, None), quantile=stated)

    def percentile_of(self, row: str, value: float, unit: str) -> float:
        return percentage_below(self._samples(row), value, unit, row, self._files.unit(row))

    def rank_correlation(self, one: str, other: str) -> float:
        return rank_correlation(ranks(self._samples(one)), ranks(self._samples(other)))

    @property
    def _sample(self) -> Sample:
        return sample_of_folder(self._files)

    def _samples(self, row: str) -> Array:
        """The draws of a row in its unit: shape (draws,)."""
        self._files.check_row(row)
        return self._files.samples(row)

    @property
    def _display(self) -> displays.Display:
        """The rows of the targets, and the notes."""
        head = self._files.head | {"sampler": self._files.manifest.sampler}
        summaries = {row: self.summary[row] for row in self._files.targets}
        draws = self._files.samples if self._files.draws_path else None
        return displays.Display("SavedRun", head, summaries, self.notes, draws)


def open(folder: str | Path) -> SavedRun:
    """Read a saved run back from its folder.

    Parameters
    ----------
    folder : str or Path
        The folder that `Run.write` wrote, such as ``reports/gpt4``.

    Returns
    -------
    SavedRun
        The run, with the methods of a `Run`.

    Raises
    ------
    InputError
        When the folder is not that of a run, or its files are damaged, edited or of another format.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = run.write(folder, report=False)
    ...     mcf.open(folder)["energy"].sizes["draw"]
    1024
    """
    if not isinstance(folder, str | Path):
        raise InputError(f"folder = {folder!r}: the path of a folder is expected")
    return SavedRun(Path(folder))
