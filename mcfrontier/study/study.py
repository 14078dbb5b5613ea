"""Study: priors, model and targets, as data. Functions of the layers above sample and analyse it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from textwrap import shorten
from typing import Any

import msgspec
import numpy as np

from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.kinds import QuantityKind, kind_of
from mcfrontier.core.printable import one_line, printable
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
    """Priors, formulas and targets: what `load` returns. Equal if everything that they state and compute is.

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
        The quantities that were set, or whose prior was stated for the run, as stated.
    notes : tuple of str
        Warnings from loading, one sentence each.
    evidence : mapping of str to Evidence
        The observations that a run conditions on, by key.
    own_model : bool
        Whether the nodes are other than those of this package.
    sampled : tuple of str
        The uncertain inputs with one row in the order of their Sobol dimensions, whatever is pinned or requested.
    given : tuple of str
        The conditions that the draws of a run must meet, as stated.

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
    sampled: tuple[str, ...] = ()
    given: tuple[str, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """The fields, without cached values."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __repr__(self) -> str:
        counts = f"{len(self.targets)} targets, {len(self.order)} nodes, {len(self.inputs)} inputs"
        lines = [f"Study {self.name}: {counts}, {len(self.uncertain)} of them uncertain"]
        lines.append(shorten(f"targets: {', '.join(self.targets)}", REPR_WIDTH, placeholder=" ..."))
        pins = ", ".join(f"{name}={value}" for name, value in self.pins.items())
        lines += [shorten(f"set: {pins}", REPR_WIDTH, placeholder=" ...")] * bool(pins)
        return printable("\n  ".join([*lines, *(f"note: {one_line(text)}" for text in self.notes)]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Study) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content[0])  # text, which remembers its hash

    @cached_property
    def _content(self) -> tuple[str, tuple[object, ...], tuple[object, ...]]:
        """The content that equal studies share."""
        file, stated, pins = self.file, self.file.stated, {name: str(value) for name, value in self.pins.items()}
        texts = [stated.title, stated.about, stated.question, stated.price_year, stated.date, stated.skewed]
        own = [self.evidence, self.given, self.targets, pins, self.notes, self.own_model, self.sampled]
        content = [file.name, file.where, file.command, file.digest, file.disclosed, file.decision, *texts, *own]
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
        """The title of the study, or else its name.

        Returns
        -------
        str
            As in its priors file.

        Examples
        --------
        >>> study.title
        'GPT-4'
        """
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

    @cached_property
    def dimensions_of(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of each quantity.

        Returns
        -------
        dict of str to tuple of str
            By quantity, in the order of `quantities`; () for a quantity of one row.

        Examples
        --------
        >>> study.dimensions_of["energy"], mcf.load("chips").dimensions_of["gpu_price"]
        ((), ('chip',))
        """
        found: dict[str, tuple[str, ...]] = {}
        for name, prior in self.inputs.items():
            found[name] = (prior.entry.by,) if prior.labels and prior.entry.by else ()
        for name in self.order:
            inherited = self.nodes[name].dimensions(found)
            found[name] = tuple(dimension for dimension in self.file.dimensions if dimension in inherited)
        return found

    @cached_property
    def sizes(self) -> list[int]:
        """The number of rows of each quantity.

        Returns
        -------
        list of int
            In the order of `quantities`; 1 for a quantity without dimensions.

        Examples
        --------
        >>> max(study.sizes)
        1
        """
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
        """Return the kind of a quantity, which decides how its values are displayed and compared.

        Parameters
        ----------
        name : str
            An input or a node.

        Returns
        -------
        QuantityKind
            The kind of a ratio scale, a share, a date, an event or an amount of money.

        Raises
        ------
        InputError
            When the study does not have the quantity.

        Examples
        --------
        >>> study.kind("energy").name
        'ratio scale'
        """
        return kind_of(self.unit(name), event=name in self.order and self.nodes[name].event)

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

    @cached_property
    def uncertain(self) -> list[Prior]:
        """The inputs that are distributions, unlike known constants.

        Returns
        -------
        list of Prior
            In the order of `inputs`.

        Examples
        --------
        >>> "gpu_share" in [prior.name for prior in study.uncertain]
        True
        """
        return [prior for prior in self.inputs.values() if not prior.known]

    @cached_property
    def dependence(self) -> Dependence:
        """The groups of inputs that are correlated.

        Returns
        -------
        Dependence
            Empty where all inputs are independent of each other.

        Examples
        --------
        >>> study.dependence.groups
        ()
        """
        return dependence(self.file.correlation, self.uncertain, self.file.where)


def retained_draws(study: Study, draws: int) -> int:
    """The number of draws retained in memory: all of up to twice the default, or with evidence or conditions; of more
    draws, as many as the default, while those of the targets are counted in bins."""
    return draws if study.evidence or study.given or draws <= 2 * study.draws else study.draws
