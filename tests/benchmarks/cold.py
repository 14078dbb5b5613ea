"""The job from the first call: the inputs of each study are new, its formulas are not. p5, p50 and p95 of the targets.

A study is stated as a mapping, so mcfrontier also validates it. Each tool builds its distributions anew.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np

import mcfrontier as mcf
from tests.benchmarks.job import INPUTS, TARGETS, evaluate, parameters
from tests.benchmarks.tools import OURS, TOOLS
from tests.benchmarks.tools.ours import MODEL

LEVELS = (0.05, 0.5, 0.95)
WIDTH = 0.05  # of the range of the factors by which the numbers of an input are multiplied, on either side of 1

Inputs = dict[str, tuple[str, dict[str, float], str]]  # as job.INPUTS
Job = Callable[[int, int], object]


def new_inputs(seed: int) -> Inputs:
    """Inputs as those of the job, the numbers of each multiplied by a random factor."""
    factors = np.random.default_rng(seed).uniform(1 - WIDTH, 1 + WIDTH, len(INPUTS))
    return {
        name: (family, {key: value * factor for key, value in words.items()}, unit)
        for (name, (family, words, unit)), factor in zip(INPUTS.items(), factors.tolist(), strict=True)
    }


def ours(inputs: Inputs, draws: int, seed: int) -> object:
    """The job with mcfrontier."""
    stated = {
        name: {"family": family, "unit": unit, "source": "a benchmark", **words}
        for name, (family, words, unit) in inputs.items()
    }
    run = mcf.run({"targets": list(TARGETS), "inputs": stated}, model=MODEL, draws=draws, seed=seed)
    return run.quantiles(LEVELS)


def with_numpy(inputs: Inputs, draws: int, seed: int) -> object:
    """The job with numpy."""
    from tests.benchmarks.tools.with_numpy import FAMILIES

    rng = np.random.Generator(np.random.SFC64(seed))
    drawn = {
        name: FAMILIES[family](rng, draws, *parameters(family, **words)) for name, (family, words, _) in inputs.items()
    }
    values = evaluate(drawn)
    return [np.quantile(values[name], LEVELS) for name in TARGETS]


def with_squigglepy(inputs: Inputs, draws: int, seed: int) -> object:
    """The job with squigglepy."""
    import squigglepy as sq

    from tests.benchmarks.tools.with_squigglepy import FAMILIES

    sq.set_seed(seed)
    drawn = {
        name: sq.sample(FAMILIES[family](**words), draws, verbose=False) for name, (family, words, _) in inputs.items()
    }
    values = evaluate(drawn)
    return [sq.get_percentiles(values[name], [100 * level for level in LEVELS]) for name in TARGETS]


def with_openturns(inputs: Inputs, draws: int, seed: int) -> object:
    """The job with OpenTURNS, the formulas compiled before."""
    import openturns as ot

    from tests.benchmarks.tools.with_openturns import FAMILIES, MODEL

    ot.RandomGenerator.SetSeed(seed)
    each = [FAMILIES[family](*parameters(family, **words)) for family, words, _ in inputs.values()]
    return MODEL(ot.BlockIndependentDistribution(each).getSample(draws)).computeQuantilePerComponent(LEVELS)


JOBS = {OURS: ours, "numpy": with_numpy, "squigglepy": with_squigglepy, "OpenTURNS": with_openturns}


def installed() -> dict[str, Job]:
    """The jobs of the installed tools."""
    found: dict[str, Job] = {}
    for tool, job in JOBS.items():
        try:
            import_module(f"tests.benchmarks.tools.{TOOLS[tool]}")
        except ModuleNotFoundError:
            continue
        found[tool] = lambda draws, seed, job=job: job(new_inputs(seed), draws, seed)
    return found
