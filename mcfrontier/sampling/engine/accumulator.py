"""The accumulator of draws that are not retained: moments, counts in bins, and numbers of non-finite draws.

Draws are computed in blocks and summed in leaves; the sums of leaves are added along a fixed tree. So the result does
not depend on the size of a block, nor on which worker computed which segment, nor on when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from mcfrontier.core.arrays import Array, extremes_allowed
from mcfrontier.sampling.blocks import Blocks, block_size, spans
from mcfrontier.sampling.engine import histogram, pairwise_sum
from mcfrontier.sampling.engine.histogram import Bins, Counts
from mcfrontier.sampling.plan import RANDOMISATIONS
from mcfrontier.study.study import Row

LEAF_DRAWS = 2**16  # draws of a leaf
LEAF_NUMBERS = 2**22  # of all rows in a leaf, at most


@dataclass(frozen=True)
class Job:
    """What is computed from the draws.

    blocks   the draws
    rows     the rows, by name
    bins     the bins of each row
    centres  a number near the median of each row, subtracted before moments are summed
    block    the number of draws evaluated at once
    leaf     the number of draws summed at once
    """

    blocks: Blocks
    rows: Mapping[str, Row]
    bins: tuple[Bins, ...]
    centres: Array
    block: int
    leaf: int

    @property
    def draws(self) -> int:
        """The number of draws."""
        return self.blocks.plan.draws


@dataclass(frozen=True)
class Part:
    """The result of a segment.

    sums        the moments of leaves (rows, 2, 16), in a tree
    counts      the counts of each row, as `Counts.trimmed`
    non_finite  (rows,), the number of non-finite draws
    """

    sums: pairwise_sum.Nodes[Array]
    counts: list[list[tuple[int, Array]]]
    non_finite: Array


@dataclass(frozen=True)
class Accumulator:
    """The results of all segments so far, by row; `done` are the numbers of these segments."""

    job: Job
    counts: list[Counts]
    sums: pairwise_sum.Nodes[Array] = field(default_factory=dict)
    non_finite: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    done: set[int] = field(default_factory=set)

    @classmethod
    def empty(cls, job: Job) -> Accumulator:
        """The accumulator of no draws."""
        counts = [histogram.Counts.empty(each) for each in job.bins]
        return cls(job, counts, non_finite=np.zeros(len(counts), np.int64))

    def farthest(self, row: str) -> Array:
        """The lowest and the highest draws of a row in base units, to a bin."""
        return histogram.farthest(self.counts[list(self.job.rows).index(row)])

    def merge(self, segment: int, part: Part) -> None:
        """Add the result of a segment."""
        pairwise_sum.merge(self.sums, part.sums)
        for own, other in zip(self.counts, part.counts, strict=True):
            own.merge(other)
        self.non_finite[:] += part.non_finite
        self.done.add(segment)

    @extremes_allowed()
    def estimates(self, row: str, levels: Array) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in base units: (2 + levels,), and (16, 2 + levels) by randomisation."""
        i = list(self.job.rows).index(row)
        sums, counts = pairwise_sum.total(self.sums)[i], self.counts[i]
        size = counts.coarse.sum(axis=0)
        found, parts = histogram.quantiles(counts, levels)
        moments = moments_of(sums.sum(axis=1)[:, None], size.sum(), self.job.centres[i])
        return (
            np.concatenate([moments[0], found]),
            np.column_stack([moments_of(sums, size, self.job.centres[i]), parts]),
        )


def moments_of(sums: Array, size: Array, centre: float) -> Array:
    """Mean and sd from the sums of deviations and of squared deviations from a centre, (2, n): shape (n, 2)."""
    first, second = sums / size
    return np.column_stack([centre + first, np.sqrt(np.maximum(second - first * first, 0.0))])


def count(job: Job, start: int, stop: int) -> Part:
    """The result of the draws from `start`, a multiple of the leaf, to `stop`."""
    counts = [histogram.Counts.empty(each, np.int32) for each in job.bins]
    sums: pairwise_sum.Nodes[Array] = {}
    non_finite = np.zeros(len(counts), np.int64)
    for begin, end in spans(stop, max(job.block, job.leaf), start):
        rows = rows_of(job, begin, end)
        for first, last in spans(end, job.leaf, begin):
            leaf = np.zeros((len(counts), 2, RANDOMISATIONS))
            for i, x in enumerate(rows):
                leaf[i], excluded = counts[i].add(x[first - begin : last - begin], job.centres[i])
                non_finite[i] += excluded
            pairwise_sum.add(sums, leaf, first // job.leaf)
    return Part(sums, [each.trimmed() for each in counts], non_finite)


def rows_of(job: Job, begin: int, end: int) -> list[Array]:
    """The draws of each row, evaluated in blocks."""
    if end - begin <= job.block:
        values = job.blocks(begin, end)
        return [np.ascontiguousarray(values[name][index]) for name, index in job.rows.values()]
    x = np.empty((len(job.rows), end - begin))
    for one, other in spans(end, job.block, begin):
        values = job.blocks(one, other)
        for own, (name, index) in zip(x, job.rows.values(), strict=True):
            own[one - begin : other - begin] = values[name][index]
    return list(x)


def make_job(blocks: Blocks, rows: Mapping[str, Row], first: Mapping[str, Array], block: int | None = None) -> Job:
    """The job for some rows, with bins from the `first` draws of each quantity."""
    samples = [first[name][index] for name, index in rows.values()]
    bins = tuple(histogram.bins_for(x, len(rows)) for x in samples)
    # halved, since the sum of the two in the middle may be infinite
    centres = np.array([2 * np.median(x[np.isfinite(x)] / 2) for x in samples])
    leaf = min(LEAF_DRAWS, LEAF_NUMBERS >> (len(rows) - 1).bit_length())
    return Job(blocks, rows, bins, centres, block or block_size(blocks.study), leaf)
