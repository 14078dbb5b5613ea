"""Figures of a run in matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mcfrontier.core.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mcfrontier.runs.core import RunCore


class UnknownFigure(InputError, AttributeError):
    """A figure that there is not; also an AttributeError, as of any other name."""


class Plots:
    """The figures of the report, each a method: ``run.plot.tornado("cloud_cost", ax=None)``.

    `dir(run.plot)` lists them: tornado, density, exceedance, fan, variance, shares and the others. Each takes a target
    or a row of one, by default all that the report displays, and Axes to draw on, by default those of a new figure. It
    returns the Axes, whose coordinates are points. Figures of a whole run, such as shares, take no target.

    Examples
    --------
    >>> run.plot.tornado("cloud_cost").get_ylim()[0]
    np.float64(0.0)
    """

    def __init__(self, core: RunCore) -> None:
        self._core = core

    def __dir__(self) -> list[str]:
        from mcfrontier.outputs.figures import FIGURES

        return [*FIGURES]

    def __getattr__(self, figure: str) -> Callable[..., Axes]:
        from mcfrontier.outputs.figures import known_figure

        try:
            known_figure(figure)
        except InputError as problem:
            raise UnknownFigure(str(problem)) from None
        return partial(draw, self._core, figure)


def draw(core: RunCore, figure: str, target: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a figure of a run on Axes of matplotlib."""
    from mcfrontier.outputs.figures import drawing_of

    return drawing_of(core, figure, target).on(ax)
