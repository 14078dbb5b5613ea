"""Stated Monte Carlo errors of the results of studies: python -m tests.benchmarks.stated > FILE

before.json has those of the first version of the Sobol plan (dimensions by a hash of the name, an input integrated out
of long runs only). The benchmark has the ratios of today's errors to these.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import mcfrontier as mcf
from tests.benchmarks.table import Key, at_most

STUDIES = ("gpt4", "llama31-405b", "grok3", "everyday", "capacity")
DRAWS = (2**12, 2**14, 2**17)
SEEDS = range(1, 6)
STATISTICS = ("mean", "p5", "p50", "p95")
GOALS = {("gpt4", 2**12): 0.25, ("llama31-405b", 2**12): 0.08, ("gpt4", 2**17): 0.35}
BEFORE = Path(__file__).with_name("before.json")


def stated_errors(name: str, draws: int, seed: int) -> dict[str, list[float]]:
    """The stated errors of a study's targets: the mean, p5, p50 and p95 of each row in turn."""
    run = mcf.run(name, draws=draws, seed=seed)
    errors = run.statistics().sel(figure="mc_error", statistic=list(STATISTICS))
    return {
        target: [float(f"{error:.4g}") for error in errors[target].transpose(..., "statistic").to_numpy().ravel()]
        for target in run.targets
    }


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of each study and number of draws."""
    before = json.loads(BEFORE.read_text())
    for name in STUDIES:
        for draws in DRAWS:
            seeds = SEEDS[:2] if quick else SEEDS
            pairs = [
                pair
                for seed in seeds
                for target, now in stated_errors(name, draws, seed).items()
                for pair in zip(now, before[name][str(draws)][seed - 1][target], strict=True)
                if all(pair)
            ]
            found = float(np.exp((np.log(pairs) @ [1, -1]).mean()))
            yield (f"stated errors, {name}", draws), {"× before": at_most(found, GOALS.get((name, draws)))}


def main() -> None:
    """Print the errors of all studies, draws and seeds as JSON."""
    found = {
        name: {str(draws): [stated_errors(name, draws, seed) for seed in SEEDS] for draws in DRAWS} for name in STUDIES
    }
    json.dump(found, sys.stdout, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
