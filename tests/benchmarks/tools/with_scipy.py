"""The job with the frozen distributions of scipy.stats."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tests.benchmarks.job import PARAMETERS, evaluate, statistics

FAMILIES = {
    "lognormal": lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
    "normal": stats.norm,
    "uniform": lambda low, high: stats.uniform(low, high - low),
    "pert": lambda low, high, a, b: stats.beta(a, b, low, high - low),
}
DISTRIBUTIONS = {name: FAMILIES[family](*at) for name, (family, *at) in PARAMETERS.items()}


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    rng = np.random.Generator(np.random.SFC64(seed))
    return statistics(evaluate({name: each.rvs(draws, random_state=rng) for name, each in DISTRIBUTIONS.items()}))


def quasi_random(draws: int, seed: int) -> dict[str, list[float]]:
    """The job with scrambled Sobol points and quantile functions."""
    points = stats.qmc.Sobol(len(DISTRIBUTIONS), rng=seed).random(draws)
    return statistics(evaluate({name: each.ppf(points[:, i]) for i, (name, each) in enumerate(DISTRIBUTIONS.items())}))
