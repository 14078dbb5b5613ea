"""The draws of a study in blocks, with random access."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from mcfrontier import graph
from mcfrontier.core.arrays import Array
from mcfrontier.core.progress import Progress, silent
from mcfrontier.distributions.tables import Points, to_points
from mcfrontier.sampling.plan import Sampler, Stream
from mcfrontier.sampling.streams import stacked, streams, values_at
from mcfrontier.study.correlation import correlate
from mcfrontier.study.study import Study
from mcfrontier.study.values import expand

BLOCK_NUMBERS = 2**16  # numbers of one quantity in a block: they stay in the cache while the graph is evaluated
MIN_BLOCK_DRAWS = 2**10  # draws of a block, whatever the number of rows
Lookup = Callable[[str], list[Points]]  # the points of the rows of an input, by its name


@dataclass(frozen=True)
class Blocks:
    """Some quantities of a study under a sampling plan.

    Called with start (a multiple of 16) and stop, it returns the draws between them, in base units: shape
    (dimensions..., draws), with a last axis of 1 where nothing is uncertain.
    """

    study: Study
    plan: Sampler
    names: tuple[str, ...]

    def __call__(self, start: int, stop: int) -> dict[str, Array]:
        return self.values(self.points(start, stop))

    def __reduce__(self) -> tuple[Any, ...]:
        return Blocks, (self.study, self.plan, self.names)  # streams cannot be pickled, and are rebuilt

    def points(self, start: int, stop: int) -> Lookup:
        """The points of the rows of an uncertain input, those of a dependent group correlated."""
        correlated: dict[str, list[Points]] = {}

        def own(name: str) -> list[Points]:
            return [row(start, stop) for row in self.streams[name]]

        def of(name: str) -> list[Points]:
            group = self.study.dependence.group_of(name)
            if group is None:
                return own(name)
            if name not in correlated:
                independent = {each: stacked(self.study.inputs[each], own(each)) for each in group.names}
                for each, p in correlate([group], independent).items():
                    correlated[each] = [to_points(row) for row in np.atleast_2d(p)]
            return correlated[name]

        return of

    def values(self, at: Lookup) -> dict[str, Array]:
        """Compute the quantities at points of the uncertain inputs; each input is sampled at its first use."""
        study, outputs = self.study, dict.fromkeys(self.names)

        def sample(name: str) -> Array:
            prior = study.inputs[name]
            return expand(study, prior, values_at(prior, at(name)))

        return graph.evaluate(study.nodes, self.needed[1], self.known, list(study.file.dimensions), outputs, sample)

    @cached_property
    def needed(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The inputs that the quantities need, and the nodes in order of evaluation."""
        return graph.order(self.study.nodes, self.study.inputs, self.names)

    @cached_property
    def known(self) -> dict[str, Array]:
        """The values of the known inputs."""
        known = [self.study.inputs[name] for name in self.needed[0] if self.study.inputs[name].known]
        return {prior.name: expand(self.study, prior, values_at(prior)) for prior in known}

    @cached_property
    def streams(self) -> dict[str, tuple[Stream, ...]]:
        """The streams of the rows of each uncertain input, and of the other inputs in their dependent groups."""
        names = [name for name in self.needed[0] if not self.study.inputs[name].known]
        groups = [group.names for group in self.study.dependence.groups if not {*names}.isdisjoint(group.names)]
        names = list(dict.fromkeys([*names, *(name for group in groups for name in group)]))
        return {name: streams(self.plan, self.study.inputs[name]) for name in names}


@dataclass(frozen=True, eq=False)
class LazyDraws(Mapping[str, Array]):
    """The first draws of some quantities. Those not `known` are computed together when one of them is first read."""

    blocks: Blocks
    draws: int
    known: Mapping[str, Array] = field(default_factory=dict)

    @cached_property
    def computed(self) -> dict[str, Array]:
        """The draws of all quantities that are not known."""
        names = tuple(name for name in self.blocks.names if name not in self.known)
        return evaluate_blocks(replace(self.blocks, names=names), self.draws)

    def __getitem__(self, name: str) -> Array:
        return self.known[name] if name in self.known else self.computed[name]

    def __contains__(self, name: object) -> bool:
        return name in self.blocks.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.blocks.names)

    def __len__(self) -> int:
        return len(self.blocks.names)


def block_size(study: Study) -> int:
    """The number of draws of a block."""
    return max(MIN_BLOCK_DRAWS, BLOCK_NUMBERS >> (max(study.sizes, default=1) - 1).bit_length())


def spans(stop: int, step: int, start: int = 0) -> list[tuple[int, int]]:
    """Split the range from `start` to `stop` into steps: (0, 4), (4, 8), (8, 10)."""
    return [(one, min(one + step, stop)) for one in range(start, stop, step)]


def evaluate_blocks(
    blocks: Blocks, stop: int, block: int | None = None, progress: Progress = silent, start: int = 0
) -> dict[str, Array]:
    """Compute the draws of all quantities from `start` to `stop`, in blocks of `block` draws."""
    out: dict[str, Array] = {}
    parts = spans(stop, block or block_size(blocks.study), start)
    if len(parts) == 1:
        return blocks(start, stop)
    for one, other in progress(parts, "sampling"):
        for name, x in blocks(one, other).items():
            if one == start:
                out[name] = np.empty((*x.shape[:-1], stop - start)) if x.shape[-1] == other - one else x
            if out[name].shape[-1] > 1:
                out[name][..., one - start : other - start] = x
    return out
