"""Checks of a study after it has been read and before anything is sampled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from mcfrontier.core import units
from mcfrontier.core.errors import InputError, located, suggest
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import SHARE, kind_of
from mcfrontier.distributions.curves import check_share
from mcfrontier.distributions.mixture import Mixture
from mcfrontier.distributions.reference import Reference
from mcfrontier.graph import Node, alias_node
from mcfrontier.study import locate
from mcfrontier.study.expressions.beliefs import Belief, of_run, pinned
from mcfrontier.study.prior import Prior, PriorsFile, check_name
from mcfrontier.study.samples import absence
from mcfrontier.study.schema import Disclosed, Evidence
from mcfrontier.study.study import Study
from mcfrontier.study.tables import STATED
from mcfrontier.study.values import evaluate, input_medians


def check_needed(file: PriorsFile, reached: Iterable[str], nodes: Mapping[str, Node]) -> None:
    """Refuse an entry of the study's own file that no target needs."""
    for name, prior in file.priors.items():
        if prior.own and name not in reached:
            over = next((entry for entry in reached if entry in nodes and name in needs_behind(nodes, entry)), "")
            why = f", since the entry {over} overrides the formula that needs it" if over else suggest(name, reached)
            remedy = "remove one of the two" if over else "remove it"
            raise InputError(f"{name}: no target needs it{why}; {remedy}, or add a target that does")


def check_formulas(file: PriorsFile, reached: Iterable[str], nodes: Mapping[str, Node]) -> None:
    """Refuse a formula of the study's own file that no target needs, or in a unit of another kind than the node that it
    replaces."""
    for name, each in file.formulas.items():
        if name in nodes and not units.same_kind(each.entry.unit, nodes[name].unit):
            where = f"{each.where}: formulas.{name}"
            raise InputError(f"{where}: unit '{each.entry.unit}' does not measure it; give it in {nodes[name].unit}")
        if each.own and name not in reached:
            problem = f"no target needs it{suggest(name, reached)}; remove it, or add it to targets"
            raise InputError(f"{each.where}: formulas.{name}: {problem}")


def needs_behind(nodes: Mapping[str, Node], name: str) -> set[str]:
    """The quantities that a node needs, directly or by other nodes."""
    found, pending = set[str](), [name]
    while pending:
        node = nodes.get(pending.pop())
        needs = {*node.needs} - found if node else set()
        found |= needs
        pending += needs
    return found


def check_nodes(file: PriorsFile, names: Iterable[str]) -> None:
    """Refuse a node with a name that the results use, or that is a dimension."""
    for name in names:
        check_name(name, f"node {name}")
        if name in file.dimensions:
            raise InputError(f"node {name}: {file.where} has a dimension of this name; rename one of them")


def quantity_of(seen: Evidence | Disclosed) -> str:
    """The quantity of a figure, without the label of a row."""
    return split_row(seen.quantity)[0]


def evidence_quantities(file: PriorsFile, known: Iterable[str]) -> list[str]:
    """The quantities of the evidence; refused where one is unknown."""
    for key, seen in file.evidence.items():
        if quantity_of(seen) not in known:
            raise InputError(f"evidence.{key}: unknown quantity '{quantity_of(seen)}'{suggest(seen.quantity, known)}")
    return list(dict.fromkeys(quantity_of(seen) for seen in file.evidence.values()))


def check_aliases(file: PriorsFile, reached: Iterable[str]) -> None:
    """Refuse an alias of the study's own file that no target needs."""
    for name in file.stated.same:
        if name not in reached:
            raise InputError(f"same: {name}: no target needs it{suggest(name, reached)}; remove it")


def check_disclosed(file: PriorsFile, reached: Iterable[str]) -> None:
    """Refuse a disclosed figure of a quantity that no target of the file needs."""
    for key, figure in file.disclosed.items():
        if quantity_of(figure) not in reached:
            known = suggest(figure.quantity, reached) or "; add it to targets"
            raise InputError(f"disclosed.{key}: no target needs {figure.quantity}{known}")


def check_rows(file: PriorsFile, dimensions: Mapping[str, tuple[str, ...]], rows: Iterable[str]) -> None:
    """Refuse a disclosed figure of a row that does not exist; `dimensions` are those of the evaluated quantities."""
    for key, figure in file.disclosed.items():
        if dimensions.get(quantity_of(figure)) and figure.quantity not in (quantity_of(figure), *rows):
            place = f"{file.where}: disclosed.{key}: there is no row '{figure.quantity}'"
            raise InputError(f"{place}{suggest(figure.quantity, rows)}")


def check_correlations(file: PriorsFile, reached: Iterable[str]) -> None:
    """Refuse a correlation of the study's own file with a quantity that is not an uncertain input."""
    for pair in file.correlation.own:
        place = f"correlation: {' ~ '.join(pair)}"
        for name in pair:
            if name not in file.priors or name not in reached:
                raise InputError(f"{place}: '{name}' is not an input of this study{suggest(name, reached)}")
            if file.priors[name].known:
                raise InputError(f"{place}: {name} is known and cannot be correlated; remove the pair")


