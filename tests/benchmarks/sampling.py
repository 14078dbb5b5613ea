"""The figures of docs/sampling.md: python -m tests.benchmarks.sampling

Coverage of the stated intervals, and errors relative to those of scipy's first Sobol dimensions and of random draws,
for products of lognormals with known percentiles.
"""

import numpy as np
from scipy import special, stats

from mcfrontier.analysis.estimates import estimates
from mcfrontier.sampling import SAMPLERS, streams
from mcfrontier.sampling.plan import Sampler

LEVELS = np.array([0.05, 0.5, 0.95])


def total(plan: Sampler, weights: dict[str, float]) -> np.ndarray:
    """Draws of the logarithm of a product of lognormals with the given log standard deviations by name."""
    return sum(w * special.ndtri(streams.probabilities(plan, name)) for name, w in weights.items())


def truth(weights: dict[str, float]) -> np.ndarray:
    """The percentiles of the logarithm of the product."""
    return np.sqrt(sum(w * w for w in weights.values())) * special.ndtri(LEVELS)


def coverage(kind: str, draws: int, seeds: int = 400) -> np.ndarray:
    """The coverage of the 95 % interval of p5, p50 and p95."""
    weights = {"x": 0.70, "y": 0.98, "z": 0.49}
    covered = []
    for seed in range(seeds):
        values, errors = estimates.with_errors(total(streams.sampler(kind, seed, draws, weights), weights), LEVELS)
        covered.append(np.abs(values[2:] - truth(weights)) <= stats.t.ppf(0.975, 15) * errors[2:])
    return np.mean(covered, axis=0)


def ratios(count: int, points: int, sets: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Ratios of errors to those of scipy's first dimensions and to those of random draws: (sets, 3) each."""
    beside_first, beside_random = [], []
    for trial in range(sets):
        rng = np.random.default_rng([count, trial])
        weights = {f"input_{trial}_{i}": w for i, w in enumerate(rng.gamma(1.0, 1.0, count) + 0.05)}
        sd = np.sqrt(sum(w * w for w in weights.values()))
        ours, first = [], []
        for seed in range(2):
            x = total(streams.sampler("sobol", seed, 16 * points, weights), weights)
            ours += [np.quantile(x[r::16], LEVELS) - truth(weights) for r in range(16)]
            for r in range(16):
                engine = stats.qmc.Sobol(count, seed=np.random.default_rng([seed, r]))
                y = special.ndtri(engine.random(points)) @ np.array(list(weights.values()))
                first.append(np.quantile(y, LEVELS) - truth(weights))
        error, theirs = (np.sqrt(np.square(each).mean(axis=0)) for each in (ours, first))
        at_random = np.sqrt(LEVELS * (1 - LEVELS) / points) / (stats.norm.pdf(special.ndtri(LEVELS)) / sd)
        beside_first.append(error / theirs)
        beside_random.append(error / at_random)
    return np.array(beside_first), np.array(beside_random)


def main() -> None:
    """Print both tables."""
    print("coverage of the 95 % interval over 400 seeds: p5, p50, p95")
    for kind in SAMPLERS:
        for draws in (2**11, 2**13, 2**15):
            print(f"  {kind:7} {draws:6} draws", *(f"{100 * covered:5.1f}" for covered in coverage(kind, draws)))
    print("errors over 40 sets of names: relative to scipy's first dimensions and to random draws")
    for points in (2**8, 2**12, 2**13):
        for count in (2, 6, 10, 14):
            first, random = ratios(count, points)
            found = (
                f"median {np.median(first):.2f}; {np.median(random):.2f}, tenth worst {np.quantile(random, 0.9):.2f}"
            )
            print(f"  {count:2} inputs, {points} points per randomisation: {found}, worst {random.max():.1f}")


if __name__ == "__main__":
    main()
