"""Loading a study: reading, merging and validating its priors file, and checking its units. Nothing is sampled."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from mcfrontier import graph
from mcfrontier.core import limits
from mcfrontier.core.arguments import listed
from mcfrontier.core.errors import InputError, check_docstrings, located, suggest
from mcfrontier.core.formatting import split_row
from mcfrontier.core.kinds import EVENT
from mcfrontier.core.printable import echo, quoted
from mcfrontier.graph import Node
from mcfrontier.runs import conditions, nested, resolution, sweeps
from mcfrontier.runs.conditions import GIVEN
from mcfrontier.runs.nested import with_nested_years
from mcfrontier.study import locate, money, priors_file, validate
from mcfrontier.study.expressions.beliefs import Belief, as_belief
from mcfrontier.study.lineage import errors as source_errors
from mcfrontier.study.lineage.sources import Rests
from mcfrontier.study.prior import PriorsFile
from mcfrontier.study.schema import Source as PrimarySource
from mcfrontier.study.study import Study, retained_draws
from mcfrontier.study.values import input_medians

Source = str | Path | Mapping[str, Any]
Model = ModuleType | Sequence[Callable[..., Any]]
Day = str | date
Priors = Mapping[str, str | float | Mapping[str, Any]]
Added = Callable[..., Any] | Sequence[Callable[..., Any]]


def load(
    source: Source,
    model: Model | None = None,
    targets: Sequence[str] | None = None,
    set: Mapping[str, str | float] | None = None,
    as_of: Day | None = None,
    table: str | Path | None = None,
    given: str | Sequence[str] | None = None,
    priors: Priors | None = None,
    add: Added | None = None,
) -> Study:
    """Read and validate a study, without sampling it.

    Nested studies (`family = "study"`) are checked and not resolved; `run` resolves them.

    Parameters
    ----------
    source : str, Path or mapping
        Name of a study, path of a priors file, or the content of one as a mapping.
    model : module or sequence of functions, optional
        Functions marked with `node`, or a module of them; the model of this package by default.
    targets : sequence of str, optional
        Quantities to evaluate, instead of the targets of the file.
    set : mapping, optional
        Quantities to pin: ``{"gpu_price": 15_000, "energy": "40 GWh"}``, in the unit of the quantity or one stated.
        Several values, as in ``{"mfu": "0.3, 0.4"}`` or ``{"mfu": "0.25..0.55:13"}`` (a range and its number of
        points), sweep a quantity: results have a row for each, along the dimension ``mfu_swept``.
    as_of : date or str, optional
        Day as of which tables of facts are read, such as ``"2025-06-30"``: with the rows known on it. By default with
        all rows that no later one replaced.
    table : str or Path, optional
        A CSV file to read in place of the table of the study, which has one.
    given : str or sequence of str, optional
        Conditions that the draws of a run must meet, such as ``"energy > 40 GWh"``, beside those of the file.
    priors : mapping, optional
        Priors for this run: ``{"gpu_price": "9k..20k USD/chip"}``, in one line, or as a mapping with the keys of an
        entry.
    add : function or sequence of functions, optional
        Functions marked with `node`, which are added to the model, or replace the nodes of their names.

    Returns
    -------
    Study
        Priors, formulas and targets. The units of all formulas are checked.

    Raises
    ------
    InputError
        When an entry, a target, a formula or a pin cannot be used: one line with the place, the problem and the remedy.

    Examples
    --------
    >>> mcf.load("gpt4", targets=["energy"]).targets
    ('energy',)
    """
    pins, model = changes(set, priors), extended(model, add)
    return loaded(source, model, targets, pins, checked_day(as_of), (), table, given)


def with_quantities(source: Source, quantities: Sequence[str], draws: int | None, **stated: Any) -> Study:
    """Load a study whose run, with a number of draws, has some quantities or rows; `stated` are arguments of `load`.

    A quantity that the run would not have becomes a target: one that the targets do not need, or, where only the draws
    of targets are counted, any other.
    """
    study = load(source, **stated)
    count = study.draws if draws is None else draws
    known = study.quantities if retained_draws(study, count) == count else study.targets
    more = [name for name in dict.fromkeys(split_row(quantity)[0] for quantity in quantities) if name not in known]
    return load(source, targets=(*study.targets, *more), **stated) if more else study


def loaded(
    source: Source,
    model: Model | None,
    targets: Sequence[str] | None,
    pins: Mapping[str, str | float] | None,
    as_of: date | None,
    trail: tuple[str, ...],
    table: str | Path | None = None,
    given: str | Sequence[str] | None = None,
    errors: Mapping[str, PrimarySource] | None = None,
) -> Study:
    """Load a study: see `load`. `trail` names the studies that it is nested in; `errors` are the sources with an error
    of the study that it is nested in."""
    check_docstrings()
    pins, targets = checked_pins(pins), listed("targets", targets)
    file = priors_file.load(source, as_of, None if table is None else Path(table))
    return of_file(file, model, targets, pins, trail, given, errors)


def of_file(
    file: PriorsFile,
    model: Model | None = None,
    targets: Sequence[str] = (),
    pins: Mapping[str, str | float] | None = None,
    trail: tuple[str, ...] = (),
    given: str | Sequence[str] | None = None,
    errors: Mapping[str, PrimarySource] | None = None,
) -> Study:
    """The study of a priors file that is read: see `load`."""
    from mcfrontier import model as package_model

    file = file if errors is None else source_errors.imposed(file, errors)
    file = source_errors.applied(checked_nested(file, trail), nested=errors is not None)
    formulas = graph.nodes_of(package_model if model is None else model)
    texts = tuple(dict.fromkeys((*file.given, *listed("given", given))))
    return checked(file, formulas, tuple(targets), dict(pins or {}), texts, own_model=model is not None)


def retargeted(study: Study, targets: tuple[str, ...], pins: Mapping[str, str | float]) -> Study:
    """A loaded study with other targets, and with further quantities pinned."""
    swept = sweeps.swept(study)
    dimensions = {name: labels for name, labels in study.file.dimensions.items() if name not in swept}
    file = replace(study.file, dimensions=dimensions)
    return checked(file, dict(study.nodes), targets, {**study.pins, **pins}, study.given, study.own_model)


def checked(
    file: PriorsFile,
    formulas: dict[str, Node],
    targets: tuple[str, ...],
    pins: dict[str, str | float],
    given: tuple[str, ...],
    own_model: bool,
) -> Study:
    """The study of the requested targets, with all of it checked."""
    named = (*targets, *file.stated.targets, *re.findall(r"\w+", " ".join(given)))
    file, readings = resolution.with_readings(file, all_nodes(file, formulas), named)
    study, stated = assembled(file, formulas | readings, targets, pins, given, own_model)
    events = [name for name in study.targets if study.kind(name) is EVENT]
    study = sweeps.checked(replace(study, notes=(*study.notes, *resolution.notes(study, events))))
    validate.check_decision(study.file, study.nodes, stated, study.dimensions_of)
    if not pins:  # a pinned quantity has one row, whatever it has in the file
        validate.check_rows(file, study.dimensions_of, study.rows)
    with located(file.where):
        medians = {name: (x, study.inputs[name].entry.unit) for name, x in input_medians(study).items()}
        graph.check_units(study.nodes, study.order, medians, list(study.file.dimensions))
    validate.check_hierarchies(study)
    return study


def extended(model: Model | None, add: Added | None) -> Model | None:
    """A model, by default that of this package, with nodes added or replaced."""
    from mcfrontier import model as package_model

    if add is None:
        return model
    nodes = graph.nodes_of(package_model if model is None else model) | graph.nodes_of(add)
    return [node.function for node in nodes.values()]


def changes(set: Mapping[str, str | float] | None, priors: Priors | None) -> dict[str, str | float]:
    """The quantities to pin, and those with another prior for this run, whose values are of the type Belief."""
    pins = checked_pins(set)
    if priors is not None and not isinstance(priors, Mapping):
        raise InputError(f"priors: a mapping is expected, such as {{'gpu_price': '9k..20k'}}, not {quoted(priors)}")
    beliefs = {str(name): as_belief(str(name), value) for name, value in (priors or {}).items()}
    for name in beliefs.keys() & pins.keys():
        raise InputError(f"{name}: is set, and has a prior for this run; leave one of the two out")
    return pins | beliefs


def checked_pins(pins: Mapping[str, str | float] | None) -> dict[str, str | float]:
    """The quantities to pin as a dictionary, or refuse them."""
    if pins is not None and not isinstance(pins, Mapping):
        raise InputError(f"set: a mapping is expected, such as {{'gpu_price': 15_000}}, not {quoted(pins)}")
    several = (list, tuple)
    return {
        str(name): ", ".join(map(str, value)) if isinstance(value, several) else value
        for name, value in (pins or {}).items()
    }


def checked_day(as_of: Day | None) -> date | None:
    """The day as of which tables are read, or refuse it."""
    if as_of is None or (isinstance(as_of, date) and not isinstance(as_of, datetime)):
        return as_of
    try:
        return date.fromisoformat(str(as_of))
    except ValueError:
        raise InputError(f"as_of = {quoted(as_of)}: a day is expected, such as 2025-06-30") from None


def checked_nested(file: PriorsFile, trail: tuple[str, ...]) -> PriorsFile:
    """A file with its money in that of its nested studies, and with the sources of these. Refuse a nested study that
    cannot be resolved, or that is circular."""
    price_years: dict[str, int | None] = {}
    files: dict[str, PriorsFile] = {}
    rests = dict(file.rests)
    for prior in file.priors.values():
        below = set[str]()

        def load_other(name: str, targets: list[str], entry: str = prior.name, below: set[str] = below) -> Study:
            if name in trail:
                raise InputError(f"goes in a circle, {' -> '.join((*trail, name))}; delete one of these inputs")
            if name not in files:
                files[name] = priors_file.load(name, file.as_of)
            other = of_file(
                files[name], None, targets, None, (*trail, name), errors=source_errors.passed_on(file, entry)
            )
            price_years[name] = other.file.stated.price_year
            below.update(*(other.file.rests[each].all for each in other.inputs if each in other.file.rests))
            return other

        if not prior.entry.resolved:
            nested.check(prior, load_other)
            rests[prior.name] = rests.get(prior.name, Rests())._replace(nested=tuple(sorted(below)))
    return replace(with_nested_years(file, price_years), rests=rests)


def assembled(
    file: PriorsFile,
    formulas: dict[str, Node],
    targets: tuple[str, ...],
    pins: dict[str, str | float],
    given: tuple[str, ...],
    own_model: bool,
) -> tuple[Study, tuple[str, ...]]:
    """Return the study of the requested targets, and the quantities that the targets in its file need."""
    priors, nodes = dict(file.priors), all_nodes(file, formulas)
    requested = tuple(file.stated.targets) or targets
    if not requested:
        raise InputError(f"{file.where}: has no targets; add targets = [...], or use it by extends")
    check_targets(file, (*requested, *targets), {*nodes, *priors})
    unit_of = validate.units_of(file, nodes)
    conditioned = {text: conditions.quantities([conditions.read(text, unit_of, GIVEN)]) for text in given}
    with located(file.where):
        observed = validate.evidence_quantities(file, {*nodes, *priors})
        own = [*resolution.needs(file), *(name for text in file.given for name in conditioned[text])]
        stated_inputs, stated_nodes = graph.order(nodes, priors, (*requested, *observed, *own), locate.files_by_entry)
        validate.check_aliases(file, {*stated_inputs, *stated_nodes})
        validate.check_disclosed(file, {*stated_inputs, *stated_nodes})
        validate.check_needed(file, stated_inputs, nodes)
        validate.check_correlations(file, stated_inputs)
    validate.check_formulas(file, {*stated_inputs, *stated_nodes}, formulas)
    validate.check_units(file, nodes)
    requested = tuple(dict.fromkeys(targets or requested))
    file, made = sweeps.pinned(file, pins, priors, nodes, requested)
    priors |= made
    source_errors.check_factors(each for name, each in made.items() if name in file.errors.values())
    observed += [name for names in conditioned.values() for name in names]
    with located(file.where):
        reached, order = graph.order(nodes, priors, (*requested, *observed), locate.files_by_entry)
    validate.check_nodes(file, order)
    validate.check_prices(priors[name] for name in reached)
    needed = {need for name in order for need in nodes[name].needs}
    notes = tuple(
        f"{'prior' if isinstance(value, Belief) else 'set'} {name}: "
        + ("nothing else depends on it" if name in requested else "no target needs it")
        for name, value in pins.items()
        if name not in needed
    )
    known = {name for name, value in pins.items() if not isinstance(value, Belief)}
    evidence = {key: seen for key, seen in file.evidence.items() if validate.quantity_of(seen) not in known}
    notes += tuple(
        f"evidence.{key}: not used, since its quantity is set" for key in file.evidence if key not in evidence
    )
    notes += money.notes(file, [name for name in file.priors if name in reached and name not in pins], evidence)
    notes += tuple(validate.unread(file, stated_inputs))
    notes += tuple(validate.overruled_nodes(file, formulas, {*reached, *order} - {*pins}))
    inputs = {name: prior for name, prior in priors.items() if name in reached}
    new = [name for name in pins if name in reached and not priors[name].known]
    last = [name for name in file.errors.values() if not priors[name].known]
    places = tuple(dict.fromkeys((*sampled(file, stated_inputs), *new, *last)))
    study = Study(file, nodes, inputs, order, requested, pins, notes, evidence, own_model, places, given)
    with located(file.where):
        if sum(study.sizes) > limits.ROWS:
            raise InputError(f"{sum(study.sizes):,} rows of all quantities; the limit is {limits.ROWS:,}")
    conditions.of_study(study)
    return study, (*stated_inputs, *stated_nodes)


def all_nodes(file: PriorsFile, formulas: dict[str, Node]) -> dict[str, Node]:
    """The nodes of a model and of a file: its formulas, entries that name quantities, and aliases."""
    nodes = formulas | validate.formula_nodes(file) | validate.hierarchy_nodes(file, formulas)
    nodes |= validate.given_error_nodes(file)
    return nodes | validate.alias_nodes(file, nodes)


def sampled(file: PriorsFile, needed: Collection[str]) -> tuple[str, ...]:
    """The streams of the uncertain inputs of a file with one row, errors of sources left out, in the order of their
    Sobol dimensions: first those `needed` by the targets in the file."""
    errors = {*file.errors.values()}
    single = [file.priors[name] for name in file.order if name not in errors]
    single = [each for each in single if not (each.known or each.labels)]
    if file.stated.targets:
        single.sort(key=lambda each: each.name not in needed)
    return tuple(each.stream for each in single)


def check_targets(file: PriorsFile, targets: Iterable[str], known: set[str]) -> None:
    """Refuse a target that is neither a node nor an entry."""
    for target in map(str, targets):
        if target not in known:
            place = f"{file.where}: targets" if target in file.stated.targets else "target"
            whole = split_row(target)[0]
            near = f"; name {whole}, which has this row" if whole in known else suggest(target, known)
            near = near or "; `show` lists those of a study"
            raise InputError(f"{place}: '{echo(target)}' is no node and no entry{near}")