def overruled_nodes(file: PriorsFile, nodes: Mapping[str, Node], reached: Collection[str]) -> Iterator[str]:
    """Notes on nodes of the user's own that an entry or an alias of a priors file overrides.

    Nodes of this package are meant to be overridden by entries, and are left out.
    """
    for name, node in nodes.items():
        if node.packaged or name not in reached:
            continue
        use = f'state {name} = "{name}" under [same] to use the node'
        if name in file.aliases:
            where = file.where if name in file.stated.same else f"a file that {file.where} extends"
            yield f"node {name}: overridden, since {where} states that it is the same as {file.aliases[name]}; {use}"
        elif name in file.formulas:
            yield f"node {name}: overridden by the formula of {file.formulas[name].where}; rename one of the two"
        elif name in file.priors:
            prior = file.priors[name]
            remedy = "remove the entry to use the node" if prior.own else use
            yield f"node {name}: overridden by the entry {name} of {prior.where}; {remedy}"


def check_prices(priors: Iterable[Prior]) -> None:
    """Refuse a price of a chip, or one with such a part, without a date or a term."""
    for prior in priors:
        entries = [part.entry for part in prior.entry.parts] if isinstance(prior.entry, Mixture) else [prior.entry]
        for problem in filter(None, map(absence, entries)):
            raise InputError(f"{prior.where}: {prior.name}: {problem}")


def unread(file: PriorsFile, needed: Collection[str]) -> Iterator[str]:
    """Notes on what has no effect: columns of a file that replaces the table, conditions of `without` that no row
    meets, and a day where nothing has days."""
    path = locate.display_path(Path(file.table))
    columns = [key.removesuffix(STATED) for key, prior in file.priors.items() if file.table and prior.where == path]
    if unused := [name for name in columns if not {name, name + STATED} & {*needed}]:
        yield f"{path}: not read, since no formula needs them: columns {', '.join(unused)}"
    for name, prior in file.priors.items():
        if isinstance(prior.entry, Reference) and not file.as_of and (problem := prior.entry.unmet()):
            yield f"{name}: without leaves out no row, since {problem}"
    entries = [each for prior in file.priors.values() for each in (prior.stated, *prior.stated.get("parts", ()))]
    if file.as_of and not (
        file.columns or file.nominal or any({"file", "study", "chip"} & each.keys() for each in entries)
    ):
        yield f"the day {file.as_of} is without effect, since no entry is from a table, and only their rows have days"


def formula_nodes(file: PriorsFile) -> dict[str, Node]:
    """The nodes of the formulas of a file, without those that an entry overrides."""
    axes = {name: axis for axis, name in enumerate(file.dimensions)}
    found = {}
    for name, each in file.formulas.items():
        for along in each.formula.along:
            if along not in axes:
                known = ", ".join(axes) or "none"
                problem = f"along={along}: there is no such dimension; known: {known}"
                raise InputError(f"{each.where}: formulas.{name}: {problem}")
        function = replace(each.formula, axes=axes)
        found[name] = Node(name, each.entry.unit, function, function.needs, event=function.event)
    return found


def given_error_nodes(file: PriorsFile) -> dict[str, Node]:
    """The nodes of entries of which a part, or a nested study, rests on a source with an error."""
    return {
        name: Node(
            name, file.priors[given.base].entry.unit, given, (given.base, *map(file.errors.__getitem__, given.ids))
        )
        for name, given in file.given_errors.items()
    }


