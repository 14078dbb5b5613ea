"""Shares that sum to one in every draw."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier.betas import Dirichlet
from mcfrontier.errors import InputError
from tests.conftest import believed, entry

LABELS = ["chips", "servers", "network"]
STATED = {"mean": [0.6, 0.3, 0.1], "concentration": 20}


@mcf.node("1", along="part")
def total(share):
    """All parts."""
    return share.sum(axis=0)


def page_of(labels=LABELS, **words):
    inputs = believed("share", "dirichlet", "share", by="part", **words)
    return {"targets": ["share", "total"], "dimensions": {"part": labels}, "inputs": inputs}


def run(draws=2**12, labels=LABELS, **words):
    return mcf.run(page_of(labels, **words), model=[total], draws=draws)


def dirichlet(**words):
    return Dirichlet(unit="share", source="a test", by="part", **words)


def test_every_draw_sums_to_one():
    done = run(**STATED)
    np.testing.assert_allclose(done.draws.share.sum("part"), 1, atol=1e-15)
    np.testing.assert_allclose(done.draws.total, 1, atol=1e-15)


def test_each_share_alone_is_a_beta_and_each_pair_correlates_as_it_must():
    """Of means m and concentration A: beta(A m, A (1 - m)), and -sqrt(m n / ((1 - m)(1 - n))) between two."""
    x = run(2**14, **STATED).draws.share.values
    mean = np.array(STATED["mean"])
    for row, m in zip(x, mean, strict=True):
        assert stats.kstest(row, stats.beta(20 * m, 20 * (1 - m)).cdf).pvalue > 1e-3
    odds = np.sqrt(mean / (1 - mean))
    known = -np.outer(odds, odds)
    np.testing.assert_allclose(np.corrcoef(x)[np.triu_indices(3, 1)], known[np.triu_indices(3, 1)], atol=0.03)


def test_what_is_reported_of_a_label_is_its_beta():
    made = run(64, **STATED).study.inputs["share"].distributions
    p = np.linspace(0.01, 0.99, 50)
    for row, m in zip(made, STATED["mean"], strict=True):
        np.testing.assert_allclose(row.quantile(p), stats.beta(20 * m, 20 * (1 - m)).ppf(p), rtol=1e-9)


def test_central_values_are_the_means_and_sum_to_one(page, command):
    centre = mcf.load(page_of(p5=[0.5, 0.2, 0.05], p95=[0.7, 0.4, 0.2]), model=[total]).centre()
    assert centre["total"].item() == pytest.approx(1, abs=1e-15)
    np.testing.assert_allclose(run(2**14, **STATED).study.centre()["share"].ravel(), STATED["mean"], rtol=1e-12)


@settings(max_examples=20)
@given(st.lists(st.floats(0.5, 60), min_size=2, max_size=6))
def test_the_intervals_of_a_dirichlet_give_it_back(weights):
    known = [stats.beta(weight, sum(weights) - weight) for weight in weights]
    words = {"p10": [one.ppf(0.1) for one in known], "p97_5": [one.ppf(0.975) for one in known]}
    found = dirichlet(percentiles=words).weights(range(len(weights)))
    np.testing.assert_allclose(found, weights, rtol=1e-5)


def test_intervals_that_no_dirichlet_has_are_met_half_way():
    """One concentration cannot serve a narrow and two wide intervals: it comes to lie between what each would have."""
    weights = dirichlet(percentiles={"p5": [0.48, 0.1, 0.1], "p95": [0.52, 0.4, 0.4]}).weights("abc")
    assert np.array(weights) / sum(weights) == pytest.approx([0.5, 0.25, 0.25], abs=0.04)
    alone = dirichlet(percentiles={"p5": [0.48, 0.48], "p95": [0.52, 0.52]}).weights("ab")
    wide = dirichlet(percentiles={"p5": [0.1, 0.6], "p95": [0.4, 0.9]}).weights("ab")
    assert sum(wide) < sum(weights) < sum(alone)


def test_two_shares_are_one_beta_and_what_is_left():
    x = run(2**12, ["a", "b"], p5=[0.2, 0.4], p95=[0.6, 0.8]).draws.share.sel(part="a").values
    np.testing.assert_allclose(np.quantile(x, [0.05, 0.95]), [0.2, 0.6], atol=0.01)


def test_shares_that_are_nearly_all_or_nothing_still_sum_to_one():
    x = run(2**10, mean=[0.6, 0.3, 0.1], concentration=0.01).draws.share
    np.testing.assert_allclose(x.sum("part"), 1, atol=1e-15)
    np.testing.assert_allclose(x.mean("draw"), STATED["mean"], atol=0.05)


def test_the_draws_of_other_inputs_stay_what_they_were():
    both = page_of(**STATED)
    both["targets"], both["inputs"] = ["share", "x"], both["inputs"] | believed("x", "uniform", low=0, high=1)
    alone = {"targets": ["x"], "inputs": believed("x", "uniform", low=0, high=1)}
    assert (mcf.run(both, model=[], draws=64).draws.x == mcf.run(alone, model=[], draws=64).draws.x).all()


def test_one_number_is_shared_by_the_labels():
    assert dirichlet(mean=0.25, concentration=8.0).weights(range(4)) == (2, 2, 2, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"p5": [0.3, 0.3, 0.3], "p95": [0.6, 0.6, 0.6]}, "shares that sum to 1.34 on average; move them"),
        ({"p5": [0.1, 0.1, 0.1], "p95": [0.2, 0.2, 0.2]}, "shares that sum to 0.44"),
        ({"p5": [0.5, 0.2, 0.2], "p95": [0.7, 0.1, 0.4]}, "servers: p5 = 0.2 must lie below p95 = 0.1"),
        ({"p5": [0.5, 0.2, 0.0], "p95": [0.7, 0.4, 0.2]}, "network: p5 = 0 must lie between 0 and 1"),
        ({"p5": [0.5, 0.2], "p95": [0.7, 0.4]}, "p5: 2 values for 3 labels"),
        ({"p5": [0.5, 0.2, 0.05]}, "two percentiles such as p5 and p95 of each label, or mean"),
        ({"mean": [0.5, 0.2, 0.3]}, "or mean of each and concentration"),
        (STATED | {"p5": 0.1, "p95": 0.2}, "or mean of each and concentration"),
        ({"mean": [0.5, 0.2, 0.2], "concentration": 9}, "mean: they sum to 0.9; make them sum to 1"),
        ({"mean": [0.8, 0.3, -0.1], "concentration": 9}, "mean = -0.1 must lie between 0 and 1"),
        ({"mean": [0.5, 0.2, 0.3], "concentration": 0}, "concentration = 0 must be above 0"),
        (STATED | {"best": [0.6, 0.3, 0.1]}, "best: a dirichlet has none"),
        (STATED | {"times": 2}, "times: a dirichlet has none"),
        (STATED | {"low": 0.1}, "unknown word 'low' for family dirichlet"),
        (STATED | {"unit": "USD"}, 'write unit = "share"'),
        ({"mean": [0.5, "a", 0.3], "concentration": 9}, "mean: expected a number"),
    ],
)
def test_what_no_dirichlet_has_is_refused(words, told):
    page = page_of(**{word: value for word, value in words.items() if word != "unit"})
    page["inputs"]["share"] |= {"unit": words.get("unit", "share")}
    with pytest.raises(InputError, match=r"priors: share: .*") as refused:
        mcf.load(page, model=[total])
    assert told in str(refused.value)


def test_without_labels_there_are_no_parts(page, command):
    page("study", 'targets = ["x"]\n' + entry("x", "dirichlet", "share", mean=0.5, concentration=3))
    assert "it needs by = a dimension" in command("run", "study").err


def test_some_parts_of_a_whole_cannot_be_taken(page, command):
    text = 'targets = ["x"]\n[dimensions]\npart = ["a", "b"]\n[only]\npart = ["a"]\n'
    page("study", text + entry("x", "dirichlet", "share", by='"part"', mean=0.5, concentration=3))
    ended = command("run", "study")
    assert ended.code == 2
    assert "its rows are one whole; [only] cannot take some of part" in ended.err
