"""Inputs that depend on each other: what is stated is what is drawn, and nothing else moves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import mcfrontier as mcf
from mcfrontier import dependence
from tests.conftest import believed


@mcf.node("1")
def total(x, y, z):
    """All of them."""
    return x + y + z


INPUTS = believed("x", "lognormal", p5=1, p95=10) | believed("y", "pert", low=0, mode=1, high=5)
INPUTS |= believed("z", "uniform", low=0, high=1)
PAGE = {"targets": ["total"], "inputs": INPUTS}


def drawn(correlation, draws=2**14, **words):
    return mcf.run(PAGE | {"correlation": correlation}, model=[total], draws=draws, **words)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_a_normal_correlation_of_a_half_has_its_published_spearman(sampler):
    """6 / pi arcsin(1/4) = 0.48258374."""
    draws = drawn({"x ~ y": 0.5, "kind": "normal"}, draws=2**16, sampler=sampler).draws
    assert stats.spearmanr(draws.x, draws.y)[0] == pytest.approx(0.48258374, abs=0.01)


@pytest.mark.parametrize("rho", [-0.8, -0.3, 0.2, 0.9])
def test_spearmans_is_what_is_stated_unless_said_otherwise(rho):
    draws = drawn({"x ~ y": rho}, draws=2**16).draws
    assert stats.spearmanr(draws.x, draws.y)[0] == pytest.approx(rho, abs=0.01)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_the_marginals_stay_what_they_are(sampler):
    draws = drawn({"x ~ y": 0.7, "y ~ z": -0.4}, draws=2**15, sampler=sampler).draws
    shape = stats.lognorm(np.log(10) / 2 / stats.norm.ppf(0.95), scale=np.sqrt(10))
    assert stats.kstest(draws.x, shape.cdf).pvalue > 1e-4
    assert stats.kstest(draws.z, stats.uniform.cdf).pvalue > 1e-4


def test_what_no_pair_names_keeps_its_draws_bit_for_bit():
    alone, tied = drawn({}).draws, drawn({"x ~ y": 0.7}).draws
    np.testing.assert_array_equal(alone.z, tied.z)
    np.testing.assert_array_equal(alone.x, tied.x)  # the first of a group keeps its own
    assert (alone.y != tied.y).any()


def test_the_order_of_a_pair_and_of_the_file_changes_nothing():
    one, other = drawn({"x ~ y": 0.7, "y ~ z": 0.1}).draws, drawn({"z ~ y": 0.1, "y ~ x": 0.7}).draws
    assert all((one[name] == other[name]).all() for name in "xyz")


def test_a_matrix_says_the_same_as_its_pairs():
    matrix = {"inputs": ["x", "y", "z"], "matrix": [[1, 0.7, 0], [0.7, 1, 0.1], [0, 0.1, 1]]}
    one, other = drawn({"x ~ y": 0.7, "y ~ z": 0.1}).draws, drawn(matrix).draws
    assert all((one[name] == other[name]).all() for name in "xyz")


def test_a_product_of_lognormals_that_go_together_has_its_closed_form():
    """Log-correlation 0.5 between the first two of [1, 10], [2, 50], [0.1, 0.5]: p5 and p95 of the product."""

    @mcf.node("1")
    def product(a, b, c):
        return a * b * c

    ends = {"a": (1, 10), "b": (2, 50), "c": (0.1, 0.5)}
    inputs = {}
    for name, (p5, p95) in ends.items():
        inputs |= believed(name, "lognormal", p5=p5, p95=p95)
    page = {"targets": ["product"], "inputs": inputs, "correlation": {"a ~ b": 0.5, "kind": "normal"}}
    _, values, errors = mcf.run(page, model=[product], draws=2**17).summary["product"]
    assert values["p5"] == pytest.approx(0.561566825, abs=4 * errors["p5"])
    assert values["p95"] == pytest.approx(89.036598630, abs=4 * errors["p95"])


def test_rows_along_a_dimension_follow_each_other():
    page = {"targets": ["x"], "dimensions": {"year": ["2024", "2025", "2026"]}}
    page["inputs"] = believed("x", "normal", mean=0, sd=1, by="year", autocorrelation=0.8)
    page["correlation"] = {"kind": "normal"}
    x = mcf.run(page, draws=2**16).draws.x
    found = np.corrcoef(x.T if x.dims[0] == "draw" else x)
    np.testing.assert_allclose(found, [[1, 0.8, 0.64], [0.8, 1, 0.8], [0.64, 0.8, 1]], atol=0.02)


def test_inputs_along_one_dimension_go_together_row_by_row():
    page = {"targets": ["x", "y"], "dimensions": {"chip": ["a", "b"]}}
    page["inputs"] = believed("x", "normal", mean=0, sd=1, by="chip") | believed("y", "normal", mean=0, sd=1, by="chip")
    draws = mcf.run(page | {"correlation": {"x ~ y": 0.6}}, draws=2**15).draws
    found = {
        one + other: np.corrcoef(draws.x.sel(chip=one), draws.y.sel(chip=other))[0, 1] for one in "ab" for other in "ab"
    }
    assert found["aa"] == pytest.approx(0.618, abs=0.02)
    assert found["ab"] == pytest.approx(0, abs=0.02)


def test_a_matrix_that_is_nearly_possible_is_repaired_and_told():
    matrix = {"inputs": ["x", "y", "z"], "matrix": [[1, 0.8, -0.2], [0.8, 1, 0.5], [-0.2, 0.5, 1]]}
    run = drawn(matrix | {"kind": "normal"}, draws=64)
    (note,) = run.notes
    assert note.startswith("correlation: no draws have all that is stated at once; repaired, ")


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_what_is_repaired_is_a_correlation_matrix_and_no_other_is_as_near(size, seed):
    rng = np.random.default_rng(seed)
    stated = rng.uniform(-1, 1, (size, size))
    stated = (stated + stated.T) / 2
    np.fill_diagonal(stated, 1)
    found = dependence.nearest(stated)
    assert np.linalg.eigvalsh(found)[0] > -1e-9
    np.testing.assert_allclose(np.diag(found), 1, atol=1e-9)
    factor = rng.normal(size=(size, size))
    other = factor @ factor.T
    other /= np.sqrt(np.outer(np.diag(other), np.diag(other)))
    between = found + 0.01 * (other - found)  # the set is convex: no step into it comes nearer
    assert np.linalg.norm(found - stated) <= np.linalg.norm(between - stated) + 1e-5


def test_the_nearest_matrix_is_highams():
    """Higham (2002), section 4: the tridiagonal matrix of ones has 0.7607 and 0.1573 for its nearest."""
    stated = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    np.testing.assert_allclose(dependence.nearest(stated)[0], [1, 0.7607, 0.1573], atol=1e-4)


@pytest.mark.parametrize(
    ("correlation", "told"),
    [
        ({"x ~ q": 0.3}, "'q' is no input of this study"),
        ({"x": 0.3}, 'write a pair as "gpu_price ~ chip_count" = 0.3'),
        ({"x ~ x": 0.3}, "write a pair"),
        ({"x ~ y": 1}, "x ~ y: 1: a number between -1 and 1"),
        ({"x ~ y": "much"}, "x ~ y: 'much': a number between -1 and 1"),
        ({"x ~ y": 0.3, "y ~ x": 0.2}, "stated twice, and the two differ"),
        ({"x ~ y": 0.3, "kind": "pearson"}, "kind = 'pearson': known are spearman and normal"),
        ({"inputs": ["x", "y"], "matrix": [[5, 0.9], [0.9, 3]]}, "x has 5 with itself"),
        ({"inputs": ["x", "x"], "matrix": [[1, 0.9], [0.9, 1]]}, "names that differ"),
        ({"inputs": "xy", "matrix": [[1, 0.9], [0.9, 1]]}, "a list of names"),
        ({"inputs": ["x", "y"], "matrix": [[1, 0.5]]}, "one row and one column are expected for each of the 2"),
        ({"x ~ y": 0.9, "y ~ z": 0.9, "x ~ z": -0.9}, "no draws have these correlations at once"),
    ],
)
def test_correlations_that_cannot_be_are_refused_in_a_line(correlation, told):
    with pytest.raises(mcf.InputError) as refused:
        drawn(correlation, draws=64)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_known_input_goes_with_nothing_and_a_pinned_one_drops_out():
    page = {"targets": ["total"], "inputs": INPUTS | believed("z", value=1), "correlation": {"x ~ z": 0.3}}
    with pytest.raises(mcf.InputError, match="z is known, so nothing goes with it"):
        mcf.run(page, model=[total], draws=64)
    pinned = drawn({"x ~ y": 0.7, "y ~ z": 0.4}, set={"z": 0.5}).draws
    np.testing.assert_array_equal(pinned.y, drawn({"x ~ y": 0.7}).draws.y)


def test_what_a_file_takes_in_may_be_of_inputs_that_nobody_needs(page):
    page("base", '[correlation]\n"x ~ y" = 0.5\n"x ~ w" = 0.2\n')
    run = mcf.run(PAGE | {"extends": ["base"]}, model=[total], draws=2**14)
    assert stats.spearmanr(run.draws.x, run.draws.y)[0] == pytest.approx(0.5, abs=0.02)
