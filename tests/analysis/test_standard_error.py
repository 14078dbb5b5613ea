"""The one formula of the Monte Carlo error, against what is known of 16 independent randomisations."""

import math

import numpy as np
import pytest

from mcfrontier.analysis.estimates.estimates import standard_error, with_errors


def test_the_squared_error_is_the_variance_of_the_mean_of_16_on_average():
    """Of 16 standard normal estimates the mean has a variance of 1/16: with ddof 0 the average would be 6 % lower, 25
    times the standard deviation of this test."""
    parts = np.random.default_rng(0).standard_normal((16, 20_000))
    squared = standard_error(parts.mean(axis=0), parts) ** 2
    assert 16 * squared.mean() == pytest.approx(1, abs=4 * math.sqrt(2 / 15 / 20_000))


def test_the_distance_of_an_estimate_from_the_mean_of_its_randomisations_is_added_in_quadrature():
    parts = np.random.default_rng(1).standard_normal((16, 5))
    bias = np.array([0.0, 0.1, -0.1, 2.0, -30.0])
    error, unbiased = standard_error(parts.mean(axis=0) + bias, parts), standard_error(parts.mean(axis=0), parts)
    np.testing.assert_allclose(error, np.hypot(unbiased, bias), rtol=1e-12)


def test_the_error_of_a_mean_is_that_of_16_means_and_of_a_missing_draw_worked_by_hand():
    x = np.random.default_rng(2).lognormal(size=16 * 40)
    means = [sum(x[r::16].tolist()) / 40 for r in range(16)]
    mean = sum(means) / 16
    distances = sorted(abs(each - mean) for each in x.tolist())
    farthest, sixteenth = distances[-1], distances[-16]
    spread = math.sqrt(sum((each - mean) ** 2 for each in means) / 15 / 16)
    heaviness = (farthest + sixteenth) / 2 / float(np.std(x)) / 12  # of the tail; from 1 on a whole draw may be missing
    expected = math.hypot(spread, (farthest - sixteenth) / 640 * min(1.0, heaviness**2))
    assert with_errors(x, [0.5])[1][0] == pytest.approx(expected, rel=1e-9)
