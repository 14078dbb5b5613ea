"""Correlated inputs: draws have the stated correlations, and other draws are unchanged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier.study import correlation
from tests.conftest import input_entry


@mcf.node("1")
def total(x, y, z):
    """Sum of all inputs."""
    return x + y + z


INPUTS = input_entry("x", "lognormal", p5=1, p95=10) | input_entry("y", "pert", low=0, mode=1, high=5)
INPUTS |= input_entry("z", "uniform", low=0, high=1)
TOTAL_PAGE = {"targets": ["total"], "inputs": INPUTS}


def run_with(correlation, draws=2**14, **words):
    return mcf.run(TOTAL_PAGE | {"correlation": correlation}, model=[total], draws=draws, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_a_normal_correlation_of_a_half_has_its_published_spearman(sampler):
    """6 / pi arcsin(1/4) = 0.48258374."""
    draws = run_with({"x ~ y": 0.5, "kind": "normal"}, draws=2**16, sampler=sampler).draws
    assert stats.spearmanr(draws.x, draws.y)[0] == pytest.approx(0.48258374, abs=0.01)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.2, 0.9])
def test_a_stated_correlation_is_spearmans_by_default(rho):
    draws = run_with({"x ~ y": rho}, draws=2**16).draws
    assert stats.spearmanr(draws.x, draws.y)[0] == pytest.approx(rho, abs=0.01)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_correlations_leave_the_marginals_unchanged(sampler):
    draws = run_with({"x ~ y": 0.7, "y ~ z": -0.4}, draws=2**15, sampler=sampler).draws
    shape = stats.lognorm(np.log(10) / 2 / stats.norm.ppf(0.95), scale=np.sqrt(10))
    assert stats.kstest(draws.x, shape.cdf).pvalue > 1e-4
    assert stats.kstest(draws.z, stats.uniform.cdf).pvalue > 1e-4


def test_an_input_outside_all_pairs_keeps_its_draws_bit_for_bit():
    alone, correlated = run_with({}).draws, run_with({"x ~ y": 0.7}).draws
    np.testing.assert_array_equal(alone.z, correlated.z)
    np.testing.assert_array_equal(alone.x, correlated.x)  # the first input of a group keeps its draws
    assert (alone.y != correlated.y).any()


def test_the_order_of_a_pair_and_of_the_file_changes_nothing():
    one, other = run_with({"x ~ y": 0.7, "y ~ z": 0.1}).draws, run_with({"z ~ y": 0.1, "y ~ x": 0.7}).draws
    assert all((one[name] == other[name]).all() for name in "xyz")


def test_a_matrix_is_equivalent_to_its_pairs():
    matrix = {"inputs": ["x", "y", "z"], "matrix": [[1, 0.7, 0], [0.7, 1, 0.1], [0, 0.1, 1]]}
    one, other = run_with({"x ~ y": 0.7, "y ~ z": 0.1}).draws, run_with(matrix).draws
    assert all((one[name] == other[name]).all() for name in "xyz")


def test_a_product_of_correlated_lognormals_matches_the_closed_form():
    """Log-correlation 0.5 between the first two of [1, 10], [2, 50], [0.1, 0.5]: p5 and p95 of the product."""

    @mcf.node("1")
    def product(a, b, c):
        return a * b * c

    ends = {"a": (1, 10), "b": (2, 50), "c": (0.1, 0.5)}
    inputs = {}
    for name, (p5, p95) in ends.items():
        inputs |= input_entry(name, "lognormal", p5=p5, p95=p95)
    page = {"targets": ["product"], "inputs": inputs, "correlation": {"a ~ b": 0.5, "kind": "normal"}}
    _, values, errors = mcf.run(page, model=[product], draws=2**17).summary["product"]
    assert values["p5"] == pytest.approx(0.561566825, abs=4 * errors["p5"])
    assert values["p95"] == pytest.approx(89.036598630, abs=4 * errors["p95"])


def test_rows_along_a_dimension_are_autocorrelated():
    page = {"targets": ["x"], "dimensions": {"year": ["2024", "2025", "2026"]}}
    page["inputs"] = input_entry("x", "normal", mean=0, sd=1, by="year", autocorrelation=0.8)
    page["correlation"] = {"kind": "normal"}
    x = mcf.run(page, draws=2**16).draws.x
    found = np.corrcoef(x.T if x.dims[0] == "draw" else x)
    np.testing.assert_allclose(found, [[1, 0.8, 0.64], [0.8, 1, 0.8], [0.64, 0.8, 1]], atol=0.02)


def test_inputs_along_one_dimension_are_correlated_row_by_row():
    page = {"targets": ["x", "y"], "dimensions": {"chip": ["a", "b"]}}
    page["inputs"] = input_entry("x", "normal", mean=0, sd=1, by="chip") | input_entry(
        "y", "normal", mean=0, sd=1, by="chip"
    )
    draws = mcf.run(page | {"correlation": {"x ~ y": 0.6}}, draws=2**15).draws
    found = {
        one + other: np.corrcoef(draws.x.sel(chip=one), draws.y.sel(chip=other))[0, 1] for one in "ab" for other in "ab"
    }
    assert found["aa"] == pytest.approx(0.618, abs=0.02)
    assert found["ab"] == pytest.approx(0, abs=0.02)


def test_a_nearly_consistent_matrix_is_repaired_with_a_note():
    matrix = {"inputs": ["x", "y", "z"], "matrix": [[1, 0.8, -0.2], [0.8, 1, 0.5], [-0.2, 0.5, 1]]}
    run = run_with(matrix | {"kind": "normal"}, draws=64)
    (note,) = run.notes
    assert note.startswith("correlation: the stated values are inconsistent; repaired, ")
    assert "not stated" not in note


def test_pairs_that_are_not_stated_are_named_where_correlations_are_inconsistent():
    with pytest.raises(mcf.InputError, match="move them towards 0; x ~ z, not stated, count as 0") as refused:
        run_with({"x ~ y": 0.9, "y ~ z": 0.9}, draws=64)
    assert "the stated correlations are inconsistent" in str(refused.value)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_repaired_matrix_is_the_nearest_correlation_matrix(size, seed):
    rng = np.random.default_rng(seed)
    stated = rng.uniform(-1, 1, (size, size))
    stated = (stated + stated.T) / 2
    np.fill_diagonal(stated, 1)
    found = correlation.nearest_correlation(stated)
    assert np.linalg.eigvalsh(found)[0] > -1e-9
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-9)
    factor = rng.normal(size=(size, size))
    other = factor @ factor.T
    other /= np.sqrt(np.outer(np.diag(other), np.diag(other)))
    between = found + 0.01 * (other - found)  # the set is convex: no step into it is nearer
    assert np.linalg.norm(found - stated) <= np.linalg.norm(between - stated) + 1e-5


def test_the_nearest_matrix_is_highams():
    """Higham (2002), section 4: the nearest matrix to the tridiagonal matrix of ones has 0.7607 and 0.1573."""
    stated = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    np.testing.assert_allclose(correlation.nearest_correlation(stated)[0], [1, 0.7607, 0.1573], atol=1e-4)


@pytest.mark.parametrize(
    ("correlation", "message"),
    [
        ({"x ~ q": 0.3}, "'q' is not an input of this study"),
        ({"x": 0.3}, 'write a pair as "gpu_price ~ chip_count" = 0.3'),
        ({"x ~ x": 0.3}, "write a pair"),
        ({"x ~ y": 1}, "x ~ y: 1: a number between -1 and 1"),
        ({"x ~ y": "much"}, "x ~ y: 'much': a number between -1 and 1"),
        ({"x ~ y": 0.3, "y ~ x": 0.2}, "stated twice, and the two differ"),
        ({"x ~ y": 0.3, "kind": "pearson"}, "kind = 'pearson': known are spearman and normal"),
        ({"inputs": ["x", "y"], "matrix": [[5, 0.9], [0.9, 3]]}, "x has 5 with itself"),
        ({"inputs": ["x", "x"], "matrix": [[1, 0.9], [0.9, 1]]}, "distinct names"),
        ({"inputs": "xy", "matrix": [[1, 0.9], [0.9, 1]]}, "a list of distinct names"),
        ({"inputs": ["x", "y"], "matrix": [[1, 0.5]]}, "one row and one column are expected for each of the 2"),
        ({"x ~ y": 0.9, "y ~ z": 0.9, "x ~ z": -0.9}, "the stated correlations are inconsistent"),
    ],
)
def test_invalid_correlations_are_rejected_with_one_line(correlation, message):
    with pytest.raises(mcf.InputError) as refused:
        run_with(correlation, draws=64)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_known_input_cannot_be_correlated_and_a_pinned_one_drops_out():
    page = {"targets": ["total"], "inputs": INPUTS | input_entry("z", value=1), "correlation": {"x ~ z": 0.3}}
    with pytest.raises(mcf.InputError, match="z is known and cannot be correlated"):
        mcf.run(page, model=[total], draws=64)
    pinned = run_with({"x ~ y": 0.7, "y ~ z": 0.4}, set={"z": 0.5}).draws
    np.testing.assert_array_equal(pinned.y, run_with({"x ~ y": 0.7}).draws.y)


def test_inherited_correlations_may_name_unused_inputs(page):
    page("base", '[correlation]\n"x ~ y" = 0.5\n"x ~ w" = 0.2\n')
    run = mcf.run(TOTAL_PAGE | {"extends": ["base"]}, model=[total], draws=2**14)
    assert stats.spearmanr(run.draws.x, run.draws.y)[0] == pytest.approx(0.5, abs=0.02)
