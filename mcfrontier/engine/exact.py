"""Exact quantiles of draws that are not kept, by a second pass: it keeps those in the bins that hold a quantile."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mcfrontier.engine.blocks import spans
from mcfrontier.engine.tally import Job, Tally

Array = np.ndarray


@dataclass(frozen=True)
class Picked:
    """The draws of each row that lie in some bins: (values, how often each)."""

    rows: list[tuple[Array, Array]] = field(default_factory=list)

    def join(self, other: Picked) -> None:
        """Add those of other draws."""
        pairs = zip(self.rows, other.rows, strict=True) if self.rows else ((None, row) for row in other.rows)
        self.rows[:] = [together([*([one] if one else []), two]) for one, two in pairs]


def together(parts: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Values with their counts, equal ones made one."""
    values, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(values, kind="stable")
    values, counts = values[order], counts[order]
    first = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]])) if values.size else np.zeros(0, int)
    return values[first], np.add.reduceat(counts, first) if values.size else counts


def ranks(size: int, levels: Array) -> tuple[Array, Array]:
    """The ranks of the two draws that each quantile lies between, and how far from the first: numpy's default."""
    at = levels * (size - 1)
    left = np.floor(at).astype(np.int64)
    return np.stack([left, np.minimum(left + 1, size - 1)]), at - left


def wanted(tally: Tally, levels: Array) -> list[Array]:
    """The bins of each row that hold a quantile."""
    found = []
    for counts in tally.counts:
        upto = np.cumsum(counts.fine)
        found.append(np.unique(np.searchsorted(upto, ranks(int(upto[-1]), levels)[0].ravel(), side="right")))
    return found


def numbers(tally: Tally, bins: list[Array]) -> int:
    """How many values are kept of these bins, at about most: what came again and again is kept once."""
    rest = [
        np.setdiff1d(which, each.bins.of(np.array(each.bins.atoms)))
        for each, which in zip(tally.counts, bins, strict=True)
    ]
    return sum(int(each.fine[which].sum()) for each, which in zip(tally.counts, rest, strict=True))


def pick(job: Job, bins: list[Array], start: int, stop: int) -> Picked:
    """The draws from `start` to `stop` that lie in these bins."""
    kept: list[list[tuple[Array, Array]]] = [[] for _ in bins]
    flags = [np.zeros(each.count, bool) for each in job.bins]
    for flag, which in zip(flags, bins, strict=True):
        flag[which] = True
    for one, other in spans(stop, job.block, start):
        values = job.blocks(one, other)
        for i, (name, index) in enumerate(job.rows.values()):
            x = np.broadcast_to(values[name][index], other - one)
            x = x[np.isfinite(x)]
            x = x[flags[i].take(job.bins[i].of(x))]
            kept[i].append(together([(x, np.ones(x.size, np.int64))]))
    return Picked([together(each) for each in kept])


def quantiles(tally: Tally, picked: Picked, row: str, levels: Array) -> Array:
    """The quantiles of a row as numpy has them from all draws."""
    i = list(tally.job.rows).index(row)
    values, often = picked.rows[i]
    fine, bins = tally.counts[i].fine, tally.job.bins[i]
    upto = np.concatenate([[0], np.cumsum(fine)])
    pair, way = ranks(int(upto[-1]), levels)
    here = bins.of(values)
    reached = np.cumsum(often)
    first = np.searchsorted(here, here)  # where the values of each bin begin
    rank = upto[here] + reached - np.concatenate([[0], reached])[first]  # of the draws not above each value
    low, high = values[np.searchsorted(rank, pair, side="right")]
    return low + (high - low) * way
