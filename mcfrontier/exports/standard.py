"""A CDF that obeys the rules of a forecasting server, as near as one can be to a given one.

The rules for N steps: each at least 0.01 / N and at most 40 / N; from 0.001 or more where the lower bound is open, to
0.999 or less where the upper one is; from 0 to 1 where they are closed. Such CDFs are a convex set, so there is one of
least sum of squares to the given one. That is the measure to take: on the question's scale the sum is what the
continuous ranked probability score of the forecast is expected to lose if the given CDF is the truth. Mixing it with a
uniform moves every percentile to mend two flat ends, and scaling steps down to the most there may be
throws what is over across the whole range; this moves the CDF only where a rule is broken, and what is over to the
steps beside.

It is found in whole billionths, so that no rounding can break a rule.
"""

from __future__ import annotations

import numpy as np

ONE = 10**9  # the server compares steps to nine places, and values to ten
LEAST, MOST = ONE // 100, 40 * ONE  # of all steps together
OPEN = ONE // 1000  # beyond an open bound, at least


def standardised(cdf: np.ndarray, open_lower: bool, open_upper: bool) -> np.ndarray:
    """The nearest CDF that obeys the rules, in billionths: whole numbers as floats, shape of `cdf`.

    Method: dynamic programming. Along the points, the least sum of squares up to one as a function of the value there
    is convex; what is kept of it is its derivative, a line through knots. A step of `least` to `most` moves the part
    that falls by `least` and the part that rises by `most`; the point itself adds a line of slope 1.
    """
    steps = cdf.size - 1
    least, most = -(-LEAST // steps), min(MOST // steps, ONE)
    first, last = (OPEN if open_lower else 0), ONE - (OPEN if open_upper else 0)
    at = np.array([first, last if open_lower else first], float)  # the knots, the ends of what is allowed among them
    slope = at - cdf[0] * ONE
    best = [np.interp(0, slope, at)]
    for target in cdf[1:] * ONE:
        falls, rises = slope < 0, slope > 0
        at = np.concatenate([at[falls] + least, best[-1] + [least, most], at[rises] + most])
        slope = np.concatenate([slope[falls], [0, 0], slope[rises]]) + at - target
        best.append(np.interp(0, slope, at))
    found = np.rint(best)
    found[-1] = min(found[-1], last) if open_upper else last
    for i in range(steps - 1, -1, -1):
        found[i] = np.clip(found[i], found[i + 1] - most, found[i + 1] - least)
    return found
