"""The figures of docs/sampling.md on integrating an input out: python -m tests.benchmarks.conditional

How often the stated error holds the truth and how small errors are, where percentiles are known; and in which studies
that ship it applies, to which targets, by which input.
"""

import numpy as np
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis import conditional, intervals
from tests.test_conditional import CASES, integrated

LEVELS = intervals.LEVELS
STUDIES = ("gpt4", "llama31-405b", "grok3", "budget", "claude-next", "capacity", "scaling-law", "everyday", "gpu-share")


def known(sampler: str, draws: int, seeds: int = 200) -> tuple[float, float, list[float]]:
    """How often the 95 % interval holds the truth, the root mean square of misses over stated errors, and by how much
    each case's errors are smaller than those of order statistics of as many draws."""
    scores, gains = [], []
    for name, case in CASES.items():
        found = np.array([integrated(name, seed, draws, sampler) for seed in range(seeds)])  # (seeds, ways, 2, levels)
        misses = found[:, :, 0] - case.quantile(np.array(case.levels))
        scores.append(misses[:, 0] / found[:, 0, 1])
        ours, theirs = np.sqrt(np.square(misses).mean(axis=0))
        gains.append(float(np.exp(np.log(theirs / ours).mean())))
    all_scores = np.concatenate([each.ravel() for each in scores])
    held = np.abs(all_scores) <= stats.t.ppf(0.975, 15)
    return float(held.mean()), float(np.sqrt(np.square(all_scores).mean())), gains


def shipped(name: str, seeds: int = 5) -> dict[str, tuple[str, float]]:
    """The input integrated out of each target of a study, and by how much the stated errors are smaller than those of
    order statistics of all draws: the median over seeds."""
    found: dict[str, list[tuple[str, float]]] = {}
    for seed in range(seeds):
        run = mcf.run(name, seed=seed)
        rows = {row: run.rows[row] for row in run.rows_of(run.study.targets)}
        errors = {row: intervals.with_errors(run.told(row), LEVELS)[1][2:] for row in rows}
        for row, sharp in conditional.sharpened(run.study, run.sampler, rows, errors).items():
            gain = float(np.exp(np.log(errors[row] / sharp.errors).mean()))
            found.setdefault(row, []).append((sharp.input, gain))
    often = {row: each for row, each in found.items() if len(each) > seeds / 2}
    return {row: (each[0][0], float(np.median([gain for _, gain in each]))) for row, each in often.items()}


def main() -> None:
    """Print all figures."""
    print("held by the 95 % interval, rms of misses over stated errors, gain of each case:", *CASES, sep="\n  ")
    for sampler in ("sobol", "lhs", "random"):
        for draws in (2**11, 2**12, 2**14):
            held, rms, gains = known(sampler, draws)
            print(f"  {sampler:7} {draws:6} {100 * held:5.1f} {rms:5.2f}", *(f"{gain:8.1f}" for gain in gains))
    for name in STUDIES:
        print(name)
        for row, (own, gain) in shipped(name).items():
            print(f"  {row:28} {own:24} {gain:10.1f}")


if __name__ == "__main__":
    main()
