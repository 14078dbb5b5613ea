"""Figures and files of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mcfrontier.api.base import RunBase
from mcfrontier.core.errors import InputError, suggest

if TYPE_CHECKING:
    from mcfrontier.outputs.figures.drawing import Drawing


class Output(RunBase):
    """The methods that draw figures and write files."""

    def plot(self, figure: str) -> list[Drawing]:
        """Draw a figure of the report, as SVG drawings that a notebook displays.

        Parameters
        ----------
        figure : str
            Name of a figure, such as "tornado": a key of `mcfrontier.outputs.figures.FIGURES`.

        Returns
        -------
        list of Drawing
            One for each target displayed; empty where the run has nothing to display. ``drawing.svg()`` returns bytes.

        Raises
        ------
        InputError
            When the figure does not exist.

        Examples
        --------
        >>> run.plot("tornado")[0].svg()[:5]
        b'<?xml'
        """
        from mcfrontier.outputs.figures import FIGURES

        if not isinstance(figure, str) or figure not in FIGURES:
            raise InputError(f"{figure}: there is no such figure{suggest(str(figure), FIGURES)}")
        return FIGURES[figure].draw(self.core)

    def write(self, folder: str | Path, report: bool = True, page: bool = True, save_draws: bool = False) -> list[Path]:
        """Write the files of the run into a folder of its own.

        Parameters
        ----------
        folder : str or Path
            Created if it does not exist. Files of an earlier run that this run does not write are removed.
        report : bool, default True
            Whether to typeset report.pdf, and to write its page.
        page : bool, default True
            Whether to write report.html, a page that computes the study for other beliefs.
        save_draws : bool, default False
            Whether to write the draws even if there are more than 2^18 of them, or 2^25 numbers in all.

        Returns
        -------
        list of Path
            The files; all are complete before any is moved into the folder.

        Raises
        ------
        InputError
            When the folder cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     files = run.write(folder, report=False)
        >>> sorted(file.name for file in files)
        ['draws.nc', 'manifest.json', 'percentiles.csv', 'percentiles.json']
        """
        from mcfrontier.outputs.folder.write import write

        return write(self.core, folder, report=report, page=page, save_draws=save_draws)
