"""Draws given evidence, against known posteriors."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.api.run import Run
from tests.conftest import input_entry

Z95 = 1.6448536269514722


def observation(quantity, middle, sd, unit="1", **words):
    words = {"scale": "raw"} | words
    return {
        "quantity": quantity,
        "p5": middle - Z95 * sd,
        "p95": middle + Z95 * sd,
        "unit": unit,
        "source": "us",
        **words,
    }


@mcf.node("1")
def total(x, y):
    """Sum of both."""
    return x + y


INPUTS = input_entry("x", "normal", mean=0, sd=1) | input_entry("y", "normal", mean=0, sd=2)


def run_given(evidence, draws=2**15, **words):
    page = {"targets": ["total"], "inputs": INPUTS, "evidence": evidence}
    return mcf.run(page, model=[total], draws=draws, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_a_normal_prior_and_a_normal_observation_give_the_conjugate_posterior(sampler):
    """x ~ N(0, 1) observed at 1 with error 1: mean 1/2, variance 1/2."""
    page = {
        "targets": ["x"],
        "inputs": input_entry("x", "normal", mean=0, sd=1),
        "evidence": {"a": observation("x", 1, 1)},
    }
    _, values, errors = mcf.run(page, draws=2**15, sampler=sampler).summary["x"]
    assert values["mean"] == pytest.approx(0.5, abs=4 * errors["mean"])
    assert values["sd"] == pytest.approx(np.sqrt(0.5), abs=4 * errors["sd"])
    assert values["p95"] == pytest.approx(0.5 + Z95 * np.sqrt(0.5), abs=4 * errors["p95"])


def test_a_lognormal_prior_and_a_factor_give_the_conjugate_posterior_of_logarithms():
    inputs = input_entry("x", "lognormal", "USD", mu=0, sigma=1)
    evidence = {"a": {"quantity": "x", "p5": np.exp(1 - Z95), "p95": np.exp(1 + Z95), "unit": "USD", "source": "us"}}
    run = mcf.run({"targets": ["x"], "inputs": inputs, "evidence": evidence}, draws=2**15)
    assert np.log(run.summary["x"].values["p50"]) == pytest.approx(0.5, abs=0.02)


def test_evidence_that_may_be_wrong_gives_a_mixture_of_the_posterior_and_the_prior():
    """x ~ N(0, 1), observed at 2 with error 1/2, wrong with a probability of 0.3: 0.7 N(1.6, 0.2) + 0.3 N(0, 1)."""
    page = {"targets": ["x"], "inputs": input_entry("x", "normal", mean=0, sd=1)}
    _, values, errors = mcf.run(
        page | {"evidence": {"a": observation("x", 2, 0.5, chance_wrong=0.3)}}, draws=2**15
    ).summary["x"]
    assert values["mean"] == pytest.approx(0.7 * 1.6, abs=4 * errors["mean"])
    variance = 0.7 * (0.2 + 1.6**2) + 0.3 - (0.7 * 1.6) ** 2
    assert values["sd"] == pytest.approx(np.sqrt(variance), abs=4 * errors["sd"])


def test_evidence_of_a_sum_updates_and_correlates_its_parts():
    """x + y observed at 5 with error 1: E[x] = 5/6, E[y] = 20/6, correlation -2/sqrt(2.5...) by the normal formulas."""
    run = run_given({"a": observation("total", 5, 1)}, draws=2**17)
    prior, look = np.diag([1.0, 4.0]), np.array([1.0, 1.0])
    gain = prior @ look / (look @ prior @ look + 1)
    after = prior - np.outer(gain, look @ prior)
    x, y = run.draws.x.values, run.draws.y.values
    assert [x.mean(), y.mean()] == pytest.approx(5 * gain, abs=0.04)
    np.testing.assert_allclose(np.cov(x, y), after, atol=0.05)


def test_two_pieces_of_evidence_both_count():
    """Observed twice at 1 with error 1: mean 2/3, variance 1/3."""
    page = {"targets": ["x"], "inputs": input_entry("x", "normal", mean=0, sd=1)}
    run = mcf.run(page | {"evidence": {"a": observation("x", 1, 1), "b": observation("x", 1, 1)}}, draws=2**15)
    assert run.summary["x"].values["mean"] == pytest.approx(2 / 3, abs=0.02)
    assert run.summary["x"].values["sd"] ** 2 == pytest.approx(1 / 3, abs=0.02)


def test_the_effective_sample_size_is_kishs():
    """For a normal observed at its mean with error s, n_eff / n is sqrt(s^2 (s^2 + 2)) / (s^2 + 1)."""
    page = {
        "targets": ["x"],
        "inputs": input_entry("x", "normal", mean=0, sd=1),
        "evidence": {"a": observation("x", 0, 0.5)},
    }
    run = mcf.run(page, draws=2**15)
    expected = np.sqrt(0.25 * 2.25) / 1.25
    assert run.core.resampled.effective / 2**15 == pytest.approx(expected, rel=0.02)
    assert run.notes == (f"evidence: effective sample size {run.core.resampled.effective:,.0f} of 32,768 draws",)


def test_the_evidence_table_has_prior_posterior_and_shifted_inputs():
    run = run_given({"a": observation("total", 5, 1)})
    assert run.evidence.attrs["effective_sample_size"] == run.core.resampled.effective
    assert run.evidence.quantity.values.tolist() == ["total", "x", "y"]
    np.testing.assert_allclose(run.evidence.before.sel(quantity="y"), [-2 * Z95, 0, 2 * Z95], atol=0.1)
    assert run.evidence.moved.sel(quantity="y") > run.evidence.moved.sel(quantity="x") > 0
    with pytest.raises(mcf.InputError, match="has no evidence"):
        _ = Run(run.core.before).evidence


def test_the_draws_file_has_prior_and_posterior_groups_for_arviz(tmp_path):
    import arviz

    run_given({"a": observation("total", 5, 1)}, draws=2**14).write(tmp_path, report=True)
    both = arviz.from_netcdf(tmp_path / "draws.nc")
    assert abs(float(both.prior.total.mean())) < 0.2
    assert float(both.posterior.total.mean()) == pytest.approx(25 / 6, abs=0.2)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["evidence"]["a"]["quantity"] == "total"


def test_evidence_of_a_pinned_quantity_is_not_used():
    run = run_given({"a": observation("total", 5, 1)}, set={"total": 3})
    assert "evidence.a: not used, since its quantity is set" in run.notes
    assert run.core.before is None


def test_evidence_that_contradicts_the_priors_is_reported():
    run = run_given({"a": observation("total", 9, 2)}, draws=2**15)
    assert any("a contradicts the priors" in note for note in run.notes)


def test_pieces_of_evidence_that_contradict_each_other_are_reported():
    run = run_given({"a": observation("x", 1.5, 0.5), "b": observation("x", -1.5, 0.5)}, draws=2**17)
    assert any("a and b contradict each other" in note for note in run.notes)
    assert not any("contradicts the priors" in note for note in run.notes)


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (
            {"a": observation("total", 20, 0.1)},
            "the effective sample size is 1 of 64 draws (a alone leaves 1), fewer than 800; a contradicts the priors",
        ),
        ({"a": observation("totl", 1, 1)}, "evidence.a: unknown quantity 'totl'; did you mean 'total'?"),
        ({"a": observation("total", 1, 1, unit="USD")}, "evidence.a: unit 'USD': give it in 1"),
        ({"a": observation("total", 1, -1)}, "evidence.a: p5 = 2.64485 must lie below p95"),
        ({"a": observation("total", 1, 1, scale="log")}, "must be above 0 on the scale"),
        ({"a": observation("total", 1, 1, chance_wrong=1)}, "evidence.a: chance_wrong = 1 must be a probability"),
        ({"a": {"quantity": "total"}}, "evidence.a: has no p5; add p5 = ..."),
        ({"a": observation("total[x]", 1, 1)}, "total[x]: this run has no such quantity"),
    ],
)
def test_invalid_evidence_is_rejected_with_one_line(evidence, message):
    with pytest.raises(mcf.InputError) as refused:
        run_given(evidence, draws=64)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_observation_that_no_draw_can_yield_contradicts_the_priors():
    """A factor about a positive number; draws below 0 have no logarithm."""
    page = {"targets": ["x"], "inputs": input_entry("x", "uniform", low=-2, high=-1)}
    page |= {"evidence": {"a": observation("x", 3, 0.3, scale="log")}}
    with pytest.raises(mcf.InputError, match=r"effective sample size is 0 .* a contradicts the priors \(p = 0\)"):
        mcf.run(page, model=[], draws=2**10)


def test_a_precision_needs_more_draws_under_evidence():
    run = run_given({"a": observation("total", 5, 1)}, draws=2**9, precision=0.05)
    assert run.sampler.draws > 2**10
    assert "precision 5%: reached" in run.notes[0]
