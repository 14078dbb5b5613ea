"""Figures of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.tasks.compare.pairs import Pair

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mcfrontier.outputs.figures.drawing import Drawing


def drawing(pair: Pair, row: str) -> Drawing:
    """The waterfall of a row."""
    from mcfrontier.outputs.figures.waterfall import waterfall

    return waterfall(pair.waterfalls[row], row, pair.by_row[row].first.unit, pair.names, pair.by_row[row].kind)


class ComparisonPlots:
    """The figures of a comparison, each a method that returns Axes of matplotlib."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._pairs = pairs

    def waterfall(self, target: str, ax: Axes | None = None, other: str | None = None) -> Axes:
        """Draw what makes a target of another study differ, input by input.

        Parameters
        ----------
        target : str
            A row whose difference is attributed to inputs.
        ax : Axes, optional
            Where to draw; Axes of a new figure by default. Its coordinates become points.
        other : str, optional
            The name of the other study, where there are several; the first of these by default.

        Returns
        -------
        matplotlib.axes.Axes
            With the drawing.

        Raises
        ------
        InputError
            When there is no such study or row.

        Examples
        --------
        >>> ax = mcf.compare("gpt4", "palm", targets=["energy"], draws=64).plot.waterfall("energy")
        """
        by_name = {pair.names[1]: pair for pair in self._pairs}
        pair = by_name.get(other or next(iter(by_name)))
        if pair is None:
            raise InputError(f"{other}: this comparison has no such study{suggest(str(other), by_name)}")
        if target not in pair.waterfalls:
            raise InputError(f"{target}: its difference is not attributed{suggest(target, pair.waterfalls)}")
        return drawing(pair, target).on(ax)
