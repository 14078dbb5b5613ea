"""Rows that are a straight line in one input, whatever the others are, once both are read the right way.

A row is y = a(Z) + b(Z) t(x), with t a monotone function of the input x and Z the other inputs: sums, products, ratios
and powers of x all are, y read as itself, as its logarithm or as its reciprocal, and shares of a whole, read as odds.
Evaluations tell: two far out in the tails of the input at each draw of the others draw the line, and the draw itself
must lie on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy import special

from mcfrontier import graph, loops, sampling
from mcfrontier.distributions import Curve, Distribution
from mcfrontier.engine import Blocks, whole
from mcfrontier.loops import plain
from mcfrontier.priors import Prior
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
Row = tuple[str, tuple[int, ...]]  # a quantity, and the place of the row in it
ENDS = np.array([2.0**-20, 1 - 2.0**-20])  # probabilities of the input that draw the line
STRAIGHT, ROUNDING = 1e-9, 1e-13  # how far off a row may be: of the way to the nearer end, and of the row
SCORES = np.linspace(-6, 6, 2**15 + 1)  # normal scores of the input that a table of it has knots at,
CHANCES = special.ndtr(SCORES)  # and their probabilities
FEW = 2**6  # draws that must be straight before all are looked at
CELLS = 2**12  # of a table, all alike; four times as many where they grow,
DOUBLINGS = (15, 30, 60)  # over so many
MOST_NUMBERS = 2**20  # of one quantity along an input
SURE, EXACT = 1e-7, 1e-10  # of a probability: what a table may be off, and what it is taken to be off at least


def between_0_and_1(x: Array) -> bool:
    """Whether values can be read as odds."""
    return bool(((x > 0) & (x < 1)).all())


def above_0(x: Array) -> bool:
    """Whether values can be read as logarithms or reciprocals."""
    return bool((x >= 0).all())


class Reading(NamedTuple):
    """How a row or an input is read: a rising function, its inverse, and whether it fits some values."""

    forward: Curve
    back: Curve
    fits: Callable[[Array], bool]


READINGS = (
    Reading(np.ascontiguousarray, np.ascontiguousarray, lambda x: True),
    Reading(np.log, np.exp, above_0),
    Reading(lambda x: -1 / x, lambda t: np.where(t < 0, -1 / t, np.inf), above_0),
    Reading(lambda x: x / (1 - x), lambda t: t / (1 + t), between_0_and_1),
)


@dataclass(frozen=True, eq=False)
class Table:
    """The probability that t is at most so much, and where it is read (see loops): that of -t if it is `turned`. It is
    off by `miss` at most."""

    places: tuple[float, float, float, int, int, Array]
    miss: float
    turned: bool = False

    def __call__(self, t: Array) -> Array:
        """The probability, for arrays of any shape."""
        return plain.probability(-t if self.turned else t, *self.places)


@dataclass(frozen=True)
class Line:
    """A row that, read as READINGS[reading], is start + (t - origin) / inverse at each draw, (draws,) both, where t
    is an input as it is read, turned about if the table is: `below` gives the probability that it is at most so much.

    `origin` is t at the lower of ENDS of the input; `low` and `high` how far the row reaches at the first draws.
    """

    reading: int
    start: Array
    inverse: Array
    below: Table
    origin: float
    low: float
    high: float

    @property
    def lookup(self) -> tuple[float, bool, tuple]:
        """What loops.below needs of it but for the draws."""
        return self.origin, self.below.turned, self.below.places

    def given_others(self, v: float) -> Array:
        """The probability that the row as it is read is at most v, given the other inputs at each draw."""
        return plain.chance(v, self.start, self.inverse, *self.lookup)

    def parts(self, at: Array, draws: int) -> Array:
        """The probability that it is at most so much, by each randomisation of the first draws: (16, at)."""
        sums = np.empty((at.size, RANDOMISATIONS))
        loops.below(at, self.start[:draws], self.inverse[:draws], *self.lookup, sums)
        return sums.T / (draws / RANDOMISATIONS)


Way = tuple[Array, Callable[[], Table | None]]  # an input as it is read, at ENDS and at its draws; its probabilities


@dataclass(frozen=True)
class Ground:
    """A study at draws of its inputs: all quantities there, in base units, and at the medians of the inputs."""

    study: Study
    values: Mapping[str, Array]
    medians: Mapping[str, Array]

    def draws_of(self, prior: Prior) -> Array:
        """The draws of a single-valued input."""
        return self.values[prior.name].reshape(-1)


def ground(study: Study, plan: Sampler) -> Ground:
    """A study at the draws of a plan."""
    values = whole(Blocks(study, plan, study.quantities), plan.draws)
    middle = {name: study.place(prior, np.array(prior.medians)[:, None]) for name, prior in study.inputs.items()}
    return Ground(study, values, study.evaluate(middle))


def moved_by(study: Study, name: str) -> list[str]:
    """The nodes that an input is needed for, in order of evaluation."""
    found = {name}
    for node in study.order:
        if not found.isdisjoint(study.nodes[node].needs):
            found.add(node)
    return [node for node in study.order if node in found]


def evaluated_at(
    study: Study, values: Mapping[str, Array], prior: Prior, x: Array, wanted: Collection[str] | None = None
) -> dict[str, Array]:
    """All quantities, or those wanted, with an input at other values in base units, (1,) or (draws,), the other
    inputs as they were."""
    later = moved_by(study, prior.name)
    given = {name: old for name, old in values.items() if name not in later}
    given[prior.name] = study.place(prior, x)
    return graph.evaluate(study.nodes, later, given, list(study.page.dimensions), wanted)


def lines(at: Ground, prior: Prior, rows: Mapping[str, Row], grain: int = 1) -> Iterator[tuple[str, Line]]:
    """Those of the rows that are a line in an input at all draws, each with it, told by tables with every so many-th of
    the knots."""
    if not rows:
        return
    study, own, ends = at.study, at.draws_of(prior), sampling.values(prior, ENDS)
    names = {name for name, _ in rows.values()}
    low, high = (evaluated_at(study, at.values, prior, x[None], names) for x in ends)
    known, along = ways(prior, np.concatenate([ends, own]), grain), None
    few = max(study.sizes) * (own.size + SCORES.size // grain) <= MOST_NUMBERS
    for row, (name, index) in rows.items():
        if at.values[name].shape[-1] < own.size:
            continue
        y = np.stack([np.broadcast_to(values[name][index], own.size) for values in (low, high, at.values)])
        found = line_of(y, [known] * len(READINGS))
        if found is None and few:  # it may be a line in what it does along the input with the others at their medians
            if along is None:
                x = np.concatenate([ends, own, prior.quantiles[0].curve(CHANCES[::grain])])
                along = evaluated_at(study, at.medians, prior, x)
            t = along[name][index]
            found = line_of(y, [way_along(read(t, reading), grain) for reading in READINGS]) if t.size > 1 else None
        if found is not None:
            yield row, found


def read(x: Array, reading: Reading) -> Array:
    """Values as they are read; not numbers where some cannot be."""
    with np.errstate(all="ignore"):
        return reading.forward(x) if reading.fits(x) else np.full(x.shape, np.nan)


def ways(prior: Prior, x: Array, grain: int = 1) -> list[Way]:
    """The ways to read an input that has these values at ENDS and at its draws."""
    base, curve, found = prior.distributions[0], prior.quantiles[0].curve, []
    for reading in READINGS if base.low >= 0 else READINGS[:1]:
        t = read(x, reading)
        if np.isfinite(t).all():
            found.append((t, partial(own_table, base, curve, prior.scale, reading, grain)))
    return found


@lru_cache(maxsize=64)
def own_table(base: Distribution, curve: Curve, scale: float, reading: Reading, grain: int) -> Table | None:
    """The probabilities of an input as it is read, by its distribution and its quantiles in base units."""
    if base.costly:
        return between_knots(read(curve(CHANCES[::grain]), reading), grain)
    low, high = read(curve(CHANCES[[0, -1]]), reading).tolist()
    return table(lambda t: base.cdf(reading.back(t) / scale), low, high, grain) if high - low < np.inf else None


def way_along(t: Array, grain: int = 1) -> list[Way]:
    """A way to read an input from the values that it gives at ENDS, at its draws and at normal scores; none where they
    do not rise or fall all the way."""
    if not np.isfinite(t).all():
        return []
    t = np.where(t[1] < t[0], -t, t)
    cut = -CHANCES[::grain].size
    knots = t[cut:]
    step = np.diff(knots, append=np.inf)
    flat = np.diff(CHANCES[::grain], append=1.0)[step == 0]  # what is level by rounding, far out, does no harm
    if (step < 0).any() or flat.sum() > SURE:
        return []
    return [(t[:cut], cache(partial(between_knots, knots, grain)))]


def between_knots(knots: Array, grain: int) -> Table | None:
    """The probabilities of what has these values at normal scores."""
    if not np.isfinite(knots).all():
        return None
    rises = np.diff(knots, append=np.inf) > 0
    knots, p = knots[rises], CHANCES[::grain][rises]
    return table(lambda t: np.interp(t, knots, p), float(knots[0]), float(knots[-1]), grain)


def table(curve: Curve, low: float, high: float, grain: int = 1) -> Table | None:
    """A probability that rises from one value to another as a table, where one serves: in cells that are all alike, or
    that grow with the distance from one end."""
    return next((found for found in tables(curve, low, high, CELLS // grain) if found.miss <= SURE * grain**2), None)


def tables(curve: Curve, low: float, high: float, cells: int) -> Iterator[Table]:
    """The tables that may serve, the quickest first."""
    yield even(curve, low, high, cells)
    for doublings in DOUBLINGS:
        yield growing(curve, low, high, doublings, 4 * cells)
        yield replace(growing(lambda t: curve(-t), -high, -low, doublings, 4 * cells), turned=True)


def even(curve: Curve, low: float, high: float, cells: int) -> Table:
    """Cells of one width."""
    steps = cells / (high - low)
    parabolas, miss = fitted(curve, low, np.arange(cells + 1) / steps)
    return Table((low, high, steps, 0, 0, parabolas), miss)


def growing(curve: Curve, low: float, high: float, doublings: int, cells: int) -> Table:
    """Cells as many for each doubling of the distance from the lower end, of so many doublings."""
    shift = 52 - int(np.log2(cells / doublings))
    ends = (high - low) * np.array([2.0**-doublings, 1])
    first, last = (int(key) for key in ends.view(np.int64) >> shift)
    edges = (np.arange(first, last + 2) << shift).view(float)
    edges[-1] = max(ends[1], edges[-2] * (1 + 1e-9))  # no further: beyond the end there may be a kink
    parabolas, miss = fitted(curve, low, np.concatenate([[0.0], edges]))
    return Table((low, high, 0.0, shift, first, parabolas), miss)


def fitted(curve: Curve, low: float, edges: Array) -> tuple[Array, float]:
    """Parabolas for a curve between edges, which are distances from `low`, (cells + 1, 3), the last twice; and how far
    they are off."""
    left, width = edges[:-1], np.diff(edges)
    at = [curve(low + left + t * width) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    rise, bend = 4 * at[2] - 3 * at[0] - at[4], 2 * (at[0] - 2 * at[2] + at[4])
    miss = np.maximum(*(np.abs(at[0] + t * (rise + t * bend) - at[k]) for t, k in ((0.25, 1), (0.75, 3))))
    slope, bend = rise / width, bend / width**2
    found = np.stack([at[0] - left * (slope - left * bend), slope - 2 * left * bend, bend], axis=1)
    return np.concatenate([found, found[-1:]]), max(float(miss.max()), EXACT)


def line_of(y: Array, ways: Sequence[Sequence[Way]]) -> Line | None:
    """The line that a row (3, draws) is, at the ends of an input and at its draws: by the first reading of the row,
    and way to read the input of those that go with it, that make it one."""
    if not np.isfinite(y).all():
        return None
    for number, reading in enumerate(READINGS):
        few = read(y[:, :FEW], reading)
        for t, below in ways[number]:
            if not straight(few, t[: 2 + FEW]):  # mostly, and soon told
                continue
            z = read(y, reading)
            if straight(z, t) and (found := below()):
                first, last = (-t[:2] if found.turned else t[:2]).tolist()
                return Line(number, z[0], (last - first) / (z[1] - z[0]), found, first, z[:2].min(), z[:2].max())
    return None


def straight(z: Array, t: Array) -> bool:
    """Whether a row is a line in an input at all draws: from what it is at the ends of the input and at its draws,
    (3, draws), and the input at ENDS and at its draws, (2 + draws,)."""
    with np.errstate(all="ignore"):
        slope = (z[1] - z[0]) / (t[1] - t[0])
        off = np.abs(z[0] + slope * (t[2:] - t[0]) - z[2])
        near = np.minimum(np.abs(t[2:] - t[0]), np.abs(t[1] - t[2:]))
        may = STRAIGHT * np.abs(slope) * near + ROUNDING * np.abs(z[:2]).max(axis=0)
    return bool(((slope != 0) & (off <= may)).all())
