"""Reference values of the statistics of the job: python -m tests.benchmarks.truth [sets] prints TRUTH again.

Three targets are products of inputs, so their statistics are exact: convolutions of the densities of the logarithms.
The remaining targets depend on six independent products. Their distributions are computed in the same way, and combined
with many sets of scipy's scrambled Sobol points: 2^22 points in six dimensions for means, and for percentiles 2^18
points in the five dimensions other than the operations, given which the CDF of a target is known. The output includes
standard errors, and for the means of two products the difference from the exact value.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from tests.benchmarks.job import LEVELS, STEPS, TARGETS

PAID_RATE = {"peak": 1, "mfu": 1, "goodput": 1}  # powers of the inputs in a product
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
CELLS, WIDTH = 2**18, 24.0  # of the grid of logarithms
POINTS, SMOOTH = 2**22, 2**18
STEP = 1e-4  # relative step of a percentile for the density

TRUTH = {  # p5, p25, p50, p75, p95, mean: the first three exact to all digits, other percentiles to 5e-6
    "chip_time": (20820372, 34524380, 49072776, 69754852, 1.1569221e08, 56218580),
    "energy": (1.039522e10, 1.7560756e10, 2.5277932e10, 3.6378585e10, 6.1388568e10, 2.9233662e10),
    "rent_cost": (21492157, 39187558, 59498411, 90339125, 1.6474381e08, 72070247),
    "amortised_cost": (40488037, 59117208, 77721263, 1.0353524e08, 1.618807e08, 86516639),
    "cloud_cost": (47566759, 70279423, 93327428, 1.2583302e08, 2.006483e08, 1.0485579e08),
    "operation_cost": (2.2778123e-18, 3.1053019e-18, 3.8866445e-18, 4.9227558e-18, 7.2244114e-18, 4.2128438e-18),
    "surcharge": (1.021846, 1.1164094, 1.2656117, 1.5069725, 2.065358, 1.36851),
    "other_share": (0.1940029, 0.32273122, 0.43767195, 0.56179595, 0.7259277, 0.44594722),
}


def law(powers: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """The logarithm of a product of inputs on a grid, and the probability of each of its cells."""
    from tests.benchmarks.tools.with_scipy import DISTRIBUTIONS

    step = WIDTH / CELLS
    cells = np.arange(CELLS) - CELLS // 2
    centre, waves = 0.0, 1.0
    for name, power in powers.items():
        middle = power * np.log(DISTRIBUTIONS[name].median())
        upper, lower = (
            DISTRIBUTIONS[name].cdf(np.exp((middle + step * (cells + half)) / power)) for half in (0.5, -0.5)
        )
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


def more_than(target: str, v: float, at: dict[str, np.ndarray]) -> tuple[np.ndarray, bool]:
    """The operations at which a target crosses v given its other parts, infinite if it never does, and whether the
    target increases there."""
    own, staff = at["hardware_rate"] + at["power_rate"], at["staff_cost"]
    if target == "amortised_cost":
        return (v - staff) * at["paid_rate"] / own, True
    if target == "cloud_cost":
        return (v - staff) * at["paid_rate"] / at["rent"], True
    less, more = np.minimum(own, at["rent"]), np.maximum(own, at["rent"])
    if target == "surcharge":
        return at["paid_rate"] * over((v - 1) * staff, more - v * less), True
    if target == "operation_cost":
        return over(staff, v - less / at["paid_rate"]), False
    return at["paid_rate"] * over((1 - v) * staff, v * own - at["power_rate"]), False  # other_share


def over(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x / y where y is positive, else infinity."""
    return np.where(y > 0, x / np.where(y > 0, y, 1), np.inf)


def percentiles(target: str, near: tuple[float, ...], seed: int) -> np.ndarray:
    """The percentiles of a target that is not a product, from a set of Sobol points: one secant step from near
    values."""
    from scipy.stats import qmc

    from tests.benchmarks.tools.with_scipy import DISTRIBUTIONS

    rest = {name: powers for name, powers in PARTS.items() if name != "operations"}
    points = qmc.Sobol(len(rest), rng=seed).random(SMOOTH)
    at = {name: quantiles(powers, points[:, i]) for i, (name, powers) in enumerate(rest.items())}

    def chance(v: float) -> float:
        bound, rises = more_than(target, v, at)
        return float((DISTRIBUTIONS["operations"].cdf if rises else DISTRIBUTIONS["operations"].sf)(bound).mean())

    found = []
    for level, v in zip(LEVELS, near, strict=False):
        here, beside = chance(v), chance(v * (1 + STEP))
        found.append(v * (1 + STEP * (level / 100 - here) / (beside - here)))
    return np.array(found)


def by_sobol(seed: int) -> Iterator[np.ndarray]:
    """The statistics of each target from a set of Sobol points; NaN for targets that do not follow from the parts."""
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
    """Print TRUTH as above, and its errors."""
    found = np.array([[*by_sobol(seed)] for seed in range(sets)])
    for i, name in enumerate(TARGETS):
        if name not in PRODUCTS:
            found[:, i, :-1] = [percentiles(name, TRUTH[name], seed) for seed in range(sets)]
    means, errors = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(sets)
    known = [exact(PRODUCTS[name]) if name in PRODUCTS else x for name, x in zip(TARGETS, means, strict=True)]
    for name, x in zip(TARGETS, known, strict=True):
        print(f'    "{name}": ({", ".join(f"{each:.8g}" for each in x)}),')
    print("standard error, and difference from the exact value, relative to the figure")
    for name, x, mean, error in zip(TARGETS, known, means, errors, strict=True):
        print(f"  {name:16}", *(f"{one:8.1e} {off:+8.1e}" for one, off in zip(error / x, mean / x - 1, strict=True)))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
