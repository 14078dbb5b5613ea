"""Formulas of priors files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located
from mcfrontier.core.expressions.parser import expression
from mcfrontier.core.expressions.tree import names_of
from mcfrontier.core.kinds import SHARE, kind_of
from mcfrontier.graph.formula import Formula, check_functions
from mcfrontier.study.entry import read, table
from mcfrontier.study.schema import FormulaEntry


@dataclass(frozen=True)
class StatedFormula:
    """A formula of a priors file.

    entry    its text, its unit and what it computes
    formula  the formula
    where    the file that states it
    own      whether this is the study's own file
    """

    entry: FormulaEntry
    formula: Formula
    where: str
    own: bool = True

    @property
    def content(self) -> list[str]:
        """What it states that affects a draw."""
        return [str(self.formula.tree), self.entry.unit]


def stated(name: str, entry: Any, where: str) -> StatedFormula:
    """Read a formula."""
    place = f"{where}: formulas.{name}"
    found: FormulaEntry = read(FormulaEntry, table(entry, place), place, "")
    with located(place):
        units.scale(found.unit)
        tree = expression(found.text)
        check_functions(tree)
        for each in names_of(tree):
            if each.label:
                raise InputError(f"'{each}' is an element; a formula is of whole quantities, such as {each.name}")
        formula = Formula(tree, " ".join(found.about.split()))
        if formula.event and kind_of(found.unit) is not SHARE:
            raise InputError(f'a comparison yields the probability of an event; write unit = "share", not {found.unit}')
    return StatedFormula(found, formula, where)
