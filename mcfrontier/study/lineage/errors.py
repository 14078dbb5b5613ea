"""Errors of sources: a factor that is drawn once, and multiplies all entries that rest on the source.

An entry that rests on such a source becomes a formula, the entry as stated times the error; the entry as stated keeps
its stream of draws. Where a part of a mixture or a nested study rests on it, the entry is a function of the error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from msgspec.structs import replace as replace_struct

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.expressions.parser import expression
from mcfrontier.core.kinds import SHARE, kind_of
from mcfrontier.core.printable import echo
from mcfrontier.distributions.mixture import Mixture
from mcfrontier.graph.formula import Formula
from mcfrontier.study.expressions import beliefs
from mcfrontier.study.expressions.formulas import StatedFormula
from mcfrontier.study.hierarchy import Hierarchy
from mcfrontier.study.lineage.given import GivenErrors
from mcfrontier.study.lineage.sources import FORM, KEY, Rests
from mcfrontier.study.merge import renamed
from mcfrontier.study.prior import Prior, PriorsFile, prior
from mcfrontier.study.schema import FormulaEntry, Source

AS_STATED, GIVEN = "_as_stated", "_given_errors"  # behind the name of an entry
WHOLE, ROWS, PART = "whole", "rows", "part"  # of an entry: what an error multiplies


def imposed(file: PriorsFile, errors: Mapping[str, Source]) -> PriorsFile:
    """A nested study with the errors of the study that refers to it in place of its own, one draw for both."""
    for each in stated(file).keys() - errors.keys():
        problem = "has an error, and the study that refers to this one states none"
        raise InputError(f"{file.where}: {KEY}.{each}: {problem}; state it there as well")
    return replace(file, sources={**file.sources, **errors})


def stated(file: PriorsFile) -> dict[str, Source]:
    """The sources with an error."""
    return {each: source for each, source in file.sources.items() if source.error is not None}


def applied(file: PriorsFile, nested: bool = False) -> PriorsFile:
    """A file with the errors of its sources; it is unchanged where it states none. Refuse those without effect, unless
    the file is `nested` in a study that states them."""
    sources = stated(file)
    if not sources:
        return file
    inputs = {each: error_input(each, source, file.where) for each, source in sources.items()}
    made = Made(file, sources, inputs)
    for name, each in file.priors.items():
        made.add(name, each)
    if not nested:
        check_used(file, sources)
    extra = {each.name: each for each in (*made.masks, *inputs.values())}
    return replace(
        file,
        priors=made.priors | extra,
        order=(*(made.names.get(name, name) for name in file.order), *extra),
        formulas=file.formulas | made.formulas,
        hierarchies=made.hierarchies,
        rests={made.names.get(name, name): each for name, each in file.rests.items()},
        correlation=renamed(file.correlation, made.names),
        errors={each: own.name for each, own in inputs.items()},
        given_errors=made.given,
        nominal=file.nominal and applied(replace(file.nominal, sources=file.sources, rests=file.rests), nested),
    )


def check_used(file: PriorsFile, sources: Mapping[str, Source]) -> None:
    """Refuse a source with an error on which nothing rests, and exceptions that are no entries."""
    used = {each for rests in file.rests.values() for each in rests.all}
    names = {*file.priors, *file.hierarchies}
    for key, source in sources.items():
        place = f"{file.where}: {KEY}.{key}"
        if key not in used:
            problem = "has an error, and no entry of this study rests on it"
            raise InputError(f'{place}: {problem}; name it in an entry, sources = ["{key}"], or delete the error')
        for name in source.excepted:
            if name not in names and not any(rests.nested for rests in file.rests.values()):
                raise InputError(f"{place}: except: there is no entry '{echo(name)}'{suggest(name, names)}")


def error_input(key: str, source: Source, where: str) -> Prior:
    """The input that is the error of a source."""
    place, name = f"{where}: {KEY}.{key}", f"error_{key.replace('-', '_')}"
    about = {"unit": "1", "source": f"the error of {source.title or key}"}
    if isinstance(source.error, float):
        entry: dict[str, Any] = {"family": "value", "value": source.error, **about}
    elif isinstance(source.error, str):
        entry = beliefs.completed({"is": source.error, **about}, f"{place}: error", name, None)
    else:
        entry = {**about, **(source.error or {})}
    with located(place):
        made = prior(name, entry, "error", {}, {})
        check_factor(made)
    return replace(made, where=where, own=False)


def check_factors(errors: Iterable[Prior]) -> None:
    """Refuse errors of sources that are set, and are no factors above 0."""
    for each in errors:
        with located(f"{each.where}: {each.name}"):
            check_factor(each)


def check_factor(error: Prior) -> None:
    """Refuse the error of a source that is no factor above 0."""
    low, unit = min(each.low for each in error.distributions), error.entry.unit
    if not units.same_kind(unit, "1") or low < 0 or (error.known and low == 0):
        text = f"error = {low:g}" if error.known else f"error from {low:g} on"
        raise InputError(f"{text}{'' if unit == '1' else f' {unit}'}: {FORM}")


def multiplied(rests: Rests, entry: Prior, sources: Mapping[str, Source], name: str) -> dict[str, str]:
    """What the error of each source multiplies in an entry: all of it, some rows, or a part."""
    found = {}
    for key, source in sources.items():
        if name in source.excepted or key not in rests.all:
            continue
        parts = [key in rests.of_part(i) for i in range(len(entry.stated.get("parts") or ()))]
        if (any(parts) and not all(parts)) or key in rests.nested:
            found[key] = PART
        else:
            found[key] = ROWS if any(key in ids for ids in rests.rows) else WHOLE
    return found


def scaled(entry: Prior, rests: Rests, key: str, factor: float) -> Prior:
    """A mixture with the parts that rest on a source multiplied."""
    if not isinstance(entry.entry, Mixture):
        return entry
    parts = [
        {**part, "times": part.get("times", 1.0) * factor} if key in rests.of_part(i) else part
        for i, part in enumerate(entry.stated["parts"])
    ]
    return entry.with_entry({**entry.stated, "parts": parts})


@dataclass
class Made:
    """The entries of a file, those that rest on sources with an error replaced; `names` are the new names of inputs."""

    file: PriorsFile
    sources: Mapping[str, Source]
    inputs: Mapping[str, Prior]
    priors: dict[str, Prior] = field(default_factory=dict)
    hierarchies: dict[str, Hierarchy] = field(default_factory=dict)
    formulas: dict[str, StatedFormula] = field(default_factory=dict)
    given: dict[str, GivenErrors] = field(default_factory=dict)
    masks: list[Prior] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hierarchies |= self.file.hierarchies

    def add(self, name: str, each: Prior) -> None:
        """Add an input, as it is or with the errors of its sources."""
        rests = self.file.rests.get(name, Rests())
        hierarchy = next((given for given in self.file.hierarchies.values() if given.stream == name), None)
        entry = hierarchy.name if hierarchy else name
        effects = multiplied(rests, each, self.sources, entry)
        check_effects(entry, each, hierarchy, rests, effects)
        for key, effect in effects.items():
            if effect == PART and self.inputs[key].known:
                each = scaled(each, rests, key, self.inputs[key].distributions[0].median)
        ids = tuple(key for key, effect in effects.items() if effect == PART and not self.inputs[key].known)
        factors = [self.factor(entry, each, rests, key) for key, effect in effects.items() if effect != PART]
        if not ids and not factors:
            self.priors[name] = each
            return
        stated_name = entry + AS_STATED
        if hierarchy:
            self.hierarchies[stated_name] = replace(self.hierarchies.pop(entry), name=stated_name)
            self.priors[name] = each
        else:
            self.priors[stated_name] = replace(each, name=stated_name, streamed=each.stream)
            self.names[name] = stated_name
        if ids:
            own = entry + GIVEN if factors else entry
            self.given[own] = GivenErrors(stated_name, ids, each.entry.note)
            stated_name = own
        if factors:
            unit = hierarchy.unit if hierarchy else each.entry.unit
            self.formulas[entry] = product_of([stated_name, *factors], unit, each)

    def factor(self, entry: str, each: Prior, rests: Rests, key: str) -> str:
        """The factor of a formula by which an error multiplies an entry: in all rows, or in some."""
        error = self.inputs[key].name
        if not rests.rows:
            return error
        stated_mask = {"family": "value", "unit": "1", "source": "1 where the row rests on the source"}
        values = [float(key in ids) for ids in rests.rows]
        mask = {**stated_mask, "by": each.entry.by, "value": values}
        dimensions = {str(each.entry.by): list(each.labels)}
        made = prior(f"{entry}_rests_on_{key.replace('-', '_')}", mask, each.where, dimensions, {})
        self.masks.append(replace(made, own=False))
        return f"where({made.name} > 0.5, {error}, 1)"


def product_of(factors: Iterable[str], unit: str, each: Prior) -> StatedFormula:
    """A product as the formula of an entry."""
    stated_formula = FormulaEntry(text=" * ".join(factors), unit=unit, about=each.entry.note)
    formula = Formula(expression(stated_formula.text), stated_formula.about)
    return StatedFormula(stated_formula, formula, each.where, own=False)


def check_effects(
    entry: str, each: Prior, hierarchy: Hierarchy | None, rests: Rests, effects: Mapping[str, str]
) -> None:
    """Refuse a factor on a quantity that is not of a ratio scale, or on some rows of a reference class."""
    kind = kind_of(hierarchy.unit if hierarchy else each.entry.unit)
    for key, effect in effects.items():
        problem = ""
        if key in rests.members:
            problem = "is in its reference class, which is not fitted again"
        elif key not in rests.nested and (kind is SHARE or not kind.logarithmic):
            problem = f"has an error, a factor, and it is a {'share' if kind is SHARE else 'date'}"
        elif effect == PART and each.labels:
            problem = "has an error, and a part by label rests on it"
        if problem:
            mend = f'add except = ["{entry}"] to [{KEY}.{key}], and state the error in the entry'
            raise InputError(f"{each.where}: {entry}: {key} {problem}; {mend}")


def passed_on(file: PriorsFile, entry: str, key: str = "", level: float = 1.0) -> dict[str, Source]:
    """The errors of a study as known ones of its nested studies, for one of its entries: values, 1 for those that are
    uncertain, and one at a level."""
    found = {}
    for each, source in stated(file).items():
        own = file.priors.get(file.errors.get(each, ""))
        value = own.distributions[0].median if own is not None and own.known else 1.0
        value = 1.0 if entry in source.excepted else level if each == key else value
        found[each] = replace_struct(source, error=value)
    return found
