"""Where a function of one number is at most 0: stretches between its crossings, and how far off these may be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

Array = np.ndarray
Function = Callable[[float], float]
CLOSE, ROUNDS = 1e-13, 1000  # of the way that is scanned: how near a crossing is come to; steps that may take
FIRST, SMALLEST = 1e-3, 1e-6  # of a step of the scan: over how much a slope is taken at first, and at least


def stretches(f: Function, x: Array, y: Array) -> list[tuple[float | None, float | None]]:
    """Where a function is at most 0, from its values `y` at rising `x`: (from, to) of each stretch in turn, None where
    it goes on beyond what was scanned. Crossings and dips between the points are looked for with `f`."""
    x, y = with_turns(f, x, y)
    inside = y <= 0
    changes = np.flatnonzero(inside[1:] != inside[:-1])
    near = CLOSE * (x[-1] - x[0])
    ends: list[float | None] = [optimize.brentq(f, x[i], x[i + 1], xtol=near, maxiter=ROUNDS) for i in changes]
    ends = [None] * int(inside[0]) + ends + [None] * int(inside[-1])
    return list(zip(ends[::2], ends[1::2], strict=True))


def with_turns(f: Function, x: Array, y: Array) -> tuple[Array, Array]:
    """The points with those added at which the function turns back between them on the other side of 0."""
    found = []
    for i in range(1, x.size - 1):
        sign = 1 if y[i] > 0 else -1  # a dip of what is above 0, a hump of what is below
        around = sign * np.array([y[i - 1], y[i], y[i + 1]])
        if around.min() > 0 and around[1] < around[0] and around[1] < around[2]:
            turn = optimize.minimize_scalar(lambda u, s=sign: s * f(u), bounds=(x[i - 1], x[i + 1]), method="bounded")
            if turn.fun <= 0:
                found.append((turn.x, sign * turn.fun))
    whole = sorted([*zip(x.tolist(), y.tolist(), strict=True), *found])
    return np.array([u for u, _ in whole]), np.array([v for _, v in whole])


def error(f: Function, root: float, off: float, x: Array, first: float = FIRST) -> float:
    """How far off a crossing may be where the function may be off by so much: by its slope over about that way, which
    is no longer than a step of the scan `x`. Before the way is known, the slope is taken over the part `first` of a
    step: all of it, where the function moves by jumps."""
    if off == 0:
        return 0.0
    step = x[1] - x[0]
    width, slope = first * step, 0.0
    for _ in range(2):
        low, high = max(root - width, x[0]), min(root + width, x[-1])
        slope = abs(f(high) - f(low)) / (high - low)
        width = min(max(off / slope, SMALLEST * step), step) if slope else step
    return off / slope if slope else np.inf


def highest(f: Function, x: Array, y: Array, best: int) -> float:
    """Where a function is highest, from its values `y` at `x`, of which the one at `best` is the largest."""
    ends = x[max(best - 1, 0)], x[min(best + 1, x.size - 1)]
    turn = optimize.minimize_scalar(lambda u: -f(u), bounds=ends, method="bounded")
    return float(turn.x if -turn.fun > y[best] else x[best])
