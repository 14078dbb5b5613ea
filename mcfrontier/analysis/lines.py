"""Rows that are a straight line in one input, whatever the others are, once both are read the right way.

A row is y = a(Z) + b(Z) t(x), with t a monotone function of the input x and Z the other inputs: sums, products, ratios
and powers of x all are, y read as itself, as its logarithm or as its reciprocal. Evaluations tell: two far out in the
tails of the input at each draw of the others draw the line, and the draw itself must lie on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from mcfrontier import graph, sampling
from mcfrontier.dependence import joined
from mcfrontier.distributions import Curve
from mcfrontier.priors import Prior
from mcfrontier.sampling import RANDOMISATIONS, Sampler

if TYPE_CHECKING:
    from mcfrontier.study import Study

Array = np.ndarray
Row = tuple[str, tuple[int, ...]]  # a quantity, and the place of the row in it
Way = tuple[Array, Curve]  # an input as it is read, at its ends and draws; the probability that it is at most so much
ENDS = np.array([2.0**-20, 1 - 2.0**-20])  # probabilities of the input that a line is drawn through
STRAIGHT, ROUNDING = 1e-9, 1e-13  # how far off the draw may be: of the way to the nearer end, and of the row
SCORES = np.linspace(-6, 6, 2**15 + 1)  # normal scores of the input that a table of it has knots at
CELLS = 2**15  # of the same table in steps that are all alike, which is read five times as fast
MOST_NUMBERS = 2**20  # of one quantity along an input
SURE = 1e-8  # of a probability: what a table may be off

# How a row and an input are read: rising functions with their inverses, but for the first of what is above 0.
READINGS: tuple[tuple[Curve, Curve], ...] = (
    (np.positive, np.positive),
    (np.log, np.exp),
    (lambda x: -1 / x, lambda t: np.where(t < 0, -1 / t, np.inf)),
)


@dataclass(frozen=True)
class Line:
    """A row that, read as READINGS[reading], is start + slope * t at each draw, (draws,) both; `below` gives the
    probability that t is at most so much, `low` and `high` are how far the row reaches."""

    reading: int
    start: Array
    slope: Array
    below: Curve
    low: float
    high: float

    @cached_property
    def falling(self) -> Array | None:
        """Where the row falls with t; None where it rises at all draws."""
        return self.slope < 0 if (self.slope < 0).any() else None

    def given_others(self, v: float, draws: int | None = None) -> Array:
        """The probability that the row as it is read is at most v, given the other inputs at the first draws."""
        p = self.below((v - self.start[:draws]) / self.slope[:draws])
        return p if self.falling is None else np.where(self.falling[:draws], 1 - p, p)

    def parts(self, at: Array, draws: int | None = None) -> Array:
        """The probability that it is at most so much, by each randomisation of the first draws: (16, at)."""
        parts = [self.given_others(v, draws).reshape(-1, RANDOMISATIONS).mean(axis=0) for v in at]
        return np.stack(parts, axis=1)


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
    at = {prior.name: sampling.points(plan, prior) for prior in study.drawn}
    values = study.evaluate(study.at(joined(study.dependence.groups, at)))
    middle = {name: study.place(prior, np.array(prior.medians)[:, None]) for name, prior in study.inputs.items()}
    return Ground(study, values, study.evaluate(middle))


def moved_by(study: Study, name: str) -> list[str]:
    """The nodes that an input is needed for, in order of evaluation."""
    found = {name}
    for node in study.order:
        if not found.isdisjoint(study.nodes[node].needs):
            found.add(node)
    return [node for node in study.order if node in found]


def led(study: Study, values: Mapping[str, Array], prior: Prior, x: Array) -> dict[str, Array]:
    """All quantities with an input at other values in base units, (1,) or (draws,), the other inputs as they were."""
    later = moved_by(study, prior.name)
    given = {name: old for name, old in values.items() if name not in later}
    given[prior.name] = study.place(prior, x)
    return graph.evaluate(study.nodes, later, given, list(study.page.dimensions))


def lines(at: Ground, prior: Prior, rows: Mapping[str, Row], scores: Array = SCORES) -> Iterator[tuple[str, Line]]:
    """Those of the rows that are a line in an input at all draws, each with it; `scores` are the knots of tables."""
    if not rows:
        return
    study, own, ends = at.study, at.draws_of(prior), sampling.values(prior, ENDS)
    x = np.concatenate([ends, own, prior.quantiles[0].curve(special.ndtr(scores))])
    low, high = (led(study, at.values, prior, end[None]) for end in ends)
    known, along, few = ways(prior, x, scores), None, x.size * max(study.sizes) <= MOST_NUMBERS
    for row, (name, index) in rows.items():
        if at.values[name].shape[-1] < own.size:
            continue
        y = np.stack([np.broadcast_to(values[name][index], own.size) for values in (low, high, at.values)])
        found = line_of(y, [known] * len(READINGS))
        if found is None and few:  # it may be a line in what it does along the input with the others at their medians
            along = led(study, at.medians, prior, x) if along is None else along
            t = along[name][index]
            found = line_of(y, [tabled(read(t, forward), scores) for forward, _ in READINGS]) if t.size > 1 else None
        if found is not None:
            yield row, found


def read(x: Array, forward: Curve) -> Array:
    """Values as they are read; not numbers where some cannot be."""
    with np.errstate(all="ignore"):
        return forward(x) if forward is np.positive or (x >= 0).all() else np.full(x.shape, np.nan)


def ways(prior: Prior, x: Array, scores: Array = SCORES) -> list[Way]:
    """The ways to read an input that has these values at its ends, at its draws and at its normal scores."""
    base, scale, found = prior.distributions[0], prior.scale, []
    for forward, back in READINGS if base.low >= 0 else READINGS[:1]:
        t = read(x, forward)
        exact = lambda t, back=back: base.cdf(back(t) / scale)  # noqa: E731
        found += tabled(t, scores) if base.costly else [(t[: -scores.size], exact)]
    return found


def tabled(t: Array, scores: Array = SCORES) -> list[Way]:
    """A way to read an input from the values that it gives at its ends, draws and normal scores, the last for a table
    of probabilities; none where they do not rise or fall all the way."""
    if not np.isfinite(t).all():
        return []
    t = np.where(t[1] < t[0], -t, t)
    knots, p = t[-scores.size :], special.ndtr(scores)
    rises, level = np.diff(knots, append=np.inf) > 0, np.diff(knots, append=np.inf) == 0
    if not ((rises | level).all() and np.diff(p, append=1.0)[level].sum() < 10 * SURE):
        return []  # what is level by rounding, far out, does no harm
    curve = cache(lambda: table(knots[rises], p[rises]))
    return [(t[: -scores.size], lambda t: curve()(t))]


def table(knots: Array, p: Array) -> Curve:
    """The probability that a quantity is at most so much, from some: lines between knots, told by their values in steps
    that are all alike where these serve."""
    low, high = knots[0], knots[-1]
    fine = np.interp(np.linspace(low, high, 2 * CELLS + 1), knots, p)
    whole, (p, middle) = p, (fine[::2], fine[1::2])
    if np.abs((p[1:] + p[:-1]) / 2 - middle).max() > SURE:
        return lambda t: np.interp(t, knots, whole)
    rise, steps = np.diff(p, append=p[-1]), CELLS / (high - low)

    def between(t: Array) -> Array:
        at = np.clip((t - low) * steps, 0, CELLS)
        cell = at.astype(np.intp)
        return p.take(cell) + (at - cell) * rise.take(cell)

    return between


def line_of(y: Array, ways: Sequence[Sequence[Way]]) -> Line | None:
    """The line that a row (3, draws) is, at the ends of an input and at its draws: by the first reading of the row,
    and way to read the input of those that go with it, that make it one."""
    if not np.isfinite(y).all():
        return None
    for reading, (forward, _) in enumerate(READINGS):
        z = read(y, forward)
        for t, below in ways[reading]:
            with np.errstate(all="ignore"):
                slope = (z[1] - z[0]) / (t[1] - t[0])
                off = np.abs(z[0] + slope * (t[2:] - t[0]) - z[2])
                near = np.minimum(np.abs(t[2:] - t[0]), np.abs(t[1] - t[2:]))
                may = STRAIGHT * np.abs(slope) * near + ROUNDING * np.abs(z[:2]).max(axis=0)
            if ((slope != 0) & (off <= may)).all():
                return Line(reading, z[0] - slope * t[0], slope, below, z[:2].min(), z[:2].max())
    return None
