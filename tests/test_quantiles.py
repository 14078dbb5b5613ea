"""Points of 52 bits, and tables of quantile functions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier import quantiles
from mcfrontier.distributions import NORMAL, UNIFORM, beta, gamma, moved, stretched
from mcfrontier.samples import counted


@given(st.integers(0, 2**52 - 1))
def test_a_point_is_a_probability_and_back(word):
    word = np.array([word], dtype=np.uint64)
    p = quantiles.to_probability(word)
    assert 0 < p[0] < 1
    assert p[0] == (word[0].astype(float) + 0.5) * 2.0**-52
    assert quantiles.to_points(p).words == word


@pytest.mark.parametrize("shape", [(1.4, 4.6), (1, 5), (2, 30), (200, 300), (0.5, 0.5), (0.1, 3)])
def test_a_table_over_normal_scores_is_the_quantile(shape):
    exact = beta(*shape)
    p = np.concatenate([np.random.default_rng(2).random(20_000), [1e-15, 1e-9, 1e-6, 1 - 1e-6, 1 - 1e-9]])
    width = exact.quantile(np.float64(0.95)) - exact.quantile(np.float64(0.05))
    assert np.abs(quantiles.by_scores(exact)(p) - exact.quantile(p)).max() < 1e-9 * width


def test_a_table_serves_far_into_the_tails_and_the_exact_function_beyond():
    far = np.array([0, 1, 2**29, 2**52 - 2**29, 2**52 - 2, 2**52 - 1], dtype=np.uint64)
    assert (quantiles.tabulated(NORMAL)(quantiles.Points(far)) == NORMAL.quantile(quantiles.to_probability(far))).all()
    from_end = (2.0 ** np.random.default_rng(5).uniform(31, 47, 20_000)).astype(np.uint64)
    for words in (from_end, np.uint64(2**52 - 1) - from_end):
        exact = NORMAL.quantile(quantiles.to_probability(words))
        assert np.abs(quantiles.tabulated(NORMAL)(quantiles.Points(words)) - exact).max() < 1e-7
        assert not np.isnan(quantiles.tabulated(NORMAL).parabolas[2**12 :]).any()


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 3e25), (-2.0, 5.0), (0.7, 0.95), (5.0, 5.0 + 1e-9)])
def test_the_table_of_a_uniform_is_a_line_that_stays_inside(low, high):
    table = quantiles.tabulated(stretched(UNIFORM, low, high))
    words = np.concatenate([[0, 1, 2**52 - 1], np.random.default_rng(3).integers(0, 2**52, 1000)]).astype(np.uint64)
    found = table(quantiles.Points(words))
    assert len(table.parabolas) == 1
    width = Fraction(high) - Fraction(low)
    exact = [float(Fraction(low) + width * (2 * int(word) + 1) / 2**53) for word in words]
    np.testing.assert_allclose(found, exact, rtol=1e-15, atol=1e-15 * max(-low, high) * (low != 0))
    assert found.min() > 0 or low != 0
    assert ((found >= low) & (found <= high)).all()


@pytest.mark.parametrize("curve", [beta(1.0000001, 1), beta(1, 1 + 1e-9), counted(np.arange(2.0), np.full(2, 0.5))])
def test_what_is_only_nearly_a_line_is_none(curve):
    assert len(quantiles.tabulated(curve).parabolas) > 1


def test_a_table_counts_values_exactly():
    some = counted(np.array([1.0, 2.0, 7.0]), np.array([0.3, 0.3001, 0.3999]))
    words = np.random.default_rng(3).integers(0, 1 << 52, 100_000, dtype=np.uint64)
    assert (quantiles.tabulated(some)(quantiles.Points(words)) == some.quantile(quantiles.to_probability(words))).all()


def test_values_that_are_counted_are_those_that_are_stated():
    some = counted(np.array([0.1, 0.3, 0.7]), np.array([0.5, 0.2, 0.3]))
    words = np.random.default_rng(3).integers(0, 1 << 52, 100_000, dtype=np.uint64)
    assert {*quantiles.tabulated(some)(quantiles.Points(words))} == {0.1, 0.3, 0.7}


@pytest.mark.parametrize("curve", [beta(0.1, 3), beta(0.3, 3), gamma(0.05), gamma(0.3), gamma(3.0)])
def test_what_is_above_0_stays_there_to_a_part_in_a_hundred_thousand(curve):
    words = np.random.default_rng(3).integers(0, 1 << 52, 30_000, dtype=np.uint64)
    exact = curve.quantile(quantiles.to_probability(words))
    np.testing.assert_allclose(quantiles.tabulated(curve)(quantiles.Points(words)), exact, rtol=2e-5, atol=0)


@given(start=st.integers(0, 5000), count=st.integers(1, 5000))
def test_a_draw_does_not_know_its_neighbours(start, count):
    words = np.random.default_rng(4).integers(0, 1 << 52, 10_000, dtype=np.uint64)
    whole = TABLE(quantiles.Points(words))
    assert (TABLE(quantiles.Points(words[start : start + count])) == whole[start : start + count]).all()


TABLE = quantiles.tabulated(moved(NORMAL, 3.0, 2.0))


@pytest.mark.parametrize("curve", [gamma(0.74), gamma(0.4), beta(0.74, 100), beta(3, 0.6)])
def test_a_table_is_as_near_at_an_end_where_the_curve_is_singular(curve):
    """Away from 0, which would have it nearer still."""
    end = np.concatenate([2.0 ** np.linspace(-30, -5, 4001), np.arange(1, 999) / 2**15])
    p = np.concatenate([end, 1 - end])
    curve = stretched(curve, 1.0, 2.0)
    low, middle, high = curve.quantile(np.array([0.05, 0.5, 0.95]))
    points = quantiles.to_points(p)
    exact = curve.quantile(points.probabilities)
    off = np.abs(quantiles.tabulated(curve)(points) - exact)
    assert (off < 3e-8 * np.maximum(high - low, np.abs(exact - middle))).all()
