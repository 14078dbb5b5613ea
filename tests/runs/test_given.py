"""Runs given conditions, against closed forms and the draws that meet them."""

import json

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.outputs.report.tables import evidence_table
from tests.conftest import input_entry

INPUTS = input_entry("a", "lognormal", "USD", mu=0, sigma=1) | input_entry("b", "lognormal", "USD", mu=0, sigma=1)
PAGE = {"targets": ["a", "b"], "inputs": INPUTS}
Z95 = 1.6448536269514722


def run_given(given, draws=2**15, page=PAGE, **words):
    return mcf.run(page, model=[], draws=draws, given=given, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_a_lognormal_given_a_bound_is_truncated_there(sampler):
    run = run_given("a > 1 USD", sampler=sampler)
    _, values, errors = run.summary["a"]
    for level in (0.05, 0.5, 0.95):
        word = f"p{100 * level:g}"
        expected = np.exp(stats.norm.ppf(0.5 + level / 2))
        assert values[word] == pytest.approx(expected, abs=4 * errors[word])
    assert abs(run.summary["b"].values["p50"] - 1) < 4 * run.summary["b"].errors["p50"]


@pytest.mark.parametrize("rho", [-0.6, 0.8])
def test_a_condition_on_a_correlated_quantity_moves_the_other(rho):
    """For normal scores, E[z_b | z_a > 0] is rho times the mean of a half-normal."""
    run = run_given("a > 1 USD", page=PAGE | {"correlation": {"kind": "normal", "a ~ b": rho}})
    scores = np.log(run["b"].values)
    assert scores.mean() == pytest.approx(rho * np.sqrt(2 / np.pi), abs=0.02)


def test_estimates_are_order_statistics_of_the_draws_left():
    whole, run = run_given(None), run_given(["a > 1 USD", "b < a"])
    a, b = whole["a"].values, whole["b"].values
    left = a[(a > 1) & (b < a)]
    np.testing.assert_array_equal(np.sort(run["a"].values), np.sort(left))
    assert run.core.effective == run["a"].size == left.size
    found = [run.summary["a"].values[word] for word in ("p5", "p50", "p95")]
    np.testing.assert_allclose(found, np.quantile(left, [0.05, 0.5, 0.95], method="hazen"))
    assert any(note.endswith(f": {left.size:,} of 32,768 draws are left") for note in run.notes)


@pytest.mark.parametrize("sampler", ["sobol", "random"])
def test_the_draws_left_stay_in_their_randomisations(sampler):
    run = run_given("a > 1 USD", sampler=sampler)
    moved = run.core.resampled.index % 16 != np.arange(run.core.retained) % 16
    assert moved.mean() < (0.001 if sampler == "sobol" else 0.03)


def test_stated_errors_of_the_draws_left_are_those_of_repeated_runs():
    medians = [run_given("a > b", draws=2**12, seed=seed, sampler="random").summary["a"] for seed in range(60)]
    spread = np.std([each.values["p50"] for each in medians], ddof=1)
    stated = np.sqrt(np.mean([each.errors["p50"] ** 2 for each in medians]))
    assert 0.7 < stated / spread < 1.4


def test_draws_double_until_two_thousand_are_left():
    run = run_given("a > 10 USD", draws=2**10)
    left = run.core.retained
    assert 2000 <= left < 4400
    assert run.notes[0] == f"given: draws doubled to {run.sampler.draws:,}, so that {left:,} are left"
    assert left / run.sampler.draws == pytest.approx(stats.norm.sf(np.log(10)), rel=0.02)


def test_a_condition_and_evidence_both_count():
    """log a ~ N(0, 1) observed at 0 with error 1 has variance 1/2, and is then truncated at its mean."""
    evidence = {"e": {"quantity": "a", "p5": np.exp(-Z95), "p95": np.exp(Z95), "unit": "USD", "source": "us"}}
    run = run_given("a > 1 USD", draws=2**16, page=PAGE | {"evidence": evidence})
    expected = np.exp(np.sqrt(0.5) * stats.norm.ppf(0.75))
    assert run.summary["a"].values["p50"] == pytest.approx(expected, abs=4 * run.summary["a"].errors["p50"])
    assert run["a"].size == 2**16
    assert run.core.effective < 2**15


def test_a_priors_file_may_state_conditions():
    stated = mcf.run(PAGE | {"given": {"that": ["a > 1 USD"]}}, model=[], draws=2**12)
    assert stated["a"].identical(run_given("a > 1 USD", draws=2**12)["a"])
    assert sorted(stated.evidence) == ["after", "before", "moved"]


def test_a_run_given_a_condition_is_verified_and_read_back(here, command):
    given = ["--given", "energy > 40 GWh", "--given", "chip_count < 26_000 chip"]
    assert command("run", "gpt4", "--draws", 8192, *given, "--out", "run", "--quiet", "--no-report").code == 0
    assert command("verify", "run").out.startswith("bit-identical")
    manifest = json.loads((here / "run/manifest.json").read_text())
    left = mcf.open("run")["energy"].values
    assert (manifest["given"], manifest["effective_draws"]) == (given[1::2], left.size)
    assert left.min() > 40_000
    assert left.size < 8192
    report = json.loads((here / "run/percentiles.json").read_text())
    assert (report["given"], report["effective_draws"]) == (given[1::2], left.size)


def test_a_saved_run_is_read_given_a_condition(here, command):
    assert command("run", "gpt4", "--draws", 8192, "--no-report", "--out", "run", "--quiet").code == 0
    given = ["--given", "energy > 40 GWh"]
    found = json.loads(command("percentiles", "run", "energy", "--format", "json", *given).out)["quantities"]["energy"]
    fresh = command("percentiles", "gpt4", "energy", "--draws", 8192, "--format", "json", *given).out
    for word, value in json.loads(fresh)["quantities"]["energy"].items():
        assert found[word] == (pytest.approx(value) if word != "mc_error" else pytest.approx(value, rel=1e-6))
    lines = command("export", "run", "--to", "csv", "--target", "energy", *given).out.splitlines()[1:]
    assert len(lines) == (mcf.open("run")["energy"].values > 40_000).sum()


def test_a_comparison_conditions_both_sides():
    words = {"given": "energy > 40 GWh", "targets": ["amortised_cost"], "draws": 4096}
    pins = {"gpu_price": 20_000}
    (pair,) = mcf.compare("gpt4", set=pins, **words).pairs
    found = pair.by_row["amortised_cost"]
    for side, own in ((found.first, None), (found.other, pins)):
        assert side.values["p50"] == mcf.run("gpt4", set=own, **words).summary["amortised_cost"].values["p50"]
    np.testing.assert_array_equal(*(run.resampled.index for run in pair.runs))  # the same draws, so pairs are exact


def test_a_solution_is_given_conditions():
    words = {"decide": "active_parameters", "so_that": "amortised_cost < 5e7 USD", "draws": 8192}
    free, given = (mcf.solve("gpt4", given=each, **words) for each in (None, "gpu_price > 15_000 USD/chip"))
    assert given.holds[0][1].value < free.holds[0][1].value  # more expensive chips pay for a smaller model


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("a > 1e9 USD", "given 'a > 1e9 USD': no draw meets it; a lies between"),
        ("a > 40 USD", "of 1,048,576 draws, fewer than 800; take more draws, or state a milder condition"),
        ("c > 1", "given 'c > 1': there is no quantity 'c'"),
        ("a > 1 MWh", "given 'a > 1 MWh': 'MWh' is not a unit of a; give it in USD"),
        ("a", "NAME < VALUE UNIT"),
        (["a > 1 USD", "a < 1 USD"], "draws meet each of them, but none all; leave one out"),
    ],
)
def test_invalid_conditions_are_rejected_with_one_line(given, message):
    page = PAGE | {"inputs": INPUTS | input_entry("a", "lognormal", "USD", mu=0, sigma=1)}
    with pytest.raises(mcf.InputError) as refused:
        run_given(given, draws=2**18, page=page)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_condition_on_all_rows_of_a_quantity_is_refused(here, command):
    done = command("run", "frontier-cost", "--given", "threshold_date > 2026", "--out", "run")
    assert (done.code, [*here.iterdir()]) == (2, [])
    assert "threshold_date has several rows; name one, such as threshold_date[trend goes on]" in done.err


def test_the_report_compares_before_and_after_the_conditions():
    found = evidence_table(mcf.run("gpt4", given="energy > 40 GWh", draws=4096).core)
    assert found["word"] == "conditions"
    assert found["pieces"][0][1].startswith("energy > 40 GWh (used alone: ")
    energy = next(row for row in found["rows"] if row[0] == "Energy")
    assert energy[1] != energy[2]
