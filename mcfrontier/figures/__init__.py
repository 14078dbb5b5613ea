"""The figures of the report: one function each, from a Run to Drawings by matplotlib; none where the run has
nothing to show. The docstring is the caption."""

from mcfrontier.figures.accounts import accounts
from mcfrontier.figures.along import along
from mcfrontier.figures.convergence import convergence
from mcfrontier.figures.exceedance import exceedance
from mcfrontier.figures.fan import fan
from mcfrontier.figures.shares import shares
from mcfrontier.figures.spread import spread
from mcfrontier.figures.tornado import tornado
from mcfrontier.figures.variance import variance
from mcfrontier.figures.worth import worth

FIGURES = (accounts, spread, fan, exceedance, along, tornado, variance, worth, shares, convergence)
