"""52-bit points and tables of quantile functions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier.distributions import tables
from mcfrontier.distributions.curves import NORMAL, UNIFORM, beta, gamma, location_scale, on_interval
from mcfrontier.distributions.empirical import discrete_distribution
from mcfrontier.study.prior import distribution_of
from tests.distributions.test_families import family


@given(st.integers(0, 2**52 - 1))
def test_a_point_is_a_probability_and_back(word):
    word = np.array([word], dtype=np.uint64)
    p = tables.to_probability(word)
    assert 0 < p[0] < 1
    assert p[0] == (word[0].astype(float) + 0.5) * 2.0**-52
    assert tables.to_points(p).words == word


@pytest.mark.parametrize("shape", [(1.4, 4.6), (1, 5), (2, 30), (200, 300), (0.5, 0.5), (0.5, 3)])
def test_a_table_over_normal_scores_matches_the_quantile_function(shape):
    exact = beta(*shape)
    p = np.concatenate([np.random.default_rng(2).random(20_000), [1e-15, 1e-9, 1e-6, 1 - 1e-6, 1 - 1e-9]])
    width = exact.ppf(np.float64(0.95)) - exact.ppf(np.float64(0.05))
    assert np.abs(tables.score_table(exact)(p) - exact.ppf(p)).max() < 1e-9 * width


def test_a_table_covers_the_tails_and_the_exact_function_beyond():
    far = np.array([0, 1, 2**29, 2**52 - 2**29, 2**52 - 2, 2**52 - 1], dtype=np.uint64)
    assert (tables.quantile_table(NORMAL)(tables.Points(far)) == NORMAL.ppf(tables.to_probability(far))).all()
    from_end = (2.0 ** np.random.default_rng(5).uniform(31, 47, 20_000)).astype(np.uint64)
    for words in (from_end, np.uint64(2**52 - 1) - from_end):
        exact = NORMAL.ppf(tables.to_probability(words))
        assert np.abs(tables.quantile_table(NORMAL)(tables.Points(words)) - exact).max() < 1e-7
        assert not np.isnan(tables.quantile_table(NORMAL).parabolas[2**12 :]).any()


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.0, 3e25), (-2.0, 5.0), (0.7, 0.95), (5.0, 5.0 + 1e-9)])
def test_the_table_of_a_uniform_is_linear_and_within_its_bounds(low, high):
    table = tables.quantile_table(on_interval(UNIFORM, low, high))
    words = np.concatenate([[0, 1, 2**52 - 1], np.random.default_rng(3).integers(0, 2**52, 1000)]).astype(np.uint64)
    found = table(tables.Points(words))
    assert len(table.parabolas) == 1
    width = Fraction(high) - Fraction(low)
    exact = [float(Fraction(low) + width * (2 * int(word) + 1) / 2**53) for word in words]
    np.testing.assert_allclose(found, exact, rtol=1e-15, atol=1e-15 * max(-low, high) * (low != 0))
    assert found.min() > 0 or low != 0
    assert ((found >= low) & (found <= high)).all()


@pytest.mark.parametrize(
    "curve", [beta(1.0000001, 1), beta(1, 1 + 1e-9), discrete_distribution(np.arange(2.0), np.full(2, 0.5))]
)
def test_a_nearly_linear_quantile_function_is_not_treated_as_linear(curve):
    assert len(tables.quantile_table(curve).parabolas) > 1


def test_a_table_of_a_discrete_distribution_is_exact():
    some = discrete_distribution(np.array([1.0, 2.0, 7.0]), np.array([0.3, 0.3001, 0.3999]))
    words = np.random.default_rng(3).integers(0, 1 << 52, 100_000, dtype=np.uint64)
    assert (tables.quantile_table(some)(tables.Points(words)) == some.ppf(tables.to_probability(words))).all()


def test_discrete_values_are_those_stated():
    some = discrete_distribution(np.array([0.1, 0.3, 0.7]), np.array([0.5, 0.2, 0.3]))
    words = np.random.default_rng(3).integers(0, 1 << 52, 100_000, dtype=np.uint64)
    assert {*tables.quantile_table(some)(tables.Points(words))} == {0.1, 0.3, 0.7}


@pytest.mark.parametrize("curve", [beta(0.1, 3), beta(0.3, 3), gamma(0.05), gamma(0.3), gamma(3.0)])
def test_positive_quantiles_have_a_relative_error_below_2e_5(curve):
    words = np.random.default_rng(3).integers(0, 1 << 52, 30_000, dtype=np.uint64)
    exact = curve.ppf(tables.to_probability(words))
    np.testing.assert_allclose(tables.quantile_table(curve)(tables.Points(words)), exact, rtol=2e-5, atol=0)


@given(start=st.integers(0, 5000), count=st.integers(1, 5000))
def test_a_draw_does_not_depend_on_adjacent_draws(start, count):
    words = np.random.default_rng(4).integers(0, 1 << 52, 10_000, dtype=np.uint64)
    whole = TABLE(tables.Points(words))
    assert (TABLE(tables.Points(words[start : start + count])) == whole[start : start + count]).all()


TABLE = tables.quantile_table(location_scale(NORMAL, 3.0, 2.0))


@pytest.mark.parametrize("curve", [gamma(0.74), gamma(0.4), beta(0.74, 100), beta(3, 0.6)])
def test_a_table_is_accurate_at_a_singular_end(curve):
    """Away from 0, where the tolerance would be stricter."""
    end = np.concatenate([2.0 ** np.linspace(-30, -5, 4001), np.arange(1, 999) / 2**15])
    p = np.concatenate([end, 1 - end])
    curve = on_interval(curve, 1.0, 2.0)
    low, middle, high = curve.ppf(np.array([0.05, 0.5, 0.95]))
    points = tables.to_points(p)
    exact = curve.ppf(points.probabilities)
    off = np.abs(tables.quantile_table(curve)(points) - exact)
    assert (off < 3e-8 * np.maximum(high - low, np.abs(exact - middle))).all()


def test_equal_entries_share_a_table_and_a_different_one_has_its_own():
    first, second, other = (distribution_of(family("lognormal", p5=1, p95=high)) for high in (3, 3, 3.001))
    assert tables.quantile_table(first, 2.0) is tables.quantile_table(second, 2.0)
    at_p95 = tables.to_points(np.array([0.95]))
    found = [float(tables.quantile_table(each, 2.0)(at_p95)[0]) for each in (first, other)]
    assert found == pytest.approx([6, 6.002], rel=1e-7)
