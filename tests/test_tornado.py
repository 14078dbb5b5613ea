"""One input at a time, and rank correlations, where the answer is known."""

import math

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis import tornado
from tests.conftest import believed


@mcf.node("1")
def double(x, y):
    """Twice x and a little of y."""
    return 2 * x + 0.1 * y


@mcf.node("1")
def hill(x, y):
    """Turns back at x = 5."""
    return y - (x - 5) ** 2


@mcf.node("1")
def steady(k):
    """Of known values alone."""
    return 3 * k


INPUTS = believed("x", "uniform", low=0, high=10) | believed("y", "uniform", low=0, high=20)


def run(*targets):
    page = {"targets": list(targets), "inputs": INPUTS | (believed("k", value=2) if "steady" in targets else {})}
    return mcf.run(page, model=[double, hill, steady], draws=2**10)


def test_bars_go_from_p5_to_p95_with_the_others_at_their_medians():
    bars = run("double").tornado("double")
    assert bars.dims == ("input", "end")
    assert bars.input.values.tolist() == ["x", "y"]
    assert bars.end.values.tolist() == ["p5", "p95"]
    np.testing.assert_allclose(bars.sel(input="x"), [2 * 0.5 + 1, 2 * 9.5 + 1], rtol=1e-12)
    np.testing.assert_allclose(bars.sel(input="y"), [10 + 0.1, 10 + 1.9], rtol=1e-12)
    assert bars.attrs["base"] == pytest.approx(11)


def test_an_input_in_which_the_target_turns_back_is_marked():
    bars = run("hill").tornado("hill")
    assert not bars.monotone.sel(input="x").item()
    assert bars.monotone.sel(input="y").item()
    np.testing.assert_allclose(bars.sel(input="x"), 10 - 4.5**2, rtol=1e-12)


def test_the_widest_is_first_by_how_far_it_comes_on_the_way():
    """x takes the hill from -10.25 to 10 and back: its ends alone would say that it does nothing."""
    bars = run("hill").tornado("hill")
    assert bars.input.values.tolist() == ["x", "y"]
    swing = run("hill").swing("hill")
    np.testing.assert_allclose(swing.reach[0], [10 - 4.5**2, 10], rtol=1e-12)


def test_a_wider_input_that_is_stated_later_comes_first():
    page = {
        "targets": ["double"],
        "inputs": believed("y", "uniform", low=0, high=20) | believed("x", "uniform", low=0, high=10),
    }
    assert mcf.run(page, model=[double], draws=64).tornado("double").input.values.tolist() == ["x", "y"]


def test_a_way_that_is_not_finite_has_no_bar():
    @mcf.node("1")
    def inverse(x, y):
        return y / (x - 5)

    assert (
        "x"
        not in mcf.run({"targets": ["inverse"], "inputs": INPUTS}, model=[inverse], draws=64).tornado("inverse").input
    )


def test_a_target_of_known_values_has_no_bars():
    assert run("double", "steady").tornado("steady").sizes["input"] == 0


def test_rank_correlations_are_scipys():
    rng = np.random.default_rng(3)
    x = rng.normal(size=3000)
    for y in (x + rng.normal(size=3000), -(x**3), np.round(x), np.zeros(3000) + 1):
        ours = tornado.rank_correlation(tornado.ranks(x), tornado.ranks(y))
        known = stats.spearmanr(x, y).statistic if np.ptp(y) else 0.0
        assert ours == pytest.approx(known, abs=1e-12)


def test_the_rank_correlation_of_a_sum_of_two_alike_is_the_textbooks():
    """Of x and x + y, both normal and alike: Pearson 1/sqrt(2), Spearman 6/pi asin(1/(2 sqrt(2)))."""

    @mcf.node("1")
    def total(x, y):
        return x + y

    page = {
        "targets": ["total"],
        "inputs": believed("x", "normal", mean=0, sd=1) | believed("y", "normal", mean=0, sd=1),
    }
    found = mcf.run(page, model=[total], draws=2**14).tornado("total").rank_correlation
    np.testing.assert_allclose(found, 6 / math.pi * math.asin(1 / (2 * math.sqrt(2))), atol=0.01)


def test_parts_that_sum_to_one_still_do_while_one_is_led_from_end_to_end():
    @mcf.node("1", along="part")
    def whole(share):
        """All parts."""
        return share.sum(axis=0)

    @mcf.node("1", along="part")
    def first(share):
        """The first part."""
        return share[0]

    page = {"targets": ["whole", "first"], "dimensions": {"part": ["a", "b", "c"]}}
    page["inputs"] = believed("share", "dirichlet", "share", by="part", mean=[0.5, 0.3, 0.2], concentration=20)
    run = mcf.run(page, model=[whole, first], draws=2**10)
    assert run.swing("whole").inputs == []
    assert run.swing("first").inputs[0] == "share[a]"
