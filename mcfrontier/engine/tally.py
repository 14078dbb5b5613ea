"""What is kept of draws that are not: moments, counts in bins, and how many are not finite.

Draws are worked out in blocks and summed up leaf by leaf; leaves are summed up a fixed tree. So what comes out hangs
neither on the size of a block nor on who worked out which part, nor on when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mcfrontier.engine import bins, tree
from mcfrontier.engine.blocks import Blocks, size_of, spans
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.engine.bins import Bins, Counts

Array = np.ndarray
LEAF = 2**16  # draws that are summed up in one go
NUMBERS = 2**22  # of all rows in a leaf
Row = tuple[str, tuple[int, ...]]  # a quantity, and the place in its dimensions


@dataclass(frozen=True)
class Job:
    """What is to be worked out of each draw: the rows of some quantities, each with its bins and a number near its
    middle from which its moments are counted. `block` is how many draws are evaluated at once, `leaf` how many are
    summed up."""

    blocks: Blocks
    rows: Mapping[str, Row]
    bins: tuple[Bins, ...]
    centres: Array
    block: int
    leaf: int

    @property
    def plan(self) -> Sampler:
        return self.blocks.plan

    @property
    def draws(self) -> int:
        return self.plan.draws


@dataclass(frozen=True)
class Part:
    """What came of some draws: `sums` over trees, of shape (rows, 2, 16), the moments; `counts` by row, as
    trimmed; `lost` (rows,) the draws that are not finite."""

    sums: tree.Nodes
    counts: list[list[tuple[int, Array]]]
    lost: Array


@dataclass(frozen=True)
class Tally:
    """What came of all draws so far, row by row. `done` are the parts that are in it."""

    job: Job
    counts: list[Counts]
    sums: tree.Nodes = field(default_factory=dict)
    lost: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    done: set[int] = field(default_factory=set)

    @classmethod
    def none(cls, job: Job) -> Tally:
        """No draws yet."""
        counts = [bins.Counts.none(each) for each in job.bins]
        return cls(job, counts, lost=np.zeros(len(counts), np.int64))

    def join(self, place: int, part: Part) -> None:
        """Add a part, once."""
        tree.join(self.sums, part.sums)
        for own, other in zip(self.counts, part.counts, strict=True):
            own.join(other)
        self.lost[:] += part.lost
        self.done.add(place)

    def estimates(self, row: str, levels: Array) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in base units, (2 + levels,), and those of each randomisation, (16, ...)."""
        i = list(self.job.rows).index(row)
        sums, counts = tree.total(self.sums)[i], self.counts[i]
        size = counts.coarse.sum(axis=0)
        found, parts = bins.quantiles(counts, levels)
        moments = moments_of(sums.sum(axis=1)[:, None], size.sum(), self.job.centres[i])
        return (
            np.concatenate([moments[0], found]),
            np.column_stack([moments_of(sums, size, self.job.centres[i]), parts]),
        )


def moments_of(sums: Array, size: Array, centre: float) -> Array:
    """Mean and sd from the sums of distances and of squared distances, (2, n): shape (n, 2)."""
    first, second = sums / size
    return np.column_stack([centre + first, np.sqrt(np.maximum(second - first * first, 0.0))])


def count(job: Job, start: int, stop: int) -> Part:
    """What comes of the draws from `start`, a multiple of the leaf, to `stop`."""
    counts = [bins.Counts.none(each, np.int32) for each in job.bins]
    sums: tree.Nodes = {}
    lost = np.zeros(len(counts), np.int64)
    for begin, end in spans(stop, max(job.block, job.leaf), start):
        rows = rows_of(job, begin, end)
        for first, last in spans(end, job.leaf, begin):
            leaf = np.zeros((len(counts), 2, RANDOMISATIONS))
            for i, x in enumerate(rows):
                leaf[i], gone = counts[i].add(x[first - begin : last - begin], job.centres[i])
                lost[i] += gone
            tree.add(sums, leaf, first // job.leaf)
    return Part(sums, [each.trimmed() for each in counts], lost)


def rows_of(job: Job, begin: int, end: int) -> list[Array]:
    """The draws of each row, worked out in blocks."""
    if end - begin <= job.block:
        values = job.blocks(begin, end)
        return [np.ascontiguousarray(values[name][index]) for name, index in job.rows.values()]
    x = np.empty((len(job.rows), end - begin))
    for one, other in spans(end, job.block, begin):
        values = job.blocks(one, other)
        for own, (name, index) in zip(x, job.rows.values(), strict=True):
            own[one - begin : other - begin] = values[name][index]
    return list(x)


def job_of(blocks: Blocks, rows: Mapping[str, Row], first: Mapping[str, Array], block: int | None = None) -> Job:
    """What is to be worked out of each draw, with the bins that the `first` draws suggest, by quantity."""
    seen = [first[name][index] for name, index in rows.values()]
    made = tuple(bins.made_for(x, len(rows)) for x in seen)
    centres = np.array([np.median(x[np.isfinite(x)]) for x in seen])
    leaf = min(LEAF, NUMBERS >> (len(rows) - 1).bit_length())
    return Job(blocks, rows, made, centres, block or size_of(blocks.study), leaf)
