"""The intervals where a function of one number is at most 0, and the error of their ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize

from mcfrontier.core.arrays import Array

Function = Callable[[float], float]
ROOT_TOLERANCE = 1e-13  # of the scanned range: the tolerance of a crossing
MAX_ITERATIONS = 1000  # of the search for a crossing
INITIAL_SLOPE_WIDTH, MIN_SLOPE_WIDTH = 1e-3, 1e-6  # of a step of the scan: half the width over which a slope is taken


def intervals_below(f: Function, x: Array, y: Array) -> list[tuple[float | None, float | None]]:
    """The intervals where a function, with values y at increasing points x, is at most 0.

    It is evaluated to find crossings, and turning points between the given points. An end beyond these is None.
    """
    x, y = with_turns(f, x, y)
    inside = y <= 0
    changes = np.flatnonzero(inside[1:] != inside[:-1])
    tolerance = ROOT_TOLERANCE * (x[-1] - x[0])
    ends: list[float | None] = [
        optimize.brentq(f, x[i], x[i + 1], xtol=tolerance, maxiter=MAX_ITERATIONS) for i in changes
    ]
    ends = [None] * int(inside[0]) + ends + [None] * int(inside[-1])
    return list(zip(ends[::2], ends[1::2], strict=True))


def with_turns(f: Function, x: Array, y: Array) -> tuple[Array, Array]:
    """The points, with the turning points between them at which the function is on the other side of 0."""
    found = []
    for i in range(1, x.size - 1):
        sign = 1 if y[i] > 0 else -1  # a minimum above 0, a maximum below
        around = sign * np.array([y[i - 1], y[i], y[i + 1]])
        if around.min() > 0 and around[1] < around[0] and around[1] < around[2]:
            turn = optimize.minimize_scalar(lambda u, s=sign: s * f(u), bounds=(x[i - 1], x[i + 1]), method="bounded")
            if turn.fun <= 0:
                found.append((turn.x, sign * turn.fun))
    points = sorted([*zip(x.tolist(), y.tolist(), strict=True), *found])
    return np.array([u for u, _ in points]), np.array([v for _, v in points])


def crossing_error(f: Function, root: float, error: float, x: Array, width: float = INITIAL_SLOPE_WIDTH) -> float:
    """The error of a crossing from the error of the function, by the slope.

    The slope is taken over twice the error of the crossing, and at most one step of the scan on either side; first over
    `width` steps, 1 for a function that changes in jumps.
    """
    if error == 0:
        return 0.0
    step = x[1] - x[0]
    reach, slope = width * step, 0.0
    for _ in range(2):
        low, high = max(root - reach, x[0]), min(root + reach, x[-1])
        slope = abs(f(high) - f(low)) / (high - low)
        reach = min(max(error / slope, MIN_SLOPE_WIDTH * step), step) if slope else step
    return error / slope if slope else np.inf


def maximum(f: Function, x: Array, y: Array, best: int) -> float:
    """The point where a function is largest, from its values `y` at `x`, of which the one at `best` is the largest."""
    ends = x[max(best - 1, 0)], x[min(best + 1, x.size - 1)]
    turn = optimize.minimize_scalar(lambda u: -f(u), bounds=ends, method="bounded")
    return float(turn.x if -turn.fun > y[best] else x[best])