def alias_nodes(file: PriorsFile, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes of aliases, which replace the formulas of these quantities. An input without an entry has the unit of
    the quantity that it is the same as."""
    unit_of = units_of(file, nodes)
    needed = {need for node in nodes.values() for need in node.needs}
    for name, other in file.aliases.items():
        if name in needed and other in unit_of:
            unit_of.setdefault(name, unit_of[other])
        for word in (name, other):
            if word not in unit_of:
                problem = f"there is no quantity '{word}'{suggest(word, unit_of)}"
                if word in needed:
                    problem = f"'{word}' is an input of the model without an entry; add [inputs.{word}]"
                raise InputError(f"{file.where}: same: {problem}")
        if not units.same_kind(unit_of[name], unit_of[other]):
            raise InputError(f"{file.where}: same: {other} is in {unit_of[other]}, not in {unit_of[name]} as {name} is")
    events = {name for name, node in nodes.items() if node.event and name not in file.priors}
    return {name: alias_node(name, unit_of[name], other, other in events) for name, other in file.aliases.items()}


def hierarchy_nodes(file: PriorsFile, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The nodes of entries that name quantities, which replace the formulas of these."""
    for name, given in file.hierarchies.items():
        with located(f"{given.where}: {name}"):
            if name in nodes and not units.same_kind(given.unit, nodes[name].unit):
                raise InputError(f"unit '{given.unit}' does not measure it; give it in {nodes[name].unit}")
    return {name: given.node for name, given in file.hierarchies.items()}


def check_hierarchies(study: Study) -> None:
    """Refuse an entry whose parameters, which name quantities, are outside their range at the medians of the inputs."""
    if given := [study.file.hierarchies[name] for name in study.order if name in study.file.hierarchies]:
        medians = evaluate(study, input_medians(study))
        for each in given:
            each.check(medians)


def units_of(file: PriorsFile, nodes: Mapping[str, Node]) -> dict[str, str]:
    """The unit of every quantity: that of its node, or else of its entry."""
    found = {name: prior.entry.unit for name, prior in file.priors.items()}
    found |= {name: given.unit for name, given in file.hierarchies.items()}
    return found | {name: node.unit for name, node in nodes.items()}


def check_units(file: PriorsFile, nodes: Mapping[str, Node]) -> None:
    """Refuse an entry, evidence or a disclosed figure in a unit of another kind than that of its quantity."""
    for name, prior in file.priors.items():
        if name not in nodes:
            continue
        with located(f"{prior.where}: {name}"):
            if not units.same_kind(prior.entry.unit, nodes[name].unit):
                raise InputError(f"unit '{prior.entry.unit}' does not measure it; give it in {nodes[name].unit}")
            for distribution in prior.distributions if kind_of(nodes[name].unit) is SHARE else ():
                check_share(distribution, prior.scale)
    known = units_of(file, nodes)
    figures: dict[str, Disclosed | Evidence] = {f"disclosed.{key}": figure for key, figure in file.disclosed.items()}
    figures |= {f"evidence.{key}": seen for key, seen in file.evidence.items()}
    for key, figure in figures.items():
        place, quantity = f"{file.where}: {key}", quantity_of(figure)
        if quantity not in known:
            raise InputError(f"{place}: unknown quantity '{quantity}'{suggest(quantity, known)}")
        if not units.same_kind(figure.unit, known[quantity]):
            raise InputError(f"{place}: unit '{figure.unit}': give it in {known[quantity]}")


def check_decision(
    file: PriorsFile, nodes: Mapping[str, Node], reached: Iterable[str], dimensions: Mapping[str, tuple[str, ...]]
) -> None:
    """Refuse a decision on a quantity that no target needs or that has several rows, in a unit of another kind, or with
    only one of gain and loss. `reached` are the quantities that the stated targets need, `dimensions` those of the
    evaluated quantities."""
    decision, unit_of = file.decision, units_of(file, nodes)
    if decision is None:
        return
    name, place = decision.quantity, f"{file.where}: decision"
    if name not in unit_of:
        raise InputError(f"{place}: unknown quantity '{name}'{suggest(name, unit_of)}")
    if name not in reached:
        raise InputError(f"{place}: no target needs {name}; add it to targets")
    if dimensions.get(name):
        raise InputError(f"{place}: {name} has a row for each {dimensions[name][0]}; name a quantity with a single row")
    with located(place):
        if not units.same_kind(decision.unit, unit_of[name]):
            raise InputError(f"unit '{decision.unit}' does not measure {name}; give it in {unit_of[name]}")
    if (decision.gain is None) != (decision.loss is None):
        raise InputError(f"{place}: has {'a loss' if decision.gain is None else 'a gain'} alone; state both or neither")
    for word in ("gain", "loss"):
        if (value := getattr(decision, word)) is not None and value <= 0:
            raise InputError(f"{place}: {word} = {value:g} must be above 0")


def pin(name: str, text: str | float, priors: Mapping[str, Prior], nodes: Mapping[str, Node]) -> Prior:
    """The prior of a quantity that is set for this run; the default unit is that of its entry, or else of its node."""
    unit, old = unit_to_set(name, priors, nodes, text), priors.get(name)
    if old and old.entry.joint and not isinstance(text, Belief):
        problem = f"set {name}={text}: its {len(old.labels)} rows are shares that sum to one, and cannot have one value"
        raise InputError(f"{problem}; set a quantity that has one of them, or state its rows in a file")
    if isinstance(text, Belief):
        return of_run(name, text, unit, priors.get(name))
    return pinned(name, text, unit, priors.get(name))


def unit_to_set(name: str, priors: Mapping[str, Prior], nodes: Mapping[str, Node], text: str | float = "") -> str:
    """The unit of a quantity that is set: that of its entry, or else of its node. Refuse an unknown one, or a row."""
    word = "prior" if isinstance(text, Belief) else "set"
    if name not in priors and name not in nodes:
        if (whole := split_row(name)[0]) in {*priors, *nodes} and whole != name:
            raise InputError(f"{word} {name}: one row cannot be set; name {whole}, or state its rows in a priors file")
        raise InputError(f"{word} {name}: there is no such quantity{suggest(name, {*priors, *nodes})}")
    return priors[name].entry.unit if name in priors else nodes[name].unit
