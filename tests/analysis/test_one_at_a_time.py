"""One-at-a-time sensitivity and rank correlations, against known results."""

import math

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis.estimates.ranks import rank_correlation, ranks
from mcfrontier.runs.sensitivity import swing
from tests.conftest import input_entry


@mcf.node("1")
def double(x, y):
    """Twice x and a little of y."""
    return 2 * x + 0.1 * y


@mcf.node("1")
def hill(x, y):
    """Not monotone: maximal at x = 5."""
    return y - (x - 5) ** 2


@mcf.node("1")
def steady(k):
    """A function of a known input."""
    return 3 * k


INPUTS = input_entry("x", "uniform", low=0, high=10) | input_entry("y", "uniform", low=0, high=20)


def run(*targets):
    page = {"targets": list(targets), "inputs": INPUTS | (input_entry("k", value=2) if "steady" in targets else {})}
    return mcf.run(page, model=[double, hill, steady], draws=2**10)


def test_bars_go_from_p5_to_p95_with_the_remaining_inputs_at_their_medians():
    bars = run("double").tornado("double")
    assert bars.dims == ("input", "end")
    assert bars.input.values.tolist() == ["x", "y"]
    assert bars.end.values.tolist() == ["p5", "p95"]
    np.testing.assert_allclose(bars.sel(input="x"), [2 * 0.5 + 1, 2 * 9.5 + 1], rtol=1e-12)
    np.testing.assert_allclose(bars.sel(input="y"), [10 + 0.1, 10 + 1.9], rtol=1e-12)
    assert bars.attrs["base"] == pytest.approx(11)


def test_a_non_monotone_input_is_marked():
    bars = run("hill").tornado("hill")
    assert not bars.monotone.sel(input="x").item()
    assert bars.monotone.sel(input="y").item()
    np.testing.assert_allclose(bars.sel(input="x"), 10 - 4.5**2, rtol=1e-12)


def test_inputs_are_sorted_by_the_range_between_the_ends():
    """x moves the target from -10.25 to 10 and back: the ends alone would show no effect."""
    bars = run("hill").tornado("hill")
    assert bars.input.values.tolist() == ["x", "y"]
    found = swing(run("hill").core, "hill")
    np.testing.assert_allclose(found.reach[0], [10 - 4.5**2, 10], rtol=1e-12)


def test_inputs_are_sorted_by_width_and_not_by_position():
    page = {
        "targets": ["double"],
        "inputs": input_entry("y", "uniform", low=0, high=20) | input_entry("x", "uniform", low=0, high=10),
    }
    assert mcf.run(page, model=[double], draws=64).tornado("double").input.values.tolist() == ["x", "y"]


def test_an_input_with_non_finite_values_has_no_bar():
    @mcf.node("1")
    def inverse(x, y):
        return y / (x - 5)

    assert (
        "x"
        not in mcf.run({"targets": ["inverse"], "inputs": INPUTS}, model=[inverse], draws=64).tornado("inverse").input
    )


def test_a_known_target_has_no_bars():
    assert run("double", "steady").tornado("steady").sizes["input"] == 0


def test_rank_correlations_equal_scipys():
    rng = np.random.default_rng(3)
    x = rng.normal(size=3000)
    for y in (x + rng.normal(size=3000), -(x**3), np.round(x), np.zeros(3000) + 1):
        ours = rank_correlation(ranks(x), ranks(y))
        known = stats.spearmanr(x, y).statistic if np.ptp(y) else 0.0
        assert ours == pytest.approx(known, abs=1e-12)


def test_the_rank_correlation_with_a_sum_matches_the_closed_form():
    """For x and x + y with identical normals: Pearson 1/sqrt(2), Spearman 6/pi asin(1/(2 sqrt(2)))."""

    @mcf.node("1")
    def total(x, y):
        return x + y

    page = {
        "targets": ["total"],
        "inputs": input_entry("x", "normal", mean=0, sd=1) | input_entry("y", "normal", mean=0, sd=1),
    }
    found = mcf.run(page, model=[total], draws=2**14).tornado("total").rank_correlation
    np.testing.assert_allclose(found, 6 / math.pi * math.asin(1 / (2 * math.sqrt(2))), atol=0.01)


def test_shares_sum_to_one_while_one_is_varied():
    @mcf.node("1", along="part")
    def whole(share):
        """Sum of all parts."""
        return share.sum(axis=0)

    @mcf.node("1", along="part")
    def first(share):
        """The first part."""
        return share[0]

    page = {"targets": ["whole", "first"], "dimensions": {"part": ["a", "b", "c"]}}
    page["inputs"] = input_entry("share", "dirichlet", "share", by="part", mean=[0.5, 0.3, 0.2], concentration=20)
    run = mcf.run(page, model=[whole, first], draws=2**10)
    assert swing(run.core, "whole").inputs == []
    assert swing(run.core, "first").inputs[0] == "share[a]"
