"""The job with mcfrontier: a custom study."""

from __future__ import annotations

from functools import cache

import mcfrontier as mcf
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, spans
from tests.benchmarks.job import INPUTS, NODES, STATISTICS, TARGETS

STUDY = {
    "title": "A training run",
    "targets": list(TARGETS),
    "inputs": {
        name: {"family": family, "unit": unit, "source": "a benchmark", **words}
        for name, (family, words, unit) in INPUTS.items()
    },
}
MODEL = [mcf.node(unit)(node) for node, unit in NODES.items()]


@cache
def study() -> mcf.Study:
    """The study, loaded once before timing."""
    return mcf.load(STUDY, model=MODEL)


def job(draws: int, seed: int, **options) -> dict[str, list[float]]:
    """The statistics of the targets; `options` are further keywords of mcf.run."""
    run = mcf.run(study(), draws=draws, seed=seed, **options)
    found = {target: run.summary[target].values for target in run.study.targets}
    return {target: [values[word] for word in STATISTICS] for target, values in found.items()}


def at_random(draws: int, seed: int) -> dict[str, list[float]]:
    """The job with random draws."""
    return job(draws, seed, sampler="random")


def draw_and_evaluate(draws: int, seed: int) -> None:
    """Draw and evaluate block by block, without statistics."""
    plan = streams.sampler("sobol", seed, draws, INPUTS)
    blocks = Blocks(study(), plan, TARGETS)
    for start, stop in spans(plan.draws, 2**15):
        blocks(start, stop)
