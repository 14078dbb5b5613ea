"""The figures of the report: each a function from a run to drawings, none where the run has nothing to show.

The docstring of the function is the caption. FIGURES is the only list of the figures; the report shows all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.printable import echo
from mcfrontier.outputs.figures import library  # noqa: F401 - the first module that imports matplotlib
from mcfrontier.outputs.figures.along import along, along_of
from mcfrontier.outputs.figures.convergence import convergence, convergence_of
from mcfrontier.outputs.figures.cost_bases import cost_bases
from mcfrontier.outputs.figures.density import density, density_of
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.outputs.figures.exceedance import exceedance, exceedance_of
from mcfrontier.outputs.figures.fan import fan, fan_of
from mcfrontier.outputs.figures.interval_reduction import interval_reduction, interval_reduction_of
from mcfrontier.outputs.figures.prices import prices
from mcfrontier.outputs.figures.reference_classes import reference_classes
from mcfrontier.outputs.figures.shares import shares
from mcfrontier.outputs.figures.tornado import tornado, tornado_of
from mcfrontier.outputs.figures.variance import variance, variance_of, variance_remarks
from mcfrontier.runs.core import RunCore

FRONT, BODY, INPUTS, END = "front", "body", "inputs", "end"  # page 1, after the tables of targets, of inputs, of all


class Figure(NamedTuple):
    """A figure of the report.

    draw     returns its drawings for a run
    title    its heading in the report
    place    FRONT, BODY, INPUTS or END
    columns  the number of drawings side by side
    lead     the number of drawings that page 1 shows where the FRONT figures have none: those of the first figure in
             FIGURES that can lead and has drawings
    of       returns its drawings for one quantity or row; None for a figure of the whole run
    remarks  returns the lines below its caption
    """

    draw: Callable[[RunCore], list[Drawing]]
    title: str = ""
    place: str = BODY
    columns: int = 2
    lead: int = 0
    of: Callable[[RunCore, str], list[Drawing]] | None = None
    remarks: Callable[[RunCore], list[str]] = lambda run: []

    @property
    def caption(self) -> str:
        """The docstring of its function."""
        return " ".join((self.draw.__doc__ or "").split())


def known_figure(name: str) -> Figure:
    """The figure of a name, or refuse it."""
    if name not in FIGURES:
        raise InputError(f"{echo(name)}: there is no such figure{suggest(name, FIGURES)}")
    return FIGURES[name]


def drawing_of(run: RunCore, name: str, target: str | None = None) -> Drawing:
    """A figure of a run as one drawing: of a target or a row, or else of all that the report displays."""
    figure = known_figure(name)
    if target is None:
        drawings = figure.draw(run)
    elif figure.of is None:
        raise InputError(f"{name}: a figure of the whole run; leave the target out")
    else:
        if not isinstance(target, str) or target not in run.study.quantities:
            run.check_row(target)
        rows = [target] if target in run.rows or name in OF_QUANTITIES else run.known_rows(target)
        drawings = [drawing for row in rows for drawing in figure.of(run, row)]
    if not drawings:
        raise InputError(
            f"{name}: nothing to draw{f' of {target}' if target else ' in this run'}; choose another figure"
        )
    return reduce(lambda above, below: below.below(above), drawings)


OF_QUANTITIES = ("fan", "exceedance", "along")  # figures of all rows of a quantity
FIGURES: dict[str, Figure] = {
    "cost_bases": Figure(cost_bases, place=FRONT, columns=1),
    "fan": Figure(fan, "Targets along a path", lead=4, of=fan_of),
    "exceedance": Figure(exceedance, "Probabilities along a path", lead=1, of=exceedance_of),
    "along": Figure(along, "Targets row by row", lead=1, of=along_of),
    "density": Figure(density, "Distributions of the targets", lead=1, of=density_of),
    "tornado": Figure(tornado, "Sensitivity to single inputs", of=tornado_of),
    "variance": Figure(variance, "Shares of variance", of=variance_of, remarks=variance_remarks),
    "interval_reduction": Figure(interval_reduction, "Expected interval reduction", of=interval_reduction_of),
    "shares": Figure(shares, "Components of cost", columns=1),
    "reference_classes": Figure(reference_classes, "Reference classes", INPUTS),
    "prices": Figure(prices, "Prices of chips", INPUTS),
    "convergence": Figure(convergence, place=END, of=convergence_of),
}
