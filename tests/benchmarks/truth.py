"""What the job's statistics truly are: python -m tests.benchmarks.truth [sets] prints TRUTH anew.

Three targets are products of inputs, so theirs are exact: the densities of the factors' logarithms, convolved. The
others are made of six products that are independent of each other. Of those the laws are worked out in the same way,
and 2^22 scrambled Sobol points of scipy in six dimensions, many times over, do the rest. How good they are is printed
too: their standard error, and for two of the products how far they are from what is exact.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.job import LEVELS, STEPS, TARGETS

PAID_RATE = {"peak": 1, "mfu": 1, "goodput": 1}  # a product of inputs, -1 where it is divided by one
CHIP_TIME = {"operations": 1, "peak": -1, "mfu": -1, "goodput": -1}
PRODUCTS = {
    "chip_time": CHIP_TIME,
    "energy": CHIP_TIME | {"chip_power": 1, "pue": 1},
    "rent_cost": CHIP_TIME | {"rent": 1},
}
PARTS = {
    "operations": {"operations": 1},
    "paid_rate": PAID_RATE,
    "hardware_rate": {"chip_price": 1, "chip_share": -1, "lifetime": -1},
    "power_rate": {"chip_power": 1, "pue": 1, "energy_price": 1},
    "rent": {"rent": 1},
    "staff_cost": {"staff": 1, "overhead": 1},
}
CELLS, WIDTH = 2**18, 24.0  # of the grid over logarithms
POINTS = 2**22

TRUTH = {  # p5, p25, p50, p75, p95, mean: the first three to all digits, the others to 2 in 100,000
    "chip_time": (20820372, 34524380, 49072776, 69754852, 1.1569221e08, 56218580),
    "energy": (1.039522e10, 1.7560756e10, 2.5277932e10, 3.6378585e10, 6.1388568e10, 2.9233662e10),
    "rent_cost": (21492157, 39187558, 59498411, 90339125, 1.6474381e08, 72070247),
    "amortised_cost": (40488022, 59117066, 77721995, 1.0353491e08, 1.6188553e08, 86516639),
    "cloud_cost": (47566756, 70280236, 93327379, 1.2583305e08, 2.006477e08, 1.0485579e08),
    "operation_cost": (2.2777877e-18, 3.1053465e-18, 3.8866604e-18, 4.9227687e-18, 7.2245833e-18, 4.2128438e-18),
    "surcharge": (1.0218397, 1.1164092, 1.2655958, 1.5069757, 2.0653695, 1.36851),
    "other_share": (0.19400107, 0.32272909, 0.43767605, 0.56179565, 0.72592373, 0.44594722),
}


def law(powers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of a product of inputs on a grid, and the probability of each of its cells."""
    from tests.benchmarks.tools.with_scipy import FROZEN

    step = WIDTH / CELLS
    cells = np.arange(CELLS) - CELLS // 2
    centre, waves = 0.0, 1.0
    for name, power in powers.items():
        middle = power * np.log(FROZEN[name].median())
        upper, lower = (FROZEN[name].cdf(np.exp((middle + step * (cells + half)) / power)) for half in (0.5, -0.5))
        waves = waves * np.fft.rfft(np.fft.ifftshift(np.abs(upper - lower)))
        centre += middle
    return centre + step * cells, np.fft.fftshift(np.fft.irfft(waves, CELLS))


def quantiles(powers: dict[str, int], at: np.ndarray) -> np.ndarray:
    """The quantiles of a product of inputs."""
    logs, mass = law(powers)
    below = np.maximum.accumulate(np.cumsum(mass))
    return np.exp(np.interp(at, below, logs + WIDTH / CELLS / 2))


def exact(powers: dict[str, int]) -> np.ndarray:
    """The statistics of a product of inputs."""
    logs, mass = law(powers)
    return np.array([*quantiles(powers, np.array(LEVELS) / 100), mass @ np.exp(logs)])


def by_sobol(seed: int) -> Iterator[np.ndarray]:
    """The statistics of each target from a set of Sobol points; of those that the parts do not give, not a number."""
    from scipy.stats import qmc

    points = qmc.Sobol(len(PARTS), rng=seed).random(POINTS)
    values = {name: quantiles(powers, points[:, i]) for i, (name, powers) in enumerate(PARTS.items())}
    for name, node, needed in STEPS:
        if name not in values and values.keys() >= {*needed}:
            values[name] = node(*[values[need] for need in needed])
    for name in TARGETS:
        x = values.get(name, np.full(1, np.nan))
        yield np.array([*np.percentile(x, LEVELS), x.mean()])


def main(sets: int = 32) -> None:
    """Print the truth as it stands above, and how good it is."""
    found = np.array([[*by_sobol(seed)] for seed in range(sets)])
    means, errors = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(sets)
    known = [exact(PRODUCTS[name]) if name in PRODUCTS else x for name, x in zip(TARGETS, means, strict=True)]
    for name, x in zip(TARGETS, known, strict=True):
        print(f'    "{name}": ({", ".join(f"{each:.8g}" for each in x)}),')
    print("standard error, and how far from what is exact, as shares of the figure")
    for name, x, mean, error in zip(TARGETS, known, means, errors, strict=True):
        print(f"  {name:16}", *(f"{one:8.1e} {off:+8.1e}" for one, off in zip(error / x, mean / x - 1, strict=True)))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
