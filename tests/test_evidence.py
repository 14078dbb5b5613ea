"""Draws given evidence, where the answer is known."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from tests.conftest import believed

Z = 1.6448536269514722


def seen(quantity, middle, sd, unit="1", **words):
    words = {"scale": "raw"} | words
    return {"quantity": quantity, "p5": middle - Z * sd, "p95": middle + Z * sd, "unit": unit, "source": "us", **words}


@mcf.node("1")
def total(x, y):
    """Both."""
    return x + y


INPUTS = believed("x", "normal", mean=0, sd=1) | believed("y", "normal", mean=0, sd=2)


def given(evidence, draws=2**15, **words):
    page = {"targets": ["total"], "inputs": INPUTS, "evidence": evidence}
    return mcf.run(page, model=[total], draws=draws, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_a_normal_prior_and_a_normal_observation_give_the_conjugate_posterior(sampler):
    """x ~ N(0, 1) seen at 1 with error 1: mean 1/2, variance 1/2."""
    page = {"targets": ["x"], "inputs": believed("x", "normal", mean=0, sd=1), "evidence": {"a": seen("x", 1, 1)}}
    _, values, errors = mcf.run(page, draws=2**15, sampler=sampler).summary["x"]
    assert values["mean"] == pytest.approx(0.5, abs=4 * errors["mean"])
    assert values["sd"] == pytest.approx(np.sqrt(0.5), abs=4 * errors["sd"])
    assert values["p95"] == pytest.approx(0.5 + Z * np.sqrt(0.5), abs=4 * errors["p95"])


def test_a_lognormal_prior_and_a_factor_give_the_same_of_logarithms():
    inputs = believed("x", "lognormal", "USD", mu=0, sigma=1)
    evidence = {"a": {"quantity": "x", "p5": np.exp(1 - Z), "p95": np.exp(1 + Z), "unit": "USD", "source": "us"}}
    run = mcf.run({"targets": ["x"], "inputs": inputs, "evidence": evidence}, draws=2**15)
    assert np.log(run.summary["x"].values["p50"]) == pytest.approx(0.5, abs=0.02)


def test_evidence_of_a_sum_moves_its_parts_by_their_variances_and_ties_them():
    """x + y seen at 5 with error 1: E[x] = 5/6, E[y] = 20/6, correlation -2/sqrt(2.5...) by the normal formulas."""
    run = given({"a": seen("total", 5, 1)}, draws=2**17)
    prior, look = np.diag([1.0, 4.0]), np.array([1.0, 1.0])
    gain = prior @ look / (look @ prior @ look + 1)
    after = prior - np.outer(gain, look @ prior)
    x, y = run.draws.x.values, run.draws.y.values
    assert [x.mean(), y.mean()] == pytest.approx(5 * gain, abs=0.04)
    np.testing.assert_allclose(np.cov(x, y), after, atol=0.05)


def test_two_pieces_count_both():
    """Twice seen at 1 with error 1: mean 2/3, variance 1/3."""
    page = {"targets": ["x"], "inputs": believed("x", "normal", mean=0, sd=1)}
    run = mcf.run(page | {"evidence": {"a": seen("x", 1, 1), "b": seen("x", 1, 1)}}, draws=2**15)
    assert run.summary["x"].values["mean"] == pytest.approx(2 / 3, abs=0.02)
    assert run.summary["x"].values["sd"] ** 2 == pytest.approx(1 / 3, abs=0.02)


def test_how_many_draws_are_left_is_kishs_number():
    """For a normal seen at its mean with error s, n_eff / n is sqrt(s^2 (s^2 + 2)) / (s^2 + 1)."""
    page = {"targets": ["x"], "inputs": believed("x", "normal", mean=0, sd=1), "evidence": {"a": seen("x", 0, 0.5)}}
    run = mcf.run(page, draws=2**15)
    expected = np.sqrt(0.25 * 2.25) / 1.25
    assert run.weighed.left / 2**15 == pytest.approx(expected, rel=0.02)
    assert run.notes == (f"evidence: {run.weighed.left:,.0f} draws' worth of 32,768 is left",)


def test_before_and_after_are_told_and_which_inputs_moved():
    run = given({"a": seen("total", 5, 1)})
    assert run.evidence.attrs["left"] == run.weighed.left
    assert run.evidence.quantity.values.tolist() == ["total", "x", "y"]
    np.testing.assert_allclose(run.evidence.before.sel(quantity="y"), [-2 * Z, 0, 2 * Z], atol=0.1)
    assert run.evidence.moved.sel(quantity="y") > run.evidence.moved.sel(quantity="x") > 0
    with pytest.raises(mcf.InputError, match="has no evidence"):
        _ = run.before.evidence


def test_the_file_of_draws_has_both_and_arviz_opens_it(tmp_path):
    import arviz

    given({"a": seen("total", 5, 1)}, draws=2**14).write(tmp_path, report=True)
    both = arviz.from_netcdf(tmp_path / "draws.nc")
    assert abs(float(both.prior.total.mean())) < 0.2
    assert float(both.posterior.total.mean()) == pytest.approx(25 / 6, abs=0.2)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["evidence"]["a"]["quantity"] == "total"


def test_what_is_set_is_no_longer_observed():
    run = given({"a": seen("total", 5, 1)}, set={"total": 3})
    assert "evidence.a: left out, since its quantity is set" in run.notes
    assert run.before is None


def test_evidence_that_contradicts_the_priors_is_named():
    run = given({"a": seen("total", 9, 2)}, draws=2**15)
    assert any("a contradicts the priors" in note for note in run.notes)


def test_pieces_that_contradict_each_other_are_named():
    run = given({"a": seen("x", 1.5, 0.5), "b": seen("x", -1.5, 0.5)}, draws=2**17)
    assert any("a and b contradict each other" in note for note in run.notes)
    assert not any("contradicts the priors" in note for note in run.notes)


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        (
            {"a": seen("total", 20, 0.1)},
            "1 draws' worth of 64 is left (a alone leaves 1), fewer than 800; a contradicts the priors",
        ),
        ({"a": seen("totl", 1, 1)}, "evidence.a: unknown quantity 'totl'; did you mean 'total'?"),
        ({"a": seen("total", 1, 1, unit="USD")}, "evidence.a: unit 'USD': give it in 1"),
        ({"a": seen("total", 1, -1)}, "evidence.a: p5 = 2.64485 must lie below p95"),
        ({"a": seen("total", 1, 1, scale="log")}, "must be above 0 on the scale"),
        ({"a": {"quantity": "total"}}, "evidence.a: has no p5; add p5 = ..."),
        ({"a": seen("total[x]", 1, 1)}, "total[x]: this run has no such quantity"),
    ],
)
def test_evidence_that_cannot_be_used_is_refused_in_a_line(evidence, told):
    with pytest.raises(mcf.InputError) as refused:
        given(evidence, draws=64)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_precision_takes_more_draws_where_evidence_leaves_too_few():
    run = given({"a": seen("total", 5, 1)}, draws=2**9, precision=0.05)
    assert run.sampler.draws > 2**10
    assert "precision 5%: reached" in run.notes[0]
