"""The engine that computes draws that are not retained, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.core.progress import Progress, silent
from mcfrontier.sampling.blocks import Blocks, spans
from mcfrontier.sampling.engine import pairwise_sum
from mcfrontier.sampling.engine.accumulator import Accumulator, count, make_job
from mcfrontier.sampling.engine.binned_sums import Binning, Sums, binned
from mcfrontier.sampling.engine.checkpoint import Checkpoint
from mcfrontier.sampling.engine.executors import Note, check, executor, no_note
from mcfrontier.sampling.engine.pool import Pairs, Result, Segments, Work
from mcfrontier.study.study import Row

MIN_SEGMENTS = 8  # of a long run, at least, to occupy several workers
MIN_SEGMENT_DRAWS, MAX_SEGMENT_DRAWS = 2**20, 2**24  # draws of a segment, which is lost at most when a run is stopped


@dataclass(frozen=True)
class Engine:
    """What computes the draws that are not retained.

    name        the executor: "local", "threads", "processes" or "dask"
    workers     the number of workers; by default the number of processors
    scheduler   the address of a dask scheduler; by default a cluster is started on this machine
    checkpoint  the file from which a stopped run is continued
    note        receives a message, such as that a scheduler has no workers
    """

    name: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    checkpoint: Checkpoint | None = None
    note: Note = no_note

    def __post_init__(self) -> None:
        check(self.name, self.workers, self.scheduler)

    def run(self, work: Work[Result], segments: Segments, progress: Progress, label: str) -> Pairs[Result]:
        """Compute segments; yields each with its result, in any order."""
        steps = iter(progress(segments, label))
        next(steps, None)
        for pair in executor(self.name)(work, segments, self.workers, self.scheduler, self.note):
            yield pair
            next(steps, None)


@dataclass(frozen=True)
class Counted:
    """The accumulated draws of some rows that are not retained, and the engine that computed them."""

    accumulator: Accumulator
    engine: Engine

    def estimates(self, row: str, levels: Array) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in base units: (2 + levels,), and (16, 2 + levels) by randomisation."""
        return self.accumulator.estimates(row, levels)

    def by_bin(self, row: str, inputs: Sequence[tuple[str, int]], log: bool, bits: int) -> Sums:
        """Sum the draws of a row, or their logarithms, by 2^bits bins of some uncertain rows of inputs.

        This computes all draws again.
        """
        job = self.accumulator.job
        name, index = job.rows[row]
        centre = float(job.centres[list(job.rows).index(row)])
        blocks = replace(job.blocks, names=(name,))
        binning = Binning(blocks, (name, index), log, np.log(centre) if log else centre, tuple(inputs), bits)
        segments = spans(job.draws, segment_draws(job.draws))
        nodes: pairwise_sum.Nodes[Sums] = {}
        for segment, sums in self.engine.run(partial(binned, binning), segments, silent, "binning"):
            pairwise_sum.add(nodes, sums, segments.index(segment))
        return pairwise_sum.total(nodes)

    def __contains__(self, row: str) -> bool:
        return row in self.accumulator.job.rows

    def text(self, retained: int) -> str:
        """How the percentiles are computed, in a line."""
        job = self.accumulator.job
        width = max(bins.width for bins in job.bins)
        text = (
            f"targets: percentiles of all {job.draws:,} draws, from counts in bins at most {100 * width:.2g} % wide; "
        )
        text += f"all other results are of the first {retained:,}"
        excluded = [f"{row}: {count:,} of all draws are not finite" for row, count in self.non_finite.items()]
        return "; ".join([text, *excluded])

    @property
    def non_finite(self) -> dict[str, int]:
        """The number of non-finite draws of each row that has some."""
        return {row: int(n) for row, n in zip(self.accumulator.job.rows, self.accumulator.non_finite, strict=True) if n}


def count_draws(
    blocks: Blocks,
    rows: Mapping[str, Row],
    first: Mapping[str, Array],
    engine: Engine,
    progress: Progress = silent,
    block: int | None = None,
) -> Counted:
    """Compute and count all draws of some rows.

    The bins are chosen from `first`, the first draws of each quantity; `block` draws are evaluated at once.
    """
    job = make_job(blocks, rows, first, block)
    segments = spans(job.draws, segment_draws(job.draws))
    accumulator = engine.checkpoint.begin(job, segments) if engine.checkpoint else Accumulator.empty(job)
    places = {segment: place for place, segment in enumerate(segments)}
    remaining = [segment for place, segment in enumerate(segments) if place not in accumulator.done]
    for segment, part in engine.run(partial(count, job), remaining, progress, "sampling"):
        accumulator.merge(places[segment], part)
        if engine.checkpoint and len(segments) > 1:
            engine.checkpoint.save(accumulator)
    return Counted(accumulator, engine)


def segment_draws(draws: int) -> int:
    """The number of draws of a segment: all, or a power of two, which is a whole number of leaves."""
    if draws < MIN_SEGMENTS * MIN_SEGMENT_DRAWS:
        return draws
    return min(MAX_SEGMENT_DRAWS, 1 << (draws // MIN_SEGMENTS).bit_length() - 1)
