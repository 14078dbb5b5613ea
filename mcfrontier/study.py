"""The recipe: load, check, draw, evaluate. A Study is what is believed, a Run (results.py) what came out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mcfrontier import checks, engine, graph, memory, priors, sampling
from mcfrontier.analysis import conditional, evidence
from mcfrontier.dependence import Dependence, dependence
from mcfrontier.engine import Blocks, Engine, Held
from mcfrontier.engine.blocks import Progress, silent
from mcfrontier.errors import InputError, TooFewDraws, located, suggest
from mcfrontier.graph import Node
from mcfrontier.priors import Page, Prior
from mcfrontier.results import Run
from mcfrontier.sampling import Sampler
from mcfrontier.wording import label, parts
from mcfrontier.words import Evidence

DRAWS, SEED, SAMPLER, METHOD = 2**17, 1, "sobol", "auto"
FIRST = 2**13  # draws that tell in which bins the others are counted
MOST = 2**24  # draws that a precision may take
MOST_NUMBERS = 2**23  # of one quantity: with many rows, a run that is not told how many draws takes fewer


@dataclass(frozen=True)
class Study:
    """What is believed and what is asked: the page it was read from, the inputs that the targets reach, the nodes
    in order of evaluation. `pins` are the quantities set for this run; `own_model` is not the package's."""

    page: Page = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)
    inputs: Mapping[str, Prior] = field(repr=False)
    order: tuple[str, ...] = field(repr=False)
    targets: tuple[str, ...]
    pins: Mapping[str, str | float]
    notes: tuple[str, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict, repr=False)
    own_model: bool = False

    @property
    def name(self) -> str:
        return self.page.name

    @property
    def title(self) -> str:
        return self.page.words.title or self.page.name

    @property
    def quantities(self) -> tuple[str, ...]:
        """All inputs and nodes that the targets need."""
        return (*self.inputs, *self.order)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The targets that are sums of money, in the currency of the first: the ways in which a cost is counted."""
        sums = [target for target in self.targets if self.unit(target) in ("USD", "EUR")]
        return tuple(target for target in sums if self.unit(target) == self.unit(sums[0]))

    @cached_property
    def dimensions_of(self) -> dict[str, tuple[str, ...]]:
        """The dimensions that each quantity runs along, in the order of the study."""
        found = {name: (prior.entry.by,) if prior.labels else () for name, prior in self.inputs.items()}
        for name in self.order:
            below = {dimension for need in self.nodes[name].needs for dimension in found[need]}
            below -= {self.nodes[name].along}
            found[name] = tuple(dimension for dimension in self.page.dimensions if dimension in below)
        return found

    @property
    def parts(self) -> dict[str, dict[str, str]]:
        """The parts of accounts among the targets: {"upfront_cost": {"staff": "upfront_staff_share"}}.

        A share named `upfront_staff_share` is the part `staff` of the account `upfront_cost`: see model/shares.py."""
        found: dict[str, dict[str, str]] = {}
        for account in self.accounts:
            head = f"{account.removesuffix('_cost')}_"
            for name in self.targets:
                if name.startswith(head) and name.endswith("_share"):
                    found.setdefault(account, {})[name.removeprefix(head).removesuffix("_share")] = name
        return found

    @property
    def sizes(self) -> list[int]:
        """How many rows each quantity has."""
        return [math.prod(len(self.page.dimensions[each]) for each in own) for own in self.dimensions_of.values()]

    @cached_property
    def rows(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """Every quantity, a many-valued one row by row: {"count": ("count", (0,)), "price[A100]": ("price", (1,))}."""
        dimensions, out = self.page.dimensions, {}
        for name, own in self.dimensions_of.items():
            for index in np.ndindex(*(len(labels) if each in own else 1 for each, labels in dimensions.items())):
                labels = [dimensions[each][i] for each, i in zip(dimensions, index, strict=True) if each in own]
                out[f"{name}[{','.join(labels)}]" if labels else name] = (name, index)
        return out

    @cached_property
    def missing(self) -> set[str]:
        """The rows without a figure by design: a cell of a table is empty, and the central values give none."""
        if not self.page.dimensions:
            return set()
        centre = self.centre()
        along = {row: place for row, place in self.rows.items() if self.dimensions_of[place[0]]}
        return {row for row, (name, index) in along.items() if np.isnan(centre[name][index]).all()}

    @property
    def draws(self) -> int:
        """How many draws a run takes that is not told: 2^17, fewer where a quantity has many rows."""
        return min(DRAWS, 2 ** int(math.log2(MOST_NUMBERS / max(self.sizes, default=1))))

    def held(self, draws: int) -> int:
        """How many of a run's draws are kept: all, unless they are many; then as many as a run takes that is not told,
        and the targets of all are counted."""
        return draws if self.evidence or draws <= 2 * self.draws else self.draws

    def unit(self, name: str) -> str:
        """The unit a quantity is told in: its entry's, or its node's."""
        return self.inputs[name].entry.unit if name in self.inputs else self.nodes[name].unit

    def is_event(self, name: str) -> bool:
        """Whether a quantity happens or does not, draw by draw, so that its probability tells all of it."""
        return name in self.order and self.nodes[name].event

    def path(self, name: str) -> str:
        """The dimension that a quantity is a path along: its labels are three numbers or more that rise, such as years.
        The last of these; "" where there is none."""
        own = [each for each in self.dimensions_of[name] if rising(self.page.dimensions[each])]
        return own[-1] if own else ""

    def row_name(self, name: str, row: int) -> str:
        """What a row of an input is called: price[A100], or its name alone."""
        labels = self.inputs[name].labels
        return f"{name}[{labels[row]}]" if labels else name

    def place_of(self, row: str) -> int:
        """The place of a row of an input among its labels; 0 where it has none."""
        return max(self.rows[row][1], default=0)

    def about(self, name: str) -> str:
        """What a quantity is, in a line."""
        return self.nodes[name].about if name in self.nodes else self.inputs[name].entry.note

    def place(self, prior: Prior, values: np.ndarray) -> np.ndarray:
        """Values of an input with the study's dimensions as leading axes, of length 1 where it has none."""
        shape = [1] * len(self.page.dimensions)
        if prior.labels:
            shape[list(self.page.dimensions).index(prior.entry.by)] = len(prior.labels)
        return values.reshape(*shape, values.shape[-1])

    def reached(self, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The inputs that some quantities need, and the nodes in order of evaluation; worked out once."""
        if names not in self.orders:
            self.orders[names] = graph.order(self.nodes, self.inputs, names)
        return self.orders[names]

    @cached_property
    def orders(self) -> dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]:
        return {}

    @cached_property
    def choices(self) -> dict[str, conditional.Choice]:
        """The input to integrate out of each row that was asked about: analysis.conditional works it out."""
        return {}

    @cached_property
    def drawn(self) -> list[Prior]:
        """The inputs that are uncertain."""
        return [prior for prior in self.inputs.values() if not prior.known]

    @cached_property
    def dependence(self) -> Dependence:
        """Which inputs depend on each other, and how."""
        return dependence(self.page.correlation, self.drawn, self.page.where)

    @property
    def beliefs(self) -> list[tuple[str, str]]:
        """What is stated beside the inputs, each with what it says: correlations, evidence, the decision."""
        page, drawn = self.page, {prior.name for prior in self.drawn}
        pairs = [(" ~ ".join(pair), value) for pair, value in page.correlation.pairs.items() if {*pair} <= drawn]
        kind = f"{page.correlation.kind} correlation"
        told = [(pair, f"{kind} {value:+g}" if value else "independent of each other") for pair, value in pairs]
        paths = [(p.name, p.entry.autocorrelation) for p in self.drawn if p.entry.autocorrelation is not None]
        told += [
            (name, f"each row with the next: {page.correlation.kind} correlation {value:+g}") for name, value in paths
        ]
        for key, seen in self.evidence.items():
            told.append((f"evidence {key}", f"{seen.quantity}: {seen.p5:g} to {seen.p95:g} {seen.unit}; {seen.source}"))
        if page.decision:
            asked = page.decision
            told.append(("decision", f"act if {asked.quantity} lies {asked.act} {asked.threshold:g} {asked.unit}"))
        return told

    def at(self, probabilities: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The inputs in base units at probabilities of the uncertain ones, (draws,) or (labels, draws), on the axes of
        the study."""
        return {
            prior.name: self.place(prior, sampling.values(prior, probabilities.get(prior.name)))
            for prior in self.inputs.values()
        }

    def evaluate(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """All quantities from the inputs', in base units."""
        return graph.evaluate(self.nodes, self.order, given, list(self.page.dimensions))

    def centre(self) -> dict[str, np.ndarray]:
        """All quantities once, at the central values of the inputs, in base units: shape (dimensions..., 1)."""
        return self.evaluate({name: self.place(p, np.array(p.centres)[:, None]) for name, p in self.inputs.items()})


def rising(labels: Sequence[str]) -> bool:
    """Whether labels are three numbers or more that rise."""
    try:
        places = [float(label) for label in labels]
    except ValueError:
        return False
    return len(places) > 2 and all(one < other for one, other in pairwise(places))


def load(
    source: str | Path | Mapping[str, Any],
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    set: Mapping[str, str | float] | None = None,
) -> Study:
    """Read a study and refuse whatever cannot be right in it, before anything is drawn."""
    if not isinstance(set or {}, Mapping):
        raise InputError(f"set: a mapping is expected, such as {{'gpu_price': 15_000}}, not {set!r}")
    own_model = model is not None
    if not own_model:
        from mcfrontier import model
    nodes = graph.nodes_of(model)
    page = priors.load(source)
    believed = dict(page.priors)
    nodes |= checks.taken(page, nodes)
    asked = tuple(page.words.targets) or tuple(targets or ())
    if not asked:
        raise InputError(f"{page.where}: has no targets; add targets = [...], or take it in by extends")
    known = {*nodes, *believed}
    for target in (*asked, *(targets or ())):
        if target not in known:
            place = f"{page.where}: targets" if target in page.words.targets else "target"
            whole = parts(target)[0]
            near = f"; ask for {whole}, which has it" if whole in known else suggest(target, known)
            raise InputError(f"{place}: '{target}' is no node and no entry{near}")
    with located(page.where):
        observed = checks.observed(page, known)
        stated_inputs, stated_nodes = graph.order(nodes, believed, (*asked, *observed))
        checks.check_same(page, {*stated_inputs, *stated_nodes})
        checks.check_disclosed(page, {*stated_inputs, *stated_nodes})
        checks.check_reach(page, stated_inputs)
        checks.check_correlations(page, stated_inputs)
    checks.check_units(page, nodes)
    pins = dict(set or {})
    believed |= {name: checks.pin(name, text, believed, nodes) for name, text in pins.items()}
    asked = tuple(dict.fromkeys(targets or asked))
    with located(page.where):
        reached, order = graph.order(nodes, believed, (*asked, *observed))
    needed = {need for name in order for need in nodes[name].needs}
    notes = tuple(
        f"set {name}: nothing else depends on it" if name in asked else f"set {name}: no target needs it"
        for name in pins
        if name not in needed
    )
    evidence = {key: seen for key, seen in page.evidence.items() if checks.quantity_of(seen) not in pins}
    notes += tuple(
        f"evidence.{key}: left out, since its quantity is set" for key in page.evidence if key not in evidence
    )
    inputs = {name: prior for name, prior in believed.items() if name in reached}
    study = Study(page, nodes, inputs, order, asked, pins, notes, evidence, own_model)
    medians = {n: (study.place(p, np.array(p.medians)[:, None]), p.entry.unit) for n, p in inputs.items()}
    checks.check_decision(page, nodes, (*stated_inputs, *stated_nodes), study.dimensions_of)
    if not pins:  # what is set has one row, whatever it has in the file
        checks.check_rows(page, study.dimensions_of, study.rows)
    with located(page.where):
        graph.prove_units(nodes, order, medians, list(page.dimensions))
    return study


def run(
    source: str | Path | Mapping[str, Any] | Study,
    *,
    model: ModuleType | Sequence[Callable] | None = None,
    targets: Sequence[str] | None = None,
    draws: int | None = None,
    seed: int = SEED,
    sampler: str = SAMPLER,
    set: Mapping[str, str | float] | None = None,
    precision: float | None = None,
    most: int = MOST,
    method: str = METHOD,
    engine: Engine | str = "local",
    workers: int | None = None,
    progress: Progress = silent,
) -> Run:
    """Run a study: draw its inputs, push them through the graph, keep what came out.

    source   name of a study, path of a priors file, the mapping of one, or a Study that was loaded
    model    functions marked with `node`, or a module of them; the model of this package if left out
    targets  quantities to answer, instead of the file's
    draws    how many; a power of two for Sobol, or rounded up; Study.draws if left out
    seed     whole number of 0 or more; the same seed gives the same draws, input by input
    sampler  "sobol", "lhs" or "random"
    set      quantities to pin: {"gpu_price": 15_000, "energy": "40 GWh"}
    precision the Monte Carlo error that p5, p50 and p95 of the headlines may have, as a share of each, such as 0.01:
             the draws are doubled from `draws` on until it is reached
    most     draws that a precision may take
    method   how percentiles of the targets are told: "auto" integrates an input out of each where that makes them
             surer, "order" takes the order statistics of the draws
    engine   who works where draws are not kept: "local", "threads", "processes" or "dask", or an Engine
    workers  how many; as many as there are processors if left out
    progress a way to go through steps that tells how far it is

    Raises InputError, in one line, for anything stated that cannot be used.
    """
    if isinstance(source, Study) and (model or targets or set):
        raise InputError("a study that was loaded has its model, targets and set; give them to load")
    study = source if isinstance(source, Study) else load(source, model, targets, set)

    who = engine if isinstance(engine, Engine) else Engine(engine, workers)
    if method not in conditional.METHODS:
        raise InputError(f"method: unknown method '{method}'{suggest(str(method), conditional.METHODS)}")

    def once(count: int) -> Run:
        names = [prior.name for prior in study.drawn if not prior.labels]
        plan = sampling.sampler(sampler, seed, count, names)
        return replace(evaluated(study, plan, who, progress), method=method)

    count = study.draws if draws is None else draws
    return once(count) if precision is None else to_precision(once, count, precision, most)


def evaluated(study: Study, plan: Sampler, who: Engine, progress: Progress) -> Run:
    """A study, drawn and evaluated once; draws of the targets that are not kept are counted."""
    held = study.held(plan.draws)
    memory.check(held, study.sizes)
    memory.keep_freed()
    blocks = Blocks(study, plan, study.quantities)
    if held < plan.draws:
        return with_counts(Run(study, plan, Held(blocks, held)), who, progress)
    targets = engine.whole(replace(blocks, names=tuple(dict.fromkeys(study.targets))), held, progress=progress)
    done = Run(study, plan, Held(blocks, held, targets))
    check_finite(study, done.values)
    return conditioned(done) if study.evidence else done


def with_counts(done: Run, who: Engine, progress: Progress) -> Run:
    """A run whose draws are not kept: those of the targets are counted."""
    study, plan = done.study, done.sampler
    targets = tuple(dict.fromkeys(study.targets))
    blocks = Blocks(study, plan, targets)
    first = engine.whole(blocks, min(FIRST, plan.draws))
    check_finite(study, first)
    missing = study.missing
    rows = {row: place for row, place in study.rows.items() if place[0] in first and row not in missing}
    rows = {
        row: (name, at) for row, (name, at) in rows.items() if np.isfinite(x := first[name][at]).any() and x.size > 1
    }
    if not rows:  # all are known
        return done
    found = engine.counted(blocks, rows, first, who, progress)
    return replace(done, counted=found)


def check_finite(study: Study, values: Mapping[str, np.ndarray]) -> None:
    """Refuse a target that has no figure."""
    for target in study.targets:
        if not np.isfinite(values[target]).any():
            raise InputError(f"{study.page.where}: {target}: none of its draws is finite; look for a division by zero")


def to_precision(once: Callable[[int], Run], draws: int, precision: float, most: int) -> Run:
    """The first run, of twice as many draws each time, whose headlines are known to a precision; the last that there
    is room for where none is. What it took is told in its notes."""
    if not isinstance(precision, float | int) or not 0 < precision < 1:
        raise InputError(f"precision = {precision}: a share above 0 and below 1 is expected, such as 0.01")
    while True:
        try:
            done = once(draws)
        except TooFewDraws:  # evidence leaves too few of them
            if draws * 2 > most:
                raise
            draws *= 2
            continue
        errors, took = done.relative_errors(), f"{done.sampler.draws:,} draws"
        worst = max(errors, key=errors.get)
        if errors[worst] <= precision:
            found = f"reached with {took}"
            break
        if full := no_room(done.study, 2 * done.sampler.draws, most):
            found = f"not reached with {took}, {full}"
            break
        draws = 2 * done.sampler.draws
    row, word = worst
    told = f"precision {100 * precision:g}%: {found}; the worst is {word} of {label(row)}, {100 * errors[worst]:.2g}%"
    return replace(done, effort=(told,))


def no_room(study: Study, draws: int, most: int) -> str:
    """Why a precision may not take so many draws; nothing if it may."""
    if draws > most:
        return "the most allowed"
    return "as many as memory holds" if memory.taken(study.held(draws), study.sizes) > memory.available() else ""


def conditioned(before: Run) -> Run:
    """A run given the evidence of its study: draws chosen anew by how likely each makes what was observed."""
    study, plan = before.study, before.sampler
    rows = {seen.quantity for seen in study.evidence.values()}
    for row in rows:
        before.check_row(row)
    draws = {row: np.broadcast_to(before.told(row), plan.draws) for row in rows}
    rng = sampling.generator(plan, "evidence", None)
    with located(study.page.where):
        weighed = evidence.weigh(study.evidence, draws, {row: before.unit(row) for row in rows}, rng)
    after = {name: x[..., weighed.index] if x.shape[-1] == plan.draws else x for name, x in before.values.items()}
    return Run(study, plan, after, before=before, weighed=weighed)
