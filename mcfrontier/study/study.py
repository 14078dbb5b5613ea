"""Study: priors, model and targets, as data. Functions of the layers above sample and analyse it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from textwrap import shorten
from typing import Any

import msgspec
import numpy as np

from mcfrontier import graph
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.kinds import MONEY, QuantityKind, kind_of
from mcfrontier.graph import Node
from mcfrontier.study.correlation import Dependence, dependence
from mcfrontier.study.prior import Prior, PriorsFile
from mcfrontier.study.schema import Evidence

DEFAULT_DRAWS = 2**17  # the default of a run
REPR_WIDTH = 100  # characters of a line of the repr of a study
MAX_NUMBERS = 2**23  # of one quantity: a study with many rows has a smaller default
Row = tuple[str, tuple[int, ...]]  # a quantity, and the index of one of its elements along the dimensions of the study


@dataclass(frozen=True, eq=False, repr=False)
class Study:
    """Priors, formulas and targets: what `load` returns.

    Two studies are equal if everything that they state and compute is.

    Parameters
    ----------
    file : PriorsFile
        The merged priors file.
    nodes : mapping of str to Node
        The formulas of the model, by name.
    inputs : mapping of str to Prior
        The inputs that the targets depend on, by name.
    order : tuple of str
        The nodes that the targets depend on, in order of evaluation.
    targets : tuple of str
        The quantities to evaluate.
    pins : mapping of str to str or float
        The quantities that were set, as stated.
    notes : tuple of str
        Warnings from loading, one sentence each.
    evidence : mapping of str to Evidence
        The observations that a run conditions on, by key.
    own_model : bool
        Whether the nodes are other than those of this package.

    Examples
    --------
    >>> study = mcf.load("gpt4", targets=["energy"])
    >>> study.targets, study == mcf.load("gpt4", targets=["energy"])
    (('energy',), True)
    """

    file: PriorsFile
    nodes: Mapping[str, Node]
    inputs: Mapping[str, Prior]
    order: tuple[str, ...]
    targets: tuple[str, ...]
    pins: Mapping[str, str | float]
    notes: tuple[str, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    own_model: bool = False

    def __getstate__(self) -> dict[str, Any]:
        """The fields, without cached values."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __repr__(self) -> str:
        counts = f"{len(self.targets)} targets, {len(self.order)} nodes, {len(self.inputs)} inputs"
        lines = [f"Study {self.name}: {counts}, {len(self.uncertain)} of them uncertain"]
        lines.append(shorten(f"targets: {', '.join(self.targets)}", REPR_WIDTH, placeholder=" ..."))
        pins = ", ".join(f"{name}={value}" for name, value in self.pins.items())
        return "\n  ".join([*lines, *[shorten(f"set: {pins}", REPR_WIDTH, placeholder=" ...")] * bool(pins)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Study) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The content that equal studies share."""
        file, stated = self.file, self.file.stated
        figures = [self.evidence, file.disclosed, file.decision]
        texts = [stated.title, stated.about, stated.question, stated.price_year, stated.date, stated.skewed]
        origin = [file.name, file.where, file.command, file.digest]
        pins = {name: str(value) for name, value in self.pins.items()}
        content = [*origin, *texts, *figures, self.targets, pins, self.notes, self.own_model]
        computed = tuple((name, self.nodes[name]) for name in self.order)
        return json.dumps(msgspec.to_builtins(content), sort_keys=True), tuple(self.inputs.values()), computed

    @property
    def name(self) -> str:
        """The name of the study: that of its file.

        Returns
        -------
        str
            Such as "gpt4".

        Examples
        --------
        >>> study.name
        'gpt4'
        """
        return self.file.name

    @property
    def title(self) -> str:
        """The title of the study, or else its name."""
        return self.file.stated.title or self.file.name

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all quantities that the targets depend on.

        Returns
        -------
        tuple of str
            Inputs, then nodes in order of evaluation; the targets are among them.

        Examples
        --------
        >>> {"chip_count", "energy"} <= {*study.quantities}
        True
        """
        return (*self.inputs, *self.order)

    @property
    def cost_bases(self) -> tuple[str, ...]:
        """The cost bases: the targets that are amounts of money in the currency of the first of them."""
        amounts = [name for name in self.targets if self.kind(name) is MONEY and "/" not in self.unit(name)]
        return tuple(name for name in amounts if self.unit(name) == self.unit(amounts[0]))

    @property
    def cost_components(self) -> dict[str, dict[str, str]]:
        """The cost components among the targets, by cost basis: {"upfront_cost": {"staff": "upfront_staff_share"}}.

        The share named `upfront_staff_share` is the component `staff` of the base `upfront_cost`: see model/shares.py.
        """
        found: dict[str, dict[str, str]] = {}
        for base in self.cost_bases:
            head = f"{base.removesuffix('_cost')}_"
            for name in self.targets:
                if name.startswith(head) and name.endswith("_share"):
                    found.setdefault(base, {})[name.removeprefix(head).removesuffix("_share")] = name
        return found

    @cached_property
    def dimensions_of(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of each quantity, in the order of the study."""
        found: dict[str, tuple[str, ...]] = {}
        for name, prior in self.inputs.items():
            found[name] = (prior.entry.by,) if prior.labels and prior.entry.by else ()
        for name in self.order:
            inherited = {dimension for need in self.nodes[name].needs for dimension in found[need]}
            inherited -= {self.nodes[name].along or ""}
            found[name] = tuple(dimension for dimension in self.file.dimensions if dimension in inherited)
        return found

    @property
    def sizes(self) -> list[int]:
        """The number of rows of each quantity, in the order of `dimensions_of`."""
        return [math.prod(len(self.file.dimensions[each]) for each in own) for own in self.dimensions_of.values()]

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows of every quantity, by name.

        Returns
        -------
        dict of str to (str, tuple of int)
            The quantity of each row and its index along the dimensions of the study, such as
            {"count": ("count", (0,)), "price[A100]": ("price", (1,))}.

        Examples
        --------
        >>> "energy" in study.rows, "price_per_memory[H100]" in mcf.load("chips").rows
        (True, True)
        """
        dimensions: Mapping[str, Sequence[str]] = self.file.dimensions
        out: dict[str, Row] = {}
        for name, own in self.dimensions_of.items():
            for index in np.ndindex(*(len(labels) if each in own else 1 for each, labels in dimensions.items())):
                labels = [dimensions[each][i] for each, i in zip(dimensions, index, strict=True) if each in own]
                out[f"{name}[{','.join(labels)}]" if labels else name] = (name, index)
        return out

    @cached_property
    def missing(self) -> frozenset[str]:
        """The rows missing by design: a cell of a table is empty, and the central values yield NaN."""
        if not self.file.dimensions:
            return frozenset()
        centre = self.centre()
        along = {row: place for row, place in self.rows.items() if self.dimensions_of[place[0]]}
        return frozenset(row for row, (name, index) in along.items() if np.isnan(centre[name][index]).all())

    @property
    def draws(self) -> int:
        """The default number of draws: 2^17, fewer where a quantity has many rows.

        Returns
        -------
        int
            A power of two.

        Examples
        --------
        >>> study.draws
        131072
        """
        most = max(1, MAX_NUMBERS // max(self.sizes, default=1))
        return min(DEFAULT_DRAWS, 1 << (most.bit_length() - 1))

    def retained(self, draws: int) -> int:
        """The number of draws retained in memory: all of up to twice the default, or with evidence; of more draws, as
        many as the default, while those of the targets are counted in bins."""
        return draws if self.evidence or draws <= 2 * self.draws else self.draws

    def unit(self, name: str) -> str:
        """Return the unit of a quantity: that of its entry, or of its node.

        Parameters
        ----------
        name : str
            An input or a node.

        Returns
        -------
        str
            As stated, such as "USD/h".

        Raises
        ------
        InputError
            When the study does not have the quantity.

        Examples
        --------
        >>> study.unit("energy")
        'MWh'
        """
        self._check(name)
        return self.inputs[name].entry.unit if name in self.inputs else self.nodes[name].unit

    def kind(self, name: str) -> QuantityKind:
        """The kind of a quantity."""
        return kind_of(self.unit(name), event=name in self.order and self.nodes[name].event)

    def path(self, name: str) -> str:
        """The dimension along which a quantity is a path, whose labels are three or more increasing numbers, such as
        years: the last one of this kind, or "" where there is none."""
        own = reversed(self.dimensions_of[name])
        return next((each for each in own if increasing(self.file.dimensions[each])), "")

    def row_index(self, row: str) -> int:
        """The index of a row of an input among its labels; 0 where it has none."""
        return max(self.rows[row][1], default=0)

    def about(self, name: str) -> str:
        """Return a description of a quantity in one line.

        Parameters
        ----------
        name : str
            An input or a node.

        Returns
        -------
        str
            The first line of the docstring of its node, or the note of its entry.

        Raises
        ------
        InputError
            When the study does not have the quantity.

        Examples
        --------
        >>> "electricity" in study.about("energy").lower()
        True
        """
        self._check(name)
        return self.nodes[name].about if name in self.nodes else self.inputs[name].entry.note

    def _check(self, name: str) -> None:
        """Refuse a quantity that the study does not have."""
        if not isinstance(name, str) or (name not in self.inputs and name not in self.nodes):
            raise InputError(f"{name}: this study has no such quantity{suggest(str(name), self.quantities)}")

    def expand(self, prior: Prior, values: Array) -> Array:
        """Values of an input with the dimensions of the study as leading axes, of length 1 where it does not vary."""
        shape = [len(prior.labels) or 1 if each == prior.entry.by else 1 for each in self.file.dimensions]
        return values.reshape(*shape, values.shape[-1])

    @cached_property
    def uncertain(self) -> list[Prior]:
        """The uncertain inputs."""
        return [prior for prior in self.inputs.values() if not prior.known]

    @cached_property
    def dependence(self) -> Dependence:
        """The dependent groups of inputs."""
        return dependence(self.file.correlation, self.uncertain, self.file.where)

    @property
    def statements(self) -> list[tuple[str, str]]:
        """The statements beside the inputs, as (name, text): correlations, evidence, the decision."""
        file, names = self.file, {prior.name for prior in self.uncertain}
        pairs = [(" ~ ".join(pair), value) for pair, value in file.correlation.pairs.items() if {*pair} <= names]
        kind = f"{file.correlation.kind} correlation"
        found = [(pair, f"{kind} {value:+g}" if value else "independent of each other") for pair, value in pairs]
        paths = [(p.name, p.entry.autocorrelation) for p in self.uncertain if p.entry.autocorrelation is not None]
        found += [(name, f"each row with the next: {kind} {value:+g}") for name, value in paths]
        for key, seen in self.evidence.items():
            text = f"{seen.quantity}: {seen.p5:g} to {seen.p95:g} {seen.unit}; {seen.source}"
            found.append((f"evidence {key}", text))
        if stated := file.decision:
            text = f"act if {stated.quantity} lies {stated.act} {stated.threshold:g} {stated.unit}"
            found.append(("decision", text))
        return found

    def evaluate(self, given: Mapping[str, Array]) -> dict[str, Array]:
        """Compute all quantities from the values of the inputs, in base units."""
        return graph.evaluate(self.nodes, self.order, given, list(self.file.dimensions))

    def centre(self) -> dict[str, Array]:
        """Compute all quantities at the central values of the inputs, in base units: shape (dimensions..., 1)."""
        return self.evaluate({name: self.expand(p, np.array(p.centres)[:, None]) for name, p in self.inputs.items()})


def increasing(labels: Sequence[str]) -> bool:
    """Whether labels are three or more increasing numbers."""
    with suppress(ValueError):
        return len(labels) > 2 and all(one < other for one, other in pairwise(map(float, labels)))
    return False
