"""The job with squigglepy: each input sampled as an array, with arithmetic by numpy."""

from __future__ import annotations

import squigglepy as sq

from tests.benchmarks.job import INPUTS, LEVELS, TARGETS, evaluate

FAMILIES = {
    "lognormal": lambda p5, p95: sq.lognorm(p5, p95),  # intervals in squigglepy are 90 %
    "normal": lambda p5, p95: sq.norm(p5, p95),
    "uniform": lambda low, high: sq.uniform(low, high),
    "pert": lambda low, mode, high: sq.pert(low, mode, high),
}
DISTRIBUTIONS = {name: FAMILIES[family](**words) for name, (family, words, _) in INPUTS.items()}


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    sq.set_seed(seed)
    values = evaluate(
        {name: sq.sample(distribution, draws, verbose=False) for name, distribution in DISTRIBUTIONS.items()}
    )
    found = {name: sq.get_percentiles(values[name], list(LEVELS)) for name in TARGETS}
    return {name: [*found[name].values(), values[name].mean()] for name in TARGETS}
