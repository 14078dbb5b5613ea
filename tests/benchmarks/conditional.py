"""The figures of docs/sampling.md on conditional estimates: python -m tests.benchmarks.conditional

Coverage of the stated errors and their size for known percentiles, and the shipped studies, targets and inputs to which
conditional estimates apply.
"""

import numpy as np
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis.conditional import integrate
from mcfrontier.analysis.estimates import estimates
from tests.analysis.test_conditional import CASES, integrated

LEVELS = estimates.LEVELS
STUDIES = ("gpt4", "llama31-405b", "budget", "claude-next", "capacity", "scaling-law", "everyday", "gpu-share")


def known(sampler: str, draws: int, seeds: int = 200) -> tuple[float, float, list[float]]:
    """The coverage of the 95 % interval, the root mean square of misses over stated errors, and for each case the ratio
    of the errors of order statistics with as many draws to its errors."""
    scores, gains = [], []
    for name, case in CASES.items():
        found = np.array(
            [integrated(name, seed, draws, sampler) for seed in range(seeds)]
        )  # (seeds, methods, 2, levels)
        misses = found[:, :, 0] - case.quantile(np.array(case.levels))
        scores.append(misses[:, 0] / found[:, 0, 1])
        ours, theirs = np.sqrt(np.square(misses).mean(axis=0))
        gains.append(float(np.exp(np.log(theirs / ours).mean())))
    all_scores = np.concatenate([each.ravel() for each in scores])
    covered = np.abs(all_scores) <= stats.t.ppf(0.975, 15)
    return float(covered.mean()), float(np.sqrt(np.square(all_scores).mean())), gains


def shipped(name: str, seeds: int = 5) -> dict[str, tuple[str, float]]:
    """The input integrated out of each target of a study, and the ratio of the errors of order statistics of all draws
    to the stated errors: the median over seeds."""
    found: dict[str, list[tuple[str, float]]] = {}
    for seed in range(seeds):
        run = mcf.run(name, seed=seed)
        rows = {row: run.core.rows[row] for row in run.core.rows_of(run.study.targets)}
        errors = {row: estimates.with_errors(run.core.samples(row), LEVELS)[1][2:] for row in rows}
        compared = {
            row: found[[LEVELS.index(level) for level in integrate.COMPARED_LEVELS]] for row, found in errors.items()
        }
        for row, conditional in integrate.integrated(run.study, run.sampler, rows, compared).estimates().items():
            gain = float(np.exp(np.log(errors[row] / conditional.errors).mean()))
            found.setdefault(row, []).append((conditional.input, gain))
    often = {row: each for row, each in found.items() if len(each) > seeds / 2}
    return {row: (each[0][0], float(np.median([gain for _, gain in each]))) for row, each in often.items()}


def main() -> None:
    """Print all figures."""
    print("coverage of the 95 % interval, rms of misses over stated errors, gain of each case:", *CASES, sep="\n  ")
    for sampler in ("sobol", "lhs", "random"):
        for draws in (2**11, 2**12, 2**14):
            covered, rms, gains = known(sampler, draws)
            print(f"  {sampler:7} {draws:6} {100 * covered:5.1f} {rms:5.2f}", *(f"{gain:8.1f}" for gain in gains))
    for name in STUDIES:
        print(name)
        for row, (own, gain) in shipped(name).items():
            print(f"  {row:28} {own:24} {gain:10.1f}")


if __name__ == "__main__":
    main()
