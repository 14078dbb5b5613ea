"""Scores of draws that equal the outcome: half of their probability counts as below it."""

import math

import numpy as np
import pytest

from mcfrontier.analysis.forecasts.scoring_rules import percentile, score


@pytest.mark.parametrize(("below", "equal", "above"), [(4, 8, 4), (0, 16, 0), (13, 2, 1), (16, 0, 0)])
def test_half_of_the_draws_that_equal_the_outcome_count_as_below(below, equal, above):
    x = np.concatenate([np.full(below, 1.0), np.full(equal, 2.0), np.full(above, 3.0)])
    assert percentile(x, 2.0).value == pytest.approx((below + equal / 2) / 16)


def test_draws_that_differ_by_rounding_equal_the_outcome():
    assert percentile(np.full(16, 0.1 + 0.2), 0.3).value == 0.5


def test_draws_that_differ_by_a_millionth_do_not():
    assert percentile(np.full(16, 0.3 * (1 + 1e-6)), 0.3).value == 0
    assert percentile(np.full(16, 0.3 * (1 - 1e-6)), 0.3).value == 1


@pytest.mark.parametrize(("equal", "scale"), [(7, "log"), (8, "counted")])
def test_8_draws_that_equal_the_outcome_are_an_atom(equal, scale):
    x = np.concatenate([np.full(equal, 2.0), np.random.default_rng(0).lognormal(size=256 - equal)])
    found = score(x, 2.0)
    assert found.scale == scale
    if scale == "counted":
        assert found.log_score.value == pytest.approx(math.log(8 / 256))


def test_draws_of_few_values_are_counted_and_of_many_are_not():
    """Fewer distinct values than half of the draws."""
    few, many = np.arange(256) // 4 + 1.0, np.arange(256) + 1.0
    assert (score(few, 9.5).scale, score(many, 9.5).scale) == ("counted", "log")
