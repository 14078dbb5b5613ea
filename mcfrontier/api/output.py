"""Figures and files of a run."""

from __future__ import annotations

from pathlib import Path

from mcfrontier.api.base import RunBase
from mcfrontier.api.plots import Plots


class Output(RunBase):
    """The methods that draw figures and write files."""

    @property
    def plot(self) -> Plots:
        """The figures of the report on Axes of matplotlib.

        Returns
        -------
        Plots
            Each figure is a method: ``run.plot.tornado("cloud_cost", ax=ax)`` returns the Axes.

        Examples
        --------
        >>> dir(run.plot)[-3:]
        ['shares', 'tornado', 'variance']
        """
        return Plots(self.core)

    def write(self, folder: str | Path, report: bool = True, page: bool = True, draws: str = "auto") -> list[Path]:
        """Write the files of the run into a folder of its own.

        Parameters
        ----------
        folder : str or Path
            Created if it does not exist. Files of an earlier run that this run does not write are removed.
        report : bool, default True
            Whether to typeset report.pdf, and to write its page. Without matplotlib or typst there is no report.pdf.
        page : bool, default True
            Whether to write report.html, a page that computes the study for other beliefs.
        draws : {"auto", "float64", "float32", "none"}, default "auto"
            The type of the numbers in the file of the draws, or "none" for no such file. "auto" writes "float64" unless
            there are more than 2^18 draws, or 2^25 numbers in all.

        Returns
        -------
        list of Path
            The files; all are complete before any is moved into the folder.

        Raises
        ------
        InputError
            When the folder cannot be written, or a number is beyond the range of float32.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = run.write(folder, report=False)
        >>> sorted(file.name for file in files)
        ['draws.nc', 'manifest.json', 'percentiles.csv', 'percentiles.json']
        """
        from mcfrontier.outputs.folder.write import write

        return write(self.core, folder, report=report, page=page, draws=draws)
