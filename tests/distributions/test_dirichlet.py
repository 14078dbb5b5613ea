"""Shares that sum to one in every draw."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.dirichlet import Dirichlet
from mcfrontier.study.values import central_values
from tests.conftest import entry, input_entry

LABELS = ["chips", "servers", "network"]
STATED_SHARES = {"mean": [0.6, 0.3, 0.1], "concentration": 20}


@mcf.node("1", along="part")
def total(share):
    """Sum of all parts."""
    return share.sum(axis=0)


def page_of(labels=LABELS, **words):
    inputs = input_entry("share", "dirichlet", "share", by="part", **words)
    return {"targets": ["share", "total"], "dimensions": {"part": labels}, "inputs": inputs}


def run(draws=2**12, labels=LABELS, **words):
    return mcf.run(page_of(labels, **words), model=[total], draws=draws)


def dirichlet(**words):
    return Dirichlet(unit="share", source="a test", by="part", **words)


def test_every_draw_sums_to_one():
    done = run(**STATED_SHARES)
    np.testing.assert_allclose(done.draws.share.sum("part"), 1, atol=1e-15)
    np.testing.assert_allclose(done.draws.total, 1, atol=1e-15)


def test_each_share_is_a_beta_with_the_exact_pairwise_correlations():
    """For means m and concentration A: beta(A m, A (1 - m)), and the correlation -sqrt(m n / ((1 - m)(1 - n)))."""
    x = run(2**14, **STATED_SHARES).draws.share.values
    mean = np.array(STATED_SHARES["mean"])
    for row, m in zip(x, mean, strict=True):
        assert stats.kstest(row, stats.beta(20 * m, 20 * (1 - m)).cdf).pvalue > 1e-3
    odds = np.sqrt(mean / (1 - mean))
    known = -np.outer(odds, odds)
    np.testing.assert_allclose(np.corrcoef(x)[np.triu_indices(3, 1)], known[np.triu_indices(3, 1)], atol=0.03)


def test_the_distribution_of_a_label_is_its_beta():
    made = run(64, **STATED_SHARES).study.inputs["share"].distributions
    p = np.linspace(0.01, 0.99, 50)
    for row, m in zip(made, STATED_SHARES["mean"], strict=True):
        np.testing.assert_allclose(row.ppf(p), stats.beta(20 * m, 20 * (1 - m)).ppf(p), rtol=1e-9)


def test_central_values_are_the_means_and_sum_to_one(page, command):
    centre = central_values(mcf.load(page_of(p5=[0.5, 0.2, 0.05], p95=[0.7, 0.4, 0.2]), model=[total]))
    assert centre["total"].item() == pytest.approx(1, abs=1e-15)
    np.testing.assert_allclose(
        central_values(run(2**14, **STATED_SHARES).study)["share"].ravel(), STATED_SHARES["mean"], rtol=1e-12
    )


@settings(max_examples=20)
@given(st.lists(st.floats(0.5, 60), min_size=2, max_size=6))
def test_a_dirichlet_is_recovered_from_its_intervals(weights):
    known = [stats.beta(weight, sum(weights) - weight) for weight in weights]
    words = {"p10": [one.ppf(0.1) for one in known], "p97_5": [one.ppf(0.975) for one in known]}
    found = dirichlet(percentiles=words).weights(range(len(weights)))
    np.testing.assert_allclose(found, weights, rtol=1e-5)


def test_inconsistent_intervals_are_approximated():
    """One concentration cannot fit a narrow and two wide intervals: the fit is between those of each."""
    weights = dirichlet(percentiles={"p5": [0.48, 0.1, 0.1], "p95": [0.52, 0.4, 0.4]}).weights("abc")
    assert np.array(weights) / sum(weights) == pytest.approx([0.5, 0.25, 0.25], abs=0.04)
    alone = dirichlet(percentiles={"p5": [0.48, 0.48], "p95": [0.52, 0.52]}).weights("ab")
    wide = dirichlet(percentiles={"p5": [0.1, 0.6], "p95": [0.4, 0.9]}).weights("ab")
    assert sum(wide) < sum(weights) < sum(alone)


def test_two_shares_are_a_beta_and_its_complement():
    x = run(2**12, ["a", "b"], p5=[0.2, 0.4], p95=[0.6, 0.8]).draws.share.sel(part="a").values
    np.testing.assert_allclose(np.quantile(x, [0.05, 0.95]), [0.2, 0.6], atol=0.01)


def test_shares_near_0_and_1_still_sum_to_one():
    x = run(2**10, mean=[0.6, 0.3, 0.1], concentration=0.01).draws.share
    np.testing.assert_allclose(x.sum("part"), 1, atol=1e-15)
    np.testing.assert_allclose(x.mean("draw"), STATED_SHARES["mean"], atol=0.05)


def test_the_draws_of_other_inputs_are_unchanged():
    both = page_of(**STATED_SHARES)
    both["targets"], both["inputs"] = ["share", "x"], both["inputs"] | input_entry("x", "uniform", low=0, high=1)
    alone = {"targets": ["x"], "inputs": input_entry("x", "uniform", low=0, high=1)}
    assert (mcf.run(both, model=[], draws=64).draws.x == mcf.run(alone, model=[], draws=64).draws.x).all()


def test_a_single_value_applies_to_all_labels():
    assert dirichlet(mean=0.25, concentration=8.0).weights(range(4)) == (2, 2, 2, 2)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"p5": [0.3, 0.3, 0.3], "p95": [0.6, 0.6, 0.6]}, "shares that sum to 1.34 on average; move them"),
        ({"p5": [0.1, 0.1, 0.1], "p95": [0.2, 0.2, 0.2]}, "shares that sum to 0.44"),
        ({"p5": [0.5, 0.2, 0.2], "p95": [0.7, 0.1, 0.4]}, "servers: p5 = 0.2 must lie below p95 = 0.1"),
        ({"p5": [0.5, 0.2, 0.0], "p95": [0.7, 0.4, 0.2]}, "network: p5 = 0 must lie between 0 and 1"),
        ({"p5": [0.5, 0.2], "p95": [0.7, 0.4]}, "p5: 2 values for 3 labels"),
        ({"p5": [0.5, 0.2, 0.05]}, "two percentiles such as p5 and p95 of each label, or mean"),
        ({"mean": [0.5, 0.2, 0.3]}, "or mean of each and concentration"),
        (STATED_SHARES | {"p5": 0.1, "p95": 0.2}, "or mean of each and concentration"),
        ({"mean": [0.5, 0.2, 0.2], "concentration": 9}, "mean: they sum to 0.9; make them sum to 1"),
        ({"mean": [0.8, 0.3, -0.1], "concentration": 9}, "mean = -0.1 must lie between 0 and 1"),
        ({"mean": [0.5, 0.2, 0.3], "concentration": 0}, "concentration = 0 must be above 0"),
        (STATED_SHARES | {"best": [0.6, 0.3, 0.1]}, "best: a dirichlet has none"),
        (STATED_SHARES | {"times": 2}, "times: a dirichlet has none"),
        (STATED_SHARES | {"low": 0.1}, "unknown key 'low' for family dirichlet"),
        (STATED_SHARES | {"unit": "USD"}, 'write unit = "share"'),
        ({"mean": [0.5, "a", 0.3], "concentration": 9}, "mean: expected a number"),
    ],
)
def test_an_invalid_dirichlet_is_rejected(words, message):
    page = page_of(**{word: value for word, value in words.items() if word != "unit"})
    page["inputs"]["share"] |= {"unit": words.get("unit", "share")}
    with pytest.raises(InputError, match=r"priors: share: .*") as refused:
        mcf.load(page, model=[total])
    assert message in str(refused.value)


def test_a_dirichlet_without_a_dimension_is_rejected(page, command):
    page("study", 'targets = ["x"]\n' + entry("x", "dirichlet", "share", mean=0.5, concentration=3))
    assert "it needs by = a dimension" in command("run", "study").err


def test_a_subset_of_the_labels_of_a_dirichlet_is_rejected(page, command):
    text = 'targets = ["x"]\n[dimensions]\npart = ["a", "b"]\n[only]\npart = ["a"]\n'
    page("study", text + entry("x", "dirichlet", "share", by='"part"', mean=0.5, concentration=3))
    result = command("run", "study")
    assert result.code == 2
    assert "its rows are sampled jointly; [only] cannot subset part" in result.err
