"""The job of all tools: the cost of a training run, from 13 inputs by 24 formulas.

All quantities are in consistent units (h, W, USD, FLOP, chip), so that no tool converts units. The formulas are plain
functions of numbers or arrays, named after their results; their arguments are named after their inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log
from statistics import NormalDist

import numpy as np

KILO, TERA, YEAR, SECOND = 1e3, 1e12, 8766.0, 1 / 3600  # the latter two in hours

INPUTS = {  # family, its parameters, unit
    "operations": ("lognormal", {"p5": 0.82e25, "p95": 4.4e25}, "FLOP"),
    "peak": ("lognormal", {"p5": 290 * TERA / SECOND, "p95": 335 * TERA / SECOND}, "FLOP/h/chip"),
    "mfu": ("pert", {"low": 0.38, "mode": 0.42, "high": 0.46}, "share"),
    "goodput": ("uniform", {"low": 0.7, "high": 0.95}, "share"),
    "chip_price": ("pert", {"low": 10e3, "mode": 15e3, "high": 45e3}, "USD/chip"),
    "chip_share": ("pert", {"low": 0.5, "mode": 0.7, "high": 0.85}, "share"),
    "lifetime": ("pert", {"low": 2 * YEAR, "mode": 3.5 * YEAR, "high": 6 * YEAR}, "h"),
    "chip_power": ("normal", {"p5": 330, "p95": 470}, "W/chip"),
    "pue": ("uniform", {"low": 1.1, "high": 1.5}, "1"),
    "energy_price": ("lognormal", {"p5": 0.05 / KILO, "p95": 0.15 / KILO}, "USD/Wh"),
    "rent": ("lognormal", {"p5": 0.7, "p95": 2.1}, "USD/chip/h"),
    "staff": ("lognormal", {"p5": 10e6, "p95": 40e6}, "USD"),
    "overhead": ("normal", {"p5": 1.2, "p95": 1.8}, "1"),
}


def rate(peak, mfu):
    """Operations of a chip per hour of training."""
    return peak * mfu


def paid_rate(rate, goodput):
    """Operations of a chip per paid hour."""
    return rate * goodput


def chip_time(operations, paid_rate):
    """Chip-hours."""
    return operations / paid_rate


def hardware_price(chip_price, chip_share):
    """Price of a chip with its share of servers and network."""
    return chip_price / chip_share


def hardware_rate(hardware_price, lifetime):
    """Depreciation per chip-hour."""
    return hardware_price / lifetime


def hardware_cost(chip_time, hardware_rate):
    """Total depreciation."""
    return chip_time * hardware_rate


def system_power(chip_power, pue):
    """Power per chip, including cooling."""
    return chip_power * pue


def energy(chip_time, system_power):
    """Electricity consumption."""
    return chip_time * system_power


def power_rate(system_power, energy_price):
    """Electricity cost per chip-hour."""
    return system_power * energy_price


def energy_cost(chip_time, power_rate):
    """Total electricity cost."""
    return chip_time * power_rate


def owned_rate(hardware_rate, power_rate):
    """Cost per owned chip-hour."""
    return hardware_rate + power_rate


def owned_cost(hardware_cost, energy_cost):
    """Total cost of owned chips."""
    return hardware_cost + energy_cost


def rent_cost(chip_time, rent):
    """Total cost of rented chips."""
    return chip_time * rent


def staff_cost(staff, overhead):
    """Staff cost, including overhead."""
    return staff * overhead


def amortised_cost(owned_cost, staff_cost):
    """Cost of the run on owned chips."""
    return owned_cost + staff_cost


def cloud_cost(rent_cost, staff_cost):
    """Cost of the run on rented chips."""
    return rent_cost + staff_cost


def cheaper_rate(owned_rate, rent):
    """The lower cost per chip-hour."""
    return np.minimum(owned_rate, rent)


def cheaper_hours(chip_time, cheaper_rate):
    """Total chip cost at the lower rate."""
    return chip_time * cheaper_rate


def least_cost(cheaper_hours, staff_cost):
    """Cost of the run at the lower rate."""
    return cheaper_hours + staff_cost


def operation_cost(least_cost, operations):
    """Cost per operation at the lower rate."""
    return least_cost / operations


def dearest_cost(amortised_cost, cloud_cost):
    """The higher cost of the run."""
    return np.maximum(amortised_cost, cloud_cost)


def surcharge(dearest_cost, least_cost):
    """The higher cost as a multiple of the lower."""
    return dearest_cost / least_cost


def other_cost(amortised_cost, hardware_cost):
    """Cost other than hardware."""
    return amortised_cost - hardware_cost


def other_share(other_cost, amortised_cost):
    """Share of other cost in the cost of the run."""
    return other_cost / amortised_cost


NODES = {  # in order of evaluation, with the unit of each
    rate: "FLOP/h/chip",
    paid_rate: "FLOP/h/chip",
    chip_time: "chip*h",
    hardware_price: "USD/chip",
    hardware_rate: "USD/chip/h",
    hardware_cost: "USD",
    system_power: "W/chip",
    energy: "Wh",
    power_rate: "USD/chip/h",
    energy_cost: "USD",
    owned_rate: "USD/chip/h",
    owned_cost: "USD",
    rent_cost: "USD",
    staff_cost: "USD",
    amortised_cost: "USD",
    cloud_cost: "USD",
    cheaper_rate: "USD/chip/h",
    cheaper_hours: "USD",
    least_cost: "USD",
    operation_cost: "USD/FLOP",
    dearest_cost: "USD",
    surcharge: "1",
    other_cost: "USD",
    other_share: "share",
}
TARGETS = (
    *("chip_time", "energy", "rent_cost", "amortised_cost"),
    *("cloud_cost", "operation_cost", "surcharge", "other_share"),
)
LEVELS = (5, 25, 50, 75, 95)  # per cent
STATISTICS = (*(f"p{level}" for level in LEVELS), "mean")  # the statistics of each target, in this order


def needs(node: Callable) -> tuple[str, ...]:
    """The inputs of a formula: the names of its arguments."""
    return node.__code__.co_varnames[: node.__code__.co_argcount]


STEPS = [(node.__name__, node, needs(node)) for node in NODES]


def evaluate(drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Evaluate all quantities from the inputs, for tools that leave the arithmetic to numpy."""
    values = dict(drawn)
    for name, node, needed in STEPS:
        values[name] = node(*[values[need] for need in needed])
    return values


def statistics(values: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """The statistics of each target, computed by numpy."""
    return {name: [*np.percentile(values[name], LEVELS), values[name].mean()] for name in TARGETS}


def parameters(family: str, p5=None, p95=None, low=None, mode=None, high=None) -> tuple[float, ...]:
    """The usual parameters of a family: mean and sd of a normal, or of the logarithm of a lognormal, the ends of a
    uniform, the ends and both shapes of the beta of a PERT."""
    if family == "uniform":
        return low, high
    if family == "pert":
        peak = (mode - low) / (high - low)
        return low, high, 1 + 4 * peak, 5 - 4 * peak
    ends = (p5, p95) if family == "normal" else (log(p5), log(p95))
    return sum(ends) / 2, (ends[1] - ends[0]) / (2 * NormalDist().inv_cdf(0.95))


PARAMETERS = {name: (family, *parameters(family, **words)) for name, (family, words, _) in INPUTS.items()}
