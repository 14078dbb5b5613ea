"""Conditions on quantities, such as "amortised_cost < 5e7 USD": parsing, checks, and margins draw by draw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.expressions.parser import expression
from mcfrontier.core.expressions.tree import Binary, Name, Negative, Number, Tree, names_of, with_names
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.graph.formula import Formula, check_functions, is_comparison, is_date
from mcfrontier.graph.unitcheck import result_with_units
from mcfrontier.study.study import Study
from mcfrontier.study.values import missing_rows

MIN_MARGIN, MAX_MARGIN = 1e-300, 1e3  # margins of a draw on its bound, and of a draw that is not a number
GIVEN = "given"  # the place in messages of conditions that draws must meet
EVENT_THRESHOLD = 1 / 2  # between an event that does not happen, 0, and one that does, 1
EVENT_HINT = (
    "an event happens in a draw or does not: write > 0.5 if it is to happen, < 0.5 if not, and its probability as "
    "--with 80%"
)
CONDITION_FORM = 'write NAME < VALUE UNIT or NAME > VALUE UNIT, such as "amortised_cost < 5e7 USD"'


@dataclass(frozen=True)
class Condition:
    """The condition that one side lies below, or else above, the other: each a formula of rows and amounts.

    A `strict` condition excludes equality; `text` is the condition as the user wrote it.
    """

    text: str
    left: Formula
    right: Formula
    below: bool
    strict: bool

    @property
    def rows(self) -> list[str]:
        """The rows that the condition refers to."""
        return list(dict.fromkeys((*self.left.needs, *self.right.needs)))

    @property
    def row(self) -> str:
        """The first of them."""
        return self.rows[0]

    def margins(self, draws: Callable[[str], Array]) -> Array:
        """Return the margin of each draw, from the draws of each row: see `margin`."""
        with np.errstate(all="ignore"):
            x, bound = (side(*map(draws, side.needs)) for side in (self.left, self.right))
        return self.margin(x, bound)

    def margin(self, x: Array | float, bound: Array | float) -> Array:
        """Return the distance of each draw from its bound, relative to the bound: negative where the condition holds.

        It does not hold where a draw is not a number.
        """
        with np.errstate(all="ignore"):
            size = np.where(bound == 0, 1.0, np.abs(bound))
            gap = np.arcsinh(x / size) - np.arcsinh(bound / size)  # as a logarithm, for either sign
        gap = gap if self.below else -gap
        gap = np.where(gap == 0, MIN_MARGIN if self.strict else -MIN_MARGIN, gap)
        margin: Array = np.nan_to_num(gap, nan=MAX_MARGIN, posinf=MAX_MARGIN, neginf=-MAX_MARGIN)
        return margin


def read(text: str, unit_of: Mapping[str, str], option: str = "so-that", with_draws: bool = False) -> Condition:
    """Parse a condition on quantities with known units. A number without a unit has that of the quantity on the other
    side. `option` is its place in messages; `with_draws` if it is evaluated on all draws at once."""
    try:
        tree = expression(str(text))
    except InputError as problem:
        raise InputError(f"{option} {problem}{'' if ';' in str(problem) else f'; {CONDITION_FORM}'}") from None
    with located(f"{option} '{text}'"):
        if not isinstance(tree, Binary) or not is_comparison(tree):
            raise InputError(CONDITION_FORM)
        check_functions(tree, with_draws)
        for each in names_of(tree):
            check_known(each.name, unit_of)
        if not names_of(tree):
            raise InputError(f"it has no quantity; {CONDITION_FORM}")
        sign, left, right = tree.operator, tree.left, tree.right
        if not names_of(left):  # a number first
            sign, left, right = sign.translate(str.maketrans("<>", "><")), right, left
        own = {str(each): unit_of[each.name] for each in names_of(tree)}
        right = in_unit_of(left, right, own)
        check_sides(left, right, own)
    return Condition(str(text), Formula(left), Formula(right), "<" in sign, "=" not in sign)


def check_known(name: str, unit_of: Mapping[str, str]) -> None:
    """Refuse an unknown quantity."""
    if name in unit_of:
        return
    near = suggest(name, unit_of)
    try:
        units.parse(name)
        near = f"; if it is a unit, it follows its number without spaces, as in 3 USD/{name}"
    except InputError:
        pass
    raise InputError(f"there is no quantity '{name}'{near}")


def in_unit_of(left: Tree, right: Tree, unit_of: Mapping[str, str]) -> Tree:
    """The right side of a condition, with the unit of the left one if it is a number without one."""
    number = right.operand if isinstance(right, Negative) else right
    if not isinstance(left, Name) or not isinstance(number, Number) or number.unit:
        return right
    number = replace(number, unit=unit_of[str(left)])
    return Negative(number) if isinstance(right, Negative) else number


def check_sides(left: Tree, right: Tree, unit_of: Mapping[str, str]) -> None:
    """Refuse sides of different kinds."""
    texts, kinds = [], []
    for side in (left, right):
        if along := Formula(side).along:
            raise InputError(f"along={along[0]}: a condition is on elements, such as x[H100]")
        found = result_with_units(Formula(side), {row: unit_of[row] for row in Formula(side).needs})
        dated = is_date(side, unit_of)
        kinds.append((found.dimensionality, dated))
        texts.append(unit_of.get(str(side)) or (units.DATE_UNIT if dated else units.unit_text(found)))
    if kinds[0] == kinds[1]:
        return
    if isinstance(left, Name) and isinstance(right, Number):
        raise InputError(f"'{right.unit}' is not a unit of {left}; give it in {unit_of[str(left)]}")
    raise InputError(f"{right} is in {texts[1]}, and {left} in {texts[0]}; compare quantities of one kind")


def spelled(condition: Condition, study: Study) -> Condition:
    """A condition whose labels are spelled as those of the study, where they differ in spaces after commas."""

    def instead(name: Name) -> Name:
        tight = re.sub(r",\s+", ",", name.label)
        return Name(name.name, tight) if str(name) not in study.rows else name

    left, right = (Formula(with_names(side.tree, instead)) for side in (condition.left, condition.right))
    return replace(condition, left=left, right=right)


def quantities(conditions: Iterable[Condition]) -> list[str]:
    """The quantities that conditions refer to."""
    return list(dict.fromkeys(split_row(row)[0] for condition in conditions for row in condition.rows))


def units_as_stated(study: Study) -> dict[str, str]:
    """The unit of every quantity, also of those that no target needs: that of its entry, or else of its node."""
    stated = {name: prior.entry.unit for name, prior in study.file.priors.items()}
    return {name: node.unit for name, node in study.nodes.items()} | stated


def of_study(study: Study) -> list[Condition]:
    """The conditions that the draws of a study must meet, checked."""
    unit_of = {name: study.unit(name) for name in study.quantities}
    found = [spelled(read(text, unit_of, GIVEN), study) for text in study.given]
    check(found, study, GIVEN)
    return found


def check(conditions: Sequence[Condition], study: Study, option: str = "so-that") -> None:
    """Refuse a condition on rows that the study does not have, or that have no value."""
    for condition, row in chain.from_iterable(((each, row) for row in each.rows) for each in conditions):
        name = split_row(row)[0]
        with located(f"{option} '{condition.text}'"):
            if row not in study.rows:
                own = [each for each, (owner, _) in study.rows.items() if owner == name]
                if row == name:
                    raise InputError(f"{name} has several rows; name one, such as {own[0]}")
                raise InputError(f"{row}: there is no such row{suggest(row, own)}")
            if row in missing_rows(study):
                raise InputError(f"{row} has no value; name another row")
            if study.kind(name) is EVENT:
                check_event(condition)


def check_event(condition: Condition) -> None:
    """Refuse a condition of an event alone with another bound than 0.5."""
    known = isinstance(condition.right.tree, Number) and condition.right() != EVENT_THRESHOLD
    if known and isinstance(condition.left.tree, Name):
        raise InputError(EVENT_HINT)
