"""Errors of Sobol' indices and of Shapley shares with known values, as multiples of those of SALib with as many
evaluations, and the coverage of their stated intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

import mcfrontier as mcf
from tests.benchmarks.table import Key, at_most

POINTS = 2**11, 2**12
GOAL = 1.2  # the largest allowed error of an index as a multiple of SALib's
SEEDS = 40
T95 = stats.t.ppf(0.975, 15)  # of intervals from the spread of 16 randomisations


class Case(NamedTuple):
    """A function with known shares of variance.

    function: of the inputs; entries: of the inputs in a priors file; ppf: of all inputs; scale: of the target; parts:
    the variance of each term of its ANOVA decomposition, by the places of its inputs.
    """

    function: Callable[..., Any]
    entries: list[dict[str, Any]]
    ppf: Callable[[np.ndarray], np.ndarray]
    scale: str
    parts: Mapping[tuple[int, ...], float]

    def known(self) -> dict[str, np.ndarray]:
        """The first-order and total indices, and the Shapley shares: (inputs,) each."""
        inputs, whole = range(len(self.entries)), sum(self.parts.values())
        return {
            "first": np.array([self.parts.get((i,), 0) for i in inputs]) / whole,
            "total": np.array([sum(v for own, v in self.parts.items() if i in own) for i in inputs]) / whole,
            "shapley": np.array([sum(v / len(own) for own, v in self.parts.items() if i in own) for i in inputs])
            / whole,
        }


def entry(family: str, **words: float) -> dict[str, Any]:
    """An entry of a priors file."""
    return {"family": family, "unit": "1", "source": "a benchmark", **words}


def additive(scales: np.ndarray) -> dict[tuple[int, ...], float]:
    """The variances of a sum of independent standard normals, times these."""
    return {(i,): float(scale**2) for i, scale in enumerate(scales)}


def ishigami(x0: Any, x1: Any, x2: Any) -> Any:
    """Ishigami and Homma (1990) with a = 7 and b = 0.1."""
    return np.sin(x0) + 7 * np.sin(x1) ** 2 + 0.1 * x2**4 * np.sin(x0)


def product(x0: Any, x1: Any, x2: Any) -> Any:
    """The product of three inputs."""
    return x0 * x1 * x2


G = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
RATIOS = np.array([10.0, 25.0, 5.0])  # of p95 to p5
SLOPES = np.arange(1, 31) / 30


def sobol_g(x0: Any, x1: Any, x2: Any, x3: Any, x4: Any, x5: Any, x6: Any, x7: Any) -> Any:
    """The G function of Sobol'."""
    return math.prod(
        (np.abs(4 * x - 2) + a) / (1 + a) for x, a in zip((x0, x1, x2, x3, x4, x5, x6, x7), G, strict=True)
    )


def weighted_sum() -> Callable[..., Any]:
    """A function of 30 named arguments: their sum, weighted with the slopes."""
    names = [f"x{i}" for i in range(SLOPES.size)]
    space: dict[str, Any] = {}
    exec(f"def linear({', '.join(names)}):\n    return {' + '.join(map('{}*{}'.format, SLOPES, names))}", space)
    made: Callable[..., Any] = space["linear"]
    return made


PI = math.pi
CASES = {
    "product of 3 lognormals": Case(
        product,
        [entry("lognormal", p5=1, p95=ratio) for ratio in RATIOS],
        lambda p: np.exp(np.log(RATIOS) * (0.5 + stats.norm.ppf(p) / 2 / stats.norm.ppf(0.95))),
        "log",
        additive(np.log(RATIOS)),
    ),
    "Ishigami": Case(
        ishigami,
        [entry("uniform", low=-PI, high=PI)] * 3,
        lambda p: PI * (2 * p - 1),
        "raw",
        {(0,): 0.5 * (1 + 0.1 * PI**4 / 5) ** 2, (1,): 49 / 8, (0, 2): 0.01 * PI**8 * 8 / 225},
    ),
    "Sobol' G, 8 inputs": Case(
        sobol_g,
        [entry("uniform", low=0, high=1)] * 8,
        lambda p: p,
        "raw",
        {
            own: math.prod(float(1 / 3 / (1 + G[i]) ** 2) for i in own)
            for size in range(1, 9)
            for own in combinations(range(8), size)
        },
    ),
    "sum of 30 normals": Case(
        weighted_sum(), [entry("normal", mean=0, sd=1)] * 30, stats.norm.ppf, "raw", additive(SLOPES)
    ),
}


