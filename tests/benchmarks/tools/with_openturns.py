"""The job with OpenTURNS: a joint distribution, a function compiled from formulas, and statistics of the sample.

Independent blocks are sampled faster than a JointDistribution, and a SymbolicFunction is faster than one in Python.
"""

from __future__ import annotations

import inspect

import numpy as np
import openturns as ot

from tests.benchmarks.job import LEVELS, NODES, PARAMETERS, TARGETS

FAMILIES = {
    "lognormal": ot.LogNormal,
    "normal": ot.Normal,
    "uniform": ot.Uniform,
    "pert": lambda low, high, a, b: ot.Beta(a, b, low, high),
}


def formula(node) -> str:
    """The formula of a node in the language of OpenTURNS."""
    text = inspect.getsource(node).split("return ")[1].strip()
    return text.replace("np.minimum", "min").replace("np.maximum", "max")


def steps() -> str:
    """All formulas in order; targets are outputs, the remaining ones are variables."""
    names = [(node, node.__name__) for node in NODES]
    return "".join(f"{'' if name in TARGETS else 'var '}{name} := {formula(node)}; " for node, name in names)


INPUTS = ot.BlockIndependentDistribution([FAMILIES[family](*at) for family, *at in PARAMETERS.values()])
MODEL = ot.SymbolicFunction(list(PARAMETERS), list(TARGETS), steps())


def job(draws: int, seed: int) -> dict[str, list[float]]:
    """The statistics of the targets."""
    ot.RandomGenerator.SetSeed(seed)
    outputs = MODEL(INPUTS.getSample(draws))
    quantiles = outputs.computeQuantilePerComponent([level / 100 for level in LEVELS])
    found = np.vstack([quantiles, outputs.computeMean()])
    return {name: column.tolist() for name, column in zip(TARGETS, found.T, strict=True)}
