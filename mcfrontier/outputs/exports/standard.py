"""The CDF that satisfies the rules of a forecasting server and is nearest to a given one.

The rules for N steps: each step is at least 0.01 / N and at most 40 / N. The CDF starts at 0.001 or more where the
lower bound is open, else at 0, and ends at 0.999 or less where the upper bound is open, else at 1. Such CDFs are a
convex set, so exactly one has the least sum of squared differences from the given one. On the scale of the
question this sum is the expected loss of the continuous ranked probability score if the given CDF is true. A mixture
with a uniform would move every percentile to correct two flat ends, and clipping steps to the maximum would spread the
excess over the whole range; this method moves the CDF only where a rule is broken, and the excess to adjacent steps.

The values are whole billionths, so that rounding cannot break a rule.
"""

from __future__ import annotations

import numpy as np

from mcfrontier.core.arrays import Array

BILLION = 10**9  # the server compares steps to nine decimal places, and values to ten
MIN_TOTAL, MAX_TOTAL = BILLION // 100, 40 * BILLION  # limits of a step, times the number of steps
MIN_OPEN = BILLION // 1000  # minimum beyond an open bound


def standardised(cdf: Array, open_lower: bool, open_upper: bool) -> Array:
    """The nearest CDF that satisfies the rules, in billionths: whole numbers as floats, shape of `cdf`.

    Method: dynamic programming. The least sum of squares up to a point, as a function of the value there, is convex;
    its derivative is stored as a piecewise linear function, by its breakpoints. A step between `least` and `most` moves
    the decreasing part of the sum by `least` and the increasing part by `most`; the point adds a line of slope 1.
    """
    steps = cdf.size - 1
    least, most = -(-MIN_TOTAL // steps), min(MAX_TOTAL // steps, BILLION)
    first, last = (MIN_OPEN if open_lower else 0), BILLION - (MIN_OPEN if open_upper else 0)
    at = np.array([first, last if open_lower else first], float)  # the breakpoints, among them the ends of the range
    slope = at - cdf[0] * BILLION
    best = [np.interp(0, slope, at)]
    for target in cdf[1:] * BILLION:
        negative, positive = slope < 0, slope > 0
        at = np.concatenate([at[negative] + least, best[-1] + [least, most], at[positive] + most])
        slope = np.concatenate([slope[negative], [0, 0], slope[positive]]) + at - target
        best.append(np.interp(0, slope, at))
    found = np.rint(best)
    found[-1] = min(found[-1], last) if open_upper else last
    for i in range(steps - 1, -1, -1):
        found[i] = np.clip(found[i], found[i + 1] - most, found[i + 1] - least)
    return found
