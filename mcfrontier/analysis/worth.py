"""What is worth learning: how much narrower a 90 % interval is expected to be, were an input known better.

All from draws that are there. An input is told by the normal scores of its draws: their ranks on a standard normal
scale, equal draws in the order they were drawn. What is then known of inputs that go with it counts as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special

from mcfrontier.analysis import intervals
from mcfrontier.distributions import Array
from mcfrontier.graph import Node
from mcfrontier.priors import Prior
from mcfrontier.sampling import RANDOMISATIONS, SMALLEST

ENDS = np.array([[0.05], [0.95]])
NEAR = 0.03  # as far on either side of an end the density there is taken from
SHUFFLES = 4
HALF = 0.5  # the standard deviation of a score that is known to half its width
CENTRES = 7  # places where that half may come to lie


@dataclass(frozen=True)
class Worth:
    """What learning does for a row, the widest gain first: the share by which its 90 % interval shrinks.

    inputs (n,): rows of inputs; gains and errors (n, 2): with the input known exactly, and to half its width;
    scale: "log" where the row is positive, else "raw".
    """

    inputs: list[str]
    gains: Array
    errors: Array
    scale: str


@dataclass(frozen=True)
class Width:
    """The width of an interval, and by how much each randomisation would move it: shape (16,)."""

    value: float
    moves: Array


def worth(x: Array, ranks: Mapping[str, Array], drawn: Array | None = None) -> Worth:
    """The worth of each input to a target, from its draws and the ranks of the inputs', all of one size.

    Draws of the target that are not finite are left out. Where draws were chosen anew, `drawn` tells which is which:
    windows are fewer, so that each holds draws enough that differ.
    """
    finite = np.flatnonzero(np.isfinite(x))
    x, part = x[finite], finite % RANDOMISATIONS
    scale = "log" if (x > 0).all() else "raw"
    if not ranks or x.size < SMALLEST:
        return Worth([], np.empty((0, 2)), np.empty((0, 2)), scale)
    x = np.log(x) if scale == "log" else x
    rising = np.argsort(x)
    _, group, size = np.unique(finite if drawn is None else drawn[finite], return_inverse=True, return_counts=True)
    dealt_into = counts(x.size**2 / (size**2).sum())  # draws that count as much as these
    whole, *dealt = without_input(x, part, group, dealt_into)
    found = []
    for name, rank in ranks.items():
        order, places = in_order(rank[finite])
        known, rough = (
            shrinkage(width, width_in_windows(x[order], part[order], count))
            for width, count in zip(dealt, dealt_into, strict=True)
        )
        halved = shrinkage(whole, width_if_halved(x[rising], part[rising], places[rising]))
        bias = known[0] - rough[0]  # of windows that are too wide, or hold too few draws
        found.append((name, (known[0], halved[0]), (np.hypot(known[1], bias), halved[1])))
    found.sort(key=lambda each: -each[1][0])
    gains, errors = (np.array([each[i] for each in found]).reshape(-1, 2) for i in (1, 2))
    return Worth([name for name, *_ in found], gains, errors, scale)


def foremost(x: Array, ranks: Mapping[str, Array], most: int) -> dict[str, Array]:
    """The inputs in whose windows the mean and the spread of a target differ most, so many of them: a quick look that
    spares the others a close one."""
    finite = np.flatnonzero(np.isfinite(x))
    if not finite.size:
        return {}
    x = x[finite] - x[finite].mean()
    count = counts(x.size)[1]
    window = np.arange(x.size) * count // x.size
    told = {}
    for name, rank in ranks.items():
        order, _ = in_order(rank[finite])
        means = [np.bincount(window, each[order], count) / np.bincount(window) for each in (x, x * x)]
        told[name] = sum(mean.var() / max(each.var(), 1e-300) for mean, each in zip(means, (x, x * x), strict=True))
    return {name: ranks[name] for name in sorted(told, key=lambda name: -told[name])[:most]}


def without_input(x: Array, part: Array, group: Array, dealt_into: Sequence[int]) -> list[Width]:
    """The width of all draws, and in so many windows of draws that chance puts together, equal ones as one group: what
    few draws do to a width, they do to it here as well."""
    rng = np.random.default_rng(0)
    orders = [np.argsort(rng.permutation(x.size)[group], kind="stable") for _ in range(SHUFFLES)]
    out = [width_in_windows(x, part, 1)]
    for count in dealt_into:
        widths = [width_in_windows(x[order], part[order], count) for order in orders]
        out.append(Width(sum(w.value for w in widths) / SHUFFLES, sum(w.moves for w in widths) / SHUFFLES))
    return out


def in_order(ranks: Array) -> tuple[Array, Array]:
    """The draws in the order of their ranks, of which there are 2^16 at most, and the place of each in it."""
    short = np.nan_to_num(ranks).astype(np.uint16)  # which are sorted several times as quickly
    order = np.argsort(short, kind="stable")
    places = np.empty_like(order)
    places[order] = np.arange(order.size)
    return order, places


def counts(draws: float) -> tuple[int, int]:
    """How many windows some draws are dealt into, 64 for 16,384, and half as many."""
    fine = max(1, int(draws**0.5 / 2))
    return fine, max(1, fine // 2)


def shrinkage(whole: Width, left: Width) -> tuple[float, float]:
    """The share by which a width shrinks, with its standard error; 0 where there is none."""
    if not whole.value > 0:
        return 0.0, 0.0
    share = left.value / whole.value
    moves = (left.moves - share * whole.moves) / whole.value
    return 1 - share, float(moves.std(ddof=1)) / RANDOMISATIONS**0.5


def width_in_windows(x: Array, part: Array, count: int) -> Width:
    """The mean 90 % width over so many windows of equal number, for draws in the rising order of an input, each with
    its randomisation: the width that is left once the input is known.

    In each window a parabola in the input's score is taken off, which is what the input itself still does there. The
    density at an end, which tells what a draw does to it, is that between the quantiles on either side.
    """
    kept, *shapes = windows(x.size, count)
    x, part = x[kept].reshape(count, -1), part[kept]
    for shape in shapes:
        x = x - np.einsum("ij,ij->i", x, shape)[:, None] * shape
    rising = np.sort(x, axis=1)
    low, high = intervals.of_rising(rising, ENDS[:, 0], 0.5).T[..., None]
    levels = np.concatenate([ENDS[:, 0] - NEAR, ENDS[:, 0] + NEAR])
    left = intervals.of_rising(rising, levels, 0.5)
    below, above = ((left[:, i + 2] - left[:, i])[:, None] / (2 * NEAR) for i in (0, 1))
    does = above * (ENDS[1] - (x <= high)) - below * (ENDS[0] - (x <= low))
    moves = np.bincount(part, does.ravel(), RANDOMISATIONS) * RANDOMISATIONS / x.size
    return Width(float((high - low).mean()), moves)


@lru_cache(maxsize=8)
def windows(draws: int, count: int) -> tuple[Array, ...]:
    """Which of some draws in rising order are dealt into windows, and a line and a bend over each window's scores,
    (windows, size), of length 1 and at right angles; no shapes for a single window."""
    size = draws // count
    kept = np.linspace(0, draws - 1, count * size).round().astype(int)
    if count == 1 or size < 4:
        return (kept,)
    z = scores(draws)[kept].reshape(count, size)
    shapes = [np.ones_like(z) / size**0.5]
    for power in (z, z * z):
        for shape in shapes:
            power = power - (power * shape).sum(axis=1, keepdims=True) * shape
        shapes.append(power / np.sqrt((power**2).sum(axis=1, keepdims=True)))
    return kept, shapes[1], shapes[2]


@lru_cache(maxsize=8)
def scores(draws: int) -> Array:
    """The normal scores of so many draws in rising order."""
    return special.ndtri((np.arange(draws) + 0.5) / draws)


def width_if_halved(x: Array, part: Array, places: Array) -> Width:
    """The expected 90 % width of draws in rising order, each with its randomisation and its place among the draws of
    an input, were that input known to half its width.

    The score would be normal with a standard deviation of 1/2 about a centre, and the centre, as far as is known
    now, normal with a variance of 3/4. So a draw weighs as much as its score is likelier then than now.
    """
    chances, table = weights(x.size)
    weigh = np.take(table, places, axis=1)
    middle = np.cumsum(weigh, axis=1)
    middle -= weigh / 2
    levels = np.concatenate([ENDS[:, 0] - NEAR, ENDS[:, 0], ENDS[:, 0] + NEAR])
    left = np.array([weighted_quantiles(x, row, levels) for row in middle])
    does = np.empty_like(weigh)
    for row, chance, at in zip(does, chances, left, strict=True):
        (below, above), (low, high) = (at[4:] - at[:2]) / (2 * NEAR), np.searchsorted(x, at[2:4], "right")
        row[:low] = chance * (above * (ENDS[1, 0] - 1) - below * (ENDS[0, 0] - 1))
        row[low:high] = chance * (above * (ENDS[1, 0] - 1) - below * ENDS[0, 0])
        row[high:] = chance * (above * ENDS[1, 0] - below * ENDS[0, 0])
    moves = np.bincount(part, np.einsum("ij,ij->j", weigh, does), RANDOMISATIONS) * RANDOMISATIONS
    return Width(float(chances @ (left[:, 3] - left[:, 2])), moves)


@lru_cache(maxsize=4)
def weights(draws: int) -> tuple[Array, Array]:
    """The chance of each centre, those of Gauss and Hermite, and what draws in rising order weigh about it, in all 1:
    shape (centres, draws)."""
    centres, chances = np.polynomial.hermite_e.hermegauss(CENTRES)
    centres = centres[:, None] * (1 - HALF**2) ** 0.5
    z = scores(draws)
    weigh = np.exp(0.5 * z * z - 0.5 * ((z - centres) / HALF) ** 2)
    return chances / chances.sum(), weigh / weigh.sum(axis=1, keepdims=True)


def weighted_quantiles(x: Array, middle: Array, levels: Array) -> Array:
    """Quantiles of draws in rising order: linear between the middles of their weights, summed up."""
    right = np.clip(np.searchsorted(middle, levels), 1, x.size - 1)
    way = (levels - middle[right - 1]) / (middle[right] - middle[right - 1])
    return x[right - 1] + (x[right] - x[right - 1]) * np.clip(way, 0, 1)


def rows_behind(
    nodes: Mapping[str, Node], inputs: Mapping[str, Prior], name: str, labels: Mapping[str, str]
) -> list[str]:
    """The rows of uncertain inputs that a row of a quantity can hang on: "price", or "price[A100]".

    `labels` tells where the row stands along each of its dimensions. So it hangs on the same label of an input
    along that dimension, and on all of them where a node in between works along it.
    """
    ahead, seen = [(name, frozenset(labels.items()))], set()
    found: dict[str, set[str]] = {}
    while ahead:
        step = ahead.pop()
        if step in seen:
            continue
        seen.add(step)
        name, at = step
        if name in inputs:
            here = {label for dimension, label in at if dimension == inputs[name].entry.by}
            found.setdefault(name, set()).update(here or inputs[name].labels)
        else:
            kept = frozenset(pair for pair in at if pair[0] != nodes[name].along)
            ahead += [(need, kept) for need in nodes[name].needs]
    moved = [prior for prior in inputs.values() if prior.name in found and not prior.known]
    return [row for prior in moved for row in rows_of(prior, found[prior.name])]


def rows_of(prior: Prior, labels: Collection[str]) -> list[str]:
    """Some rows of an input as they are told, but for those that have no figure."""
    if not prior.labels:
        return [prior.name]
    pairs = zip(prior.labels, prior.distributions, strict=True)
    return [f"{prior.name}[{label}]" for label, row in pairs if label in labels and not np.isnan(row.median)]
