"""How blocks of draws are run: on one core or many, beyond memory, on one machine or many.

    blocks   the draws of a study from any to any
    tally    what is kept of draws that are not: moments and counts in bins, summed up a fixed tree
    binned   sums by bin of each input, for first indices
    pools    who works: this process, threads, processes, dask
    keeper   what is worked out so far, in a file

What comes out is the same to the bit whatever the size of a block, and whoever worked it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mcfrontier.engine import tree
from mcfrontier.engine.binned import Binning, Sums, binned
from mcfrontier.engine.blocks import Blocks, Held, Progress, silent, spans, whole
from mcfrontier.engine.keeper import KEPT, Keeper
from mcfrontier.engine.pools import ENGINES, Result, Stretch, Work, check, worked
from mcfrontier.engine.tally import Row, Tally, count, job_of

__all__ = ["ENGINES", "KEPT", "Blocks", "Counted", "Engine", "Held", "Keeper", "counted", "spans", "whole"]

Array = np.ndarray
PARTS = 8  # that a run is divided into at least, so that several workers have something to do
SMALLEST, LARGEST = 2**20, 2**24  # draws of a part: what is lost at most when a run is stopped


@dataclass(frozen=True)
class Engine:
    """Who works: the word of an engine, how many workers it has (as many as there are processors if not told), and the
    address of a scheduler. `keeper` keeps what is worked out so far."""

    name: str = "local"
    workers: int | None = None
    scheduler: str | None = None
    keeper: Keeper | None = None

    def __post_init__(self) -> None:
        check(self.name, self.workers, self.scheduler)

    def work(
        self, work: Work, stretches: Sequence[Stretch], progress: Progress, told: str
    ) -> Iterator[tuple[Stretch, Result]]:
        """What comes of each stretch of draws, in any order."""
        steps = iter(progress(stretches, told))
        next(steps, None)
        for pair in worked(work, stretches, self.name, self.workers, self.scheduler):
            yield pair
            next(steps, None)


@dataclass(frozen=True)
class Counted:
    """What is known of rows whose draws are not kept."""

    tally: Tally
    engine: Engine

    def estimates(self, row: str, levels: Array) -> tuple[Array, Array]:
        """Mean, sd and quantiles of a row in base units, (2 + levels,), and those of each randomisation, (16, ...)."""
        return self.tally.estimates(row, levels)

    def by_bin(self, row: str, inputs: Sequence[tuple[str, int]], log: bool, bits: int) -> Sums:
        """The draws of a row, or their logarithms, summed up by bin of some uncertain rows of inputs: another pass."""
        job = self.tally.job
        name, index = job.rows[row]
        centre = float(job.centres[list(job.rows).index(row)])
        blocks = replace(job.blocks, names=(name,))
        binning = Binning(blocks, (name, index), log, np.log(centre) if log else centre, tuple(inputs), bits)
        parts = spans(job.draws, size_of_parts(job.draws))
        nodes: tree.Nodes = {}
        for stretch, part in self.engine.work(partial(binned, binning), parts, silent, "binning"):
            tree.add(nodes, part, parts.index(stretch))
        return tree.total(nodes)

    def __contains__(self, row: str) -> bool:
        return row in self.tally.job.rows

    def told(self, held: int) -> str:
        """How it is known, in a line."""
        widest = max(bins.width for bins in self.tally.job.bins)
        how = f"from counts in bins at most {100 * widest:.2g} % wide"
        lost = [f"{row}: {count:,} of all draws are not finite" for row, count in self.lost.items()]
        told = f"targets: percentiles of all {self.tally.job.draws:,} draws, {how}; all else is of the first {held:,}"
        return "; ".join([told, *lost])

    @property
    def lost(self) -> dict[str, int]:
        """How many draws of which rows are not finite."""
        return {row: int(n) for row, n in zip(self.tally.job.rows, self.tally.lost, strict=True) if n}


def counted(
    blocks: Blocks,
    rows: Mapping[str, Row],
    first: Mapping[str, Array],
    engine: Engine,
    progress: Progress = silent,
    block: int | None = None,
) -> Counted:
    """All draws of some rows, counted; `first` are the first ones by quantity, from which the bins are made."""
    job = job_of(blocks, rows, first, block)
    tally = engine.keeper.begin(job) if engine.keeper else Tally.none(job)
    parts = dict(enumerate(spans(job.draws, size_of_parts(job.draws))))
    places = {stretch: place for place, stretch in parts.items()}
    left = [stretch for place, stretch in parts.items() if place not in tally.done]
    for stretch, part in engine.work(partial(count, job), left, progress, "drawing"):
        tally.join(places[stretch], part)
        if engine.keeper and len(parts) > 1:
            engine.keeper.keep(tally)
    return Counted(tally, engine)


def size_of_parts(draws: int) -> int:
    """How many draws a part has: all there are, or a power of two, which is whole leaves."""
    if draws < PARTS * SMALLEST:
        return draws
    return min(LARGEST, 1 << (draws // PARTS).bit_length() - 1)
