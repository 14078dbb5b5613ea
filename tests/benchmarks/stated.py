"""Stated Monte Carlo errors of the results of studies: python -m tests.benchmarks.stated > FILE

before.json has those of the first version of the Sobol plan (dimensions by a hash of the name, an input integrated out
of long runs only), as the base of the ratios in docs/sampling.md.
"""

from __future__ import annotations

import json
import sys

import mcfrontier as mcf

STUDIES = ("gpt4", "llama31-405b", "grok3", "everyday", "capacity")
DRAWS = (2**12, 2**14, 2**17)
SEEDS = range(1, 6)
STATISTICS = ("mean", "p5", "p50", "p95")


def stated_errors(name: str, draws: int, seed: int) -> dict[str, list[float]]:
    """The stated errors of a study's targets: the mean, p5, p50 and p95 of each row in turn."""
    run = mcf.run(name, draws=draws, seed=seed)
    errors = run.statistics().sel(figure="mc_error", statistic=list(STATISTICS))
    return {
        target: [float(f"{error:.4g}") for error in errors[target].transpose(..., "statistic").to_numpy().ravel()]
        for target in run.targets
    }


def main() -> None:
    """Print the errors of all studies, draws and seeds as JSON."""
    found = {
        name: {str(draws): [stated_errors(name, draws, seed) for seed in SEEDS] for draws in DRAWS} for name in STUDIES
    }
    json.dump(found, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
