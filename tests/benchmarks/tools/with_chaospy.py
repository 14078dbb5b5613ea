"""The job with chaospy: a joint distribution, sampled, the arithmetic and the statistics left to numpy.

A pert is stated by its beta, since chaospy's own PERT has another mean than (low + 4 mode + high) / 6.
"""

from __future__ import annotations

import chaospy as cp

from tests.benchmarks.job import PARAMETERS, evaluate, told

FAMILIES = {
    "lognormal": cp.LogNormal,
    "normal": cp.Normal,
    "uniform": cp.Uniform,
    "pert": lambda low, high, a, b: cp.Beta(a, b, low, high),
}
JOINT = cp.J(*(FAMILIES[family](*at) for family, *at in PARAMETERS.values()))


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    return told(evaluate(dict(zip(PARAMETERS, JOINT.sample(draws, seed=seed), strict=True))))
