"""The job with chaospy: sampling of a joint distribution, with arithmetic and statistics by numpy.

A PERT is stated as a beta, since chaospy's PERT does not have the mean (low + 4 mode + high) / 6.
"""

from __future__ import annotations

import chaospy as cp

from tests.benchmarks.job import PARAMETERS, evaluate, statistics

FAMILIES = {
    "lognormal": cp.LogNormal,
    "normal": cp.Normal,
    "uniform": cp.Uniform,
    "pert": lambda low, high, a, b: cp.Beta(a, b, low, high),
}
JOINT = cp.J(*(FAMILIES[family](*at) for family, *at in PARAMETERS.values()))


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    return statistics(evaluate(dict(zip(PARAMETERS, JOINT.sample(draws, seed=seed), strict=True))))
