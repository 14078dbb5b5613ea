"""The job that mcfrontier and its peers all do: what a training run costs, from 13 inputs by 24 formulas.

Everything is in units that fit each other (h, W, USD, FLOP, chip), so that no tool has to convert. The formulas are
plain functions of numbers or arrays, named for what they yield, their arguments for what they need.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log
from statistics import NormalDist

import numpy as np

KILO, TERA, YEAR, SECOND = 1e3, 1e12, 8766.0, 1 / 3600  # the latter two in hours

INPUTS = {  # family, its words, unit
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
    """What a chip does in an hour while it trains."""
    return peak * mfu


def paid_rate(rate, goodput):
    """What a chip does in an hour that is paid for."""
    return rate * goodput


def chip_time(operations, paid_rate):
    """Hours of chips."""
    return operations / paid_rate


def hardware_price(chip_price, chip_share):
    """What is bought with a chip, servers and network included."""
    return chip_price / chip_share


def hardware_rate(hardware_price, lifetime):
    """What wears off in an hour."""
    return hardware_price / lifetime


def hardware_cost(chip_time, hardware_rate):
    """What wears off in all."""
    return chip_time * hardware_rate


def system_power(chip_power, pue):
    """Power for a chip, cooling included."""
    return chip_power * pue


def energy(chip_time, system_power):
    """Electricity used."""
    return chip_time * system_power


def power_rate(system_power, energy_price):
    """Electricity for a chip and an hour."""
    return system_power * energy_price


def energy_cost(chip_time, power_rate):
    """Electricity in all."""
    return chip_time * power_rate


def owned_rate(hardware_rate, power_rate):
    """An hour of a chip of one's own."""
    return hardware_rate + power_rate


def owned_cost(hardware_cost, energy_cost):
    """All hours, of chips of one's own."""
    return hardware_cost + energy_cost


def rent_cost(chip_time, rent):
    """All hours, of rented chips."""
    return chip_time * rent


def staff_cost(staff, overhead):
    """People, with what goes with them."""
    return staff * overhead


def amortised_cost(owned_cost, staff_cost):
    """The run on chips of one's own."""
    return owned_cost + staff_cost


def cloud_cost(rent_cost, staff_cost):
    """The run on rented chips."""
    return rent_cost + staff_cost


def cheaper_rate(owned_rate, rent):
    """An hour of a chip, the cheaper way."""
    return np.minimum(owned_rate, rent)


def cheaper_hours(chip_time, cheaper_rate):
    """All hours, the cheaper way."""
    return chip_time * cheaper_rate


def least_cost(cheaper_hours, staff_cost):
    """The run, the cheaper way."""
    return cheaper_hours + staff_cost


def operation_cost(least_cost, operations):
    """An operation, the cheaper way."""
    return least_cost / operations


def dearest_cost(amortised_cost, cloud_cost):
    """The run, the dearer way."""
    return np.maximum(amortised_cost, cloud_cost)


def surcharge(dearest_cost, least_cost):
    """The dearer way as a multiple of the cheaper."""
    return dearest_cost / least_cost


def other_cost(amortised_cost, hardware_cost):
    """What is no hardware."""
    return amortised_cost - hardware_cost


def other_share(other_cost, amortised_cost):
    """Its part of the run's cost."""
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
STATISTICS = (*(f"p{level}" for level in LEVELS), "mean")  # what a tool answers of each target, in this order


def needs(node: Callable) -> tuple[str, ...]:
    """What a formula needs: the names of its arguments."""
    return node.__code__.co_varnames[: node.__code__.co_argcount]


STEPS = [(node.__name__, node, needs(node)) for node in NODES]


def evaluate(drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All quantities from the inputs': what the tools do that leave the arithmetic to numpy."""
    values = dict(drawn)
    for name, node, needed in STEPS:
        values[name] = node(*[values[need] for need in needed])
    return values


def told(values: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """The statistics of each target, by numpy."""
    return {name: [*np.percentile(values[name], LEVELS), values[name].mean()] for name in TARGETS}


def parameters(family: str, p5=None, p95=None, low=None, mode=None, high=None) -> tuple[float, ...]:
    """What libraries call the words of a family: mean and sd of a normal, the same of the logarithm of a lognormal,
    the ends of a uniform, the ends and both shapes of the beta that a pert is."""
    if family == "uniform":
        return low, high
    if family == "pert":
        peak = (mode - low) / (high - low)
        return low, high, 1 + 4 * peak, 5 - 4 * peak
    ends = (p5, p95) if family == "normal" else (log(p5), log(p95))
    return sum(ends) / 2, (ends[1] - ends[0]) / (2 * NormalDist().inv_cdf(0.95))


PARAMETERS = {name: (family, *parameters(family, **words)) for name, (family, words, _) in INPUTS.items()}
