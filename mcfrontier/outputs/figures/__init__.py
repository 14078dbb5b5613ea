"""The figures of the report: each a function from a run to drawings, none where the run has nothing to show.

The docstring of the function is the caption. FIGURES is the only list of the figures; the report shows all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcfrontier.outputs.figures import logs  # noqa: F401 - before matplotlib is imported
from mcfrontier.outputs.figures.along import along
from mcfrontier.outputs.figures.convergence import convergence
from mcfrontier.outputs.figures.cost_bases import cost_bases
from mcfrontier.outputs.figures.drawing import Drawing
from mcfrontier.outputs.figures.exceedance import exceedance
from mcfrontier.outputs.figures.fan import fan
from mcfrontier.outputs.figures.interval_reduction import interval_reduction
from mcfrontier.outputs.figures.prices import prices
from mcfrontier.outputs.figures.reference_classes import reference_classes
from mcfrontier.outputs.figures.shares import shares
from mcfrontier.outputs.figures.spread import spread
from mcfrontier.outputs.figures.tornado import tornado
from mcfrontier.outputs.figures.variance import variance, variance_remarks
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
    remarks  returns the lines below its caption
    """

    draw: Callable[[RunCore], list[Drawing]]
    title: str = ""
    place: str = BODY
    columns: int = 2
    lead: int = 0
    remarks: Callable[[RunCore], list[str]] = lambda run: []

    @property
    def caption(self) -> str:
        """The docstring of its function."""
        return " ".join((self.draw.__doc__ or "").split())


FIGURES: dict[str, Figure] = {
    "cost_bases": Figure(cost_bases, place=FRONT, columns=1),
    "fan": Figure(fan, "Targets along a path", lead=4),
    "exceedance": Figure(exceedance, "Probabilities along a path", lead=1),
    "along": Figure(along, "Targets row by row", lead=1),
    "spread": Figure(spread, "Distributions of the targets", lead=1),
    "tornado": Figure(tornado, "Sensitivity to single inputs"),
    "variance": Figure(variance, "Shares of variance", remarks=variance_remarks),
    "interval_reduction": Figure(interval_reduction, "Expected interval reduction"),
    "shares": Figure(shares, "Components of cost", columns=1),
    "reference_classes": Figure(reference_classes, "Reference classes", INPUTS),
    "prices": Figure(prices, "Prices of chips", INPUTS),
    "convergence": Figure(convergence, place=END),
}
