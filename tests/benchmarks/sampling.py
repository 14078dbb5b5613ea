"""Errors of percentiles of products of lognormals, as multiples of those of random draws, and the coverage of their
stated intervals. The names of the inputs must not matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import special, stats

from mcfrontier.analysis.estimates import estimates
from mcfrontier.sampling import streams
from tests.benchmarks.table import Key, at_most

LEVELS = np.array([0.05, 0.5, 0.95])
SCIPY = "scipy, Sobol"


class Product(NamedTuple):
    """A product of lognormals: the log standard deviation of each input by name, the draws of a run, and the largest
    allowed error of p95 as a multiple of that of random draws."""

    sds: dict[str, float]
    draws: int
    goal: float | None = None

    @property
    def sd(self) -> float:
        """The log standard deviation of the product."""
        return float(np.sqrt(np.square([*self.sds.values()]).sum()))

    @property
    def title(self) -> str:
        """What the table calls it."""
        return f"product of {', '.join(self.sds)}"


def ninety(**ends: tuple[float, float]) -> dict[str, float]:
    """The log standard deviations of lognormals with these 90 % intervals."""
    return {name: float(np.log(high / low) / (2 * special.ndtri(0.95))) for name, (low, high) in ends.items()}


PRODUCTS = (
    Product(ninety(a=(1, 10), b=(2, 50), c=(0.1, 0.5)), 2**15, 0.55),
    Product(dict.fromkeys(("q987", "k849", "o261"), 0.5), 2**17, 0.5),
    Product(dict.fromkeys(map("input_{}".format, range(10)), 0.3), 2**12),
)


def total(kind: str, seed: int, product: Product) -> np.ndarray:
    """The logarithm of a product: (draws,)."""
    if kind == SCIPY:  # 16 scrambles of as many points, interleaved as in a run
        points = [
            stats.qmc.Sobol(len(product.sds), rng=np.random.default_rng([seed, r])).random(product.draws // 16)
            for r in range(16)
        ]
        return special.ndtri(np.stack(points, axis=1).reshape(product.draws, -1)) @ [*product.sds.values()]
    plan = streams.sampler(kind, seed, product.draws, product.sds)
    return sum(sd * special.ndtri(streams.probabilities(plan, name)) for name, sd in product.sds.items())


def measured(kind: str, product: Product, seeds: int) -> tuple[np.ndarray, float]:
    """The errors of p5, p50 and p95 as multiples of those of random draws, (3,), and the coverage of their 95 %
    intervals."""
    truth, found = product.sd * special.ndtri(LEVELS), []
    for seed in range(seeds):
        values, errors = estimates.with_errors(total(kind, seed, product), LEVELS)
        found.append((values[2:] - truth, errors[2:]))
    misses, errors = np.array(found).transpose(1, 0, 2)
    at_random = np.sqrt(LEVELS * (1 - LEVELS) / product.draws) * product.sd / stats.norm.pdf(special.ndtri(LEVELS))
    covered = np.abs(misses) <= stats.t.ppf(0.975, 15) * errors
    return np.sqrt(np.square(misses).mean(axis=0)) / at_random, float(covered.mean())


def rows(quick: bool) -> Iterator[tuple[Key, dict[str, str]]]:
    """The cells of errors and coverage of each sampler, and of scipy's first Sobol dimensions."""
    for product in PRODUCTS:
        for kind in ("sobol", SCIPY, "lhs", "random"):
            errors, covered = measured(kind, product, 20 if quick else 100)
            cells = {f"p{100 * p:.0f} × random": f"{x:.2f}" for p, x in zip(LEVELS, errors, strict=True)}
            if kind == "sobol":
                cells["p95 × random"] = at_most(errors[2], product.goal)
            yield (f"{product.title}, {kind}", product.draws), {**cells, "coverage": f"{covered:.2f}"}
