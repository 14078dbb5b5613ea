"""The growth of the largest runs from published estimates: the filter, the shift of publication, the paths."""

import numpy as np
import pytest
from scipy import integrate, stats

from mcfrontier.model.forecasts import record


@pytest.mark.parametrize(("level_step", "rate_step"), [(0.0, 0.0), (0.2, 0.0), (0.0, 0.1), (0.2, 0.1)])
def test_the_filter_equals_least_squares_on_the_whole_path(level_step, rate_step):
    """The path of level and rate is one normal vector; its last values given the data follow by conditioning."""
    times, tail = np.arange(8.0), 0.3
    observed = np.random.default_rng(1).normal(24 + 0.6 * times, 0.3)
    observed[[2, 5]] = np.nan
    n, size = len(times), record.DIFFUSE**2
    step = np.zeros((2 * n, 2 * n))  # of unit normals to levels and rates
    for k in range(n):
        level, rate = (step[2 * k - 2], step[2 * k - 1]) if k else (np.zeros(2 * n), np.zeros(2 * n))
        step[2 * k], step[2 * k + 1] = level + rate, rate
        step[2 * k, 2 * k] += level_step if k else np.sqrt(size)
        step[2 * k + 1, 2 * k + 1] += rate_step if k else np.sqrt(size)
    covariance = step @ step.T
    seen = np.flatnonzero(np.isfinite(observed))
    noise = np.pi**2 / 6 * tail**2 * np.eye(len(seen))
    gain = covariance[:, 2 * seen] @ np.linalg.inv(covariance[np.ix_(2 * seen, 2 * seen)] + noise)
    mean = gain @ (observed[seen] - np.euler_gamma * tail)
    left = covariance - gain @ covariance[2 * seen]
    level, rate, *spreads = record.filtered(observed, times, tail, level_step, rate_step)
    assert (level, rate) == pytest.approx(mean[-2:], rel=1e-6)
    assert spreads == pytest.approx([left[-2, -2], left[-2, -1], left[-1, -1]], rel=1e-4)


def test_publication_shifts_the_largest_as_in_simulated_years():
    """Runs above a level: a Poisson number of them, exponentially distributed; a share published, with errors."""
    random = np.random.default_rng(2)
    tail, share, error, worlds, depth = 0.3, 0.4, 0.2, 40_000, 6
    count = random.poisson(np.exp(depth), worlds)
    largest = np.empty((2, worlds))
    for world, runs in enumerate(count):
        size = tail * (random.exponential(size=runs) - depth)
        estimate = (size + random.normal(0, error, runs))[random.random(runs) < share]
        largest[:, world] = size.max(), estimate.max()
    gumbel = stats.gumbel_r(0, tail)
    shift = record.publication_shift(tail, share, error)
    assert largest[0].mean() == pytest.approx(gumbel.mean(), abs=4 * gumbel.std() / worlds**0.5)
    assert largest[1].mean() == pytest.approx(gumbel.mean() + shift, abs=4 * gumbel.std() / worlds**0.5)
    assert largest[1].std() == pytest.approx(gumbel.std(), rel=0.03)
    assert gumbel.var() == pytest.approx(record.maximum_variance(tail))


def test_a_path_adds_the_steps_before_a_year():
    steps, years = np.array([1.0, 2.0, 3.0])[:, None], np.array([1.0, 2.0, 3.0])[None]
    moved = record.wandering(steps, years, 0.5, np.array([1.0, -1.0, 2.0])[:, None], 0.1, np.ones((3, 1)))
    assert moved == pytest.approx([0.5, 0.0 + 0.1, 1.0 + 0.3])


def test_the_largest_estimate_of_a_year_is_that_of_its_own_runs():
    size, time = np.array([24.0, 25.0, np.nan, 23.0])[:, None], np.array([0.1, 0.9, 0.5, 1.0])[:, None]
    found = record.published_maximum(size, time, np.array([0.0, 1.0, 2.0])[None])
    assert np.array_equal(found, [25.0, 23.0, np.nan], equal_nan=True)


@pytest.mark.parametrize("known", [-0.5, 0.0, 0.4, 1.0, 3.2])
def test_the_published_share_is_the_mean_over_the_days_of_a_year(known):
    """A run of day t is published by the time of knowledge with a probability of 1 - exp(-(known - t) / delay)."""
    share, delay = 0.6, 0.5
    expected = integrate.quad(lambda t: -np.expm1(-max(known - t, 0) / delay), 0, 1, points=[min(max(known, 0), 1)])[0]
    assert record.published_share(share, 0.0, known, delay) == pytest.approx(share * expected, abs=1e-9)