def estimated(case: Case, points: int, seed: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The shares of a case with mcfrontier, and their errors: (inputs,) each."""
    names = [f"x{i}" for i in range(len(case.entries))]
    file = {"targets": [case.function.__name__], "inputs": dict(zip(names, case.entries, strict=True))}
    run = mcf.run(file, model=[mcf.node("1")(case.function)], draws=32, seed=seed)
    words = {"scale": case.scale, "points": points}
    indices = run.sobol(case.function.__name__, **words).sel(input=names)
    shares = run.shapley(case.function.__name__, **words).sel(input=names)
    found = {name: (indices[name].values, indices[f"{name}_error"].values) for name in ("first", "total")}
    return found | {"shapley": (shares.values, shares.error.values)}


def evaluations(case: Case, points: int) -> dict[str, int]:
    """The evaluations of mcfrontier's designs with so many points."""
    count = len(case.entries)
    blocks = 2**count if count <= 8 else 2 + count + 4 * (count - 1)
    return {"sobol": (count + 2) * points, "shapley": blocks * points}


def by_salib(case: Case, points: int, seed: int) -> dict[str, np.ndarray]:
    """The shares of a case with SALib: Saltelli's design on one scrambled Sobol net with Jansen's estimator of total
    indices, and Goda's estimator of Shapley shares with as many evaluations as mcfrontier's."""
    from SALib.analyze import shapley, sobol
    from SALib.sample import shapley as shapley_sample
    from SALib.sample import sobol as sobol_sample

    count = len(case.entries)
    problem = {"num_vars": count, "names": [f"x{i}" for i in range(count)], "bounds": [[0, 1]] * count}

    def outputs(p: np.ndarray) -> np.ndarray:
        found = case.function(*case.ppf(np.clip(p, 1e-16, 1 - 1e-16)).T)
        return np.log(found) if case.scale == "log" else found

    p = sobol_sample.sample(problem, points, calc_second_order=False, seed=seed)
    indices = sobol.analyze(problem, outputs(p), calc_second_order=False, num_resamples=2, seed=seed)
    p = shapley_sample.sample(problem, evaluations(case, points)["shapley"] // (count + 1), seed=seed)
    shares = shapley.analyze(problem, p, outputs(p))
    return {"first": indices["S1"], "total": indices["ST"], "shapley": shares["shapley_normalized"]}


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of all cases: the largest error of an input, relative to SALib's, and the mean coverage."""
    seeds = range(8 if quick else SEEDS)
    if not (peer := find_spec("SALib")):
        print("SALib: left out, since it is not installed")
    for points in POINTS[: 1 if quick else None]:
        for name, case in CASES.items():
            known = case.known()
            ours = [estimated(case, points, seed) for seed in seeds]
            theirs = [by_salib(case, points, seed) for seed in seeds if peer]
            cells, covered = {}, []
            for word, truth in known.items():
                found, errors = (np.array([each[word][k] for each in ours]) for k in range(2))
                covered.append(np.abs(found - truth) <= T95 * errors + 1e-15)
                if theirs:
                    both = [worst(x, truth) for x in (found, [each[word] for each in theirs])]
                    cells[f"{word} × SALib"] = at_most(both[0] / both[1], 1.0 if word == "shapley" else GOAL)
            yield (name, evaluations(case, points)["sobol"]), cells | {"coverage": f"{np.mean(covered):.3f}"}


def worst(found: Any, truth: np.ndarray) -> float:
    """The largest root mean square error of an input, over seeds."""
    return float(np.sqrt(((np.array(found) - truth) ** 2).mean(axis=0)).max())
