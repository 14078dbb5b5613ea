"""The job with numpy alone, with its fastest generator and the methods of the generator."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.job import PARAMETERS, evaluate, statistics

FAMILIES = {
    "lognormal": lambda rng, n, mu, sigma: np.exp(mu + sigma * rng.standard_normal(n)),  # faster than rng.lognormal
    "normal": lambda rng, n, mean, sd: rng.normal(mean, sd, n),
    "uniform": lambda rng, n, low, high: rng.uniform(low, high, n),
    "pert": lambda rng, n, low, high, a, b: low + (high - low) * rng.beta(a, b, n),
}


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    rng = np.random.Generator(np.random.SFC64(seed))
    return statistics(evaluate({name: FAMILIES[family](rng, draws, *at) for name, (family, *at) in PARAMETERS.items()}))
