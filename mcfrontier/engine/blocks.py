"""The draws of a study, block by block: any of them, without the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier import graph, sampling
from mcfrontier.dependence import joined
from mcfrontier.quantiles import Points, to_points
from mcfrontier.sampling import Sampler, Stream

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
BLOCK = 2**16  # numbers of one quantity: they stay near the processor while the graph is evaluated
LEAST = 2**10  # draws of a block, however many rows a quantity has
Lookup = Callable[[str], list[Points]]  # of the points of an input's rows
Progress = Callable[[Sequence, str], Iterable]  # goes through steps, and tells whoever waits how far it is


def silent(steps: Sequence, told: str) -> Iterable:
    """The progress of what nobody waits for."""
    return steps


@dataclass(frozen=True)
class Blocks:
    """Some quantities of a study under a sampler: called with the first draw (a multiple of 16) and the one after the
    last, it gives their values in base units, (dimensions..., draws), 1 for the last where nothing is uncertain."""

    study: Study
    plan: Sampler
    names: tuple[str, ...]

    def __call__(self, start: int, stop: int) -> dict[str, Array]:
        return self.values(self.points(start, stop))

    def __reduce__(self) -> tuple:
        return Blocks, (self.study, self.plan, self.names)  # streams are made anew where it arrives

    def points(self, start: int, stop: int) -> Lookup:
        """The points of an uncertain input's rows by its name, those of inputs that depend on each other mixed."""
        mixed: dict[str, list[Points]] = {}

        def own(name: str) -> list[Points]:
            return [row(start, stop) for row in self.streams[name]]

        def of(name: str) -> list[Points]:
            group = self.study.dependence.group_of(name)
            if group is None:
                return own(name)
            if name not in mixed:
                apart = {each: sampling.stacked(self.study.inputs[each], own(each)) for each in group.names}
                for each, p in joined([group], apart).items():
                    mixed[each] = [to_points(row) for row in np.atleast_2d(p)]
            return mixed[name]

        return of

    def values(self, at: Lookup) -> dict[str, Array]:
        """The quantities at points of the uncertain inputs, each drawn when it is first needed."""
        study, wanted = self.study, dict.fromkeys(self.names)

        def drawn(name: str) -> Array:
            prior = study.inputs[name]
            return study.place(prior, sampling.values_at(prior, at(name)))

        return graph.evaluate(study.nodes, self.order, self.known, list(study.page.dimensions), wanted, drawn)

    @cached_property
    def reached(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The inputs that the quantities need, and the nodes in order of evaluation."""
        return self.study.reached(self.names)

    @property
    def order(self) -> tuple[str, ...]:
        return self.reached[1]

    @cached_property
    def known(self) -> dict[str, Array]:
        """The inputs that are values."""
        known = [self.study.inputs[name] for name in self.reached[0] if self.study.inputs[name].known]
        return {prior.name: self.study.place(prior, sampling.values_at(prior)) for prior in known}

    @cached_property
    def streams(self) -> dict[str, tuple[Stream, ...]]:
        """The streams of the rows of each input that is uncertain, and of those that they depend on."""
        names = [name for name in self.reached[0] if not self.study.inputs[name].known]
        ties = [group.names for group in self.study.dependence.groups if not {*names}.isdisjoint(group.names)]
        whole = dict.fromkeys([*names, *(name for tie in ties for name in tie)])
        return {name: sampling.streams(self.plan, self.study.inputs[name]) for name in whole}


@dataclass(frozen=True, eq=False)
class Held(Mapping[str, Array]):
    """The first draws of some quantities, all worked out when one is first read that is not `known` already."""

    blocks: Blocks
    draws: int
    known: Mapping[str, Array] = field(default_factory=dict)

    @cached_property
    def others(self) -> dict[str, Array]:
        names = tuple(name for name in self.blocks.names if name not in self.known)
        return whole(replace(self.blocks, names=names), self.draws)

    def __getitem__(self, name: str) -> Array:
        return self.known[name] if name in self.known else self.others[name]

    def __contains__(self, name: object) -> bool:
        return name in self.blocks.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks.names)

    def __len__(self) -> int:
        return len(self.blocks.names)


def size_of(study: Study) -> int:
    """How many draws a block has."""
    return max(LEAST, BLOCK >> (max(study.sizes, default=1) - 1).bit_length())


def spans(stop: int, step: int, start: int = 0) -> list[tuple[int, int]]:
    """The way from `start` to `stop` in steps: (0, 4), (4, 8), (8, 10)."""
    return [(one, min(one + step, stop)) for one in range(start, stop, step)]


def whole(
    blocks: Blocks,
    stop: int,
    block: int | None = None,
    progress: Progress = silent,
    start: int = 0,
) -> dict[str, Array]:
    """The draws of all quantities from `start`, or the first, to `stop`, side by side."""
    out: dict[str, Array] = {}
    parts = spans(stop, block or size_of(blocks.study), start)
    if len(parts) == 1:
        return blocks(start, stop)
    for one, other in progress(parts, "drawing"):
        for name, x in blocks(one, other).items():
            if one == start:
                out[name] = np.empty((*x.shape[:-1], stop - start)) if x.shape[-1] == other - one else x
            if out[name].shape[-1] > 1:
                out[name][..., one - start : other - start] = x
    return out
