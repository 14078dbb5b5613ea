"""What laws count and which runs they capture, beside calculations by hand."""

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.model import laws
from mcfrontier.runs.load import load
from tests.model.test_runs_study import utilisation_without_family

NAN = np.nan
RUNS = ["LLaMA 13B", "LLaMA 65B", "Llama 3.1 70B", "Llama 3.1 405B", "Grok 4"]


@pytest.fixture(scope="module")
def run():
    page = {"title": "Some runs", "extends": ["laws"], "only": {"run": RUNS}, "targets": load("laws").targets}
    return mcf.run(page, draws=2**12)


def test_each_law_counts_operations_by_its_own_rule():
    """A final run of 8e24, fine-tuning of a tenth of it and synthetic data of a quarter."""
    assert laws.model_compute(8e24, later_compute=0.1) == pytest.approx(8.8e24)
    assert laws.cumulative_compute(8.8e24, 8e24, synthetic_data_compute=0.25) == pytest.approx(10.8e24)
    assert laws.later_compute() == laws.synthetic_data_compute() == laws.distilled_from_frontier() == 0


@pytest.mark.parametrize("captured", [laws.general_purpose_model, laws.systemic_risk_model, laws.sb53_model])
def test_a_threshold_has_to_be_exceeded(captured):
    found = captured(np.array([0.99e25, 1e25, 1.01e25, NAN]), 1e25)
    np.testing.assert_array_equal(found, [0, 0, 1, NAN])


@pytest.mark.parametrize(
    ("compute", "cost", "distilled", "captured"),
    [
        (2e26, 200e6, 0, 1),
        (2e26, 100e6, 0, 0),
        (1e26, 200e6, 0, 0),
        (1e24, 6e6, 1, 1),
        (1e24, 5e6, 1, 0),
        (1e24, 6e6, 0, 0),
        (NAN, 200e6, 0, NAN),
        (2e26, NAN, 0, NAN),
    ],
)
def test_new_york_asks_for_operations_and_cost_or_for_distillation_and_less_cost(compute, cost, distilled, captured):
    np.testing.assert_equal(float(laws.raise_model(compute, 1e26, cost, 100e6, distilled, 5e6)), captured)


def test_captured_runs_are_counted_without_those_that_are_not_known():
    runs = np.array([[1.0, 0.0], [NAN, NAN], [1.0, 1.0]])
    for count in (laws.general_purpose_models, laws.systemic_risk_models, laws.sb53_models, laws.raise_models):
        assert count(runs).tolist() == [2, 1]


def test_an_estimate_agrees_within_its_margin():
    found = laws.methods_agree(1e24, np.array([0.69e24, 0.71e24, 1.29e24, 1.31e24, NAN]), 0.3)
    np.testing.assert_array_equal(found, [0, 1, 1, 0, NAN])


@pytest.mark.parametrize(
    ("row", "threshold", "flop"),
    [
        ("general_purpose_model[LLaMA 13B]", 1e23, 7.8e22),
        ("systemic_risk_model[Llama 3.1 70B]", 1e25, 6.354e24),
        ("sb53_model[Llama 3.1 405B]", 1e26, 3.791e25),
    ],
)
def test_a_run_is_captured_with_the_probability_that_later_training_lifts_it_over_the_threshold(
    run, row, threshold, flop
):
    """The lognormal of later training from 0.002 to 1, cut off at 4."""
    sigma = np.log(1.0 / 0.002) / (2 * special.ndtri(0.95))
    later = stats.lognorm(sigma, scale=np.sqrt(0.002 * 1.0))
    expected = (later.cdf(4) - later.cdf(threshold / flop - 1)) / later.cdf(4)
    found = run.summary[row]
    assert found.values["probability"] == pytest.approx(expected, abs=4 * found.errors["probability"] + 0.002)


def test_the_expected_number_of_captured_runs_is_the_sum_of_their_probabilities(run):
    for law in ("general_purpose", "systemic_risk", "sb53", "raise"):
        each = run[f"{law}_model"].values.mean(axis=-1)
        assert run.summary[f"{law}_models"].values["mean"] == pytest.approx(np.nansum(each), rel=1e-9)


def test_the_two_methods_agree_as_often_as_the_utilisation_of_other_families_allows(run):
    """LLaMA 65B: 5.477e23 FLOP, 1,022,362 hours of 312 TFLOP/s."""
    utilisation = utilisation_without_family("LLaMA 65B")
    low, high = (utilisation.sf(np.array([share * 5.477e23 / (1_022_362 * 3600 * 312e12)]))[0] for share in (0.7, 1.3))
    found = run.summary["methods_agree[LLaMA 65B]"]
    assert found.values["probability"] == pytest.approx(low - high, abs=4 * found.errors["probability"] + 0.002)


def test_any_run_that_extends_the_definitions_has_a_probability_of_being_captured():
    """Without later training, that of its own operations and cost."""
    page = {"title": "GPT-4", "extends": ["gpt4", "laws/definitions"]}
    page["targets"] = ["training_compute", "cloud_cost", "systemic_risk_model", "raise_model", "sb53_model"]
    run = mcf.run(page, draws=2**12, set={"later_compute": 0})
    flop, cost = run["training_compute"].values, run["cloud_cost"].values
    assert (run["systemic_risk_model"].values == (flop > 1e25)).all()
    assert (run["sb53_model"].values == (flop > 1e26)).all()
    assert (run["raise_model"].values == ((flop > 1e26) & (cost > 100e6))).all()
