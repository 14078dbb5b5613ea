"""The interval of growth: what it samples, and how often it contains the truth in simulated histories."""

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.study.values import central_values, evaluate

COMMON = ("value_loss", "interconnect_overhead")  # to all runs
FACTORS = ("chip_time", "chip_count", "server_price", "average_power_fraction", "pue", "energy_price")
RATE, YEAR = 0.38, 8_766  # orders of magnitude a year; hours in a year
SCORES = stats.norm.ppf((np.arange(32) + 0.5) / 32)  # of the true growth within the interval, for each history


def test_growth_samples_only_the_inputs_that_all_runs_share():
    study = mcf.load("history", targets=["growth"])
    assert {prior.name for prior in study.uncertain} == {"trend_scatter", *COMMON}


def test_costs_at_the_stated_figures_are_those_at_central_values():
    centre = central_values(mcf.load("history", targets=["log_cost", "log_cost_stated"]))
    np.testing.assert_allclose(centre["log_cost"], centre["log_cost_stated"], rtol=1e-12)


def test_the_growth_interval_is_that_of_the_regression_and_shared_errors_widen_it_slightly():
    run = mcf.run("history", targets=["growth", "growth_rate", "growth_low", "growth_high"])
    growth, rate = (run.summary[f"{name}[amortised]"].values for name in ("growth", "growth_rate"))
    assert [growth["p5"], growth["p95"]] == pytest.approx([1.969, 2.943], rel=5e-3)  # OLS at central values
    assert 0 < rate["sd"] < 0.05 * np.log10(growth["p95"] / growth["p5"])
    assert run.summary["growth_rate[rented]"].values["sd"] < 1e-12  # chip-hours at a price: no shared error


def simulated(trend, scatter, histories):
    """The share of histories in which the 90 % interval of growth contains the truth.

    In each, true costs scatter about a line of known slope, and the figures that the study would state are the true
    ones divided by errors sampled from its priors; the truth of what all runs share is sampled as well.
    """
    page = {"extends": ["history"], "only": {"trend": [trend]}}
    study, rng = mcf.load(page | {"targets": ["growth"]}), np.random.default_rng(1)
    known = {name: x for name, x in central_values(study).items() if name in study.inputs}
    errors = mcf.run(
        page | {"targets": [*FACTORS, "hardware_age", *COMMON]}, draws=histories, sampler="random"
    ).core.values
    truth = evaluate(study, known | {name: errors[name] for name in COMMON})["log_cost_stated"]
    line = RATE * (known["date"] / YEAR - 2020)
    size = 10 ** (line + scatter * rng.normal(size=(*line.shape[:-1], histories)) - truth)  # of runs, to lie on it
    stated = {f"{name}_stated": known[f"{name}_stated"] ** 2 / errors[name] for name in FACTORS}
    stated |= {name: stated[name] * size for name in ("chip_time_stated", "chip_count_stated")}
    stated["hardware_age_stated"] = 2 * known["hardware_age_stated"] - errors["hardware_age"]
    draws = {name: np.repeat(x, SCORES.size, axis=-1) for name, x in stated.items()}
    draws["trend_scatter"] = np.tile(SCORES, histories)[None, None]
    draws |= {name: errors[name][..., rng.integers(histories, size=histories * SCORES.size)] for name in COMMON}
    growth = evaluate(study, known | draws)["growth"].reshape(histories, SCORES.size)
    low, high = np.quantile(growth, [0.05, 0.95], axis=1, method="hazen")
    return ((low < 10**RATE) & (high > 10**RATE)).mean()


def test_the_growth_interval_contains_the_truth_in_about_nine_of_ten_histories():
    assert 0.85 < simulated("amortised", 0.6, 256) < 0.95


@pytest.mark.slow
@pytest.mark.parametrize("trend", ["amortised", "rented", "bought"])
def test_the_growth_interval_has_its_coverage_in_a_thousand_histories(trend):
    """The true costs scatter by 0.6 orders of magnitude (sd), so with the errors of the figures as published."""
    assert 0.87 < simulated(trend, 0.6, 1_000) < 0.93


@pytest.mark.slow
def test_the_growth_interval_has_its_coverage_if_all_scatter_is_errors_of_the_costs():
    assert 0.87 < simulated("amortised", 0.0, 1_000) < 0.93
